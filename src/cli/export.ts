// `export ansible` and `export hosts`: profiles in; a role with playbooks, or the folders of many hosts, out.
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { UserError, exitCodes, type ExitCode } from '../errors.ts'
import { exportFiles, type Exported } from '../fleet/export.ts'
import { loadLayers, type Cache } from '../profile/load.ts'
import { merge } from '../profile/merge.ts'
import { readShipped } from '../profile/shipped.ts'
import { readText } from '../system/files.ts'
import { commit, compareFolder, discard, newStage, stageFolder, type Difference, type Stage } from '../system/tree.ts'
import { readHosts, renderHosts, type HostOutcome } from './fleet-hosts.ts'
import { checkInstance, checkParameters, declaredIn, parameterValues, readable, type Flags } from './gather.ts'
import { output, type Output } from './output.ts'

export interface ExportFlags extends Flags {
  readonly out: string
  readonly hosts?: string
  readonly check?: boolean
}

/**
 * `export ansible`: everything that Ansible needs, in one folder.
 * @returns 0; 1 if a host of `--hosts` could not be rendered; 3 for `--check` with differences
 */
export async function exportCommand(profiles: readonly string[], flags: ExportFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const exported = await gatherExport(profiles, flags, flags.hosts !== undefined)
  const files = exportFiles(exported)
  if (flags.check) {
    const differences = compareFolder(flags.out, files)
    const hosts = flags.hosts === undefined ? [] : await renderAll(profiles, flags, join(flags.out, 'rendered'), true)
    return done('export ansible', flags, out, { changed: false, differences: [...differences, ...hosts.flatMap((host) => host.differences)], hosts })
  }
  const stage = newStage(flags.out, 0)
  let changed: boolean
  try {
    changed = stageFolder(stage, files).length > 0
  } catch (error) {
    discard([stage])
    throw error
  }
  const hosts = flags.hosts === undefined ? [] : await renderAll(profiles, flags, join(flags.out, 'rendered'), true)
  commit([stage])
  return done('export ansible', flags, out, { changed: changed || hosts.some((host) => host.changed), differences: [], hosts })
}

/** `export hosts`: what the role calls on the controller, for all hosts of a batch at once. */
export async function hostsCommand(profiles: readonly string[], flags: ExportFlags & { readonly hosts: string }): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const hosts = await renderAll(profiles, flags, flags.out, false)
  const code = done('export hosts', flags, out, {
    changed: hosts.some(({ changed }) => changed),
    differences: hosts.flatMap((host) => host.differences),
    hosts,
  })
  // What cannot be rendered for one host is that host's failure, and is told where it is worked on.
  return code === exitCodes.failed ? exitCodes.done : code
}

async function renderAll(profiles: readonly string[], flags: ExportFlags, folder: string, kept: boolean): Promise<readonly HostOutcome[]> {
  const stage: Stage = newStage(folder, 1)
  try {
    const outcomes = await renderHosts(profiles, { ...flags, kept, check: flags.check ?? false }, readHosts(flags.hosts!), stage)
    commit([stage])
    return outcomes
  } catch (error) {
    discard([stage])
    throw error
  }
}

function done(
  command: string,
  flags: ExportFlags,
  out: Output,
  { changed, differences, hosts }: { changed: boolean; differences: readonly Difference[]; hosts: readonly HostOutcome[] },
): ExitCode {
  const failed = hosts.filter(({ error }) => error !== null)
  for (const { name, how } of differences) out.line(`${out.style('yellow', how.padEnd(8))} ${join(flags.out, name)}`)
  for (const { host, error } of failed) out.note(`${out.style('red', 'failed')} ${host}: ${error}`)
  if (flags.check) out.line(`${differences.length} files differ from ${flags.out}`)
  else
    out.line(
      `${flags.out}  ${changed ? out.style('green', 'written') : out.style('dim', 'unchanged')}${hosts.length > 0 ? `, ${hosts.length - failed.length} of ${hosts.length} hosts rendered` : ''}`,
    )
  if (!flags.check && command === 'export ansible') out.line(`Next: ansible-playbook -i INVENTORY ${join(flags.out, 'apply.yml')}`)
  out.document({
    command,
    ok: failed.length === 0,
    changed,
    differs: differences.length > 0,
    out: flags.out,
    differences,
    hosts: hosts.map(({ host, error, changed: rendered }) => ({ host, ok: error === null, changed: rendered, error })),
  })
  return differences.length > 0 ? exitCodes.differs : failed.length > 0 ? exitCodes.failed : exitCodes.done
}

/**
 * What an export is made of: every file that a profile rests on goes along, at the same place relative to the others.
 * @throws UserError for profiles with mistakes, of two scopes, or with a base that only this machine has
 */
export async function gatherExport(profiles: readonly string[], flags: Flags, rendered: boolean): Promise<Exported> {
  const { files, source } = await readable(profiles)
  checkInstance(flags)
  const cache: Cache = new Map()
  const given = await parameterValues(flags)
  checkParameters(given, declaredIn(files, source, cache))
  const scopes = new Set<'user' | 'system'>()
  const paths = new Set<string>()
  for (const file of files) {
    const { layers, issues } = loadLayers(file, source, cache)
    if (issues.length > 0) throw new UserError('PROFILE_INVALID', 'a profile has mistakes', { issues })
    for (const os of ['linux', 'macos'] as const) scopes.add(flags.scope ?? merge(layers, os, flags.instance ?? null).profile.scope ?? 'user')
    for (const layer of layers) {
      if (readShipped(layer.file) !== undefined) continue
      paths.add(resolve(layer.file))
      const bases = [layer.value['extends'] ?? []].flat() as string[]
      const fixed = bases.find((base) => isAbsolute(base))
      if (fixed !== undefined)
        throw new UserError('PROFILE_INVALID', `${layer.file} extends ${fixed}, which is a path of this machine`, { hint: 'give it relative to the profile' })
    }
  }
  if (scopes.size > 1)
    throw new UserError('USAGE', 'some of these services are of a user and some of the machine', { hint: 'export them apart, or give --scope for all of them' })
  const top = commonFolder([...paths])
  const place = (path: string): string => `profiles/${relative(top, path).split(sep).join('/')}`
  return {
    profiles: files.map((file) => (readShipped(file) === undefined ? place(resolve(file)) : file.replace(/^.*\/(.*)\.yaml$/, '$1'))),
    sources: new Map([...paths].map((path) => [place(path), readText(path)])),
    flags: [
      ...(flags.instance === undefined ? [] : ['--instance', flags.instance]),
      ...(flags.scope === undefined ? [] : ['--scope', flags.scope]),
      ...(flags.strict === true ? ['--strict'] : []),
      ...[...given].flatMap(([key, value]) => ['--set', `${key}=${value}`]),
    ],
    scope: [...scopes][0] ?? 'user',
    rendered,
  }
}

function commonFolder(paths: readonly string[]): string {
  if (paths.length === 0) return sep
  let folder = dirname(paths[0]!)
  while (!paths.every((path) => path.startsWith(folder === sep ? sep : folder + sep))) folder = dirname(folder)
  return folder
}
