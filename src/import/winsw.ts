// A WinSW file (2 or 3) and the files beside it in; the profile that renders to the same service, with a remark for each value it cannot carry, out.
// The reverse of platform/windows/view.ts: read the two side by side. Elements and defaults: WinSW's XmlServiceConfig.cs, 2.12.0 and 3.0.0-alpha.11.
import { quoteArgument } from '../escape/windows-argv.ts'
import { percentVariable } from '../escape/winsw.ts'
import { plainElements } from '../platform/windows/view.ts'
import { variableName } from '../profile/patterns.ts'
import { splitArguments, splitCommandLine } from './command-line.ts'
import { nameFrom, newDraft, type Draft } from './draft.ts'
import { batchSecretNames, readBatchLauncher } from './launcher-cmd.ts'
import type { Given, Imported } from './model.ts'
import { baseName, ownExtras, ownName, parsed } from './own.ts'
import { refuse } from './reading.ts'
import { secretArgument } from './secrets.ts'
import { duration } from './span.ts'
import { recoveryKeys } from './winsw-recovery.ts'
import { logKeys } from './winsw-logs.ts'
import { MachineVariable, expanding, winswMs, type Expanding } from './winsw-values.ts'
import { NotXml, readXml, type Element } from './xml-text.ts'

/** What the mapping of one file works with. */
export interface WinswReading {
  readonly given: Given
  readonly draft: Draft
  readonly label: string
  readonly all: (name: string) => readonly Element[]
  /** The text of an element, variables replaced; undefined where it is not there. What cannot be replaced is told of at that key. */
  readonly text: (name: string, path: readonly string[]) => string | undefined
  readonly variables: Expanding
  /** The folder of the file; null where it is not one of Windows. */
  readonly base: string | null
  /** Whether `render` wrote it. */
  readonly own: boolean
  readonly line: 2 | 3
}

/** @throws UserError NOT_IMPORTED for a service that no profile can declare */
export function readWinsw(given: Given): Imported {
  const root = rootOf(given)
  const taken = new Set<string>()
  const all = (name: string): readonly Element[] => {
    taken.add(name)
    return root.children.filter((child) => child.name === name)
  }
  const own = given.main.text.includes('Rendered by hermes-install from the profile "')
  const place = given.main.path.replaceAll('/', '\\')
  const base = own
    ? `C:\\ProgramData\\hermes-install\\${all('id')[0]?.text ?? ''}`
    : /^[A-Za-z]:\\/.test(place)
      ? place.slice(0, place.lastIndexOf('\\'))
      : null
  const label = all('id')[0]?.text.trim() ?? baseName(given.main.path).replace(/\.xml$/i, '')
  const draft = newDraft()
  const variables = expanding(base, label)
  const text: WinswReading['text'] = (name, path) => {
    const element = all(name).at(-1)
    try {
      return element === undefined ? undefined : variables.expand(element.text)
    } catch (error) {
      if (!(error instanceof MachineVariable)) throw error
      draft.remark(path, `not carried: <${name}>${element!.text}</${name}>: ${error.message}`)
      return undefined
    }
  }
  const line = lineOf(root, given, own)
  const reading: WinswReading = { given, draft, label, all, text, variables, base, own, line }

  const id = ownName(given) ?? nameFrom(label)
  draft.set(['name'], id)
  if (label !== id) draft.set(['label'], label)
  const [name, description] = [text('name', ['displayName']), text('description', ['description'])]
  if (name !== undefined && name !== id && name !== '') draft.set(['displayName'], name)
  if (description !== undefined && description !== '' && description !== (name ?? id) && description !== id) draft.set(['description'], description)
  if (line === 2) draft.set(['windows', 'winsw'], { version: 2 })
  environment(reading)
  command(reading)
  start(reading)
  stop(reading)
  hooks(reading)
  account(reading)
  logKeys(reading)
  recoveryKeys(reading)
  native(reading)
  for (const { name: rest } of root.children)
    if (!taken.has(rest)) draft.remark([], `not carried: <${rest}>: ${unsupported[rest] ?? 'WinSW has no such element, or it is none that a profile knows'}`)
  if (variables.assumed.size > 0)
    draft.remark(
      [],
      `${[...variables.assumed].map((one) => `%${one}%`).join(', ')} ${variables.assumed.size > 1 ? 'are' : 'is'} written out as on most machines: look it over.`,
    )
  ownExtras(given, draft, 'windows')
  return { os: 'windows', ...draft.done(), instance: null }
}

const unsupported: Readonly<Record<string, string>> = {
  download: 'nothing is fetched at a start; a hooks.preStart can do it',
  extensions: 'a profile has no extensions of WinSW',
  sharedDirectoryMapping: 'a service has no drives of its own here; use the UNC path',
  startargument: 'it is read only beside <startarguments>',
}

function rootOf(given: Given): Element {
  try {
    const root = readXml(given.main.text)
    if (root.name !== 'service') throw new NotXml(`it begins with <${root.name}>, not with <service>`)
    return root
  } catch (error) {
    if (!(error instanceof NotXml)) throw error
    throw refuse(given, `it is no WinSW file: ${error.message}`, 'WinSW itself would not take it either')
  }
}

/** Which line of WinSW it was written for: elements that version 3 no longer has. */
function lineOf(root: Element, { beside }: Given, own: boolean): 2 | 3 {
  if (own) return /releases\/download\/v2\./.test(beside('install.cmd') ?? '') ? 2 : 3
  const old = new Set(['argument', 'startargument', 'stopargument', 'stopparentprocessfirst', 'waithint', 'sleeptime'])
  const account = root.children.find(({ name }) => name === 'serviceaccount')
  return root.children.some(({ name }) => old.has(name)) ||
    (account !== undefined && account.children.some(({ name }) => name === 'user') && !account.children.some(({ name }) => name === 'username'))
    ? 2
    : 3
}

/** environment <- env, in order: a later one may use an earlier one. */
function environment({ all, draft, variables }: WinswReading): void {
  for (const { attributes } of all('env')) {
    const { name = '', value = '' } = attributes
    if (name === percentVariable) continue
    try {
      const text = variables.expand(value)
      variables.add(name, text)
      if (variableName.windows.test(name)) draft.variable(name, text)
      else draft.remark(['environment'], `not carried: ${JSON.stringify(name.slice(0, 60))}, which cannot be the name of a variable`)
    } catch (error) {
      if (!(error instanceof MachineVariable)) throw error
      draft.remark(['environment'], `not carried: ${name}: ${error.message}`)
    }
  }
}

const launcherLine = /^\/d \/s \/c ""(.*\\hermes-install\\[^\\]+\\launcher\.cmd)" <NUL"$/

/** command <- executable, arguments or startarguments, or one argument each (2). */
function command(reading: WinswReading): void {
  const { given, draft, all, text, variables } = reading
  const required = (name: string): string => {
    const element = all(name).at(-1)
    try {
      return variables.expand(element?.text ?? '')
    } catch (error) {
      if (error instanceof MachineVariable) throw refuse(given, `in <${name}>, ${error.message}`, 'write its value in, and import it again')
      throw error
    }
  }
  let program = required('executable').trim()
  if (program === '') throw refuse(given, 'it names no program (<executable>)', 'WinSW itself would not take it either')
  const list = [...all('argument'), ...all('startargument')]
  const line = list.length > 0 ? '' : required(all('startarguments').length > 0 ? 'startarguments' : 'arguments')
  if (all('startarguments').length > 0) all('arguments')
  const launcher = launcherLine.exec(line)?.[1]
  if (launcher !== undefined && /\\cmd\.exe$/i.test(program)) {
    launched(launcher, reading)
    return
  }
  if (!/^(?:[A-Za-z]:[\\/]|[\\/]{2})/.test(program)) {
    if (reading.base === null || !/[\\/]|\.exe$/i.test(program))
      throw refuse(
        given,
        `<executable>${program}</executable> is no whole path, and only that machine knows where it is`,
        'write the whole path in, and import it again',
      )
    program = `${reading.base}\\${program.replace(/^\.[\\/]/, '')}`
    draft.remark(['command'], 'the path of the program was relative to the folder of the file')
  }
  const words = list.length > 0 ? list.map(({ text: word }) => variables.expand(word)) : splitArguments(line)
  draft.set(['command'], [program, ...words])
  if (list.length === 0 && words.map(quoteArgument).join(' ') !== line.trim())
    draft.remark(['command'], 'the arguments are quoted in another way here; a program that uses the C runtime takes both apart into the same words')
  if (words.some(secretArgument))
    draft.remark(['command'], 'an argument looks like a secret, and everybody on the machine can read it: hand it over in a file or in `environment`')
  // WinSW runs the program in the folder of its file, unless told.
  const folder = text('workingdirectory', ['workingDirectory'])
  if (folder !== undefined && folder !== '') draft.set(['workingDirectory'], folder)
  else if (!reading.own && reading.base !== null) draft.set(['workingDirectory'], reading.base, 'where WinSW runs it: the folder of its file')
}

function launched(path: string, { given, draft, text }: WinswReading): void {
  const batch = readBatchLauncher(given.beside('launcher.cmd') ?? given.beside(path) ?? '')
  if (batch === null)
    throw refuse(
      given,
      `it starts ${path}, which is neither beside it nor to be read`,
      'import it from the folder that render wrote, or as a user who may read it',
    )
  draft.set(['command'], batch.argv)
  const folder = text('workingdirectory', ['workingDirectory'])
  if (folder !== undefined && folder !== '') draft.set(['workingDirectory'], folder)
  for (const { name, path: secretFile } of batch.secrets) draft.set(['environment', name], { secretFile })
  if (batch.secretsFile !== null) {
    const known = given.beside('secrets.cmd') ?? given.beside(batch.secretsFile)
    if (known === null) draft.remark(['environment'], `${batch.secretsFile} cannot be read here: name each of its variables as { fromEnv: NAME, secret: true }`)
    for (const name of batchSecretNames(known ?? ''))
      draft.set(['environment', name], { fromEnv: name, secret: true }, `set the variable ${name} for the command that renders or applies`)
  }
  if (batch.environmentFiles.length > 0)
    draft.set(
      ['environmentFiles'],
      batch.environmentFiles.map((file) => (file.optional ? file : file.path)),
    )
  if (batch.preStart.length > 0) draft.set(['hooks', 'preStart'], batch.preStart.length === 1 ? batch.preStart[0] : batch.preStart)
  if (batch.postStop.length > 0) draft.set(['hooks', 'postStop'], batch.postStop.length === 1 ? batch.postStop[0] : batch.postStop)
  if (batch.exit === null) return
  const { restart, stop: stopCodes, otherwise } = batch.exit
  draft.set(['restart', 'policy'], otherwise === 'restart' ? 'always' : otherwise === 'stop' ? 'never' : 'on-failure')
  if (restart.length > 0) draft.set(['restart', 'restartExitCodes'], restart)
  if (stopCodes.length > 0) draft.set(['restart', 'stopExitCodes'], stopCodes)
}

/** autostart <- startmode; windows.delayedStart <- delayedAutoStart; after <- depend. */
function start({ all, draft, text, line }: WinswReading): void {
  const mode = (text('startmode', ['autostart']) ?? 'Automatic').trim().toLowerCase()
  if (mode !== 'automatic')
    draft.set(['autostart'], false, mode === 'manual' ? undefined : `not carried: <startmode>${mode}</startmode>: here it can be started by hand`)
  // 2.12 takes it for true whenever it is there.
  const delayed = all('delayedAutoStart').at(-1)
  if (delayed !== undefined && (line === 2 || delayed.text.trim().toLowerCase() === 'true')) draft.set(['windows', 'delayedStart'], true)
  const depend = all('depend').map(({ text: name }) => (name.trim() === 'Tcpip' ? 'network' : name.trim()))
  if (depend.length > 0) draft.set(['after'], depend)
}

function stop({ all, draft, text, given, own }: WinswReading): void {
  const timeout = text('stoptimeout', ['stop', 'timeout'])
  const ms = timeout === undefined ? 15_000 : winswMs(timeout)
  if (ms === null) draft.remark(['stop', 'timeout'], `WinSW refuses <stoptimeout>${timeout}</stoptimeout>`)
  else draft.set(['stop', 'timeout'], duration(Math.max(1, ms)))
  all('preshutdown')
  all('preshutdownTimeout')
  all('autoRefresh')
  const [program, line] = [text('stopexecutable', ['stop', 'command']), text('stoparguments', ['stop', 'command'])]
  const words = all('stopargument').map(({ text: word }) => word)
  const script = /\/\/E:JScript "(.*\\hermes-install\\[^\\]+\\stop\.js)"$/.exec(line ?? '')?.[1]
  if (own && script !== undefined) {
    const known = /^var commandLine = (".*");$/m.exec(given.beside('stop.js') ?? given.beside(script) ?? '')?.[1]
    const commandLine = parsed(known ?? '')
    if (typeof commandLine !== 'string' || commandLine === '')
      draft.remark(['stop', 'command'], `${script} cannot be read here: it has the command that stops the service`)
    else draft.set(['stop', 'command'], splitCommandLine(commandLine))
    return
  }
  if (program === undefined && line === undefined && words.length === 0) return
  const own0 = draft.get(['command']) as readonly string[]
  draft.set(
    ['stop', 'command'],
    [program ?? own0[0]!, ...(words.length > 0 ? words : splitArguments(line ?? ''))],
    'WinSW waits for it without any limit, hermes-install for stop.timeout',
  )
}

/** hooks <- prestart, poststart, prestop, poststop (3). */
function hooks({ all, draft, variables }: WinswReading): void {
  for (const [element, name] of [
    ['prestart', 'preStart'],
    ['poststart', 'postStart'],
    ['prestop', 'preStop'],
    ['poststop', 'postStop'],
  ] as const) {
    const hook = all(element).at(-1)
    if (hook === undefined) continue
    const part = (child: string): string => hook.children.findLast((one) => one.name === child)?.text ?? ''
    try {
      draft.set(['hooks', name], [variables.expand(part('executable')), ...splitArguments(variables.expand(part('arguments')))])
    } catch (error) {
      if (!(error instanceof MachineVariable)) throw error
      draft.remark(['hooks'], `not carried: <${element}>: ${error.message}`)
      continue
    }
    if (element === 'prestart') draft.remark(['hooks', name], 'WinSW logs a failure of it and goes on; here a failure keeps the service from starting')
    if (element === 'poststop') draft.remark(['hooks', name], 'WinSW runs it after a wanted stop; here it runs after every end')
    for (const child of ['stdoutPath', 'stderrPath'])
      if (part(child) !== '') draft.remark(['hooks', name], `not carried: <${child}>${part(child)}</${child}>: a hook has no log of its own`)
  }
}

/** windows.account <- serviceaccount; priority <- priority. */
function account({ all, draft, text, label }: WinswReading): void {
  const classes: Readonly<Record<string, number | string>> = { idle: 19, belownormal: 'low', normal: 'normal', abovenormal: 'high', high: -10, realtime: -20 }
  const priority = text('priority', ['priority'])?.trim().toLowerCase()
  if (priority !== undefined) {
    draft.set(['priority'], classes[priority] ?? 'normal')
    if (priority === 'realtime') draft.remark(['priority'], 'not carried: realtime: the highest here is high')
  }
  const element = all('serviceaccount').at(-1)
  if (element === undefined) return
  const part = (child: string): string => element.children.findLast((one) => one.name === child)?.text.trim() ?? ''
  const user = part('username') || (part('user') === '' ? '' : `${part('domain') || '.'}\\${part('user')}`)
  if (user === '') return
  const asked = part('password') !== '' || part('prompt') !== ''
  draft.set(['windows', 'account'], asked ? { name: user, password: { secretFile: `C:\\ProgramData\\${label}\\password` } } : { name: user })
  if (part('password') !== '')
    draft.remark(
      ['windows', 'account'],
      'the password stands in the file and was not copied: take it out of there, and see docs/windows.md for how Windows gets to know it',
    )
  else if (asked) draft.remark(['windows', 'account'], 'the path of the password file is in no rendered file: put the right one in')
}

/** Elements that pass through as they are; the other two say what keys of the profile say. */
const passing = plainElements.filter((name) => name !== 'id' && name !== 'name')

function native({ all, draft }: WinswReading): void {
  // Of some of these, WinSW 2 only looks whether they are there.
  for (const name of passing) for (const { text } of all(name)) draft.set(['native', 'windows', name], text === '' ? 'true' : text)
}
