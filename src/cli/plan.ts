// `plan`: what `apply` would change on this machine, shown and, with --out, saved. Nothing is changed.
import { resolve } from 'node:path'
import { UserError, exitCodes, type ExitCode } from '../errors.ts'
import { planFor } from '../apply/apply.ts'
import { writeNew } from '../system/files.ts'
import { asFound, here, wishes, type HereFlags } from './here.ts'
import { output } from './output.ts'
import { planDocument, showPlan, summary } from './show.ts'
import { savedText } from './saved.ts'
import { warnings } from './warnings.ts'

export interface PlanFlags extends HereFlags {
  readonly out?: string
  readonly detailedExitcode?: boolean
}

/** @returns 0; 1 if there is no manager to act on, or something stands in the way; 3 for `--detailed-exitcode` with changes */
export async function planCommand(profiles: readonly string[], flags: PlanFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const at = await here(flags)
  const wished = (await wishes(at, profiles, flags)).map((one) => (at.admin ? one : asFound(at, one)))
  const planned = []
  for (const { wish } of wished) planned.push(await planFor(at.system, wish))
  const plans = planned.map(({ plan }) => plan)
  for (const plan of plans) showPlan(plan, out, flags.verbose ?? false)
  for (const [i, { steps }] of plans.entries())
    if (steps.length > 0) for (const text of warnings(wished[i]!.wish.service)) out.note(`${out.style('yellow', 'warning:')} ${text}`)
  if (!at.admin && at.system.elevate !== undefined && wished.some(({ wish }, i) => wish.service.scope === 'system' && plans[i]!.steps.length > 0))
    out.note('a service takes admin rights: apply asks Windows for them; without, it makes an entry in the Startup folder where the profile allows that')
  const missing = planned.find(({ observed }) => observed.manager.missing !== null)?.observed.manager.missing ?? null
  const stuck = plans.find(({ obstacle }) => obstacle !== null)?.obstacle ?? null
  const changed = plans.some(({ steps }) => steps.length > 0)
  if (flags.out !== undefined && missing === null && stuck === null) {
    writeNew(resolve(flags.out), savedText(profiles, flags, plans), true, 0o600)
  }
  out.line()
  if (changed) out.line(`${out.style('bold', 'Plan:')} ${summary(plans)}.`)
  const error = missing === null ? (stuck === null ? null : ({ code: 'OBSTACLE', ...stuck } as const)) : ({ code: 'NO_MANAGER', ...missing } as const)
  if (error === null && changed) out.line(`Next: hermes-install apply${flags.out === undefined ? ' with the same arguments' : ` ${flags.out}`}`)
  out.document({
    command: 'plan',
    ok: error === null,
    changed: false,
    differs: changed,
    ...(error === null ? {} : { error: { code: error.code, message: error.why, hint: error.hint, issues: [] } }),
    plans: plans.map((plan, i) => ({ ...planDocument(plan), limits: wished[i]!.manifest.limits })),
  })
  if (error !== null) {
    if (flags.json) return exitCodes.failed
    throw new UserError(error.code, `${error.why}: \`apply\` would refuse`, { hint: error.hint })
  }
  return changed && flags.detailedExitcode ? exitCodes.differs : exitCodes.done
}
