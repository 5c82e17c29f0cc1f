// `render`: services in, a folder for each on disk out, and a summary of what is not exact.
import { join } from 'node:path'
import { UserError, exitCodes, type ExitCode, type Issue } from '../errors.ts'
import { platforms } from '../platform/index.ts'
import type { Limit, Platform, Refusal } from '../platform/platform.ts'
import type { Os } from '../profile/model.ts'
import { render, type Manifest } from '../render/render.ts'
import { compareTree, writeTree, type Difference } from '../system/files.ts'
import { thisOs } from '../system/machine.ts'
import { factsLine, gather, type Flags, type Gathered, type Resolved } from './gather.ts'
import { output, type Output } from './output.ts'

export interface RenderFlags extends Flags {
  readonly out: string
  readonly check?: boolean
}

/** One folder that was rendered. */
interface Done {
  readonly profile: string
  readonly manifest: Manifest
  readonly folder: string
  readonly written: readonly string[]
  readonly differences: readonly Difference[]
}

/** What came of some of the profiles: plain data, as it may come from another thread. */
export interface Outcome {
  readonly count: number
  readonly changed: number
  readonly differing: number
  readonly inexact: number
  readonly issues: readonly Issue[]
  /** The ids, and the profile each comes from. */
  readonly ids: readonly (readonly [id: string, profile: string])[]
  /** What a person or a program is told of one by one; of thousands, only those that differ. */
  readonly done: readonly Done[]
}

/** From so many folders on, threads pay for their start. */
const manyFolders = 600
const few = 8

/** @returns 0, 2 for a bad profile, 3 for `--check` with differences, 5 for `--strict` with limits */
export async function renderCommand(profiles: readonly string[], flags: RenderFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const gathered = await gather(profiles, flags)
  tellFacts(gathered, out)
  const { files, systems } = gathered
  const threads = files.length * systems.length < manyFolders ? 1 : Math.min(4, (await import('node:os')).availableParallelism())
  const size = Math.ceil(files.length / threads)
  const parts = Array.from({ length: threads }, (_, i) => files.slice(i * size, (i + 1) * size)).filter((part) => part.length > 0)
  const others = parts.slice(1).map((part) => inThread({ profiles, flags, part }))
  const outcomes = [await renderPart(gathered, parts[0]!, flags), ...(await Promise.all(others))]

  const sum = (key: 'count' | 'changed' | 'differing' | 'inexact'): number => outcomes.reduce((total, outcome) => total + outcome[key], 0)
  const [count, changed, differing, inexact] = [sum('count'), sum('changed'), sum('differing'), sum('inexact')]
  const issues = [...outcomes.flatMap((outcome) => outcome.issues), ...twins(outcomes, gathered)]
  const brief = files.length > few && !flags.verbose
  for (const done of outcomes.flatMap((outcome) => outcome.done)) {
    const limits = inexactOf(done.manifest)
    if (flags.strict && limits.length > 0) tellLimits(done.manifest.id, done.manifest.os, limits, out)
    else tell(done, limits, brief, out)
  }
  if (issues.length > 0)
    throw new UserError('PROFILE_INVALID', issues.length === 1 ? 'one mistake in the profile' : `${issues.length} mistakes in the profiles`, {
      issues: unique(issues),
    })
  if (flags.strict && inexact > 0)
    throw new UserError('NOT_EXACT', `--strict: ${inexact} of ${count} would not be exact; nothing of those was written`, {
      hint: 'change the keys above, or set them in an overlay for the OS that has them',
    })
  if (!brief && !flags.check && count > 0)
    tellNext(
      outcomes.flatMap((outcome) => outcome.done),
      out,
    )
  if (brief || flags.check)
    out.line(
      flags.check
        ? `${count} rendered, ${differing} differ from ${flags.out}`
        : `${count} rendered into ${flags.out}, ${changed} changed, ${inexact} not exact in every key`,
    )
  out.document({
    command: 'render',
    ok: true,
    changed: changed > 0,
    differs: differing > 0,
    out: flags.out,
    hosts: Object.fromEntries([...gathered.hosts].map(([os, { host, from }]) => [os, { ...host, from: typeof from === 'string' ? from : from.file }])),
    rendered: flags.json ? outcomes.flatMap((outcome) => outcome.done.map(documentOf)) : [],
  })
  return differing > 0 ? exitCodes.differs : exitCodes.done
}

/** Renders and writes (or compares) some of the profiles, one after the other, so that memory does not grow with their number. */
export async function renderPart(gathered: Gathered, part: readonly string[], flags: RenderFlags): Promise<Outcome> {
  const managers = await loadPlatforms(gathered.systems)
  const issues: Issue[] = []
  const ids = new Map<string, string>()
  const done: Done[] = []
  const keepAll = flags.json === true || flags.verbose === true || gathered.files.length <= few
  let [count, changed, differing, inexact] = [0, 0, 0, 0]
  for (const resolved of gathered.services(part)) {
    const made = renderOne(resolved, managers, issues)
    if (made === null) continue
    const { service, rendered } = made
    const folder = join(flags.out, service.id, service.os)
    const twin = ids.get(service.id)
    if (twin !== undefined && twin !== resolved.file) {
      issues.push(twinIssue(resolved, twin))
      continue
    }
    ids.set(service.id, resolved.file)
    const refused = inexactOf(rendered.manifest).length > 0
    if (refused) inexact++
    count++
    const written = flags.check || (flags.strict && refused) ? [] : writeTree(folder, rendered.files)
    const differences = flags.check ? compareTree(folder, rendered.files) : []
    if (written.length > 0) changed++
    if (differences.length > 0) differing++
    if (keepAll || differences.length > 0 || (flags.strict && refused))
      done.push({ profile: resolved.file, manifest: rendered.manifest, folder, written, differences })
  }
  return { count, changed, differing, inexact, issues, ids: [...ids], done }
}

/** Does a part in a thread of its own. */
async function inThread(task: { profiles: readonly string[]; flags: RenderFlags; part: readonly string[] }): Promise<Outcome> {
  const { Worker } = await import('node:worker_threads')
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'worker.cjs'), { workerData: task })
    worker.once('message', (message: { outcome: Outcome } | { error: ConstructorParameters<typeof UserError> }) => {
      if ('outcome' in message) resolve(message.outcome)
      else reject(new UserError(...message.error))
    })
    worker.once('error', reject)
  })
}

export const inexactOf = ({ limits }: Manifest): Limit[] => limits.filter(({ fidelity }) => fidelity !== 'exact')
const twinIssue = (resolved: Resolved, twin: string): Issue =>
  resolved.merged.issue(['name'], `${resolved.service!.id} is rendered from ${twin} already`, 'every profile needs a name of its own')

/** Two profiles of one name that were rendered in different parts. */
function twins(outcomes: readonly Outcome[], gathered: Gathered): Issue[] {
  if (outcomes.length < 2) return []
  const seen = new Map<string, string>()
  const issues: Issue[] = []
  for (const [id, file] of outcomes.flatMap((outcome) => outcome.ids)) {
    const twin = seen.get(id)
    if (twin === undefined) seen.set(id, file)
    else for (const resolved of gathered.services([file])) if (resolved.service !== null) issues.push(twinIssue(resolved, twin))
  }
  return issues
}

export async function loadPlatforms(systems: readonly Os[]): Promise<ReadonlyMap<Os, Platform>> {
  return new Map(await Promise.all(systems.map(async (os) => [os, await platforms[os]()] as const)))
}

/** Renders one resolved profile; what cannot be carried becomes an issue at its key. */
export function renderOne(
  resolved: Resolved,
  managers: ReadonlyMap<Os, Platform>,
  issues: Issue[],
): { service: NonNullable<Resolved['service']>; rendered: NonNullable<ReturnType<typeof render>> } | null {
  issues.push(...resolved.issues)
  if (resolved.service === null) return null
  const refusals: Refusal[] = []
  const rendered = render(resolved.service, managers.get(resolved.os)!, refusals)
  for (const { path, message, hint } of refusals) issues.push(resolved.merged.issue(path, `${message} (${resolved.os})`, hint))
  return rendered === null ? null : { service: resolved.service, rendered }
}

/** The same mistake is found once for each OS. */
export function unique(issues: readonly Issue[]): Issue[] {
  return [...new Map(issues.map((issue) => [JSON.stringify([issue.file, issue.line, issue.key, issue.message]), issue])).values()]
}

function documentOf({ profile, manifest, folder, written, differences }: Done): object {
  const { id, os, label, files, limits } = manifest
  return { id, os, label, profile, folder, changed: written.length > 0, written, differences, files, limits }
}

/** Facts that nobody gave are named: what is rendered for a machine that is not this one may need others. */
export function tellFacts({ hosts }: Gathered, out: Output): void {
  for (const [os, known] of hosts)
    if (known.from === 'defaults') out.note(out.style('dim', `assumed for ${factsLine(os, known)} (give --host FILE for a real machine)`))
}

function writtenWords({ files }: Manifest, written: readonly string[]): string {
  const removed = written.filter((name) => name !== 'manifest.json' && !files.some(({ source }) => source === name)).length
  return `${written.length - removed} of ${files.length + 1} files written${removed > 0 ? `, ${removed} no longer needed removed` : ''}`
}

const marks = { approximate: ['yellow', '~'], unsupported: ['red', '!'] } as const

function tellLimits(id: string, os: Os, limits: readonly Limit[], out: Output): void {
  for (const { key, fidelity, reason, instead } of limits) out.note(`${id} ${os}: ${key} is ${fidelity}: ${reason}; ${instead}`)
}

function tell({ manifest, folder, written, differences }: Done, limits: readonly Limit[], brief: boolean, out: Output): void {
  for (const { name, how } of differences) out.line(`${out.style('yellow', how.padEnd(8))} ${join(folder, name)}`)
  if (brief || differences.length > 0) return
  const state = written.length === 0 ? out.style('dim', 'unchanged') : out.style('green', writtenWords(manifest, written))
  out.line(`${out.style('bold', manifest.label)}  ${out.style('cyan', manifest.os)}  ${folder}  ${state}`)
  for (const { key, fidelity, reason, instead } of limits) {
    const [color, mark] = marks[fidelity as keyof typeof marks]
    out.line(`  ${out.style(color, mark)} ${key}: ${reason}`)
    out.line(`    ${out.style('dim', `-> ${instead}`)}`)
  }
}

function tellNext(done: readonly Done[], out: Output): void {
  out.line()
  if (done.some(({ manifest }) => inexactOf(manifest).length > 0))
    out.line(out.style('dim', '~ approximate, ! unsupported: what the manager cannot do as the profile says, and what is done instead (also in manifest.json)'))
  for (const { manifest, folder } of done) {
    for (const { source } of manifest.files.filter(({ sensitive }) => sensitive))
      out.line(`${out.style('yellow', 'secret')}  ${join(folder, source)} holds secrets: keep it, and its manifest.json, out of version control`)
  }
  const own = done.find(({ manifest }) => manifest.os === thisOs())
  const command =
    own === undefined
      ? 'copy a folder to its machine and run its install script'
      : own.manifest.os === 'windows'
        ? join(own.folder, 'install.cmd')
        : `sh ${join(own.folder, 'install.sh')}`
  out.line(`Next: ${command}`)
}
