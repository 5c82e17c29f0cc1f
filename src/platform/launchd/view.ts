// A Service in, the dictionary of its property list out. Every mapping is one line; deviations start "Differs:".
import { plistValue, type Plist } from '../../escape/plist.ts'
import { CannotCarry } from '../../escape/refuse.ts'
import { xmlComment } from '../../escape/xml.ts'
import { nearest } from '../../profile/issue.ts'
import type { Path } from '../../profile/model.ts'
import type { Service } from '../../resolve/service.ts'
import { exitMapping } from '../exit.ts'
import type { At } from '../platform.ts'
import { keyProblem, knownKeys } from './keys.ts'

export interface PlistView {
  readonly id: string
  readonly title: string
  readonly body: string
}

/** Whether the program needs a parent that stays: to translate exit codes, to run hooks around it, to stop it in another way than SIGTERM. */
export function needsSupervision({ restart, hooks, stop }: Service): boolean {
  return (
    exitMapping(restart, true) !== null ||
    hooks.postStart.length > 0 ||
    hooks.preStop.length > 0 ||
    hooks.postStop.length > 0 ||
    stop.command !== null ||
    stop.signal !== 'SIGTERM'
  )
}

/** launchd itself reads no files of variables, has no hooks, and knows exit codes only as zero and not zero. */
export const needsLauncher = (service: Service): boolean =>
  needsSupervision(service) ||
  service.environmentFiles.length > 0 ||
  service.hooks.preStart.length > 0 ||
  service.environment.some((variable) => variable.kind !== 'plain')

/** KeepAlive in the form that the policy means (launchd.plist(5)): true comes back always, SuccessfulExit=false after every exit but 0, absent never. */
function keepAlive(service: Service): Plist | null {
  const { restart } = service
  if (exitMapping(restart, true) !== null) return { SuccessfulExit: false }
  return restart.policy === 'always' ? true : restart.policy === 'never' ? null : { SuccessfulExit: false }
}

/** launchd counts in whole seconds. */
const wholeSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000))

/** The log files, the profile's or those in the log folder. */
export function logFiles(service: Service): { readonly stdout: string; readonly stderr: string } {
  const folder = service.scope === 'system' ? '/Library/Logs' : service.host.logDir
  return { stdout: service.logs.stdout ?? `${folder}/${service.label}.log`, stderr: service.logs.stderr ?? `${folder}/${service.label}.error.log` }
}

/** @param paths where the launcher will be, for the services that have one */
export function plistView(service: Service, paths: { readonly launcher: string }, at: At): PlistView {
  const { limits, scope, stop } = service
  const system = scope === 'system'
  const logs = logFiles(service)
  const job: Record<string, Plist> = {}
  const put = (key: string, value: Plist | null): void => {
    if (value !== null) job[key] = value
  }

  // label -> Label, and the name of the file
  put('Label', service.label)
  // command -> ProgramArguments
  put('ProgramArguments', needsLauncher(service) ? ['/bin/sh', paths.launcher] : service.command)
  if (system) {
    // user, group -> UserName, GroupName (read for daemons only)
    put('UserName', service.user)
    put('GroupName', service.group)
  }
  // workingDirectory -> WorkingDirectory
  put('WorkingDirectory', service.workingDirectory)
  // environment -> EnvironmentVariables; what must stay secret is the launcher's
  const plain = service.environment.filter((variable) => variable.kind === 'plain')
  const carried = plain.filter(({ name, value }) => at(['environment', name], () => plistValue(value)) !== '')
  put('EnvironmentVariables', carried.length === 0 ? null : Object.fromEntries(carried.map(({ name, value }) => [name, value])))
  // autostart -> where the file lies: launchd loads all of LaunchAgents or LaunchDaemons, and what is loaded here is to run
  put('RunAtLoad', true)
  // restart.policy -> KeepAlive
  put('KeepAlive', keepAlive(service))
  // restart.delays -> ThrottleInterval. Differs: seconds between launches, not a delay after an exit; 0 would be ignored
  put('ThrottleInterval', wholeSeconds(service.restart.delaysMs[0]!))
  // stop.timeout -> ExitTimeOut, from SIGTERM to SIGKILL
  put('ExitTimeOut', wholeSeconds(stop.timeoutMs))
  // logs -> StandardOutPath, StandardErrorPath
  put('StandardOutPath', logs.stdout)
  put('StandardErrorPath', logs.stderr)
  // limits.openFiles, limits.processes -> SoftResourceLimits, HardResourceLimits
  const resources = {
    ...(limits.openFiles === null ? {} : { NumberOfFiles: limits.openFiles }),
    ...(limits.processes === null ? {} : { NumberOfProcesses: limits.processes }),
  }
  if (Object.keys(resources).length > 0) {
    put('SoftResourceLimits', resources)
    put('HardResourceLimits', resources)
  }
  // priority -> Nice. Differs: only root may raise a priority (setpriority(2))
  if (service.nice !== 0 && (system || service.nice > 0)) put('Nice', service.nice)
  // umask -> Umask, a decimal integer: the type every launchd reads
  put('Umask', service.umask)
  // macos.sessions -> LimitLoadToSessionType, for agents; without Background it cannot be loaded into user/UID (error 134)
  if (!system) put('LimitLoadToSessionType', service.macos.sessions)

  // native.macos -> as it is; a key that is there already, or that launchd would ignore, is refused by name
  for (const [key, value] of Object.entries(service.native.macos)) {
    at(['native', 'macos', key], () => {
      if (Object.hasOwn(job, key)) throw new CannotCarry(`this tool already writes ${key}`, 'use the key of the profile that stands for it')
      const problem = keyProblem(key, value)
      const near = nearest(key, knownKeys)
      if (problem !== undefined) throw new CannotCarry(problem, problem.includes('has no key') && near ? `did you mean ${near}?` : null)
      job[key] = value
    })
  }
  const plist = (path: Path, value: Plist): string => {
    const items = Array.isArray(value) ? (value as readonly string[]) : []
    return at(path, () => plistValue(value, '\t'), { items, escape: plistValue })
  }
  const lines = Object.entries(job).map(([key, value]) => `\t<key>${key}</key>\n${plist(pathOf[key] ?? ['native', 'macos', key], value)}`)
  return {
    id: service.id,
    title: at(['displayName'], () => xmlComment(service.displayName ?? service.description ?? service.id)),
    body: ['<dict>', ...lines, '</dict>'].join('\n'),
  }
}

/** Where the values that a user wrote came from, for a refusal. */
const pathOf: Readonly<Record<string, Path>> = {
  ProgramArguments: ['command'],
  WorkingDirectory: ['workingDirectory'],
  StandardOutPath: ['logs', 'stdout'],
  StandardErrorPath: ['logs', 'stderr'],
}
