// `verify`: whether this machine still is as the profile says, with every reason why not. Nothing is changed.
import { UserError, exitCodes, type ExitCode } from '../errors.ts'
import { ask } from '../apply/observe.ts'
import { planFor } from '../apply/apply.ts'
import type { Drift } from '../platform/manager.ts'
import type { FileChange } from '../plan/plan.ts'
import { asFound, here, wishes, type Here, type HereFlags, type Wished } from './here.ts'
import { elsewhere } from './subjects.ts'
import { output } from './output.ts'

/** @returns 0, or 3 with drift; 1 if there is no manager to ask */
export async function verifyCommand(profiles: readonly string[], flags: HereFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const at = await here(flags)
  const services = []
  for (const wished of await wishes(at, profiles, flags)) services.push(await verify(at, asFound(at, wished)))
  for (const { label, drift } of services) {
    out.line(
      `${out.style('bold', label)}  ${drift.length === 0 ? out.style('green', 'as the profile says') : out.style('yellow', drift.length === 1 ? 'one difference' : `${drift.length} differences`)}`,
    )
    for (const { code, message, hint } of drift) {
      out.line(`  ${out.style('yellow', code)}: ${message}`)
      out.line(`    ${out.style('cyan', 'hint:')} ${hint}`)
    }
  }
  const hidden = services.flatMap((service) => service.hidden)
  const differs = services.some(({ drift }) => drift.length > 0)
  // Of what this user may not look into nothing is known: that is neither right nor wrong.
  if (!differs && hidden.length > 0) throw new UserError('NO_RIGHTS', `this user may not read ${hidden.join(', ')}`)
  for (const path of hidden) out.note(`not compared, as this user may not read it: ${path}`)
  out.document({ command: 'verify', ok: true, changed: false, differs, services })
  return differs ? exitCodes.differs : exitCodes.done
}

const again = 'hermes-install apply, with the same arguments'

async function verify(at: Here, { wish }: Wished): Promise<{ id: string; label: string; hidden: readonly string[]; drift: readonly Drift[] }> {
  const { service, manager } = wish
  const { plan, observed } = await planFor(at.system, wish)
  const { missing } = observed.manager
  if (missing !== null) throw new UserError('NO_MANAGER', missing.why, { hint: missing.hint })
  const named = { id: service.id, label: service.label, hidden: plan.hidden }
  if (observed.record === null && observed.unfinished === null && plan.files.length > 0 && plan.files.every(({ how }) => how === 'create'))
    return { ...named, drift: [{ code: 'not-installed', message: `${service.label} is not installed`, hint: elsewhere(at, service) ?? again }] }
  const answers = await ask(at.system, manager.driftQuestions(service))
  return {
    ...named,
    drift: [
      ...(observed.unfinished === null ? [] : [{ code: 'unfinished', message: 'an apply was cut short', hint: again }]),
      ...(plan.obstacle === null ? [] : [{ code: 'obstacle', message: plan.obstacle.why, hint: plan.obstacle.hint }]),
      ...plan.files.map(fileDrift),
      ...(observed.pending ? [{ code: 'restart-pending', message: 'what is installed has not been started yet (--no-start)', hint: again }] : []),
      ...observed.missingFolders.map((path) => ({ code: 'folder-missing', message: `${path} is not there`, hint: again })),
      ...manager.drift(service, observed.manager, answers),
    ],
  }
}

function fileDrift({ path, how, conflict }: FileChange): Drift {
  switch (how) {
    case 'create':
      return { code: 'file-missing', message: `${path} is not there`, hint: again }
    case 'update':
      return conflict === null
        ? { code: 'file-outdated', message: `${path} is what an earlier profile said`, hint: again }
        : { code: 'file-changed', message: `${path}: ${conflict}`, hint: 'hermes-install plan shows how; apply --yes overwrites it' }
    case 'rights':
      return { code: 'file-rights', message: `${path} has another mode or owner`, hint: again }
    case 'remove':
      return { code: 'file-extra', message: `${path} is of an earlier profile`, hint: again }
  }
}
