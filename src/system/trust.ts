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
 * @returns why it must not be; null if it may, and always null for others than root
 */
export function distrust(path: string): string | null {
  if (process.getuid?.() !== 0) return null
  const folder = dirname(path)
  const above = folder === path ? null : distrust(folder)
  if (above !== null) return above
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (stat === undefined) return null
  if (stat.uid !== 0) return `${folder} belongs to another user (${stat.uid})`
  if (stat.isSymbolicLink()) return distrust(`${realpathSync(folder)}/x`)
  return (stat.mode & writableByOthers) !== 0 && (stat.mode & sticky) === 0 ? `others may write in ${folder}` : null
}

/** @throws UserError UNSAFE_PATH where {@link distrust} has a reason */
export function assertTrusted(path: string): void {
  const why = distrust(path)
  if (why !== null) throw new UserError('UNSAFE_PATH', `as root, nothing is written to ${path}: ${why}`)
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
