// A path that root is about to write in; an error out if somebody else could make it lead elsewhere.
import { lstatSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../errors.ts'

const sticky = 0o1000
const writableByOthers = 0o022

/**
 * Whoever may write in a folder may replace what is in it by a link, between a check and a write: root then writes where they like. So every folder on the way
 * must be root's alone (CWE-59; the same rule as sshd's for authorized_keys).
 * @param path what is to be written, whether it is there or not
 * @throws UserError UNSAFE_PATH; nothing unless this runs as root
 */
export function assertTrusted(path: string): void {
  if (process.getuid?.() !== 0) return
  const folder = dirname(path)
  if (folder !== path) assertTrusted(folder)
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (stat === undefined) return
  const refuse = (why: string): never => {
    throw new UserError('UNSAFE_PATH', `as root, nothing is written to ${path}: ${why}`, {
      hint: 'give that folder to root alone, or make what is missing as the user who owns it',
    })
  }
  if (stat.uid !== 0) refuse(`${folder} belongs to another user (${stat.uid})`)
  if (stat.isSymbolicLink()) return assertTrusted(`${realpathSync(folder)}/x`)
  if ((stat.mode & writableByOthers) !== 0 && (stat.mode & sticky) === 0) refuse(`others may write in ${folder}`)
}

/** Whether anybody but root may change a program: it, or a folder on its way. @returns the first path that they may change; null if none */
export function changeableByOthers(path: string): string | null {
  let real: string
  try {
    real = realpathSync(path)
  } catch {
    return null
  }
  for (let at = real; ; at = dirname(at)) {
    const stat = lstatSync(at)
    const loose = (stat.mode & writableByOthers) !== 0 && !(stat.isDirectory() && (stat.mode & sticky) !== 0)
    if (stat.uid !== 0 || loose) return at
    if (at === dirname(at)) return null
  }
}
