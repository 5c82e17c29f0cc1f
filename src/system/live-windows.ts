// This Windows machine as `apply` sees it.
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { System } from '../apply/system.ts'
import { UserError } from '../errors.ts'
import type { Answer, Pinned } from '../platform/manager.ts'
import { system32 } from '../platform/windows/recovery.ts'
import type { LiveOptions } from './live.ts'
import { cacheFolder } from './cache.ts'
import { placeWindows } from './place-windows.ts'
import { run } from './run.ts'
import { tail } from './tail.ts'

/** `reg query` writes in the code page of a console; an export is UTF-16 everywhere. */
async function registry(key: string): Promise<Answer> {
  const file = join(tmpdir(), `hermes-install-${randomBytes(12).toString('hex')}.reg`)
  try {
    const { code } = await run([`${system32}\\reg.exe`, 'export', key, file, '/y'], {}, { timeoutMs: 30_000 })
    return { code, stdout: code === 0 ? readFileSync(file, 'utf16le') : '' }
  } finally {
    rmSync(file, { force: true })
  }
}

/** Only an administrator may look into the registry of a service account; where that has none, `net session` says the same. Codes, no words. */
async function isAdmin(): Promise<boolean> {
  const quiet = async (...argv: readonly string[]): Promise<boolean> => (await run(argv, {}, { timeoutMs: 30_000 })).code === 0
  return (await quiet(`${system32}\\reg.exe`, 'query', 'HKU\\S-1-5-19')) || quiet(`${system32}\\net.exe`, 'session')
}

/** The bytes are hashed that are written, not a file that somebody may change in between. */
async function obtain({ line, sha256, name, given }: Pinned, options: LiveOptions): Promise<Uint8Array> {
  const { findWinsw, machineArch } = await import('./winsw.ts')
  const named = options.winsw === undefined ? (given === null ? null : { name: 'windows.winsw.path', path: given }) : { name: '--winsw', path: options.winsw }
  const { path } = await findWinsw({
    version: line,
    arch: machineArch('windows', process.env),
    given: named,
    env: process.env,
    cacheDir: cacheFolder('windows', process.env),
    offline: options.offline ?? false,
    report: (await options.report?.()) ?? { started: () => undefined, progress: () => undefined, retrying: () => undefined, damaged: () => undefined },
  })
  const bytes = readFileSync(path)
  const { createHash } = await import('node:crypto')
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new UserError('WRONG_HASH', `${path} is not ${name}`, { hint: `its sha256 must be ${sha256}` })
  return bytes
}

export function windowsSystem(options: LiveOptions): System {
  return {
    pid: process.pid,
    ...placeWindows,
    tail,
    account: () => ({ uid: 0, gid: null }),
    distrust: () => null,
    run: (argv, more) => run(argv, {}, more),
    registry,
    obtain: (pinned) => obtain(pinned, options),
    probe: async (health, stop) => (await import('./probe.ts')).probe(health, {}, stop),
    now: () => performance.now(),
    sleep: (ms) => sleep(ms).then(() => undefined),
    admin: isAdmin,
    elevate: async (argv, job) => (await import('./elevate.ts')).elevate(argv, job),
  }
}
