// A Service in, the elements of its WinSW XML out, valid for 2.12.0 and 3.0.0-alpha.11. Every mapping is one line; deviations start "Differs:".
import { CannotCarry } from '../../escape/refuse.ts'
import { quoteArgument, quoteArgv } from '../../escape/windows-argv.ts'
import { needsPercent, percentVariable, winswAttribute, winswText } from '../../escape/winsw.ts'
import { xmlComment, xmlText } from '../../escape/xml.ts'
import { nearest } from '../../profile/issue.ts'
import type { Service } from '../../resolve/service.ts'
import type { At } from '../platform.ts'
import { accountName } from './account.ts'
import { logFiles } from './paths.ts'
import { mappingOf, system32 } from './recovery.ts'

export interface XmlView {
  readonly id: string
  readonly title: string
  readonly elements: readonly string[]
}

/** WinSW itself reads no files of variables, logs a failing prestart and goes on, and leaves a service that ended with 0 alone. */
export const needsLauncher = (service: Service): boolean =>
  mappingOf(service) !== null ||
  service.environmentFiles.length > 0 ||
  service.hooks.preStart.length > 0 ||
  service.hooks.postStop.length > 0 ||
  service.environment.some((variable) => variable.kind !== 'plain')

/** Nice values by priority class (Microsoft, "Scheduling Priorities"). */
const priorityClass = (nice: number): string => (nice <= -10 ? 'high' : nice < 0 ? 'abovenormal' : nice === 0 ? 'normal' : nice <= 10 ? 'belownormal' : 'idle')

/** What WinSW counts in: `N sec`, or bare milliseconds (its grammar knows no "s"). */
const duration = (ms: number): string => (ms % 1000 === 0 ? `${ms / 1000} sec` : `${ms} ms`)

/** The largest rolled log file and how many are kept, unless the profile says otherwise. */
const rotation = { bytes: 10 * 1024 * 1024, keep: 8 }

export function xmlView(service: Service, paths: { readonly launcher: string; readonly stop: string }, at: At): XmlView {
  const { hooks, stop } = service
  const logs = logFiles(service)
  const elements: string[] = []
  const written = new Set<string>()
  let percent = [logs.name, logs.out, logs.err].some(needsPercent)
  const raw = (name: string, xml: string): void => {
    written.add(name)
    elements.push(`  ${xml}`)
  }
  const put = (name: string, path: (string | number)[], text: string | null): void => {
    if (text === null) return
    percent ||= needsPercent(text)
    raw(name, `<${name}>${at(path, () => winswText(text))}</${name}>`)
  }
  /** Elements below another, and those that WinSW takes as they are. */
  const child = (name: string, text: string): string => `    <${name}>${text}</${name}>`
  const block = (name: string, lines: readonly string[], attributes = ''): void => raw(name, [`<${name}${attributes}>`, ...lines, `  </${name}>`].join('\n'))
  /** WinSW gives the program its own path as the first word; the rest is one line that the program takes apart. */
  const program = (path: (string | number)[], argv: readonly string[]): [string, string] => {
    const line = (): string => xmlText(quoteArgv(argv)) && argv.slice(1).map(quoteArgument).join(' ')
    return [argv[0]!, at(path, line, { items: argv, escape: (word) => xmlText(quoteArgument(word)) })]
  }

  const launcher = needsLauncher(service)

  // label -> id
  put('id', ['label'], service.label)
  // displayName -> name, which 2.12 requires; description -> description, likewise
  put('name', ['displayName'], service.displayName ?? service.id)
  put('description', ['description'], service.description ?? service.displayName ?? service.id)
  // command -> executable, arguments: one line, quoted as the C runtime of the program takes it apart
  // With a stop command they are <startarguments>: 2.12 would give <arguments> to the stop command too.
  // The launcher's path stands in quotes of its own for cmd.exe (/s: take off the outer ones only); no stdin, so that no batch file can ask.
  const [executable, args] = launcher ? [`${system32}\\cmd.exe`, `/d /s /c ""${paths.launcher}" <NUL"`] : program(['command'], service.command)
  put('executable', ['command', 0], executable)
  put(stop.command === null ? 'arguments' : 'startarguments', ['command'], args || null)
  // workingDirectory -> workingdirectory
  put('workingdirectory', ['workingDirectory'], service.workingDirectory)
  // environment -> env; secrets are the launcher's
  for (const variable of service.environment) {
    if (variable.kind !== 'plain') continue
    percent ||= needsPercent(variable.value)
    raw(
      'env',
      `<env name="${at(['environment', variable.name], () => winswAttribute(variable.name))}" value="${at(['environment', variable.name], () => winswAttribute(variable.value))}"/>`,
    )
  }
  // autostart -> startmode; windows.delayedStart -> delayedAutoStart, which 2.12 takes for true whenever it is there
  put('startmode', ['autostart'], service.autostart ? 'Automatic' : 'Manual')
  if (service.autostart && service.windows.delayedStart) put('delayedAutoStart', ['windows', 'delayedStart'], 'true')
  // after -> depend. Differs: Windows has no service for "the network is up"; Tcpip is the driver that every network needs
  for (const name of service.after) raw('depend', `<depend>${at(['after'], () => xmlText(name === 'network' ? 'Tcpip' : name))}</depend>`)
  // stop.command, stop.timeout -> stop.js: WinSW (2.12 and 3) waits for a stop program, and then for the service's own, without any limit
  if (stop.command !== null) {
    put('stopexecutable', ['stop', 'command'], `${system32}\\cscript.exe`)
    put('stoparguments', ['stop', 'command'], `//B //Nologo //E:JScript "${paths.stop}"`)
  }
  // stop.timeout -> stoptimeout: from Ctrl+C to the end of the process tree
  put('stoptimeout', ['stop', 'timeout'], duration(stop.timeoutMs))
  // WinSW 3 hears of a shutdown only in time if it asked for it; the margin is for WinSW itself
  put('preshutdown', ['stop', 'timeout'], 'true')
  put('preshutdownTimeout', ['stop', 'timeout'], duration(stop.timeoutMs + 5000))
  // hooks.postStart, preStop -> poststart, prestop (WinSW 3); hooks.postStop is the launcher's, as <poststop> runs after a wanted stop only
  for (const [name, element] of [
    ['postStart', 'poststart'],
    ['preStop', 'prestop'],
  ] as const) {
    const [hook, ...more] = hooks[name]
    if (hook === undefined || service.windows.winsw.version === 2) continue
    if (more.length > 0)
      at(['hooks', name], () => {
        throw new CannotCarry('WinSW runs one command here', 'put them into a script')
      })
    const [hookProgram, hookArgs] = program(['hooks', name], hook)
    percent ||= needsPercent(hookProgram) || needsPercent(hookArgs)
    block(element, [
      child(
        'executable',
        at(['hooks', name], () => winswText(hookProgram)),
      ),
      child(
        'arguments',
        at(['hooks', name], () => winswText(hookArgs)),
      ),
    ])
  }
  // priority -> priority
  if (service.nice !== 0) put('priority', ['priority'], priorityClass(service.nice))
  // windows.account -> serviceaccount: domain and user for 2.12, username for 3
  if (service.windows.account !== null) percent ||= needsPercent(service.windows.account.name)
  if (service.windows.account !== null)
    block(
      'serviceaccount',
      at(['windows', 'account', 'name'], () => account(service.windows.account!)).map(([name, text]) => child(name, text)),
    )
  // logs -> logpath, logname, outfilepattern, errfilepattern, log
  put('logpath', ['logs', 'stdout'], logs.folder)
  raw('logname', `<logname>${at(['logs', 'stdout'], () => winswText(logs.name))}</logname>`)
  raw('outfilepattern', `<outfilepattern>${at(['logs', 'stdout'], () => winswText(logs.out))}</outfilepattern>`)
  raw('errfilepattern', `<errfilepattern>${at(['logs', 'stderr'], () => winswText(logs.err))}</errfilepattern>`)
  const { bytes, keep } = service.logs.rotate ?? rotation
  block('log', [child('sizeThreshold', String(Math.max(1, Math.ceil(bytes / 1024)))), child('keepFiles', String(keep))], ' mode="roll-by-size"')
  // Without this, WinSW 3 rewrites the service from the XML when the file is newer, and with it what `sc failure` set.
  raw('autoRefresh', '<autoRefresh>false</autoRefresh>')
  // native.windows -> as it is, "%NAME%" included; an element that is there already, or that WinSW would ignore, is refused by name
  for (const [name, text] of Object.entries(service.native.windows)) {
    at(['native', 'windows', name], () => {
      if (written.has(name) || name === 'onfailure' || name === 'resetfailure')
        throw new CannotCarry(`this tool already writes <${name}> or what stands for it`, 'use the key of the profile that stands for it')
      if (!plainElements.includes(name))
        throw new CannotCarry(
          `WinSW has no element <${name}> with a plain text and would ignore it`,
          nearest(name, plainElements) ? `did you mean ${nearest(name, plainElements)}?` : `known: ${plainElements.join(', ')}`,
        )
      elements.push(`  <${name}>${xmlText(text)}</${name}>`)
    })
  }
  // A "%" that must stay one comes from this variable, so it is set before anything else is read (escape/winsw.ts).
  if (percent) elements.splice(0, 0, `  <env name="${percentVariable}" value="%"/>`)
  return { id: service.id, title: at(['displayName'], () => xmlComment(service.displayName ?? service.id)), elements }
}

/** Elements with a plain text that both or one of the two WinSW lines read (peers' table, from their XmlServiceConfig). */
export const plainElements: readonly string[] = [
  'beeponshutdown',
  'hidewindow',
  'securityDescriptor',
  'stopparentprocessfirst',
  'waithint',
  'sleeptime',
  'interactive',
  'outfiledisabled',
  'errfiledisabled',
  'id',
  'name',
]

function account({ name, passwordFile }: { readonly name: string; readonly passwordFile: string | null }): readonly (readonly [string, string])[] {
  const full = accountName(name)
  const [user, domain] = full.split('\\').toReversed() as [string, string | undefined]
  return [
    ...(domain === undefined ? [] : [['domain', winswText(domain)] as const]),
    ['user', winswText(user)],
    ['username', winswText(full)],
    ...(passwordFile === null ? [] : [['prompt', 'console'] as const]),
    ['allowservicelogon', 'true'],
  ]
}
