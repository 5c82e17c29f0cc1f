// A wish in; the machine as the profile says out, or as it was before. At no point is a working service lost: see journal.ts for the way back.
import { UserError } from '../errors.ts'
import { posixCommand } from '../escape/posix.ts'
import type { Observed } from '../plan/observed.ts'
import { plan as makePlan, titleOf, type Plan, type Step, type Wish } from '../plan/plan.ts'
import { call } from './call.ts'
import { openJournal } from './journal.ts'
import type { LogSource } from '../platform/manager.ts'
import { askManager, observe } from './observe.ts'
import { StepFailed, walk, type Doing, type Report } from './perform.ts'
import { rollBack } from './rollback.ts'
import type { System } from './system.ts'

export interface Applying {
  readonly wish: Wish
  /** The finished manifest.json. */
  readonly manifest: string
  readonly report: Report
  /** Shown what is going to happen, decides; a refusal is an error of the caller's choice. */
  readonly approve: (plan: Plan) => Promise<void>
  readonly interrupted: () => boolean
}

export interface Applied {
  readonly plan: Plan
  readonly changed: boolean
}

export interface Planned {
  readonly plan: Plan
  readonly observed: Observed
}

/** How long a manager may take to come up, in ms. */
const wakeMs = 10_000

export async function planFor(system: System, wish: Wish): Promise<Planned> {
  const observed = await observe(system, wish)
  return { plan: makePlan(wish, observed), observed }
}

/** @throws UserError NO_MANAGER, OBSTACLE */
function mustBeAble({ plan, observed }: Planned): void {
  const { missing } = observed.manager
  if (missing !== null) throw new UserError('NO_MANAGER', missing.why, { hint: missing.hint })
  if (plan.obstacle !== null) throw new UserError('OBSTACLE', plan.obstacle.why, { hint: plan.obstacle.hint })
}

/**
 * Converges one service.
 * @throws UserError APPLY_FAILED after everything was put back, ROLLBACK_FAILED if something could not be, and what {@link mustBeAble} and `approve` throw
 */
export async function apply(system: System, applying: Applying): Promise<Applied> {
  const { wish, report } = applying
  let planned = await planFor(system, wish)
  mustBeAble(planned)
  const { target, service } = wish
  if (planned.plan.steps.length === 0) {
    tidy(system, wish)
    return { plan: planned.plan, changed: false }
  }

  const journal = openJournal(system, target.state, target.folderMode, titleOf(service))
  let failed = true
  try {
    // Somebody else may have been at work until now.
    planned = await planFor(system, wish)
    mustBeAble(planned)
    if (planned.plan.steps.length > 0) {
      await applying.approve(planned.plan)
      await converge(applying, planned, { system, wish, journal, report, interrupted: applying.interrupted, marks: [] })
    }
    failed = false
    return { plan: planned.plan, changed: planned.plan.steps.length > 0 }
  } finally {
    journal.unlock(failed && journal.fresh)
  }
}

/** A run that was killed after all was done has left its lock, and a copy of what was there before, with its secrets. */
function tidy(system: System, { target, service }: Wish): void {
  if (!system.list(target.state).some((name) => name === 'previous.new' || name === 'lock')) return
  try {
    const journal = openJournal(system, target.state, target.folderMode, titleOf(service))
    try {
      journal.tidy()
    } finally {
      journal.unlock(false)
    }
  } catch {
    // Without the rights for it, or while another run is at work: nothing is wrong, and the next one does it.
  }
}

/** Makes the change, or takes back what was made of it. */
async function converge(applying: Applying, planned: Planned, doing: Doing): Promise<void> {
  const { system, wish, journal, marks, report } = doing
  const { service, manager, target } = wish
  const { manifest } = applying
  let begun = false
  try {
    let { plan, observed } = planned
    if (observed.manager.asleep) {
      // Nobody to ask yet: what wakes the manager comes first, and then the plan is made of what it says.
      await walk(
        plan.steps.filter((step) => step.kind === 'run' && step.mark !== null),
        doing,
      )
      await awake(system, wish)
      ;({ plan, observed } = await planFor(system, wish))
      mustBeAble({ plan, observed })
    }
    journal.begin(manager.facts(service, observed.manager), manifest)
    begun = true
    // Left by a run that was killed while it wrote.
    if (plan.unfinished) for (const { path } of target.files) system.sweep(path)
    const late = plan.steps.filter((step) => step.kind === 'run' && step.late === true)
    await walk(
      plan.steps.filter((step) => !late.includes(step)),
      doing,
    )
    journal.commit(
      service.label,
      target.files.map(({ path }) => path),
      manifest,
    )
    if (plan.pending) journal.mark('pending')
    else if (observed.pending && wish.start) journal.unmark('pending')
    await settle(late, doing)
  } catch (error) {
    const why = (error as Error).message
    const log = manager.logs(service, { lines: 100, follow: false, json: false })
    if (!begun) {
      for (const mark of marks) {
        for (const command of manager.unmark(service).get(mark) ?? []) await call(system, command)
        journal.unmark(mark)
      }
      throw asUserError(error, 'Nothing was changed.', log)
    }
    report.goingBack(why, await lastLines(system, wish))
    // A first install that never ended well owns its marks, whichever run set them.
    const all = planned.observed.record === null ? [...manager.unmark(service).keys()].filter((mark) => journal.marked(mark)) : marks
    const problems = await rollBack(system, wish, journal, all, (text) => report.undoing(text))
    if (problems.length === 0) throw asUserError(error, 'Everything is as it was before.', log)
    throw new UserError(
      'ROLLBACK_FAILED',
      `${why}\nNot all of what was there before could be put back:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
      {
        hint: `what was there before is kept in ${target.state}/undo; run the same command again to finish the work`,
        document: { changed: true },
        cause: error,
      },
    )
  }
}

/** @param log what shows the log */
function asUserError(error: unknown, outcome: string, log: readonly LogSource[]): UserError {
  const why = (error as Error).message
  if (error instanceof UserError) return new UserError(error.code, `${why}\n${outcome}`, { ...(error.hint === null ? {} : { hint: error.hint }), cause: error })
  if (error instanceof StepFailed && error.rights !== null)
    return new UserError('NO_RIGHTS', `${why}\n${outcome}`, { hint: `run: sudo ${error.rights.join(' ')}`, cause: error })
  return new UserError('APPLY_FAILED', `${why}\n${outcome}`, {
    hint: `mend that, and apply again; more of the log: ${log.map((source) => ('file' in source ? source.file : posixCommand(source))).join(' ; ')}`,
    cause: error,
  })
}

/** What is left to do once the service is well cannot make it unwell: the next run does what this one could not. */
async function settle(steps: readonly Step[], { system, report }: Doing): Promise<void> {
  for (const step of steps) {
    if (step.kind !== 'run') continue
    report.step(step)
    const why = await call(system, step.command)
    report.done()
    if (why !== null) report.undoing(`${why}; the next apply tries it again`)
  }
}

async function awake(system: System, { service, manager }: Wish): Promise<void> {
  const end = system.now() + wakeMs
  while ((await askManager(system, manager, service)).asleep || (await askManager(system, manager, service)).missing !== null) {
    if (system.now() >= end) throw new StepFailed(`the user manager did not come up within ${wakeMs / 1000} s`)
    await system.sleep(100)
  }
}

/** The service's own last words: why it does not run is most often there. */
async function lastLines(system: System, { service, manager }: Wish): Promise<string> {
  const shown: string[] = []
  for (const source of manager.logs(service, { lines: 20, follow: false, json: false })) {
    if ('file' in source) {
      const text = system.tail(source.file, 20)
      if (text !== '') shown.push(text.trimEnd())
      continue
    }
    const ran = await system.run(source, { timeoutMs: 10_000 })
    if (ran.code === 0) shown.push(ran.stdout.trimEnd())
  }
  return shown.join('\n').trim()
}
