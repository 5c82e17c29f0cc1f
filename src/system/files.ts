// The only code that reads and writes files: texts in and out, whole folders written so that nothing half-written can be seen.
import { chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import type { RenderedFile } from '../render/render.ts'

/** The code of a failed system call. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

/** Nothing that we read is larger. */
const maxTextBytes = 2 * 1024 * 1024

/** Reads a UTF-8 file (a byte order mark is dropped). @throws UserError if it is not there, cannot be read or is no UTF-8 */
export function readText(path: string): string {
  let bytes: Buffer
  try {
    // A pipe or a device may never end.
    const stat = statSync(path)
    if (!stat.isFile() && !stat.isDirectory()) throw new UserError('PROFILE_NOT_FOUND', `cannot read ${path}: it is not a regular file`)
    if (stat.size > maxTextBytes)
      throw new UserError('PROFILE_INVALID', `${path} has ${Math.ceil(stat.size / 1024)} KiB; at most ${maxTextBytes / 1024} KiB are read`, {
        hint: 'a profile is a few kilobytes; was another file meant?',
      })
    bytes = readFileSync(path)
  } catch (error) {
    if (error instanceof UserError) throw error
    const code = codeOf(error)
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : code === 'EACCES'
            ? 'this user may not read it'
            : (error as Error).message
    throw new UserError('PROFILE_NOT_FOUND', `cannot read ${path}: ${why}`, { cause: error })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UserError('PROFILE_INVALID', `${path} is not UTF-8 text`, { hint: 'save it as UTF-8' })
  }
}

export function kindOf(path: string): 'file' | 'folder' | 'nothing' {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? 'nothing' : stat.isDirectory() ? 'folder' : 'file'
}

/** Names in a folder, sorted by code point, so that the order is the same everywhere. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** How one file of a tree differs from what is on disk. */
export interface Difference {
  readonly name: string
  readonly how: 'missing' | 'changed' | 'extra'
}

/** Compares a rendered folder with the disk; writes nothing. A name that a former manifest lists, or any other, that is not rendered is `extra`. */
export function compareTree(folder: string, files: readonly RenderedFile[]): Difference[] {
  if (kindOf(folder) !== 'folder') return files.map(({ name }) => ({ name, how: 'missing' }))
  const there = new Set(namesIn(folder))
  const differences: Difference[] = []
  for (const { name, bytes } of files) {
    if (!there.delete(name)) differences.push({ name, how: 'missing' })
    else if (!sameBytes(join(folder, name), bytes)) differences.push({ name, how: 'changed' })
  }
  return [...differences, ...[...there].map((name) => ({ name, how: 'extra' as const }))]
}

function sameBytes(path: string, bytes: Buffer): boolean {
  try {
    return readFileSync(path).equals(bytes)
  } catch (error) {
    if (codeOf(error) === 'EISDIR') return false
    throw error
  }
}

/**
 * Makes a folder hold exactly these files of ours. A new folder appears whole, by one rename; in one that is there, each changed file is replaced by a rename,
 * what a former manifest lists and is no longer rendered is removed, and files of others stay.
 * @returns the names written or removed; empty if nothing had to change
 */
export function writeTree(folder: string, files: readonly RenderedFile[]): string[] {
  try {
    const parent = dirname(folder)
    // What was made in this run cannot hold anything yet: no need to look.
    const fresh = parent === lastMade || makeFolder(parent)
    if (fresh) lastMade = parent
    return !fresh && kindOf(folder) === 'folder' ? updateTree(folder, files) : createTree(folder, files)
  } catch (error) {
    throw writeError(folder, error)
  }
}

/** Makes a folder and those above it. Node's own `recursive` never ends where a file system says ENOENT for a folder that cannot be made (/proc). @returns whether it was made */
function makeFolder(folder: string): boolean {
  if (kindOf(folder) === 'folder') return false
  const parent = dirname(folder)
  if (parent !== folder) makeFolder(parent)
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    // Another thread may have been quicker.
    if (codeOf(error) === 'EEXIST' && kindOf(folder) === 'folder') return false
    throw error
  }
}

/** The last parent folder that this run made. */
let lastMade: string | undefined

function createTree(folder: string, files: readonly RenderedFile[]): string[] {
  const temporary = `${folder}.${process.pid}.tmp`
  try {
    mkdirSync(temporary)
    for (const { name, mode, bytes } of files) writeFileSync(`${temporary}/${name}`, bytes, { mode })
    renameSync(temporary, folder)
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    throw error
  }
  return files.map(({ name }) => name)
}

function updateTree(folder: string, files: readonly RenderedFile[]): string[] {
  const former = formerNames(folder)
  const differences = compareTree(folder, files)
  const changed: string[] = []
  // A secret that was checked out or copied is readable for all; a changed file gets its mode when it is replaced.
  for (const { name, mode } of files.filter((file) => (file.mode & 0o077) === 0)) {
    const there = statSync(join(folder, name), { throwIfNoEntry: false })
    if (there !== undefined && (there.mode & 0o077) !== 0 && process.platform !== 'win32') chmodSync(join(folder, name), mode)
  }
  // The manifest is the last of the files: until it is replaced, the former one still lists what has to go.
  for (const { name, how } of differences) {
    if (how === 'extra') continue
    const { mode, bytes } = files.find((file) => file.name === name)!
    const temporary = join(folder, `.${name}.${process.pid}.tmp`)
    try {
      writeFileSync(temporary, bytes, { mode })
      renameSync(temporary, join(folder, name))
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
    changed.push(name)
  }
  for (const { name } of differences.filter(({ name, how }) => how === 'extra' && former.has(name))) {
    rmSync(join(folder, name), { force: true })
    changed.push(name)
  }
  return changed
}

/** The files that the manifest in the folder lists. A broken manifest lists none. */
function formerNames(folder: string): Set<string> {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: { source: string }[] }
    return new Set(manifest.files.map(({ source }) => source).filter((name) => !/[/\\]/.test(name)))
  } catch {
    return new Set()
  }
}

/** Writes one new file. @throws UserError FILE_EXISTS unless `replace` */
export function writeNew(path: string, text: string, replace: boolean, mode = 0o644): void {
  try {
    if (replace) {
      const temporary = `${path}.${process.pid}.tmp`
      writeFileSync(temporary, text, { mode })
      renameSync(temporary, path)
    } else writeFileSync(path, text, { flag: 'wx', mode })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new UserError('FILE_EXISTS', `${path} is there already`, { hint: 'choose another name, or --force to replace it' })
    throw writeError(path, error)
  }
}

export function writeError(path: string, error: unknown): UserError {
  const code = codeOf(error)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new UserError('NO_RIGHTS', `this user may not write ${path} (${code})`, {
      hint: 'run it as a user who may, or choose another place',
      cause: error,
    })
  const why =
    code === 'ENOSPC'
      ? 'the disk is full'
      : code === 'EISDIR'
        ? 'a folder is in the way'
        : code === 'ENOENT'
          ? 'a folder above it is not there or cannot be made'
          : code === 'ENOTDIR' || code === 'EEXIST'
            ? 'a file is in the way'
            : code === 'ENAMETOOLONG'
              ? 'the name is too long'
              : (error as Error).message
  return new UserError('WRITE_FAILED', `cannot write ${path}: ${why}`, { cause: error })
}
