// `winsw fetch`: the pinned WinSW, into the cache or into a folder.
import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { exitCodes, type ExitCode } from '../errors.ts'
import { winswRelease, winswUrl, type WinswArch } from '../platform/windows/releases.ts'
import { thisOs } from '../system/machine.ts'
import { cacheFolder } from '../system/cache.ts'
import { cachePath, copyWinsw, findWinsw, isWinsw, machineArch, winswName, type WinswFound, type WinswReport } from '../system/winsw.ts'
import { output, type Output } from './output.ts'

export interface FetchFlags {
  readonly winswVersion: '2' | '3'
  readonly arch?: WinswArch
  readonly out?: string
  readonly offline?: boolean
  readonly json?: boolean
  readonly color: boolean
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

/** A line that moves on a terminal; elsewhere one when it begins and one for each attempt that failed. */
export function telling(out: Output): WinswReport & { readonly close: () => void } {
  const live = process.stderr.isTTY && !out.json
  let open = false
  let drawn = 0
  const close = (): void => {
    if (open) process.stderr.write('\r\u001b[K')
    open = false
  }
  return {
    close,
    started: (url) => out.note(`fetching ${url}`),
    progress(bytes, total) {
      const now = performance.now()
      if (!live || (now - drawn < 100 && bytes !== total)) return
      drawn = now
      open = true
      const width = 24
      const full = total === null || total === 0 ? 0 : Math.min(width, Math.floor((bytes / total) * width))
      const bar = total === null ? '' : `  [${'#'.repeat(full)}${'.'.repeat(width - full)}]`
      const text = `${bar}  ${megabytes(bytes)}${total === null ? '' : ` of ${megabytes(total)}`} MB`
      process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`)
    },
    retrying(why, delayMs) {
      close()
      out.note(`${out.style('yellow', 'failed:')} ${why}; trying again in ${delayMs / 1000} s`)
    },
    damaged: (path) => out.note(`${out.style('yellow', 'warning:')} ${path} has another sha256 than the pinned one; it is not used`),
  }
}

/** @returns 0, with the file in its place */
export async function fetchCommand(flags: FetchFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const { env } = process
  const os = thisOs()
  const [version, arch] = [flags.winswVersion === '2' ? 2 : 3, flags.arch ?? machineArch(os, env)] as const
  const release = winswRelease(version, arch)
  const cacheDir = cacheFolder(os, env)
  const target = flags.out === undefined ? cachePath(cacheDir, release) : resolve(flags.out, release.file)
  const told = telling(out)
  let source: 'present' | WinswFound['source'] = 'present'
  if (!(await isWinsw(target, flags.out === undefined, release))) {
    try {
      const found = await findWinsw({ version, arch, given: null, env, cacheDir, into: target, offline: flags.offline ?? false, report: told })
      if (found.path !== target) await copyWinsw(found, target)
      source = found.source
    } finally {
      told.close()
    }
  }
  const changed = source !== 'present'
  out.line(`${changed ? out.style('green', 'fetched') : 'unchanged'} ${winswName(release)}`)
  out.line(`  path    ${target}`)
  out.line(`  sha256  ${release.sha256}`)
  const { version: number, file, sha256 } = release
  out.document({ command: 'winsw fetch', ok: true, changed, version: number, arch, file, path: target, sha256, url: winswUrl(release), source })
  return exitCodes.done
}

/** Puts the pinned WinSW where a fleet takes it from, found or fetched; says nothing on the way. */
export async function copyPinned(version: 2 | 3, arch: WinswArch, target: string): Promise<void> {
  const nothing = (): void => undefined
  const report = { damaged: nothing, started: nothing, progress: nothing, retrying: nothing }
  const { env } = process
  const found = await findWinsw({ version, arch, given: null, env, cacheDir: cacheFolder(thisOs(), env), offline: false, report })
  mkdirSync(dirname(target), { recursive: true })
  await copyWinsw(found, target)
}
