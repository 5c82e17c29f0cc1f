// `status`: how the services of this tool are, as the manager has them now.
import { UserError, exitCodes, type ExitCode } from '../errors.ts'
import { askManager } from '../apply/observe.ts'
import { readState } from '../apply/state.ts'
import { here, type HereFlags } from './here.ts'
import { elsewhere, subjects } from './subjects.ts'
import { output } from './output.ts'

/** @returns 0, whatever the services do; 1 if there is no manager to ask */
export async function statusCommand(typed: readonly string[], flags: HereFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const at = await here(flags)
  const services = await Promise.all(
    (await subjects(at, typed, flags, 'all')).map(async (wish) => {
      const { service, manager, target } = wish
      const state = await askManager(at.system, manager, service)
      const { record, unfinished, busy, pending } = readState(at.system, target.state)
      const known = record !== null || at.system.look(`${target.state}/label`).kind === 'file'
      return {
        id: service.id,
        label: service.label,
        scope: service.scope,
        installed: known,
        other: known ? null : elsewhere(at, service),
        busy,
        pending,
        unfinished: unfinished !== null,
        missing: state.missing,
        state: state.missing === null ? state.words : state.missing.why,
        running: state.running,
        enabled: state.enabled,
        pid: state.pid,
        restarts: state.restarts,
        since: state.since,
      }
    }),
  )
  const missing = services.find((service) => service.missing !== null)?.missing
  if (missing) throw new UserError('NO_MANAGER', missing.why, { hint: missing.hint, document: { services } })
  if (services.length === 0) out.line('nothing is installed by this tool')
  const width = Math.max(0, ...services.map(({ label }) => label.length))
  for (const { label, scope, installed, other, busy, pending, unfinished, state, running, enabled, pid, restarts, since } of services) {
    const color = running ? 'green' : state.startsWith('failed') ? 'red' : 'yellow'
    const facts = [
      ...(pid === null ? [] : [`pid ${pid}`]),
      ...(since === null ? [] : [`since ${since}`]),
      ...(restarts ? [`${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`] : []),
      enabled ? 'starts by itself' : 'does not start by itself',
      ...(installed ? [] : [other ?? 'not installed by this tool']),
      ...(busy === null ? [] : [`an apply is at work (pid ${busy})`]),
      ...(pending ? ['what is installed has not been started yet'] : []),
      ...(unfinished ? ['an apply was cut short: run it again'] : []),
    ]
    out.line(
      `${out.style('bold', label.padEnd(width))}  ${out.style('cyan', scope.padEnd(6))}  ${out.style(color, state)}  ${out.style('dim', facts.join(', '))}`,
    )
  }
  out.document({ command: 'status', ok: true, changed: false, services })
  return exitCodes.done
}
