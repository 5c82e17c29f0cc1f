// Files of a service on their way to their place on Windows: whole, and closed where only administrators may look. See place.ts for the same elsewhere.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, win32 } from 'node:path'
import type { System } from '../apply/system.ts'
import { UserError } from '../errors.ts'
import type { Found } from '../plan/observed.ts'
import { system32 } from '../platform/windows/recovery.ts'
import { codeOf, writeError } from './files.ts'
import { place, temporaryFor, utf8 } from './place.ts'

/** libuv's UV_FS_O_EXLOCK: opened without any sharing, so that nobody else can open the file as long as this process lives, however it ends. */
const exclusive = 0x10000000
const locks = new Map<string, { readonly descriptor: number; readonly to: string }>()
/** What a lock of another process says: Windows lets nobody read it. 0 is the number of no process that a user has. */
const someoneElse = '0-another'

/** A virus scanner or an indexer may hold a file for a moment. */
const passing = new Set(['EPERM', 'EBUSY', 'EACCES'])
const patienceMs = 2000

function patient<T>(act: () => T): T {
  const end = performance.now() + patienceMs
  for (;;) {
    try {
      return act()
    } catch (error) {
      if (!passing.has(codeOf(error)) || performance.now() >= end) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
    }
  }
}

const guard = <T>(path: string, act: () => T): T => {
  try {
    return patient(act)
  } catch (error) {
    throw error instanceof UserError ? error : writeError(path, error)
  }
}

/** No text is larger, and a program is none. */
const maxTextBytes = 4 * 1024 * 1024

function look(path: string): Found {
  const held = locks.get(path)
  if (held !== undefined) return { kind: 'link', to: held.to }
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return { kind: 'nothing' }
    // Junctions, too.
    if (stat.isSymbolicLink()) return { kind: 'link', to: readlinkSync(path) }
    if (stat.isDirectory()) return { kind: 'folder' }
    if (!stat.isFile()) return { kind: 'other' }
    const bytes = readFileSync(path)
    return {
      kind: 'file',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      text: bytes.length > maxTextBytes ? null : utf8(bytes),
      mode: null,
      uid: 0,
      gid: 0,
    }
  } catch (error) {
    if (codeOf(error) === 'EBUSY' && basename(path) === 'lock') return { kind: 'link', to: someoneElse }
    if (['EACCES', 'EPERM', 'EBUSY'].includes(codeOf(error))) return { kind: 'hidden' }
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return { kind: 'nothing' }
    throw error
  }
}

/** Whatever every user may read there is closed where the mode says so; a user's own folders are closed by Windows. */
const isMachines = (path: string): boolean => /^[A-Za-z]:\\(?:Program Files|ProgramData)\\/i.test(path)

function close(path: string, folder: boolean): void {
  const all = folder ? '(OI)(CI)F' : 'F'
  const argv = [path, '/inheritance:r', '/grant:r', `*S-1-5-18:${all}`, `*S-1-5-32-544:${all}`]
  execFileSync(`${system32}\\icacls.exe`, argv, { stdio: 'ignore', windowsHide: true })
}

function write(path: string, data: string | Uint8Array, mode: number): void {
  guard(path, () => {
    const temporary = temporaryFor(path)
    rmSync(temporary, { force: true })
    try {
      const descriptor = openSync(temporary, 'wx')
      try {
        // In a folder that is closed already the file is, too.
        if ((mode & 0o077) === 0 && /^[A-Za-z]:\\Program Files\\/i.test(path)) close(temporary, false)
        writeFileSync(descriptor, data)
        fsyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
      renameSync(temporary, path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  })
}

/** The file system's half of {@link System}. */
export const placeWindows: Omit<
  System,
  'pid' | 'tail' | 'account' | 'distrust' | 'run' | 'registry' | 'obtain' | 'admin' | 'elevate' | 'probe' | 'now' | 'sleep'
> = {
  look,
  list: place.list,
  read(path) {
    const found = look(path)
    return found.kind === 'file' ? found.text : null
  },
  write,
  // There are no modes; who may what comes from the folder.
  setRights: () => undefined,
  copy: (from, to) => write(to, readFileSync(from), 0o644),
  remove(path) {
    guard(path, () => {
      const held = locks.get(path)
      if (held !== undefined) closeSync(held.descriptor)
      locks.delete(path)
      rmSync(temporaryFor(path), { force: true })
      rmSync(path, { force: true })
    })
  },
  sweep: (path) => guard(path, () => rmSync(temporaryFor(path), { force: true })),
  missing: place.missing,
  makeFolder(path, mode) {
    guard(path, () => {
      mkdirSync(path)
      if ((mode & 0o077) === 0 && isMachines(path)) close(path, true)
    })
  },
  removeFolder: place.removeFolder,
  move: (from, to) => guard(to, () => renameSync(from, to)),
  removeTree(path) {
    guard(path, () => {
      for (const [lock, { descriptor }] of locks) {
        if (!win32.normalize(lock).startsWith(`${win32.normalize(path)}\\`)) continue
        closeSync(descriptor)
        locks.delete(lock)
      }
      rmSync(path, { recursive: true, force: true })
    })
  },
  // Symbolic links take a right that few users have. The lock is a file instead that is open for this process alone; that of a dead one is free.
  link(path, to) {
    return guard(path, () => {
      try {
        const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | exclusive)
        ftruncateSync(descriptor)
        writeSync(descriptor, to)
        locks.set(path, { descriptor, to })
        return true
      } catch (error) {
        if (codeOf(error) === 'EBUSY') return false
        throw error
      }
    })
  },
  startedAt: (pid) => (pid === 0 ? 'another' : pid === process.pid ? 'now' : null),
}
