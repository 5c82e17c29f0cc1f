// A file of a service in, what it says and what lies beside it out, as far as this user may read it.
import { isAbsolute, join } from 'node:path'
import { UserError } from '../errors.ts'
import { kindOf, readText } from './files.ts'

/** Files around the main one, or at a path that it names. */
export const besideOf =
  (folder: string): ((name: string) => string | null) =>
  (name) => {
    try {
      const path = isAbsolute(name) ? name : join(folder, name)
      return kindOf(path) === 'file' ? readText(path) : null
    } catch (error) {
      if (error instanceof UserError) return null
      throw error
    }
  }

/** A binary property list becomes one of XML by the system's own tool. */
export async function plistText(path: string): Promise<string> {
  try {
    return readText(path)
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'PROFILE_INVALID') throw error
    const { run } = await import('./run.ts')
    const { code, stdout } = await run(['plutil', '-convert', 'xml1', '-o', '-', '--', path], {})
    if (code === 0) return stdout
    throw new UserError('NOT_IMPORTED', `${path} cannot be read: it is no text, so it may be a binary property list`, {
      hint: 'on a Mac it is converted by itself; elsewhere: plutil -convert xml1 FILE',
    })
  }
}
