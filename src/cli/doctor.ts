// `doctor`: what keeps services from running on this machine, a line each, with what to do.
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { exitCodes, type ExitCode } from '../errors.ts'
import { askManager } from '../apply/observe.ts'
import { checks, type Check, type Findings, type Level } from '../doctor/checks.ts'
import { strays } from '../doctor/strays.ts'
import { processes } from '../system/processes.ts'
import { here, wishes, type HereFlags } from './here.ts'
import { managed } from './subjects.ts'
import { output } from './output.ts'
import { looseRoot } from './warnings.ts'

const colors: Readonly<Record<Level, 'green' | 'cyan' | 'yellow' | 'red' | 'dim'>> = {
  ok: 'green',
  info: 'cyan',
  warning: 'yellow',
  error: 'red',
  skipped: 'dim',
}

function kind(path: string): 'missing' | 'file' | 'program' | 'folder' {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return 'missing'
  if (stat.isDirectory()) return 'folder'
  try {
    accessSync(path, constants.X_OK)
    return 'program'
  } catch {
    return 'file'
  }
}

function selinuxEnforces(): boolean {
  try {
    return readFileSync('/sys/fs/selinux/enforce', 'utf8').trim() === '1'
  } catch {
    return false
  }
}

/** @returns 0; 1 if a check is an error */
export async function doctorCommand(profiles: readonly string[], flags: HereFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const at = await here(flags)
  const installed = managed(at)
  const services: { id: string; label: string; checks: readonly Check[] }[] = []
  for (const { wish } of await wishes(at, profiles, flags)) {
    const { service, manager } = wish
    const state = await askManager(at.system, manager, service)
    const found: Findings = {
      service,
      manager: state,
      managerName: Object.entries(at.facts.versions ?? {})
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
      lingering: 'lingering' in state ? (state.lingering as boolean | null) : null,
      path: kind,
      size: (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0,
      strays: strays(service, processes(), service.scope === 'system' ? null : (process.getuid?.() ?? null)),
      loose: looseRoot(service),
      otherScope: new Set(installed.filter((other) => other.service.id === service.id).map((other) => other.service.scope)).size > 1,
      selinux: selinuxEnforces(),
      environment: process.env,
    }
    services.push({ id: service.id, label: service.label, checks: checks(found) })
  }
  for (const { label, checks } of services) {
    out.line(out.style('bold', label))
    for (const { id, level, message, fix } of checks) {
      out.line(`  ${out.style(colors[level], level.padEnd(7))}  ${id}: ${message}`)
      if (fix !== '' && level !== 'ok') out.line(`           ${out.style('cyan', 'fix:')} ${fix}`)
    }
  }
  const ok = !services.some((service) => service.checks.some(({ level }) => level === 'error'))
  out.document({ command: 'doctor', ok, changed: false, services })
  return ok ? exitCodes.done : exitCodes.failed
}
