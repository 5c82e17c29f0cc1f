// Facts about a machine in (a file's, this machine's, or none), a Host with nothing left to guess out.
import * as v from 'valibot'
import type { Os } from '../profile/schema.ts'

/** What a profile may know of the machine it is rendered for. Plain data; all paths absolute, without a trailing separator. */
export interface Host {
  readonly os: Os
  readonly user: string
  readonly uid: number
  readonly home: string
  readonly configDir: string
  readonly dataDir: string
  readonly stateDir: string
  readonly logDir: string
  readonly arch: string | null
  readonly versions: { readonly systemd: number | null; readonly winsw: number | null }
}

const text = v.pipe(v.string('a string'), v.minLength(1, 'a string that is not empty'))
const whole = v.pipe(v.number('a whole number'), v.integer('a whole number'), v.minValue(0, 'a whole number, 0 or more'))

/** The `--host` file (design contract, "Host facts"). */
export const hostSchema = v.object(
  {
    os: v.picklist(['linux', 'macos', 'windows'], 'one of linux, macos, windows'),
    user: text,
    uid: v.optional(whole),
    home: text,
    configDir: v.optional(text),
    dataDir: v.optional(text),
    stateDir: v.optional(text),
    logDir: v.optional(text),
    arch: v.optional(v.picklist(['x64', 'x86', 'arm64'], 'one of x64, x86, arm64')),
    versions: v.optional(v.object({ systemd: v.optional(whole), winsw: v.optional(v.picklist([2, 3], '2 or 3')) }, 'a map {systemd, winsw}')),
  },
  'a map of facts',
)
export type HostFacts = v.InferOutput<typeof hostSchema>

/** Where each OS keeps a user's files, below the home folder. */
const conventions = {
  // XDG Base Directory Specification 0.8; logs are state there, and `log` below it is what systemd's LogsDirectory= uses for a user.
  linux: { configDir: '.config', dataDir: '.local/share', stateDir: '.local/state', logDir: '.local/state/log' },
  // Apple, File System Programming Guide, "macOS Library Directory Details".
  macos: { configDir: 'Library/Application Support', dataDir: 'Library/Application Support', stateDir: 'Library/Application Support', logDir: 'Library/Logs' },
  // KNOWNFOLDERID: RoamingAppData, LocalAppData. Windows has no log folder of its own.
  windows: { configDir: 'AppData\\Roaming', dataDir: 'AppData\\Local', stateDir: 'AppData\\Local', logDir: 'AppData\\Local\\Logs' },
} as const

const firstUid = { linux: 1000, macos: 501, windows: 0 } as const

/** The facts assumed for an OS that is not this machine's when no `--host` is given; the output names them. */
export const defaultFacts: Readonly<Record<Os, HostFacts>> = {
  linux: { os: 'linux', user: 'user', uid: 1000, home: '/home/user' },
  macos: { os: 'macos', user: 'user', uid: 501, home: '/Users/user' },
  windows: { os: 'windows', user: 'user', uid: 0, home: 'C:\\Users\\user' },
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
export const isAbsolute = (os: Os, path: string): boolean => (os === 'windows' ? /^(?:[A-Za-z]:[\\/]|[\\/]{2}[^\\/])/.test(path) : path.startsWith('/'))

/** Joins below a folder with the OS's separator. */
export const join = (os: Os, ...parts: readonly string[]): string => parts.join(os === 'windows' ? '\\' : '/')
