// An OS and an environment in, the folder for what can be made or fetched again out.
import { homedir, userInfo } from 'node:os'
import { posix, win32 } from 'node:path'
import type { Os } from '../profile/model.ts'

const cacheVariable = 'HERMES_INSTALL_CACHE'

/**
 * The folder for what can be fetched again: the convention of each OS, or HERMES_INSTALL_CACHE. That others may read it is fine; what is in it is never trusted
 * without its hash.
 */
export function cacheFolder(os: Os | null, env: NodeJS.ProcessEnv, home = ownHome()): string {
  const path = os === 'windows' ? win32 : posix
  const own = env[cacheVariable]
  if (own) return path.resolve(own)
  const set = os === 'windows' ? env['LOCALAPPDATA'] : os === 'macos' ? undefined : env['XDG_CACHE_HOME']
  // XDG Base Directory Specification: a path that is not absolute is to be ignored.
  if (set && path.isAbsolute(set)) return path.join(set, 'hermes-install')
  return path.join(home, ...(os === 'windows' ? ['AppData', 'Local'] : os === 'macos' ? ['Library', 'Caches'] : ['.cache']), 'hermes-install')
}

/** From the user database, not from HOME: under sudo that is somebody else's (system/machine.ts). A container may run as a number that it does not list. */
function ownHome(): string {
  try {
    return userInfo().homedir
  } catch {
    return homedir()
  }
}
