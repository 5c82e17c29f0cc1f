// Profiles and the hosts of a fleet in, a folder for each host out: what `render` makes of the profiles for it, and what Ansible needs to know of them.
import { basename, join } from 'node:path'
import { UserError, type Issue } from '../errors.ts'
import { engineService, readAsTemplate, type EngineService } from '../fleet/engine.ts'
import { parseHosts, type FleetHost } from '../fleet/hosts.ts'
import type { Platform } from '../platform/platform.ts'
import { winswArchOf, type WinswArch } from '../platform/windows/releases.ts'
import { loadLayers, type Cache, type Loaded } from '../profile/load.ts'
import { merge, type Merged } from '../profile/merge.ts'
import type { Os } from '../profile/model.ts'
import type { RenderedFile } from '../render/render.ts'
import { toHost } from '../resolve/host.ts'
import { resolve, type Service } from '../resolve/service.ts'
import { readText } from '../system/files.ts'
import { compareTree, stageTree, type Difference, type Stage } from '../system/tree.ts'
import { checkInstance, checkParameters, declaredIn, parameterValues, readable, variable, type Flags } from './gather.ts'
import { inexactOf, loadPlatforms, renderOne } from './render.ts'

/** What came of one host. */
export interface HostOutcome {
  readonly host: string
  /** Why nothing could be rendered for it; the others are none the worse for it. */
  readonly error: string | null
  readonly changed: boolean
  readonly differences: readonly Difference[]
}

/** A hosts file of 10,000 hosts with a page of values each. */
const maxHostsBytes = 256 * 1024 * 1024

/** @throws UserError HOST_INVALID where the file as a whole says nothing */
export function readHosts(file: string): readonly FleetHost[] {
  const { hosts, issues } = parseHosts(readText(file, maxHostsBytes), file)
  if (issues.length > 0) throw new UserError('HOST_INVALID', `${file} has mistakes`, { issues })
  return hosts
}

export interface HostsFlags extends Flags {
  /** Whether what is rendered may be kept: then no secret may be in it. */
  readonly kept: boolean
  readonly check: boolean
}

/**
 * Renders every profile for every host, one after the other, so that memory does not grow with their number. Profiles are read once, and merged once for each OS.
 * @param stage where the folders are prepared: `<host>/<id>/` and `<host>/services/services.json`
 */
export async function renderHosts(profiles: readonly string[], flags: HostsFlags, hosts: readonly FleetHost[], stage: Stage): Promise<readonly HostOutcome[]> {
  const { files, source } = await readable(profiles)
  checkInstance(flags)
  const given = await parameterValues(flags)
  const cache: Cache = new Map()
  const declared = declaredIn(files, source, cache)
  checkParameters(given, declared)
  const loaded = new Map<string, Loaded>(files.map((file) => [file, loadLayers(file, source, cache)]))
  const merged = new Map<string, Merged>()
  const mergedFor = (file: string, os: Os): Merged => {
    const known = merged.get(`${os} ${file}`) ?? merge(loaded.get(file)!.layers, os, flags.instance ?? null)
    merged.set(`${os} ${file}`, known)
    return known
  }
  const platforms = await loadPlatforms([...new Set(hosts.flatMap(({ facts }) => (facts === null ? [] : [facts.os])))])
  const winsw = flags.check ? async () => ({}) : winswFinder(stage.out)

  const outcomes: HostOutcome[] = []
  for (const host of hosts) {
    let trees: readonly Tree[]
    let error: string | null = null
    try {
      checkParameters(host.values, declared)
      trees = await treesOf(host, { files, loaded, mergedFor, given, platforms, flags, winsw })
    } catch (problem) {
      if (!(problem instanceof UserError)) throw problem
      error = [problem.message, ...problem.issues.map(told), ...(problem.hint === null ? [] : [problem.hint])].join('\n')
      trees = []
    }
    const summary = file('services.json', `${JSON.stringify({ error, services: trees.map(({ data }) => data) }, null, 2)}\n`, 0o644)
    const folders: readonly (readonly [string, readonly RenderedFile[]])[] = [
      ...trees.map((tree) => [tree.data.id, tree.files] as const),
      ['services', [summary]],
    ]
    let changed = false
    const differences: Difference[] = []
    for (const [name, tree] of folders) {
      if (flags.check)
        differences.push(...compareTree(join(stage.out, host.name, name), tree).map((one) => ({ ...one, name: join(host.name, name, one.name) })))
      else if (stageTree(stage, host.name, name, tree).length > 0) changed = true
    }
    outcomes.push({ host: host.name, error, changed, differences })
  }
  return outcomes
}

interface Tree {
  readonly data: EngineService
  readonly files: readonly RenderedFile[]
}

const told = ({ file, line, column, key, message, hint }: Issue): string =>
  `${[file, line, column].filter((part) => part !== null).join(':')} ${key}: ${message}${hint === null ? '' : ` (${hint})`}`

const file = (name: string, text: string, mode: number): RenderedFile => ({ name, mode, text, bytes: Buffer.from(text) })

async function treesOf(
  host: FleetHost,
  {
    files,
    loaded,
    mergedFor,
    given,
    platforms,
    flags,
    winsw,
  }: {
    readonly files: readonly string[]
    readonly loaded: ReadonlyMap<string, Loaded>
    readonly mergedFor: (file: string, os: Os) => Merged
    readonly given: ReadonlyMap<string, string>
    readonly platforms: ReadonlyMap<Os, Platform>
    readonly flags: HostsFlags
    readonly winsw: (service: Service) => Promise<object>
  },
): Promise<readonly Tree[]> {
  if (host.facts === null || host.issues.length > 0) throw new UserError('HOST_INVALID', 'what is known of this host has mistakes', { issues: host.issues })
  const { facts } = host
  const inputs = {
    host: toHost(facts),
    instance: flags.instance ?? null,
    scope: flags.scope ?? null,
    given: new Map([...given, ...host.values]),
    environment: (name: string) => host.secrets.get(name) ?? variable(name, false),
  }
  const issues: Issue[] = []
  const trees: Tree[] = []
  for (const profile of files) {
    const { issues: found } = loaded.get(profile)!
    const merged = mergedFor(profile, facts.os)
    const resolved = resolve(merged, inputs, found)
    const service = found.length === 0 ? resolved.service : null
    const made = renderOne({ file: profile, os: facts.os, merged, service, issues: [...found, ...resolved.issues] }, platforms, issues)
    if (made === null) continue
    const { rendered } = made
    if (trees.some(({ data }) => data.id === made.service.id))
      issues.push(merged.issue(['name'], `${made.service.id} comes from another profile already`, 'every profile needs a name of its own'))
    const limits = inexactOf(rendered.manifest)
    if (flags.strict && limits.length > 0)
      throw new UserError('NOT_EXACT', `--strict: ${made.service.id} would not be exact: ${limits.map(({ key, reason }) => `${key} (${reason})`).join('; ')}`)
    const secret = rendered.manifest.files.find(({ sensitive }) => sensitive)
    if (secret !== undefined && flags.kept)
      throw new UserError('USAGE', `${made.service.id}: ${secret.source} would hold secrets, and they must not lie in an export`, {
        hint: 'use secretFile in the profile, or leave --hosts out: then it is rendered in each run',
      })
    const engine = engineService(made.service, rendered)
    const data = { ...engine.data, ...(facts.os === 'windows' ? await winsw(made.service) : {}) }
    const template = readAsTemplate(data)
    if (template !== null)
      throw new UserError('PROFILE_INVALID', `${made.service.id}: Ansible would read ${JSON.stringify(template.slice(0, 60))} as a template of its own`, {
        hint: 'change the name or path that "{{", "{%" or "{#" stands in',
      })
    trees.push({ data, files: [...rendered.files.slice(0, -1), ...engine.files, rendered.files.at(-1)!] })
  }
  if (issues.length > 0) throw new UserError('PROFILE_INVALID', issues.length === 1 ? 'one mistake' : `${issues.length} mistakes`, { issues })
  return trees
}

/** Where the controller has the pinned WinSW for a host: found, or fetched, once for each build and put beside the folders of the hosts. */
function winswFinder(out: string): (service: Service) => Promise<object> {
  const known = new Map<string, Promise<object>>()
  return ({ windows: { winsw }, host: { arch } }) => {
    if (winsw.path !== null) return Promise.resolve({ winsw_source: winsw.path, winsw_remote: true })
    const build: WinswArch = arch === 'x86' ? 'x86' : arch === 'arm64' ? winswArchOf.ARM64 : 'x64'
    const key = `${winsw.version}-${build}`
    const found = known.get(key) ?? fetched(winsw.version, build, join(out, `winsw-${key}.exe`))
    known.set(key, found)
    return found
  }
}

async function fetched(version: 2 | 3, arch: WinswArch, target: string): Promise<object> {
  await (await import('./winsw.ts')).copyPinned(version, arch, target)
  return { winsw_source: basename(target), winsw_remote: false }
}
