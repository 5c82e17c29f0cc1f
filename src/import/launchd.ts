// A property list and the files beside it in; the profile that renders to the same job, with a remark for each value it cannot carry, out.
// The reverse of platform/launchd/view.ts: read the two side by side.
import { keyProblem } from '../platform/launchd/keys.ts'
import { signals, variableName } from '../profile/patterns.ts'
import { nameFrom, newDraft, type Draft } from './draft.ts'
import { readLauncher, secretNames } from './launcher-sh.ts'
import type { Given, Imported } from './model.ts'
import { baseName, ownExtras, ownName, titleOf } from './own.ts'
import { isDict, isPlain, readPlist, type Read } from './plist-text.ts'
import { refuse } from './reading.ts'
import { secretArgument } from './secrets.ts'
import { duration, longestMs } from './span.ts'
import { NotXml } from './xml-text.ts'

type Job = Record<string, Read>

/** @throws UserError NOT_IMPORTED for a job that no profile can declare */
export function readLaunchd(given: Given): Imported {
  const job = jobOf(given)
  const draft = newDraft()
  const label = typeof job['Label'] === 'string' && job['Label'] !== '' ? job['Label'] : baseName(given.main.path).replace(/\.plist$/, '')
  const scope = scopeOf(given, job)
  const id = ownName(given) ?? nameFrom(label)
  const taken = new Set<string>(['Label'])
  /** The value of a key, if it has the type that launchd reads; of another it takes no notice. */
  const take = <T extends Read>(key: string, is: (value: Read) => value is T): T | undefined => {
    const value = job[key]
    if (value === undefined || taken.has(key) || !is(value)) return undefined
    taken.add(key)
    return value
  }

  draft.set(['name'], id)
  if (label !== id) draft.set(['label'], label)
  const title = titleOf(given) ?? /<!-- (.*)\. Rendered by hermes-install from the profile "/.exec(given.main.text)?.[1]
  if (title !== undefined && title !== id) draft.set(['displayName'], title)
  draft.set(['scope'], scope)

  if (scope === 'system') {
    // user, group <- UserName, GroupName, which launchd reads for daemons only
    const [user, group] = [take('UserName', isText), take('GroupName', isText)]
    if (user !== undefined) draft.set(['user'], user)
    if (group !== undefined) draft.set(['group'], group)
  }
  const policy = keepAlive(job, given, draft, taken)
  command(job, given, draft, taken, policy)
  const folder = take('WorkingDirectory', isText)
  if (folder !== undefined) draft.set(['workingDirectory'], folder)
  environment(take('EnvironmentVariables', isDict) ?? {}, draft)

  // restart.delays <- ThrottleInterval, 10 s unless told (launchd.plist(5)); 0 is ignored
  const throttle = take('ThrottleInterval', isNumber)
  draft.set(['restart', 'delays'], duration((throttle !== undefined && throttle > 0 ? throttle : 10) * 1000))
  // stop.timeout <- ExitTimeOut
  const patience = take('ExitTimeOut', isNumber)
  if (patience === undefined)
    draft.set(['stop', 'timeout'], '20s', 'ExitTimeOut is not set: launchd has a time of its own, which is not the same on every version')
  else if (patience <= 0)
    draft.set(['stop', 'timeout'], duration(longestMs), `not carried: ExitTimeOut ${patience}, which means for ever: ten years is the longest here`)
  else draft.set(['stop', 'timeout'], duration(patience * 1000))
  logs(take('StandardOutPath', isText), take('StandardErrorPath', isText), { label, scope, draft })
  limits(job, draft, taken)
  const nice = job['Nice']
  if (isWhole(nice) && nice >= -20 && nice <= 19 && (scope === 'system' || nice >= 0)) {
    taken.add('Nice')
    draft.set(['priority'], nice === 10 ? 'low' : nice === 0 ? 'normal' : nice === -5 ? 'high' : nice)
  }
  umask(take('Umask', isNumberOrText), draft)
  if (scope === 'user') {
    // macos.sessions <- LimitLoadToSessionType; without it an agent is for Aqua alone
    const sessions = take('LimitLoadToSessionType', isTextOrTexts) ?? 'Aqua'
    draft.set(['macos', 'sessions'], typeof sessions === 'string' ? [sessions] : sessions)
  }
  const disabled = take('Disabled', isFlag)
  if (disabled === true) draft.set(['autostart'], false, 'the job is switched off (Disabled)')

  for (const [key, value] of Object.entries(job)) {
    if (taken.has(key)) continue
    if (!isPlain(value)) draft.remark([], `not carried: ${key}: it holds a date or binary data, of which launchd reads none`)
    else {
      const problem = keyProblem(key, value)
      if (problem === undefined) draft.set(['native', 'macos', key], value)
      else draft.remark([], `not carried: ${key}: ${problem}`)
    }
  }
  ownExtras(given, draft, 'macos')
  return { os: 'macos', ...draft.done(), instance: null }
}

const isText = (value: Read): value is string => typeof value === 'string'
const isNumber = (value: Read): value is number => typeof value === 'number'
const isFlag = (value: Read): value is boolean => typeof value === 'boolean'
const isWhole = (value: Read | undefined): value is number => Number.isInteger(value)
const isTexts = (value: Read): value is readonly string[] => Array.isArray(value) && value.every(isText)
const isTextOrTexts = (value: Read): value is string | readonly string[] => isText(value) || isTexts(value)
const isNumberOrText = (value: Read): value is number | string => isNumber(value) || isText(value)

function jobOf(given: Given): Job {
  if (given.main.text.startsWith('bplist'))
    throw refuse(given, 'it is a binary property list', 'on a Mac it is converted by itself; elsewhere: plutil -convert xml1 FILE')
  try {
    const value = readPlist(given.main.text)
    if (isDict(value)) return { ...value }
    throw new NotXml('a job is a <dict>')
  } catch (error) {
    if (!(error instanceof NotXml)) throw error
    throw refuse(given, `it is no property list: ${error.message}`, 'plutil -lint FILE says more')
  }
}

function scopeOf({ scope, main, beside }: Given, job: Job): 'user' | 'system' {
  if (scope !== null) return scope
  const placed = /"target": "([^"]+\.plist)"/.exec(beside('manifest.json') ?? '')?.[1] ?? main.path
  if (placed.includes('/LaunchDaemons/') || placed.startsWith('/Library/Application Support/hermes-install/')) return 'system'
  if (placed.includes('/LaunchAgents/') || /^\/Users\/|\/Library\/Application Support\/hermes-install\//.test(placed)) return 'user'
  return job['LimitLoadToSessionType'] === undefined && (job['UserName'] !== undefined || job['GroupName'] !== undefined) ? 'system' : 'user'
}

/** restart.policy <- KeepAlive. Conditions of launchd's own stay in `native`, for which the policy must be `never`. */
function keepAlive(job: Job, given: Given, draft: Draft, taken: Set<string>): 'always' | 'on-failure' | 'never' {
  const value = job['KeepAlive']
  const runAtLoad = job['RunAtLoad'] === true
  if (isFlagOrNothing(job['RunAtLoad'])) taken.add('RunAtLoad')
  const kept = value === true || isDict(value ?? false)
  for (const key of ['StartInterval', 'StartCalendarInterval'])
    if (job[key] !== undefined && !kept)
      throw refuse(given, `its program runs at times and ends (${key})`, 'a profile declares a program that keeps running; leave this one to launchd')
  if (!runAtLoad && !kept)
    draft.remark(
      ['restart', 'policy'],
      'not carried: the job is started only when something asks for it (no RunAtLoad, no KeepAlive); here it starts when it is loaded',
    )
  const entries = isDict(value ?? false) ? Object.entries(value as { readonly [key: string]: Read }) : []
  let policy: 'always' | 'on-failure' | 'never' = 'never'
  if (value === true) policy = 'always'
  else if (entries.length === 1 && entries[0]![0] === 'SuccessfulExit' && entries[0]![1] === false) policy = 'on-failure'
  else if (entries.length > 0) draft.remark(['restart', 'policy'], "the conditions of KeepAlive decide: they are launchd's own, below native.macos")
  if (policy !== 'never' || value === false) taken.add('KeepAlive')
  draft.set(['restart', 'policy'], policy)
  return policy
}

const isFlagOrNothing = (value: Read | undefined): boolean => value === undefined || typeof value === 'boolean'

/** command <- Program, ProgramArguments, with all that a launcher of ours had in its hands. */
function command(job: Job, given: Given, draft: Draft, taken: Set<string>, policy: string): void {
  const [program, argv] = [job['Program'], job['ProgramArguments']]
  if (argv !== undefined && !isTexts(argv))
    throw refuse(given, 'its ProgramArguments are no list of texts, and launchd refuses that too', 'mend the property list first')
  const words = isTexts(argv ?? []) ? (argv ?? []) : []
  if (!(typeof program === 'string' && program !== '') && words.length === 0)
    throw refuse(
      given,
      job['BundleProgram'] === undefined ? 'it names no program' : 'its program is part of an app (BundleProgram)',
      'launchd wants Program or ProgramArguments',
    )
  taken.add('Program').add('ProgramArguments')
  let whole = typeof program === 'string' && program !== '' ? [program, ...words.slice(1)] : words
  if (typeof program === 'string' && words.length > 0 && words[0] !== program)
    draft.remark(['command'], `not carried: the program saw itself called ${JSON.stringify(words[0])} (ProgramArguments beside Program)`)
  if (!whole[0]!.startsWith('/')) {
    whole = ['/usr/bin/env', ...whole]
    draft.remark(['command'], `${whole[1]} has no folder: launchd looks for it where programs are, and so does env`)
  }
  if (whole.some(secretArgument))
    draft.remark(['command'], 'an argument looks like a secret, and everybody on the machine can read it: hand it over in a file or in `environment`')
  if (whole.length === 2 && whole[0] === '/bin/sh' && /\/hermes-install\/[^/]+\/launcher\.sh$/.test(whole[1]!))
    whole = launched(whole[1]!, given, draft, policy)
  draft.set(['command'], whole)
}

function launched(path: string, given: Given, draft: Draft, policy: string): readonly string[] {
  const launcher = readLauncher(given.beside('launcher.sh') ?? given.beside(path) ?? '')
  if (launcher === null)
    throw refuse(
      given,
      `it starts ${path}, which is neither beside it nor to be read`,
      'import it from the folder that render wrote, or as a user who may read it',
    )
  for (const { name, path: secretFile } of launcher.secrets) draft.set(['environment', name], { secretFile })
  if (launcher.secretsFile !== null) {
    const text = given.beside('secrets.sh') ?? given.beside(launcher.secretsFile)
    if (text === null)
      draft.remark(['environment'], `${launcher.secretsFile} cannot be read here: name each of its variables as { fromEnv: NAME, secret: true }`)
    for (const name of secretNames(text ?? ''))
      draft.set(['environment', name], { fromEnv: name, secret: true }, `set the variable ${name} for the command that renders or applies`)
  }
  const list = (commands: readonly (readonly string[])[]): unknown => (commands.length === 1 ? commands[0] : commands)
  if (launcher.environmentFiles.length > 0)
    draft.set(
      ['environmentFiles'],
      launcher.environmentFiles.map((file) => (file.optional ? file : file.path)),
    )
  for (const name of ['preStart', 'postStart', 'preStop', 'postStop'] as const) if (launcher[name].length > 0) draft.set(['hooks', name], list(launcher[name]))
  if (launcher.stop !== null && launcher.stop.command !== null) draft.set(['stop', 'command'], launcher.stop.command)
  if (launcher.stop !== null && (signals as readonly string[]).includes(launcher.stop.signal)) draft.set(['stop', 'signal'], launcher.stop.signal)
  if (launcher.exit !== null) {
    const { restart, stop, otherwise } = launcher.exit
    draft.set(['restart', 'policy'], otherwise === 'restart' ? 'always' : otherwise === 'stop' ? 'never' : policy === 'never' ? 'never' : 'on-failure')
    if (restart.length > 0) draft.set(['restart', 'restartExitCodes'], restart)
    if (stop.length > 0) draft.set(['restart', 'stopExitCodes'], stop)
  }
  return launcher.argv
}

function environment(variables: { readonly [key: string]: Read }, draft: Draft): void {
  for (const [name, value] of Object.entries(variables)) {
    if (typeof value !== 'string') draft.remark(['environment'], `launchd passes over ${name}, whose value is no text`)
    else if (!variableName.posix.test(name)) draft.remark(['environment'], `not carried: ${JSON.stringify(name.slice(0, 60))}, which no shell takes for a name`)
    else draft.variable(name, value)
  }
}

/** logs <- StandardOutPath, StandardErrorPath; those that this tool writes to by itself need no key. */
function logs(stdout: string | undefined, stderr: string | undefined, { label, scope, draft }: { label: string; scope: string; draft: Draft }): void {
  const own = (path: string, extension: string): boolean =>
    scope === 'system'
      ? path === `/Library/Logs/${label}${extension}`
      : path.endsWith(`/Library/Logs/${label}${extension}`) && /^\/Users\/[^/]+\/Library\/Logs\//.test(path)
  for (const [key, path, extension] of [
    ['stdout', stdout, '.log'],
    ['stderr', stderr, '.error.log'],
  ] as const) {
    if (path === undefined)
      draft.remark(['logs'], `the job threw its ${key} away; here it is kept in ${scope === 'system' ? '/Library/Logs' : '${logDir}'}/${label}${extension}`)
    else if (!own(path, extension)) draft.set(['logs', key], path)
  }
}

/** limits <- SoftResourceLimits and HardResourceLimits where the two are alike; anything else is native. */
function limits(job: Job, draft: Draft, taken: Set<string>): void {
  const [soft, hard] = [job['SoftResourceLimits'], job['HardResourceLimits']]
  if (soft === undefined || hard === undefined || !isDict(soft) || !isDict(hard) || JSON.stringify(soft) !== JSON.stringify(hard)) return
  if (!Object.entries(soft).every(([key, value]) => ['NumberOfFiles', 'NumberOfProcesses'].includes(key) && isWhole(value) && value >= 0)) return
  taken.add('SoftResourceLimits').add('HardResourceLimits')
  if (soft['NumberOfFiles'] !== undefined) draft.set(['limits', 'openFiles'], soft['NumberOfFiles'])
  if (soft['NumberOfProcesses'] !== undefined) draft.set(['limits', 'processes'], soft['NumberOfProcesses'])
}

/** umask <- Umask: a number, or a text that strtoul(3) reads, where a leading 0 is octal. */
function umask(value: number | string | undefined, draft: Draft): void {
  if (value === undefined) return
  const bits = typeof value === 'number' ? value : /^0[0-7]*$/.test(value) ? Number.parseInt(value, 8) : /^\d+$/.test(value) ? Number(value) : NaN
  if (Number.isInteger(bits) && bits >= 0 && bits <= 0o777) draft.set(['umask'], bits.toString(8).padStart(4, '0'))
  else draft.remark(['umask'], `not carried: Umask ${value}`)
}
