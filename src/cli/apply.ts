// `apply`: this machine as the profiles say, or as it was before.
import { UserError, type ExitCode } from '../errors.ts'
import { apply } from '../apply/apply.ts'
import type { Plan } from '../plan/plan.ts'
import { each } from './each.ts'
import { rightsOrLess, takeOver } from './elevate.ts'
import { here, mustHaveRights, wishes, type HereFlags } from './here.ts'
import { output, type Output } from './output.ts'
import { planCommand } from './plan.ts'
import { progress } from './progress.ts'
import { readSaved } from './saved.ts'
import { ask } from './ask.ts'
import { conflictLines, planDocument, showPlan, summary } from './show.ts'
import type { telling } from './winsw.ts'
import { warnings } from './warnings.ts'

export interface ApplyFlags extends HereFlags {
  readonly dryRun?: boolean
}

/** @returns 0; 1 if it failed and was put back; 4 without the rights it takes */
export async function applyCommand(typed: readonly string[], given: ApplyFlags): Promise<ExitCode> {
  const saved = readSaved(typed, given)
  const profiles = saved?.profiles ?? typed
  const flags = saved?.flags ?? given
  // A plan that root made for a user is that user's to apply.
  if (saved?.flags.user !== undefined && given.user === undefined && saved.flags.scope !== 'system') {
    const delegated = await (await import('./as-user.ts')).asUser(saved.flags.user)
    if (delegated !== null) return delegated
  }
  if (given.dryRun) return planCommand(profiles, flags)
  const out = output({ json: flags.json ?? false, color: flags.color })
  let told: ReturnType<typeof telling> | undefined
  const at = await here(flags, async () => (told ??= (await import('./winsw.ts')).telling(out)))
  const able = await rightsOrLess(at, await wishes(at, profiles, flags), flags, out)
  if ('code' in able) return able.code
  const { wished } = able
  const interrupted = listen(out)
  return each(wished, { command: 'apply', out, name: ({ wish }) => wish.service }, async (one) => {
    const { wish, manifest, manifestText } = one
    const { service } = wish
    if (wish.service.scope === 'system' && !at.admin && at.system.elevate === undefined) mustHaveRights(at, service, 'install')
    const expected = saved?.expected.get(service.id)
    const { plan, changed } = await apply(at.system, {
      wish,
      manifest: manifestText,
      report: progress(out),
      interrupted,
      approve: async (plan) => {
        mustBeExpected(plan, expected, saved !== null)
        for (const text of warnings(service)) out.note(`${out.style('yellow', 'warning:')} ${text}`)
        await approve(plan, flags, out, saved !== null)
      },
    })
    told?.close()
    await takeOver(at, one, out)
    if (!changed) mustBeExpected(plan, expected, saved !== null)
    const inexact = manifest.limits.filter(({ fidelity }) => fidelity !== 'exact').map(({ key }) => key)
    const outcome = changed
      ? plan.steps.some(({ kind }) => kind === 'wait')
        ? 'applied, and healthy'
        : wish.start
          ? 'applied'
          : 'applied, not started'
      : 'as the profile says: nothing to do'
    out.line(
      `${out.style('bold', service.label)}  ${out.style('green', outcome)}${changed && inexact.length > 0 ? out.style('dim', `  (not exact: ${inexact.join(', ')})`) : ''}`,
    )
    return { changed, plan: planDocument(plan), limits: manifest.limits }
  })
}

/** Ctrl+C, a logout or a shutdown: the way back is walked in order, and nothing may interrupt that. */
function listen(out: Output): () => boolean {
  let interrupted = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!interrupted) out.note(`${signal}: going back; please wait`)
      interrupted = true
    })
  }
  return () => interrupted
}

function mustBeExpected(plan: Plan, expected: string | undefined, isSaved: boolean): void {
  if (isSaved && plan.fingerprint !== expected)
    throw new UserError('PLAN_STALE', `${plan.id}: the machine or the profile has changed since this plan was made; nothing was done`, {
      hint: 'look at it again: hermes-install plan --out FILE',
    })
}

/** On a terminal somebody is asked; without one only what others changed is a reason to stop. */
async function approve(plan: Plan, flags: ApplyFlags, out: Output, isSaved: boolean): Promise<void> {
  const changed = conflictLines(plan)
  const terminal = process.stdin.isTTY && process.stdout.isTTY && !out.json
  if (terminal || changed.length > 0) showPlan(plan, out, flags.verbose ?? false)
  if (flags.yes) return
  if (!terminal) {
    if (changed.length === 0) return
    throw new UserError('CHANGED_BY_OTHERS', `not overwritten:\n${changed.map((line) => `  ${line}`).join('\n')}`, {
      hint: 'take what is wanted into the profile; --yes overwrites it',
    })
  }
  if (isSaved && changed.length === 0) return
  if (!(await ask(`${summary([plan])}. Apply this? [y/N] `))) throw new UserError('DECLINED', 'not applied; nothing was changed')
}
