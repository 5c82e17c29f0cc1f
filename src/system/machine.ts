// This machine in, the facts about it that a profile may use out.
import { userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Os } from '../profile/schema.ts'
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
  return { os, user: username, uid: Math.max(0, uid), home: homedir }
}

/** A file of this package: `dist/main.js` and its chunks lie one folder below its root, as the sources lie two. */
export const shippedPath = (name: string): string =>
  fileURLToPath(new URL(`../${import.meta.url.includes('/src/system/') ? '../' : ''}${name}`, import.meta.url))
