// A stream of bytes in, a file that has the sha256 that was asked for out, or none: nothing half-written or unknown ever bears the name.
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf, readError, writeError } from './files.ts'
import { makeFolder } from './tree.ts'

/** What a file has to be. */
export interface Expected {
  readonly sha256: string
  /** No more than this is read or written. */
  readonly maxBytes: number
}

/** What was received is another file, or more of one than it may be. */
export class Unexpected extends Error {
  /** Of all that came; null where it was too much to go on. */
  readonly sha256: string | null
  readonly bytes: number
  constructor(sha256: string | null, bytes: number) {
    super(sha256 === null ? `more than ${bytes} bytes` : `sha256 ${sha256}`)
    this.name = 'Unexpected'
    this.sha256 = sha256
    this.bytes = bytes
  }
}

/** @throws NodeJS.ErrnoException where it cannot be read */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Parts that are older than this are nobody's any more: no download is given so long (system/download.ts). */
export const partLifetimeMs = 60 * 60_000

const partPrefix = (target: string): string => `.${basename(target)}.`

/** What killed runs have left. Best effort: a part is never taken for the file. */
function sweep(target: string): void {
  for (const name of readdirSync(dirname(target))) {
    if (!name.startsWith(partPrefix(target)) || !/\.\d+-[\da-f]{12}\.tmp$/.test(name)) continue
    const part = join(dirname(target), name)
    try {
      if (Date.now() - statSync(part).mtimeMs > partLifetimeMs) rmSync(part)
    } catch {
      // Another run was quicker, or holds it open.
    }
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs with `clean` called if one of the usual signals ends the process meanwhile, which then ends as it would have. */
async function tidy<T>(clean: () => void, act: () => Promise<T>): Promise<T> {
  const onSignal = (signal: NodeJS.Signals): void => {
    clean()
    forget()
    process.kill(process.pid, signal)
  }
  const forget = (): void => signals.forEach((signal) => void process.off(signal, onSignal))
  signals.forEach((signal) => void process.on(signal, onSignal))
  try {
    return await act()
  } finally {
    forget()
  }
}

/** Windows refuses a rename for as long as a scanner or another run has one of the two files open. */
async function moveInto(part: string, target: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      renameSync(part, target)
      return
    } catch (error) {
      if (process.platform !== 'win32' || !['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error)) || tries === 20) throw error
      await sleep(100)
    }
  }
}

async function synced(folder: string): Promise<void> {
  // Windows has no fsync for folders (EPERM), and some file systems have none either: then there is nothing more to be had.
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

/**
 * Writes what comes to a file beside the target, hashing on the way, and renames it when it is whole, right and on disk.
 * @throws Unexpected for other bytes; UserError for what the file system says; what `chunks` throws
 */
export async function putHashed(target: string, { sha256, maxBytes }: Expected, chunks: AsyncIterable<Buffer>): Promise<void> {
  const folder = dirname(target)
  const part = join(folder, `${partPrefix(target)}${process.pid}-${randomBytes(6).toString('hex')}.tmp`)
  const disk = async <T>(act: () => T): Promise<Awaited<T>> => {
    try {
      return await act()
    } catch (error) {
      throw writeError(target, error)
    }
  }
  await disk(() => {
    makeFolder(folder, [])
    sweep(target)
  })
  const clean = (): void => {
    try {
      rmSync(part, { force: true })
    } catch {
      // A later run sweeps it; what led here says more.
    }
  }
  await tidy(clean, async () => {
    try {
      // "wx": O_EXCL follows no link.
      const handle = await disk(() => open(part, 'wx', 0o644))
      try {
        const hash = createHash('sha256')
        let bytes = 0
        for await (const chunk of chunks) {
          bytes += chunk.length
          if (bytes > maxBytes) throw new Unexpected(null, maxBytes)
          hash.update(chunk)
          await disk(() => handle.writeFile(chunk))
        }
        const found = hash.digest('hex')
        if (found !== sha256) throw new Unexpected(found, bytes)
        await disk(() => handle.sync())
      } finally {
        await handle.close()
      }
      await disk(() => moveInto(part, target))
      await synced(folder)
    } catch (error) {
      clean()
      throw error
    }
  })
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path)
  } catch (error) {
    throw readError(path, error, 'WINSW_NOT_FOUND')
  }
}

/**
 * Copies a file that may have changed since it was looked at: what arrives is hashed again.
 * @throws what {@link putHashed} throws
 */
export const copyHashed = (from: string, target: string, expected: Expected): Promise<void> => putHashed(target, expected, chunksOf(from))
