// A log file in, its last lines out, and what is added to it from then on; for systems without tail(1).
import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** More of a log than a person reads. */
const maxBytes = 1024 * 1024
const pollMs = 250

function read(path: string, from: number, to: number): string {
  const descriptor = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(to - from)
    return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, bytes.length, from))
  } finally {
    closeSync(descriptor)
  }
}

/** @returns the last lines, each with its end; empty if there is no such file */
export function tail(path: string, lines: number): string {
  try {
    const { size } = statSync(path)
    const text = read(path, Math.max(0, size - maxBytes), size).replaceAll('\r\n', '\n')
    const list = text.split('\n')
    const whole = list.at(-1) === '' ? list.slice(0, -1) : list
    return whole
      .slice(Math.max(0, whole.length - lines))
      .map((line) => `${line}\n`)
      .join('')
  } catch {
    return ''
  }
}

/** Says what is added to a file until the end of the process; one that begins anew, as after a roll, is said from its beginning. */
export function follow(path: string, say: (text: string) => void): void {
  let at = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  setInterval(() => {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    if (size < at) at = 0
    if (size === at) return
    try {
      say(read(path, at, size))
      at = size
    } catch {
      // Rolled at this very moment; the next look sees the new one.
    }
  }, pollMs)
}
