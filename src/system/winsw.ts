// Which WinSW is wanted in, a file that is it by its sha256 out: given, in the cache, or fetched.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { officialBase, winswArchOf, winswRelease, winswReleases, winswUrl, type WinswArch, type WinswRelease } from '../platform/windows/releases.ts'
import type { Os } from '../profile/model.ts'
import { download, type DownloadReport, type Patience } from './download.ts'
import { copyHashed, sha256Of, Unexpected, type Expected } from './hashed.ts'
import { readError } from './files.ts'

/** Where the releases are, if not on GitHub: a base address with `v<version>/<file>` below it. What it sends is held against the same hashes. */
const mirrorVariable = 'HERMES_INSTALL_WINSW_MIRROR'
/** The path of an own copy. install.cmd knows it, too. */
const pathVariable = 'HERMES_INSTALL_WINSW'

/** No file of any release is half as large. */
const maxBytes = 64 * 1024 * 1024

const expected = ({ sha256, bytes }: WinswRelease): Expected => ({ sha256, maxBytes: bytes ?? maxBytes })

/** How the search is told of. */
export interface WinswReport extends DownloadReport {
  /** A file of the cache that is not what it should be, and is about to be replaced. */
  readonly damaged: (path: string) => void
}

export interface WinswWanted {
  readonly version: 2 | 3
  readonly arch: WinswArch
  /** `--winsw PATH`, or the profile's `windows.winsw.path`; what it is called in messages, and the path. */
  readonly given: { readonly name: string; readonly path: string } | null
  readonly env: NodeJS.ProcessEnv
  /** What cacheFolder (cache.ts) says. */
  readonly cacheDir: string
  /** Where a download goes; the cache, if nothing is said. */
  readonly into?: string
  readonly offline: boolean
  readonly report: WinswReport
  /** For tests. */
  readonly releases?: readonly WinswRelease[]
  readonly patience?: Patience
}

export interface WinswFound {
  /** Whoever copies it hashes what is copied ({@link copyWinsw}): it may change after this look. */
  readonly path: string
  readonly source: 'given' | 'environment' | 'cache' | 'download'
  readonly release: WinswRelease
}

/** The place of a release in the cache. */
export const cachePath = (cacheDir: string, { version, file }: WinswRelease): string => resolve(cacheDir, 'winsw', version, file)

/** The build for this machine; x64, which most Windows machines are, where this is none. PROCESSOR_ARCHITEW6432 is the machine's where this is a 32-bit Node. */
export function machineArch(os: Os | null, env: NodeJS.ProcessEnv): WinswArch {
  const processor = os === 'windows' ? (env['PROCESSOR_ARCHITEW6432'] ?? env['PROCESSOR_ARCHITECTURE'] ?? '') : ''
  return (winswArchOf as Readonly<Record<string, WinswArch>>)[processor] ?? 'x64'
}

/** `WinSW 3.0.0-alpha.11 (x64)`. */
export const winswName = ({ version, arch }: WinswRelease): string => `WinSW ${version} (${arch})`

/** What a person does whom no network helps. */
const byHand = (release: WinswRelease, place: string): string =>
  `fetch ${winswUrl(release)} where there is a network, check that its sha256 is ${release.sha256}, and put it at ${place}, or set ${pathVariable} to its path`

/** For programs: the same facts as fields. */
const factsOf = (release: WinswRelease, place: string): object => ({
  wanted: { version: release.version, arch: release.arch, file: release.file, url: winswUrl(release), sha256: release.sha256, path: place },
})

/**
 * Whether a file is the wanted one.
 * @returns null if there is none
 * @throws UserError WINSW_NOT_FOUND where it cannot be read
 */
async function hashOf(path: string): Promise<string | null> {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return null
    // A pipe or a device may never end.
    if (!stat.isFile()) throw new UserError('WINSW_NOT_FOUND', `${path} is not a regular file`)
    return await sha256Of(path)
  } catch (error) {
    throw error instanceof UserError ? error : readError(path, error, 'WINSW_NOT_FOUND')
  }
}

function wrong(what: string, found: string, release: WinswRelease, releases: readonly WinswRelease[], hint: string): UserError {
  const other = releases.find(({ sha256 }) => sha256 === found)
  return new UserError('WRONG_HASH', `${what} is not ${winswName(release)}: its sha256 is ${found}, and ${release.sha256} is pinned`, {
    hint: other === undefined ? hint : `it is ${winswName(other)}; ${hint}`,
  })
}

/**
 * Looks at one place.
 * @param ours whether it is the cache's, where another file is damage to be mended, or a person's, where it is theirs
 * @returns whether it is there and right
 * @throws UserError WRONG_HASH if another file is where a person keeps it
 */
export async function isWinsw(path: string, ours: boolean, release: WinswRelease, releases = winswReleases): Promise<boolean> {
  const found = await hashOf(path)
  if (found !== null && found !== release.sha256 && !ours) throw wrong(path, found, release, releases, 'move it away, or choose another folder')
  return found === release.sha256
}

async function mustBeThere(name: string, typed: string, release: WinswRelease, releases: readonly WinswRelease[]): Promise<string> {
  const path = resolve(typed)
  const found = await hashOf(path)
  if (found === null)
    throw new UserError('WINSW_NOT_FOUND', `${name} says ${path}, and there is no such file`, { hint: `put ${winswName(release)} there, or leave it out` })
  if (found !== release.sha256)
    throw wrong(`${path} (${name})`, found, release, releases, 'nothing else is ever run; leave it out to have the pinned file fetched')
  return path
}

/** @throws UserError USAGE for a mirror that is no address; it is not repeated, as a password may stand in it */
function baseFrom(env: NodeJS.ProcessEnv): string {
  const base = env[mirrorVariable]
  if (!base) return officialBase
  if (!URL.canParse(base) || !['http:', 'https:'].includes(new URL(base).protocol))
    throw new UserError('USAGE', `${mirrorVariable} is no address`, {
      hint: `it takes http:// or https://, below which v<version>/<file> lie as in ${officialBase}`,
    })
  return base
}

/**
 * Finds WinSW: where `given` says, where HERMES_INSTALL_WINSW says, in the cache, in the official release, in this order. A place that somebody named is never
 * passed over: if it holds nothing, or another file, that is the answer.
 * @throws UserError WRONG_HASH, WINSW_NOT_FOUND, DOWNLOAD_FAILED, or what the file system says
 */
export async function findWinsw(wanted: WinswWanted): Promise<WinswFound> {
  const { version, arch, given, env, cacheDir, offline, report, releases = winswReleases } = wanted
  const release = winswRelease(version, arch, releases)
  if (given !== null) return { path: await mustBeThere(given.name, given.path, release, releases), source: 'given', release }
  const variable = env[pathVariable]
  if (variable) return { path: await mustBeThere(pathVariable, variable, release, releases), source: 'environment', release }

  const cached = cachePath(cacheDir, release)
  const found = await hashOf(cached)
  if (found === release.sha256) return { path: cached, source: 'cache', release }
  const into = wanted.into ?? cached
  const help = { hint: byHand(release, into), document: factsOf(release, into) }
  if (offline) {
    if (found !== null) throw wrong(cached, found, release, releases, byHand(release, into))
    throw new UserError('WINSW_NOT_FOUND', `${winswName(release)} is not at ${cached}, and --offline keeps it from being fetched`, help)
  }
  if (found !== null) report.damaged(cached)
  const url = winswUrl(release, baseFrom(env))
  try {
    await download({ url, bytes: release.bytes, ...expected(release), target: into, env, report, patience: wanted.patience })
  } catch (error) {
    // What can be mended here has its own hint.
    if (!(error instanceof UserError) || error.code !== 'DOWNLOAD_FAILED' || error.hint !== null) throw error
    throw new UserError(error.code, error.message, { ...help, cause: error.cause })
  }
  return { path: into, source: 'download', release }
}

/**
 * Copies what {@link findWinsw} found, under the name only if it still is that file.
 * @throws UserError WRONG_HASH where it changed meanwhile, or what the file system says
 */
export async function copyWinsw({ path, release }: WinswFound, target: string): Promise<void> {
  try {
    await copyHashed(path, target, expected(release))
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error
    throw new UserError('WRONG_HASH', `${path} changed while it was copied: ${error.message}, and sha256 ${release.sha256} is pinned`, { cause: error })
  }
}
