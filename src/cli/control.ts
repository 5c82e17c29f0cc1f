// `start`, `stop`, `restart`: by hand, and waited for. Whether it starts by itself stays as it is.
import { UserError, type ExitCode } from '../errors.ts'
import { openJournal } from '../apply/journal.ts'
import { Busy, readState } from '../apply/state.ts'
import { waitForHealth } from '../apply/health.ts'
import { askManager } from '../apply/observe.ts'
import { call } from '../apply/call.ts'
import { titleOf } from '../plan/plan.ts'
import { each } from './each.ts'
import { here, mustHaveRights, type HereFlags } from './here.ts'
import { elsewhere, subjects } from './subjects.ts'
import { output } from './output.ts'
import { progress } from './progress.ts'

/** @returns 0, also if it was so already; 1 if it does not get well, or is not installed; 4 without the rights it takes */
export async function controlCommand(verb: 'start' | 'stop' | 'restart', typed: readonly string[], flags: HereFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const at = await here(flags)
  return each(await subjects(at, typed, flags, 'default'), { command: verb, out, name: ({ service }) => service }, async (wish) => {
    const { service, manager, target } = wish
    mustHaveRights(at, service, verb)
    const { record, busy } = readState(at.system, target.state)
    if (busy !== null) throw new Busy(titleOf(service), busy)
    const before = await askManager(at.system, manager, service)
    if (before.missing !== null) throw new UserError('NO_MANAGER', before.missing.why, { hint: before.missing.hint })
    if (record === null)
      throw new UserError('NOT_INSTALLED', `${service.label} is not installed`, { hint: elsewhere(at, service) ?? 'hermes-install apply installs it' })
    const commands = manager.control(service, before, verb)
    if (commands.length > 0) {
      // Who may start and stop a service without further rights may not write its record; the service manager takes one request after the other.
      const journal = service.scope === 'system' && !at.admin ? null : openJournal(at.system, target.state, target.folderMode, titleOf(service))
      try {
        for (const command of commands) {
          out.note(`  ${out.style('dim', '>')} ${command.why}`)
          const why = await call(at.system, command)
          if (why !== null) throw new UserError('APPLY_FAILED', why, { document: { changed: true }, hint: `see \`hermes-install logs ${service.id}\`` })
        }
        if (verb !== 'stop') {
          const report = progress(out)
          const why = await waitForHealth(at.system, manager, service, { say: (text) => report.waiting(text), interrupted: () => false })
          report.done()
          if (why === null) journal?.unmark('pending')
          if (why !== null) throw new UserError('APPLY_FAILED', why, { hint: `see \`hermes-install logs ${service.id}\`` })
        }
      } finally {
        journal?.unlock(false)
      }
    }
    const { words, pid } = await askManager(at.system, manager, service)
    out.line(`${out.style('bold', service.label)}  ${out.style('green', words)}${pid === null ? '' : `  pid ${pid}`}`)
    return { changed: commands.length > 0, state: words, pid }
  })
}
