// An expanded profile in, the issues that span keys or depend on the OS out: one named function for each rule.
import type { Issue } from '../errors.ts'
import type { Merged } from '../profile/merge.ts'
import type { Profile } from '../profile/model.ts'
import * as patterns from '../profile/patterns.ts'
import { parseAddress, parseDuration, parseSize } from '../profile/units.ts'
import type { Path } from '../profile/model.ts'
import type { Inputs } from './expand.ts'
import { isAbsolute } from './host.ts'
import { labelProblem, wholeLabel } from './label.ts'

interface Case {
  readonly profile: Profile
  readonly merged: Merged
  readonly inputs: Inputs
  /** What is known to be wrong with the files. */
  readonly found: readonly Issue[]
  /** Adds an issue at a path of the profile. */
  readonly wrong: (path: Path, message: string, hint?: string | null) => void
}

/** Runs every rule. */
export function checkRules(profile: Profile, merged: Merged, inputs: Inputs, issues: Issue[], found: readonly Issue[]): void {
  const wrong: Case['wrong'] = (path, message, hint) => void issues.push(merged.issue(path, message, hint))
  for (const rule of rules) rule({ profile, merged, inputs, found, wrong })
}
const { control } = patterns

/** `version`, `name` and `command` cannot be guessed; a base may lack them, a whole profile may not. */
function required({ profile, found, wrong: add }: Case): void {
  const wrong: Case['wrong'] = ([key], message, hint) => {
    // A key that is there but wrong, or misspelt, has been named already.
    if (!found.some((issue) => issue.key.split(/[.[]/)[0] === key || issue.hint === `did you mean "${key}"?`)) add([key!], message, hint)
  }
  if (profile.version === undefined) wrong(['version'], 'missing', 'add `version: 1`')
  if (profile.name === undefined) wrong(['name'], 'missing', 'add `name: my-app`, in kebab-case')
  if (profile.command === undefined)
    wrong(['command'], 'missing', "add the program and its arguments: `command: [/usr/bin/my-app, --serve]`, or one in this OS's overlay")
}

/** The label names files and must be one that every manager takes. */
function label({ profile, merged, inputs, wrong }: Case): void {
  const whole = wholeLabel(profile, merged.profile, inputs.instance)
  if (whole === undefined) return
  const problem = labelProblem(whole, inputs.host.os)
  if (problem) wrong(['label'], `${JSON.stringify(whole.slice(0, 60))} cannot be a label`, problem)
}

/** A control character in a name would end the line of a unit or forge one in a log. */
function oneLine({ profile, wrong }: Case): void {
  for (const key of ['displayName', 'description'] as const) {
    const value = profile[key]
    if (value !== undefined && control.test(value)) wrong([key], 'control characters and line breaks cannot stand here', 'write it on one line')
  }
}

/** A path or program that is not absolute depends on PATH or the current folder, which no service has. */
function absolute({ profile, inputs, wrong }: Case): void {
  const { os } = inputs.host
  const check = (path: Path, value: string | undefined, what: string): void => {
    if (value === undefined) return
    if (!isAbsolute(os, value)) wrong(path, `${what} must be absolute on ${os}, got ${JSON.stringify(value.slice(0, 80))}`, absoluteHint(os, value, what))
    else if (value.includes('\0')) wrong(path, 'a NUL cannot be part of a path', null)
  }
  const program = (path: Path, argv: readonly string[] | undefined): void => {
    if (argv) check([...path, 0], argv[0], 'the program')
  }
  program(['command'], profile.command)
  program(['stop', 'command'], profile.stop?.command)
  program(['reload', 'command'], profile.reload?.command)
  program(['health', 'command'], profile.health?.command)
  for (const [name, hook] of Object.entries(profile.hooks ?? {})) {
    if (hook === undefined) continue
    if (typeof hook[0] === 'string') program(['hooks', name], hook as string[])
    else (hook as string[][]).forEach((argv, i) => program(['hooks', name, i], argv))
  }
  check(['workingDirectory'], profile.workingDirectory, 'the path')
  check(['logs', 'stdout'], profile.logs?.stdout, 'the path')
  check(['logs', 'stderr'], profile.logs?.stderr, 'the path')
  check(['health', 'file', 'path'], profile.health?.file?.path, 'the path')
  profile.environmentFiles?.forEach((file, i) =>
    typeof file === 'string' ? check(['environmentFiles', i], file, 'the path') : check(['environmentFiles', i, 'path'], file.path, 'the path'),
  )
  for (const [name, value] of Object.entries(profile.environment ?? {}))
    if (typeof value === 'object' && 'secretFile' in value) check(['environment', name, 'secretFile'], value.secretFile, 'the path')
}

function absoluteHint(os: Inputs['host']['os'], value: string, what: string): string {
  if (value.startsWith('~')) return 'write ${home} for ~'
  // YAML takes \n and \t in double quotes for what they are in C.
  if (os === 'windows' && control.test(value)) return 'write Windows paths in single quotes: in double quotes a backslash begins an escape'
  if (os === 'windows' && value.startsWith('/')) return 'put the Windows path into the overlay `windows: {...}`, or leave Windows out with --os'
  if (what === 'the program') return os === 'windows' ? 'such as C:\\Program Files\\app\\app.exe' : 'such as /usr/bin/app'
  return os === 'windows' ? 'such as C:\\ProgramData\\app' : 'such as /srv/app'
}

/** On Windows names do not differ by case. */
function variableNames({ profile, inputs, wrong }: Case): void {
  const windows = inputs.host.os === 'windows'
  const seen = new Map<string, string>()
  for (const name of Object.keys(profile.environment ?? {})) {
    if (!patterns.variableName[windows ? 'windows' : 'posix'].test(name))
      wrong(
        ['environment', name],
        `${JSON.stringify(name.slice(0, 60))} cannot be the name of a variable`,
        'letters, digits and _ only, not starting with a digit',
      )
    const twin = seen.get(name.toUpperCase())
    if (windows && twin !== undefined)
      wrong(['environment', name], `"${name}" and "${twin}" are one variable on Windows`, 'unset one with null in the windows overlay')
    seen.set(name.toUpperCase(), name)
  }
}

/** `fromEnv` is read while rendering; what is not there cannot be guessed. */
function fromEnvironment({ profile, inputs, wrong }: Case): void {
  for (const [name, value] of Object.entries(profile.environment ?? {})) {
    if (typeof value === 'object' && 'fromEnv' in value && inputs.environment(value.fromEnv) === undefined)
      wrong(['environment', name, 'fromEnv'], `the variable ${JSON.stringify(value.fromEnv)} is not set here`, 'set it for this command')
  }
}

/** Formats that may hold ${...} are checked once more when it was replaced. */
function expandedFormats({ profile, wrong }: Case): void {
  const duration = (path: Path, text: string | undefined): void => {
    if (text !== undefined && parseDuration(text) === undefined) wrong(path, `expected a duration such as 1m30s, got ${JSON.stringify(text.slice(0, 40))}`)
  }
  const size = (path: Path, text: string | undefined): void => {
    if (text !== undefined && parseSize(text) === undefined) wrong(path, `expected a size such as 10MB, got ${JSON.stringify(text.slice(0, 40))}`)
  }
  const { restart, stop, health, logs, limits } = profile
  if (typeof restart?.delays === 'string') duration(['restart', 'delays'], restart.delays)
  else restart?.delays?.forEach((delay, i) => duration(['restart', 'delays', i], delay))
  duration(['restart', 'resetAfter'], restart?.resetAfter)
  duration(['restart', 'limit', 'within'], restart?.limit?.within)
  duration(['stop', 'timeout'], stop?.timeout)
  duration(['health', 'stableFor'], health?.stableFor)
  duration(['health', 'timeout'], health?.timeout)
  size(['logs', 'rotate', 'size'], logs?.rotate?.size)
  size(['limits', 'memory'], limits?.memory)
  if (stop?.timeout !== undefined && parseDuration(stop.timeout) === 0) wrong(['stop', 'timeout'], 'a service needs some time to stop', 'at least 1s')
}

/** One code cannot mean both. */
function exitCodes({ profile, wrong }: Case): void {
  const stop = profile.restart?.stopExitCodes ?? []
  profile.restart?.restartExitCodes?.forEach((code, i) => {
    if (stop.includes(code)) wrong(['restart', 'restartExitCodes', i], `${code} is in stopExitCodes too`, 'decide for one')
  })
}

/** Either way of reloading, not both. */
function reload({ profile, wrong }: Case): void {
  if (profile.reload?.signal !== undefined && profile.reload.command !== undefined)
    wrong(['reload'], 'signal and command exclude each other', 'unset one with null')
}

/** An account that no manager would take. */
function accounts({ profile, wrong }: Case): void {
  for (const key of ['user', 'group'] as const) {
    const value = profile[key]
    if (value !== undefined && !patterns.account.test(value))
      wrong([key], `${JSON.stringify(value.slice(0, 40))} cannot be an account`, 'letters, digits, "_", "." and "-" only')
  }
}

/** Addresses, URLs and JSON pointers (RFC 6901) that could never be met. */
function health({ profile, wrong }: Case): void {
  const check = profile.health
  if (check?.tcp !== undefined && parseAddress(check.tcp) === undefined)
    wrong(['health', 'tcp'], `expected host:port, got ${JSON.stringify(check.tcp.slice(0, 60))}`, 'such as 127.0.0.1:8080 or [::1]:8080')
  if (check?.http !== undefined && !patterns.httpUrl.test(check.http))
    wrong(['health', 'http'], 'expected an http:// or https:// URL', 'percent-encode what is special; no user or password')
  if (check?.file?.json !== undefined && !patterns.jsonPointer.test(check.file.json))
    wrong(['health', 'file', 'json'], 'expected a JSON pointer such as /state', 'RFC 6901')
  if (check?.file?.equals !== undefined && check.file.json === undefined)
    wrong(['health', 'file', 'equals'], 'needs `json`, the pointer to the value that must be equal', 'add `json: /state`')
  if (check && (parseDuration(check.timeout ?? '30s') ?? 0) < (parseDuration(check.stableFor ?? '2s') ?? 0))
    wrong(['health', 'timeout'], 'shorter than stableFor: it could never be met', 'make it longer')
}

/** Names of other services become parts of files and commands. */
function names({ profile, inputs, wrong }: Case): void {
  const each = (path: Path, list: readonly string[] | undefined, pattern: RegExp, what: string): void =>
    list?.forEach((name, i) => {
      if (!pattern.test(name)) wrong([...path, i], `${JSON.stringify(name.slice(0, 60))} cannot be ${what}`)
    })
  const { os } = inputs.host
  const { replaces } = profile
  if (os === 'windows') each(['after'], profile.after, patterns.names.afterService, 'a service')
  else each(['after'], profile.after, patterns.names.afterUnit, 'a unit')
  each(['replaces', 'linux', 'units'], replaces?.linux?.units, patterns.names.unit, 'a unit')
  each(['replaces', 'macos', 'labels'], replaces?.macos?.labels, patterns.names.job, 'a label')
  each(['replaces', 'windows', 'services'], replaces?.windows?.services, patterns.names.service, 'a service')
  each(['replaces', 'windows', 'tasks'], replaces?.windows?.tasks, patterns.names.task, 'a task')
  each(['replaces', 'windows', 'startupItems'], replaces?.windows?.startupItems, patterns.names.startupItem, 'a file in the Startup folder')
}

/** What passes through as it is must still be one value of one key. */
function native({ profile, wrong }: Case): void {
  for (const [section, keys] of Object.entries(profile.native?.linux ?? {})) {
    if (!patterns.directive.test(section)) wrong(['native', 'linux', section], `${JSON.stringify(section.slice(0, 40))} cannot be a section`)
    for (const [key, value] of Object.entries(keys)) {
      const path = ['native', 'linux', section, key]
      if (!patterns.directive.test(key)) wrong(path, `${JSON.stringify(key.slice(0, 40))} cannot be a key`)
      for (const item of Array.isArray(value) ? value : [value]) {
        if (control.test(String(item).replaceAll('\t', ' ')))
          wrong(path, 'a line break or control character cannot stand in a directive', 'write a list for several lines')
        // A backslash at the end would swallow the next line, whatever it is (systemd.syntax(7)).
        else if (/\\\s*$/.test(String(item))) wrong(path, 'a backslash at the end would join the next line to this one', null)
      }
    }
  }
  for (const [element, text] of Object.entries(profile.native?.windows ?? {})) {
    if (!patterns.xmlElement.test(element)) wrong(['native', 'windows', element], `${JSON.stringify(element.slice(0, 40))} cannot be an element`)
    if (control.test(text.replaceAll(/[\t\n]/g, ' '))) wrong(['native', 'windows', element], 'a control character cannot stand in XML')
  }
}

/** A service cannot replace itself. */
function replacesItself({ profile, merged, inputs, wrong }: Case): void {
  const own = wholeLabel(profile, merged.profile, inputs.instance)
  if (own === undefined) return
  profile.replaces?.linux?.units?.forEach(
    (unit, i) =>
      inputs.host.os === 'linux' && unit.replace(/\.service$/, '') === own && wrong(['replaces', 'linux', 'units', i], `"${unit}" is this service itself`),
  )
  profile.replaces?.macos?.labels?.forEach(
    (name, i) => inputs.host.os === 'macos' && name === own && wrong(['replaces', 'macos', 'labels', i], `"${name}" is this service itself`),
  )
  profile.replaces?.windows?.services?.forEach(
    (name, i) =>
      inputs.host.os === 'windows' &&
      name.toLowerCase() === own.toLowerCase() &&
      wrong(['replaces', 'windows', 'services', i], `"${name}" is this service itself`),
  )
}

const rules = [
  required,
  label,
  oneLine,
  absolute,
  variableNames,
  fromEnvironment,
  expandedFormats,
  exitCodes,
  reload,
  accounts,
  health,
  names,
  native,
  replacesItself,
]
