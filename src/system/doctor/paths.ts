// A path and the account of a service in, how that account meets the path out. Nothing is opened but the first line of a program.
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  readlinkSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Loose, PathFact } from '../../doctor/facts.ts'
import { noexecMount } from '../../doctor/journald.ts'
import { keptFolders } from '../../doctor/versions.ts'
import { once } from './gather.ts'

export interface Account {
  readonly name: string
  readonly uid: number
  readonly gids: readonly number[]
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
const mounts = once(() => read('/proc/self/mountinfo'))
const passwd = once(() =>
  read('/etc/passwd')
    .split('\n')
    .map((line) => line.split(':')),
)
const groups = once(() =>
  read('/etc/group')
    .split('\n')
    .map((line) => line.split(':')),
)

/** macOS keeps people out of /etc/passwd: then it is the number. */
const userName = (uid: number): string => passwd().find(([, , id]) => id === String(uid))?.[0] ?? `the user ${uid}`

/** A group of one account alone, as useradd(8) makes them, gives nobody else a right: umask 002 is common with these. */
function isPrivate(gid: number, account: Account): boolean {
  const [name, , , members = ''] = groups().find(([, , id]) => id === String(gid)) ?? []
  const others = members.split(',').filter((member) => member !== '' && member !== account.name)
  return (
    name !== undefined &&
    others.length === 0 &&
    account.gids.includes(gid) &&
    passwd().every(([user, , , group]) => group !== String(gid) || user === account.name)
  )
}

/** root, wheel and (on macOS, where Homebrew's folders are its) admin may become root anyway. */
const rootGroups = process.platform === 'darwin' ? [0, 80] : [0]
const sticky = 0o1000

function looseAt(path: string, stat: Stats, account: Account): Loose | null {
  const guarded = stat.isDirectory() && (stat.mode & sticky) !== 0
  const trustedOwner = stat.uid === 0 || stat.uid === account.uid
  const by = !trustedOwner
    ? 'owner'
    : (stat.mode & 0o002) !== 0 && !guarded
      ? 'everyone'
      : (stat.mode & 0o020) !== 0 && !guarded && !rootGroups.includes(stat.gid) && !isPrivate(stat.gid, account)
        ? 'group'
        : null
  return by === null ? null : { path, by, owner: userName(stat.uid), ownerUid: stat.uid }
}

/** The first part of a path, from the top, that somebody else may change. */
function looseOn(real: string, account: Account): Loose | null {
  const parts: string[] = []
  for (let at = real; ; at = dirname(at)) {
    parts.unshift(at)
    if (at === dirname(at)) break
  }
  for (const part of parts) {
    const stat = lstatSync(part, { throwIfNoEntry: false })
    const loose = stat === undefined ? null : looseAt(part, stat, account)
    if (loose !== null) return loose
  }
  return null
}

/** One bit of the three that count for this account: those of the owner, of a group, or of all others (path_resolution(7)). */
function may(account: Account, { mode, uid, gid }: Stats, bit: 1 | 4): boolean {
  if (account.uid === 0) return bit !== 1 || (mode & 0o111) !== 0
  return (mode & (uid === account.uid ? bit << 6 : account.gids.includes(gid) ? bit << 3 : bit)) !== 0
}

function barrierTo(real: string, account: Account): string | null {
  const above = dirname(real)
  if (above === real) return null
  const earlier = barrierTo(above, account)
  if (earlier !== null) return earlier
  return account.uid === 0 || may(account, statSync(above), 1) ? null : above
}

/** The folder on a path that this user may not pass, as far as can be seen. */
function closedTo(path: string): string {
  try {
    accessSync(dirname(path), constants.X_OK)
    return dirname(path)
  } catch (error) {
    return codeOf(error) === 'EACCES' && existsSync(dirname(path)) ? dirname(path) : closedTo(dirname(path))
  }
}

/** From link to link, as far as the last part of the path goes; not into folders whose tool keeps its links itself. */
function linksOf(path: string): readonly string[] {
  const found: string[] = []
  for (let at = path; found.length < 20 && !keptFolders.some((folder) => at.startsWith(folder));) {
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() !== true) break
    at = resolve(dirname(at), readlinkSync(at))
    found.push(at)
  }
  return found
}

/** execve(2), "Interpreter scripts": at most 256 bytes count. */
function interpreterOf(path: string): readonly string[] | null {
  const bytes = Buffer.alloc(256)
  const file = openSync(path, 'r')
  const length = readSync(file, bytes, 0, bytes.length, 0)
  closeSync(file)
  const [, line] = /^#![ \t]*([^\n]*)/.exec(bytes.toString('utf8', 0, length)) ?? []
  if (line === undefined) return null
  const words = line.trim().split(/[ \t]+/)
  if (!words[0]?.endsWith('/env')) return words
  // `env -S` splits, `env NAME=value` sets: the program is the first word that is neither.
  const program = words.slice(1).find((word) => !word.startsWith('-') && !word.includes('='))
  return [words[0], ...(program === undefined ? [] : [program])]
}

const nothing = { mode: 0, owner: 0, bytes: 0, links: [], barrier: null, noexec: null, loose: null, label: null, interpreter: null } as const

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

/** @param use what the account wants of it: to run it, to enter it, to read it; null for nothing */
export function pathFact(path: string, account: Account, use: 'run' | 'enter' | 'read' | null): PathFact {
  let real: string
  let stat: Stats
  try {
    real = realpathSync(path)
    stat = statSync(real)
  } catch (error) {
    return codeOf(error) === 'EACCES' ? { path, kind: 'hidden', ...nothing, barrier: closedTo(path) } : { path, kind: 'missing', ...nothing }
  }
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other'
  const windows = process.platform === 'win32'
  const bit = use === 'read' ? 4 : 1
  const barrier = windows || use === null ? null : (barrierTo(real, account) ?? (may(account, stat, bit) ? null : path))
  let interpreter: PathFact['interpreter'] = null
  try {
    if (use === 'run' && kind === 'file' && !windows) interpreter = interpreterOf(real)
  } catch {
    // Executable and not readable: then it is no script.
  }
  return {
    path,
    kind,
    mode: windows ? 0 : stat.mode & 0o7777,
    owner: stat.uid,
    bytes: windows ? stat.size : stat.blocks * 512,
    links: linksOf(path),
    barrier,
    noexec: use === 'run' ? noexecMount(mounts(), real) : null,
    loose: windows ? null : looseOn(real, account),
    label: null,
    interpreter,
  }
}
