// Single files, read and written: texts in and out, and a clear error for whatever a file system says.
import { readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { UserError, type ErrorCode } from '../errors.ts'

/** The code of a failed system call. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

/** Nothing that we read is larger. */
const maxTextBytes = 2 * 1024 * 1024

/** Reads a UTF-8 file (a byte order mark is dropped). @throws UserError if it is not there, cannot be read or is no UTF-8 */
export function readText(path: string, maxBytes = maxTextBytes): string {
  let bytes: Buffer
  try {
    // A pipe or a device may never end.
    const stat = statSync(path)
    if (!stat.isFile() && !stat.isDirectory()) throw new UserError('PROFILE_NOT_FOUND', `cannot read ${path}: it is not a regular file`)
    if (stat.size > maxBytes)
      throw new UserError('PROFILE_INVALID', `${path} has ${Math.ceil(stat.size / 1024)} KiB; at most ${maxBytes / 1024} KiB are read`, {
        hint: 'a profile is a few kilobytes; was another file meant?',
      })
    bytes = readFileSync(path)
  } catch (error) {
    throw error instanceof UserError ? error : readError(path, error)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UserError('PROFILE_INVALID', `${path} is not UTF-8 text`, { hint: 'save it as UTF-8' })
  }
}

/** What is at a path that somebody typed. @throws UserError where that cannot be known */
export function kindOf(path: string): 'file' | 'folder' | 'nothing' {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat === undefined ? 'nothing' : stat.isDirectory() ? 'folder' : 'file'
  } catch (error) {
    // Below a file there is nothing; Node says so from 22 on.
    if (codeOf(error) === 'ENOTDIR') return 'nothing'
    throw readError(path, error)
  }
}

/** Names in a folder, sorted by code point, so that the order is the same everywhere. @throws UserError where it cannot be read */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  } catch (error) {
    throw readError(folder, error)
  }
}

const whyNotRead: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it, or a folder above it',
  EPERM: 'this user may not read it',
  ENOTDIR: 'a file is where a folder should be',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
}

/** What a failed call says of a file that was to be read. */
export function readError(path: string, error: unknown, code: ErrorCode = 'PROFILE_NOT_FOUND'): UserError {
  return new UserError(code, `cannot read ${path}: ${whyNotRead[codeOf(error)] ?? (error as Error).message}`, { cause: error })
}

/** Writes one new file. @param hint what to do where it is there already @throws UserError FILE_EXISTS unless `replace` */
export function writeNew(path: string, text: string, replace: boolean, mode = 0o644, hint = 'choose another name, or --force to replace it'): void {
  try {
    if (replace) {
      const temporary = `${path}.${process.pid}.tmp`
      writeFileSync(temporary, text, { mode })
      renameSync(temporary, path)
    } else writeFileSync(path, text, { flag: 'wx', mode })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new UserError('FILE_EXISTS', `${path} is there already`, { hint })
    throw writeError(path, error)
  }
}

export function writeError(path: string, error: unknown): UserError {
  const code = codeOf(error)
  if ((code === 'EACCES' || code === 'EPERM') && process.getuid?.() !== 0)
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
              : code === 'ELOOP'
                ? 'its symbolic links lead in a circle'
                : (error as Error).message
  return new UserError('WRITE_FAILED', `cannot write ${path}: ${why}`, { cause: error })
}
