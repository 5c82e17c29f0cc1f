// A Service in, the sections and directives of its unit out. Every mapping is one line; deviations start "Differs:".
import { CannotCarry } from '../../escape/refuse.ts'
import { systemdArgument, systemdCommand, systemdRaw, systemdVariable } from '../../escape/systemd.ts'
import type { Path } from '../../profile/model.ts'
import type { Service } from '../../resolve/service.ts'
import { seconds, type At } from '../platform.ts'
import { hardening } from './hardening.ts'

interface Directive {
  readonly key: string
  readonly value: string
}
interface Section {
  readonly name: string
  readonly directives: readonly Directive[]
}
export interface UnitView {
  readonly id: string
  readonly title: string
  readonly sections: readonly Section[]
}

/** First version with RestartSteps= and RestartMaxDelaySec= (systemd NEWS, 254). */
export const restartStepsSince = 254

/** Whether the delays grow and the target version can grow them. */
export const growing = ({ restart, linux }: Service): boolean =>
  linux.systemdVersion >= restartStepsSince && restart.delaysMs.length > 1 && restart.delaysMs.at(-1)! > restart.delaysMs[0]!

/** Only a launcher can read a secret from a file of its own; everything else systemd does itself. */
export const needsLauncher = (service: Service): boolean => service.environment.some((variable) => variable.kind === 'file')

/** @param paths where the launcher and the file of secrets will be, for the services that have them */
export function unitView(service: Service, paths: { readonly launcher: string; readonly secrets: string }, at: At): UnitView {
  const { restart, stop, hooks, limits, logs, scope } = service
  const system = scope === 'system'
  const plain = service.environment.filter((variable) => variable.kind === 'plain')
  const hasSecrets = service.environment.some((variable) => variable.kind === 'secret')
  const argv = needsLauncher(service) ? ['/bin/sh', paths.launcher] : service.command
  const title =
    service.displayName && service.description ? `${service.displayName} - ${service.description}` : (service.displayName ?? service.description ?? service.id)

  const command = (path: Path, words: readonly string[]): string => at(path, () => systemdCommand(words), { items: words, escape: systemdArgument })

  const unit: Directive[] = []
  const main: Directive[] = []
  const install: Directive[] = []
  const put = (section: Directive[], key: string, value: string | number | null): void => {
    if (value !== null) section.push({ key, value: String(value) })
  }

  // displayName, description -> Description=
  put(
    unit,
    'Description',
    at([service.description === null ? 'displayName' : 'description'], () => systemdRaw(title)),
  )
  // after -> After= and, for the network, Wants=: After= alone waits for nothing that nobody wants.
  // Differs: a user's manager has no network-online.target of its own (systemd.special(7)), so `network` is left out there.
  const units = service.after.flatMap((name) =>
    name === 'network' ? (system ? ['network-online.target'] : []) : [name.includes('.') ? name : `${name}.service`],
  )
  for (const name of units) put(unit, 'After', name)
  if (units.includes('network-online.target')) put(unit, 'Wants', 'network-online.target')
  // restart.limit -> StartLimitIntervalSec=, StartLimitBurst= (which belong into [Unit]); without it the manager's own limit of 5 starts in 10 s is switched off.
  put(unit, 'StartLimitIntervalSec', restart.limit === null ? 0 : seconds(restart.limit.withinMs))
  put(unit, 'StartLimitBurst', restart.limit?.attempts ?? null)

  // exec: a program that cannot be executed fails the start, not a moment later (systemd.service(5), Type=).
  // No key of the profile stands for Type= and KillMode=, so native.linux may have another one: a program that forks or notifies needs it.
  const other = (key: string): boolean => Object.hasOwn(service.native.linux['Service'] ?? {}, key)
  if (!other('Type')) put(main, 'Type', 'exec')
  if (system) {
    // user, group -> User=, Group=
    put(main, 'User', service.user)
    put(main, 'Group', service.group)
  }
  // workingDirectory -> WorkingDirectory=
  if (service.workingDirectory !== null)
    put(
      main,
      'WorkingDirectory',
      at(['workingDirectory'], () => systemdRaw(service.workingDirectory!)),
    )
  // environment -> Environment=, one word a line
  for (const { name, value } of plain)
    put(
      main,
      'Environment',
      at(['environment', name], () => systemdVariable(name, value)),
    )
  if (hasSecrets)
    put(
      main,
      'EnvironmentFile',
      at(['environment'], () => systemdRaw(paths.secrets)),
    )
  // environmentFiles -> EnvironmentFile=, "-" for optional; they win over Environment=
  service.environmentFiles.forEach(({ path, optional }, i) =>
    put(main, 'EnvironmentFile', (optional ? '-' : '') + at(['environmentFiles', i], () => systemdRaw(path))),
  )
  // hooks -> ExecStartPre=, ExecStartPost=, ExecStop=, ExecStopPost=
  for (const hook of hooks.preStart) put(main, 'ExecStartPre', command(['hooks', 'preStart'], hook))
  // command -> ExecStart=
  put(main, 'ExecStart', command(['command'], argv))
  for (const hook of hooks.postStart) put(main, 'ExecStartPost', command(['hooks', 'postStart'], hook))
  // reload.signal -> kill with systemd's own $MAINPID: the one place where a variable is meant; reload.command -> ExecReload=
  if (service.reload?.kind === 'signal') put(main, 'ExecReload', `/bin/kill -s ${service.reload.signal.slice(3)} $MAINPID`)
  if (service.reload?.kind === 'command') put(main, 'ExecReload', command(['reload', 'command'], service.reload.command))
  // "-": a hook that fails must not keep the signal from being sent, nor make a wanted stop look like a failure.
  for (const hook of hooks.preStop) put(main, 'ExecStop', `-${command(['hooks', 'preStop'], hook)}`)
  // stop.command -> ExecStop=, followed by the signal
  if (stop.command !== null) put(main, 'ExecStop', `-${command(['stop', 'command'], stop.command)}`)
  for (const hook of hooks.postStop) put(main, 'ExecStopPost', command(['hooks', 'postStop'], hook))
  // restart.policy -> Restart=
  put(main, 'Restart', restart.policy === 'never' ? 'no' : restart.policy)
  // restart.delays -> RestartSec=, RestartSteps=, RestartMaxDelaySec=
  put(main, 'RestartSec', seconds(restart.delaysMs[0]!))
  if (growing(service)) {
    put(main, 'RestartSteps', restart.delaysMs.length - 1)
    put(main, 'RestartMaxDelaySec', seconds(restart.delaysMs.at(-1)!))
  }
  // restart.restartExitCodes -> RestartForceExitStatus=, and SuccessExitStatus= so that asking for a restart is not shown as a failure
  const possible = (codes: readonly number[]): string | null => codes.filter((code) => code <= 255).join(' ') || null
  put(main, 'RestartForceExitStatus', possible(restart.restartExitCodes))
  put(main, 'SuccessExitStatus', possible(restart.restartExitCodes.filter((code) => code !== 0)))
  // restart.stopExitCodes -> RestartPreventExitStatus=
  put(main, 'RestartPreventExitStatus', possible(restart.stopExitCodes))
  // stop -> KillSignal= to the main process, after TimeoutStopSec= SIGKILL to all that is left
  if (!other('KillMode')) put(main, 'KillMode', 'mixed')
  put(main, 'KillSignal', stop.signal)
  put(main, 'TimeoutStopSec', seconds(stop.timeoutMs))
  // logs -> StandardOutput=append:, StandardError=append:; the journal is the default
  if (logs.stdout !== null) put(main, 'StandardOutput', `append:${at(['logs', 'stdout'], () => systemdRaw(logs.stdout!))}`)
  // Without StandardError= errors would follow StandardOutput= into the file (systemd.exec(5)).
  if (logs.stderr !== null) put(main, 'StandardError', `append:${at(['logs', 'stderr'], () => systemdRaw(logs.stderr!))}`)
  else if (logs.stdout !== null) put(main, 'StandardError', 'journal')
  // limits -> LimitNOFILE=, TasksMax=, MemoryMax=, CPUQuota=
  put(main, 'LimitNOFILE', limits.openFiles)
  put(main, 'TasksMax', limits.processes)
  put(main, 'MemoryMax', limits.memoryBytes)
  put(main, 'CPUQuota', limits.cpuPercent === null ? null : `${limits.cpuPercent}%`)
  // priority -> Nice=; Differs: a user's manager may not raise a priority (setpriority(2): EPERM, and the start would fail)
  if (service.nice !== 0 && (system || service.nice > 0)) put(main, 'Nice', service.nice)
  // umask -> UMask=
  put(main, 'UMask', service.umask === null ? null : service.umask.toString(8).padStart(4, '0'))
  // hardening -> a preset
  for (const [key, value] of at(['hardening'], () => hardening(service))) put(main, key, value)

  // autostart -> WantedBy=: a user's manager has no multi-user.target
  if (service.autostart) put(install, 'WantedBy', system ? 'multi-user.target' : 'default.target')

  const sections: Section[] = [
    { name: 'Unit', directives: unit },
    { name: 'Service', directives: main },
    ...(install.length > 0 ? [{ name: 'Install', directives: install }] : []),
  ]
  return { id: service.id, title: at(['displayName'], () => systemdRaw(title)), sections: withNative(sections, service, at) }
}

/** native.linux -> as it is; a key that is there already is refused by name. */
function withNative(sections: readonly Section[], service: Service, at: At): readonly Section[] {
  const out = sections.map(({ name, directives }) => ({ name, directives: [...directives] }))
  for (const [name, keys] of Object.entries(service.native.linux)) {
    let section = out.find((candidate) => candidate.name === name)
    if (!section) out.push((section = { name, directives: [] }))
    const written = new Set(section.directives.map(({ key }) => key))
    for (const [key, value] of Object.entries(keys)) {
      at(['native', 'linux', name, key], () => {
        if (written.has(key)) throw new CannotCarry(`this tool already writes ${key}= in [${name}]`, 'use the key of the profile that stands for it')
      })
      for (const item of Array.isArray(value) ? value : [value]) section.directives.push({ key, value: String(item) })
    }
  }
  return out
}
