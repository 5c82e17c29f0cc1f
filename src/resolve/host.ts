// Facts about a machine in (a file's, this machine's, or none), a Host with nothing left to guess out.
import type { Os } from '../profile/model.ts'
import { absolutePath } from '../profile/patterns.ts'

/** What a profile may know of the machine it is rendered for. Plain data; all paths absolute, without a trailing separator. */
export interface Host {
  readonly os: Os
  readonly user: string
  /** Null where an OS has none. */
  readonly uid: number | null
  readonly home: string
  readonly configDir: string
  readonly dataDir: string
  readonly stateDir: string
  readonly logDir: string
  readonly arch: string | null
  readonly versions: { readonly systemd: number | null; readonly winsw: number | null }
}

/** What is said of a machine: the rest follows. */
export interface HostFacts {
  readonly os: Os
  readonly user: string
  readonly uid?: number | undefined
  readonly home: string
  readonly configDir?: string | undefined
  readonly dataDir?: string | undefined
  readonly stateDir?: string | undefined
  readonly logDir?: string | undefined
  readonly arch?: 'x64' | 'x86' | 'arm64' | undefined
  readonly versions?: { readonly systemd?: number | undefined; readonly winsw?: 2 | 3 | undefined } | undefined
}

/** Where each OS keeps a user's files, below the home folder. */
const conventions = {
  // XDG Base Directory Specification 0.8; logs are state there, and `log` below it is what systemd's LogsDirectory= uses for a user.
  linux: { configDir: '.config', dataDir: '.local/share', stateDir: '.local/state', logDir: '.local/state/log' },
  // Apple, File System Programming Guide, "macOS Library Directory Details".
  macos: { configDir: 'Library/Application Support', dataDir: 'Library/Application Support', stateDir: 'Library/Application Support', logDir: 'Library/Logs' },
  // KNOWNFOLDERID: RoamingAppData, LocalAppData. Windows has no log folder of its own.
  windows: { configDir: 'AppData\\Roaming', dataDir: 'AppData\\Local', stateDir: 'AppData\\Local', logDir: 'AppData\\Local\\Logs' },
} as const

const firstUid = { linux: 1000, macos: 501, windows: null } as const

/** The facts assumed for an OS that is not this machine's when no `--host` is given; the output names them. */
export const defaultFacts: Readonly<Record<Os, HostFacts>> = {
  linux: { os: 'linux', user: 'user', uid: 1000, home: '/home/user' },
  macos: { os: 'macos', user: 'user', uid: 501, home: '/Users/user' },
  windows: { os: 'windows', user: 'user', home: 'C:\\Users\\user' },
}

/** Fills in what the facts leave out. */
export function toHost(facts: HostFacts): Host {
  const separator = facts.os === 'windows' ? '\\' : '/'
  const clean = (path: string): string => {
    const native = facts.os === 'windows' ? path.replaceAll('/', '\\') : path
    return native.length > 1 && native.endsWith(separator) && !/^[A-Za-z]:\\$/.test(native) ? native.slice(0, -1) : native
  }
  const home = clean(facts.home)
  const below = (folder: string): string => (home.endsWith(separator) ? home : home + separator) + folder
  const folders = conventions[facts.os]
  return {
    os: facts.os,
    user: facts.user,
    uid: facts.uid ?? firstUid[facts.os],
    home,
    configDir: clean(facts.configDir ?? below(folders.configDir)),
    dataDir: clean(facts.dataDir ?? below(folders.dataDir)),
    stateDir: clean(facts.stateDir ?? below(folders.stateDir)),
    logDir: clean(facts.logDir ?? below(folders.logDir)),
    arch: facts.arch ?? null,
    versions: { systemd: facts.versions?.systemd ?? null, winsw: facts.versions?.winsw ?? null },
  }
}

/** Whether a path is absolute on that OS (never by the machine this runs on). */
export const isAbsolute = (os: Os, path: string): boolean => absolutePath[os === 'windows' ? 'windows' : 'posix'].test(path)
