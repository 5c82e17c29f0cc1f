// Files of a service on their way to their place: whole, with their rights, and only where nobody can lead us astray.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'
import type { System } from '../apply/system.ts'
import { UserError } from '../errors.ts'
import type { Found, Owner } from '../plan/observed.ts'
import { codeOf, writeError } from './files.ts'
import { assertTrusted } from './trust.ts'

/** The one name for a file that is not in its place yet: a later run finds what a killed one left. The scripts use the same. */
export const temporaryFor = (path: string): string => `${dirname(path)}/.${basename(path)}.hermes-install-new`

export function utf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

function look(path: string): Found {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return { kind: 'nothing' }
    if (stat.isSymbolicLink()) return { kind: 'link', to: readlinkSync(path) }
    if (stat.isDirectory()) return { kind: 'folder' }
    if (!stat.isFile()) return { kind: 'other' }
    const bytes = readFileSync(path)
    return { kind: 'file', sha256: createHash('sha256').update(bytes).digest('hex'), text: utf8(bytes), mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid }
  } catch (error) {
    if (['EACCES', 'EPERM'].includes(codeOf(error))) return { kind: 'hidden' }
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return { kind: 'nothing' }
    throw error
  }
}

/** A rename is on disk once its folder is: fsync(2). */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } catch {
    // Some file systems have no fsync for folders; then there is nothing more to be had.
  } finally {
    closeSync(descriptor)
  }
}

const guard = <T>(path: string, act: () => T): T => {
  try {
    assertTrusted(path)
    return act()
  } catch (error) {
    if (error instanceof UserError) throw error
    throw writeError(path, error)
  }
}

/** Where there is no /proc (macOS): the scripts ask ps(1) in the same way, and keep the same text in their lock. */
function startedBy(pid: number): string | null {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return text.replace(/\n$/, '').replaceAll(/ +/g, '_') || null
  } catch {
    return null
  }
}

function write(path: string, data: string | Uint8Array, mode: number, owner: Owner | null): void {
  guard(path, () => {
    const temporary = temporaryFor(path)
    rmSync(temporary, { force: true })
    try {
      // "wx": O_EXCL follows no link.
      const descriptor = openSync(temporary, 'wx', 0o600)
      try {
        writeFileSync(descriptor, data)
        if (owner !== null && (owner.uid !== process.getuid!() || owner.gid !== null)) fchownSync(descriptor, owner.uid, owner.gid ?? process.getgid!())
        fchmodSync(descriptor, mode)
        fsyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
      renameSync(temporary, path)
      syncFolder(dirname(path))
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  })
}

/** The file system's half of {@link System}. */
export const place: Pick<
  System,
  | 'look'
  | 'list'
  | 'read'
  | 'write'
  | 'setRights'
  | 'copy'
  | 'remove'
  | 'sweep'
  | 'missing'
  | 'makeFolder'
  | 'removeFolder'
  | 'move'
  | 'removeTree'
  | 'link'
  | 'startedAt'
> = {
  look,
  list(folder) {
    try {
      return readdirSync(folder).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    } catch {
      return []
    }
  },
  read(path) {
    const found = look(path)
    return found.kind === 'file' ? found.text : null
  },
  write,
  setRights(path, mode, owner) {
    guard(path, () => {
      if (process.getuid!() !== 0) return chmodSync(path, mode)
      // O_NOFOLLOW: what is there is a file, or nothing happens.
      const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        if (owner !== null) fchownSync(descriptor, owner.uid, owner.gid ?? process.getgid!())
        fchmodSync(descriptor, mode)
      } finally {
        closeSync(descriptor)
      }
    })
  },
  copy(from, to) {
    const { mode, uid, gid } = statSync(from)
    write(to, readFileSync(from), mode & 0o7777, process.getuid!() === 0 ? { uid, gid } : null)
  },
  remove(path) {
    guard(path, () => {
      rmSync(temporaryFor(path), { force: true })
      rmSync(path, { force: true })
    })
  },
  sweep: (path) => guard(path, () => rmSync(temporaryFor(path), { force: true })),
  missing(folder) {
    const missing: string[] = []
    for (let at = folder; statSync(at, { throwIfNoEntry: false }) === undefined && at !== dirname(at); at = dirname(at)) missing.unshift(at)
    return missing
  },
  makeFolder(path, mode, owner) {
    guard(path, () => {
      mkdirSync(path)
      chmodSync(path, mode)
      if (owner !== null) lchownSync(path, owner.uid, owner.gid ?? process.getgid!())
    })
  },
  removeFolder(path) {
    try {
      assertTrusted(path)
      rmdirSync(path)
    } catch {
      // Something is in it, or it is gone already: both are as they should be.
    }
  },
  move: (from, to) => guard(to, () => renameSync(from, to)),
  removeTree: (path) => guard(path, () => rmSync(path, { recursive: true, force: true })),
  link(path, to) {
    return guard(path, () => {
      try {
        symlinkSync(to, path)
        return true
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false
        throw error
      }
    })
  },
  // Fields 3 and 22 of proc(5): a zombie is dead.
  startedAt(pid) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      return fields[0] === 'Z' ? null : (fields[19] ?? null)
    } catch {
      return existsSync('/proc/self') ? null : startedBy(pid)
    }
  },
}
