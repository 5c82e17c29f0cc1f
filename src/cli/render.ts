// `render`: services in, a folder for each on disk out, and a summary of what is not exact.
import { join } from 'node:path'
import { UserError, exitCodes, type ExitCode, type Issue } from '../errors.ts'
import { platforms } from '../platform/index.ts'
import type { Platform, Refusal } from '../platform/platform.ts'
import type { Os } from '../profile/model.ts'
import { render } from '../render/render.ts'
import { commit, compareTree, discard, newStage, stageTree, type Stage } from '../system/tree.ts'
import { factsLine, gather, type Flags, type Gathered, type Resolved } from './gather.ts'
import { output, type Output } from './output.ts'
import { documentOf, inexactOf, tell, tellNext, type Done } from './tell.ts'

export { inexactOf }

export interface RenderFlags extends Flags {
  readonly out: string
  readonly check?: boolean
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
  /** What is ready to be put in its place. */
  readonly stage: Stage
}

/** What a thread is given. */
export interface Task {
  readonly profiles: readonly string[]
  readonly flags: RenderFlags
  readonly part: readonly string[]
  readonly number: number
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
  const others = parts.slice(1).map((part, i) => inThread({ profiles, flags, part, number: i + 1 }))
  const settled = await Promise.allSettled([renderPart(gathered, parts[0]!, flags, 0), ...others])
  const outcomes = settled.flatMap((part) => (part.status === 'fulfilled' ? [part.value] : []))
  const stages = outcomes.map(({ stage }) => stage)

  const sum = (key: 'count' | 'changed' | 'differing' | 'inexact'): number => outcomes.reduce((total, outcome) => total + outcome[key], 0)
  const [count, changed, differing, inexact] = [sum('count'), sum('changed'), sum('differing'), sum('inexact')]
  const all = outcomes.flatMap((outcome) => outcome.done)
  try {
    for (const part of settled) if (part.status === 'rejected') throw part.reason
    const issues = unique([...outcomes.flatMap((outcome) => outcome.issues), ...twins(outcomes, gathered)])
    if (issues.length > 0)
      throw new UserError('PROFILE_INVALID', issues.length === 1 ? 'one mistake in the profile' : `${issues.length} mistakes in the profiles`, { issues })
    if (flags.strict && inexact > 0) throw notExact(all, count, inexact, out)
  } catch (error) {
    discard(stages)
    throw error
  }
  commit(stages)
  if (differing > 0) (await import('./differences.ts')).tellDifferences(all, flags.verbose === true, out)
  const brief = files.length > few && !flags.verbose
  for (const done of all) tell(done, inexactOf(done.manifest), brief, out)
  if (!brief && !flags.check && count > 0) tellNext(all, gathered, out)
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
    rendered: flags.json ? all.map(documentOf) : [],
  })
  return differing > 0 ? exitCodes.differs : exitCodes.done
}

function notExact(all: readonly Done[], count: number, inexact: number, out: Output): UserError {
  const limits = all.flatMap(({ profile, manifest }) => inexactOf(manifest).map((limit) => ({ profile, id: manifest.id, os: manifest.os, ...limit })))
  for (const { id, os, key, fidelity, reason, instead } of limits) out.note(`${id} ${os}: ${key} is ${fidelity}: ${reason}; ${instead}`)
  return new UserError('NOT_EXACT', `--strict: ${inexact} of ${count} would not be exact; nothing was written`, {
    hint: 'change the keys above, or set them in an overlay for the OS that has them',
    document: { limits },
  })
}

/** Renders and stages (or compares) some of the profiles, one after the other, so that memory does not grow with their number. */
export async function renderPart(gathered: Gathered, part: readonly string[], flags: RenderFlags, number: number): Promise<Outcome> {
  const stage = newStage(flags.out, number)
  try {
    return await stagePart(gathered, part, flags, stage)
  } catch (error) {
    discard([stage])
    throw error
  }
}

async function stagePart(gathered: Gathered, part: readonly string[], flags: RenderFlags, stage: Stage): Promise<Outcome> {
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
    // One mistake and nothing will be written: what comes after it is only checked.
    const idle = flags.check === true || issues.length > 0 || (flags.strict === true && inexact > 0)
    const written = idle ? [] : stageTree(stage, service.id, service.os, rendered.files)
    const found = flags.check ? compareTree(folder, rendered.files) : []
    const differences = found.length === 0 ? [] : (await import('./differences.ts')).explain(folder, rendered.files, rendered.manifest, found)
    if (written.length > 0) changed++
    if (differences.length > 0) differing++
    if (keepAll || differences.length > 0 || (flags.strict && refused))
      done.push({ profile: resolved.file, manifest: rendered.manifest, folder, written, differences })
  }
  return { count, changed, differing, inexact, issues, ids: [...ids], done, stage }
}

/** Does a part in a thread of its own. */
async function inThread(task: Task): Promise<Outcome> {
  const [{ Worker }, { threadOf }] = await Promise.all([import('node:worker_threads'), import('../system/executable.ts')])
  return new Promise((resolve, reject) => {
    const [file, isCode] = threadOf('worker.cjs', import.meta.dirname)
    const worker = new Worker(file, { workerData: task, eval: isCode })
    worker.once('message', (message: { outcome: Outcome } | { error: ConstructorParameters<typeof UserError> }) => {
      if ('outcome' in message) resolve(message.outcome)
      else reject(new UserError(...message.error))
    })
    worker.once('error', reject)
  })
}

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

/** Facts that nobody gave are named: what is rendered for a machine that is not this one may need others. */
export function tellFacts({ hosts }: Gathered, out: Output): void {
  for (const [os, known] of hosts)
    if (known.from === 'defaults') out.note(out.style('dim', `assumed for ${factsLine(os, known)} (give --host FILE for a real machine)`))
}
