// Commands and sizes in, as people type and read them, out.
import { posixCommand } from '../escape/posix.ts'
import { quoteArgv } from '../escape/windows-argv.ts'
import type { ManagerState } from '../platform/manager.ts'
import type { Verdict } from './check.ts'
import type { MachineFacts, PathFact } from './facts.ts'

type User = MachineFacts['user']

/** A command for whoever asks. */
export const asSelf = (...argv: readonly string[]): string => posixCommand(argv)

/** A command that only root may run. */
export const asRoot = ({ elevated }: Pick<User, 'elevated'>, ...argv: readonly string[]): string => posixCommand(elevated ? argv : ['sudo', ...argv])

/** A command for whoever owns a path. */
export const asOwner = (user: Pick<User, 'elevated' | 'uid'>, owner: number, ...argv: readonly string[]): string =>
  owner === user.uid ? posixCommand(argv) : asRoot(user, ...argv)

/** The same for a prompt of Windows, with admin rights. */
export const asAdmin = (...argv: readonly string[]): string => quoteArgv(argv)

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const
/** @param bytes as people read it, such as `1.5 GiB` */
export function size(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  const count = bytes / 1024 ** power
  return `${power === 0 || count >= 10 ? Math.round(count) : Math.round(count * 10) / 10} ${units[power]}`
}

/** The last part of a path of any OS. */
export const nameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

/** Whether it is there, as far as this user can see. */
export const isThere = ({ kind }: PathFact): boolean => kind !== 'missing' && kind !== 'hidden'

/** Why there is nothing to say of a service: nobody to ask, or nothing that is known of it; null if there is. */
export function absent({ missing, asleep, loaded }: ManagerState): Verdict | null {
  if (missing !== null) return ['skipped', missing.why, missing.hint]
  if (asleep) return ['skipped', 'the manager of this user does not run; the check `linger` says more']
  return loaded ? null : ['skipped', 'it is not installed', 'hermes-install apply']
}
