// This machine in, the facts about it that a profile may use out.
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Os } from '../profile/model.ts'
import type { HostFacts } from '../resolve/host.ts'

const systems: Readonly<Record<string, Os>> = { linux: 'linux', darwin: 'macos', win32: 'windows' }

/** The OS this runs on; null where there is no service manager we know. */
export const thisOs = (): Os | null => systems[process.platform] ?? null

/**
 * The account comes from the user database, not from HOME or USER: under sudo and su those are somebody else's.
 * @param os what {@link thisOs} returned
 */
export function thisHost(os: Os): HostFacts {
  const { username, uid, homedir } = userInfo()
  return { os, user: username, ...(os === 'windows' ? {} : { uid }), home: homedir }
}

/** A file of this package: the bundle lies one folder below its root, the sources two. */
export const shippedPath = (name: string): string => join(import.meta.dirname, import.meta.dirname.endsWith('system') ? '../..' : '..', name)
