// `doctor`: what keeps services from running on this machine, a line each, with what to do.
import { exitCodes, type ExitCode } from '../errors.ts'
import type { Finding, Level } from '../doctor/check.ts'
import { findings, needed } from '../doctor/list.ts'
import { gather } from '../system/doctor/gather.ts'
import { machineGatherers, type Place } from '../system/doctor/machine.ts'
import { serviceGatherers } from '../system/doctor/service.ts'
import { here, type HereFlags } from './here.ts'
import { bare, managed, nameOnly, subjects } from './subjects.ts'
import { output, type Output } from './output.ts'

const colors: Readonly<Record<Level, 'green' | 'cyan' | 'yellow' | 'red' | 'dim'>> = {
  ok: 'green',
  info: 'cyan',
  warning: 'yellow',
  error: 'red',
  skipped: 'dim',
}

/**
 * Without a profile: the machine, and every service that this tool has installed. Changes nothing, asks no other machine, and needs no rights: what does is
 * `skipped`, with the command that would find out.
 * @returns 0; 1 if a check is an error
 */
export async function doctorCommand(profiles: readonly string[], flags: HereFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const at = await here(flags)
  const { os } = at.facts
  const wishes = await subjects(at, profiles, flags, 'all')
  const installed = managed(at)
  const place: Place = {
    system: at.system,
    manager: at.manager,
    facts: at.facts,
    bare: (scope) => bare('doctor', 'hermes-install-doctor', scope, at.facts),
    services: wishes.map(({ service }) => service),
  }
  const scopes = (id: string): number => new Set(installed.filter((other) => other.service.id === id).map((other) => other.service.scope)).size
  const needs = { machine: needed(os, 'machine'), service: needed(os, 'service') }
  const [machine, ...each] = await Promise.all([
    // Checks of services may ask for facts of the machine, too.
    gather(machineGatherers(place), new Set([...needs.machine, ...needs.service])),
    ...wishes.map(({ service, target }) =>
      gather(serviceGatherers(place, { service, target, byProfile: !nameOnly(service), twice: scopes(service.id) > 1 }), needs.service),
    ),
  ])
  const groups = [
    { title: 'this machine', found: findings(os, machine, null) },
    ...wishes.map(({ service }, i) => ({ title: service.label, found: findings(os, { ...machine, ...each[i] }, service.id) })),
  ]
  for (const { title, found } of groups) tell(title, found, out)
  const all = groups.flatMap(({ found }) => found)
  const count = (level: Level): number => all.filter((one) => one.level === level).length
  const [errors, warnings] = [count('error'), count('warning')]
  out.line()
  out.line(`${errors === 1 ? '1 error' : `${errors} errors`}, ${warnings === 1 ? '1 warning' : `${warnings} warnings`} in ${all.length} checks`)
  out.document({ command: 'doctor', ok: errors === 0, changed: false, checks: all })
  return errors === 0 ? exitCodes.done : exitCodes.failed
}

function tell(title: string, found: readonly Finding[], out: Output): void {
  out.line(out.style('bold', title))
  for (const { id, level, text, fix } of found) {
    out.line(`  ${out.style(colors[level], level.padEnd(7))}  ${id}: ${text}`)
    if (fix !== '') out.line(`           ${out.style('cyan', 'fix:')} ${fix}`)
  }
}
