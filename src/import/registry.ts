// What `reg query HKLM\SYSTEM\CurrentControlSet\Services\NAME /s` says of a service in, a profile out; for services that WinSW does not run.
// Values: Microsoft, "CurrentControlSet\Services subkeys"; SERVICE_FAILURE_ACTIONS; of NSSM, its own "Registry" page.
import { splitArguments, splitCommandLine } from './command-line.ts'
import { nameFrom, newDraft, type Draft } from './draft.ts'
import type { Given, Imported } from './model.ts'
import { refuse } from './reading.ts'
import { duration } from './span.ts'
import { MachineVariable, expanding } from './winsw-values.ts'

type Values = ReadonlyMap<string, string>

/** Each key with its values, in lower case, as reg.exe prints them: four blanks, the name, the type, the value. */
export function readKeys(text: string): ReadonlyMap<string, Values> {
  const keys = new Map<string, Map<string, string>>()
  let values = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('HKEY_')) keys.set(line.trim().toLowerCase(), (values = new Map()))
    const match = /^ {4}(.+?) {4}(REG_[A-Z_]+)(?: {4}(.*))?$/.exec(line)
    if (match !== null) values.set(match[1]!.toLowerCase(), match[3] ?? '')
  }
  return keys
}

const number = (value: string | undefined): number | null => (value === undefined ? null : Number(value))

/** @throws UserError NOT_IMPORTED for drivers and parts of Windows */
export function readRegistry(given: Given): Imported {
  const keys = readKeys(given.main.text)
  const [path, service] = [...keys][0] ?? ['', new Map<string, string>()]
  const label = given.name ?? path.slice(path.lastIndexOf('\\') + 1)
  const type = number(service.get('type')) ?? 16
  if ((type & 0x30) === 0) throw refuse(given, 'it is a driver', 'only services become profiles')
  const image = service.get('imagepath') ?? ''
  if (/\\svchost\.exe/i.test(image)) throw refuse(given, 'it is a part of Windows, which runs it inside of svchost.exe', 'leave it to Windows')
  const draft = newDraft()
  const id = nameFrom(label)
  draft.set(['name'], id)
  if (label !== id) draft.set(['label'], label)
  const shown = service.get('displayname')
  // "@file,-number" is a text in a library.
  if (shown !== undefined && shown !== '' && shown !== id && !shown.startsWith('@')) draft.set(['displayName'], shown)
  const description = service.get('description')
  if (description !== undefined && description !== '' && !description.startsWith('@')) draft.set(['description'], description.replaceAll(/\s+/g, ' '))
  const nssm = keys.get(`${path}\\parameters`)
  const { expand } = expanding(null, label)
  try {
    if (nssm?.get('application') !== undefined) ofNssm(nssm, draft, expand)
    else {
      draft.set(
        ['command'],
        splitCommandLine(expand(image)),
        'it speaks with the Service Control Manager itself; under WinSW it must run as an ordinary program, which many such programs can only with an option of their own',
      )
      for (const pair of (service.get('environment') ?? '').split('\\0'))
        if (pair.includes('=')) draft.variable(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
  } catch (error) {
    if (error instanceof MachineVariable) throw refuse(given, error.message, 'write its value in')
    throw error
  }
  const start = number(service.get('start')) ?? 3
  if (start !== 2) draft.set(['autostart'], false, start === 4 ? 'the service is switched off' : undefined)
  else if (number(service.get('delayedautostart')) === 1) draft.set(['windows', 'delayedStart'], true)
  const after = (service.get('dependonservice') ?? '').split('\\0').filter((name) => name !== '')
  if (after.length > 0)
    draft.set(
      ['after'],
      after.map((name) => (name === 'Tcpip' ? 'network' : name)),
    )
  const account = service.get('objectname')
  if (account !== undefined && account !== '' && !/^(?:\.\\)?LocalSystem$/i.test(account)) {
    const builtin = /^NT (?:AUTHORITY|SERVICE)\\/i.test(account)
    draft.set(['windows', 'account'], builtin ? { name: account } : { name: account, password: { secretFile: `C:\\ProgramData\\${label}\\password` } })
    if (!builtin) draft.remark(['windows', 'account'], 'Windows does not say its password: put it into this file, or name another (docs/windows.md)')
  }
  failures(service.get('failureactions'), draft)
  return { os: 'windows', ...draft.done(), instance: null }
}

/** NSSM keeps the program, its folder and its variables below Parameters. */
function ofNssm(values: Values, draft: Draft, expand: (text: string) => string): void {
  draft.set(['command'], [expand(values.get('application')!), ...splitArguments(expand(values.get('appparameters') ?? ''))])
  const folder = values.get('appdirectory')
  if (folder !== undefined && folder !== '') draft.set(['workingDirectory'], expand(folder))
  // AppEnvironment is all that the program has, AppEnvironmentExtra is added to what Windows gives.
  for (const pair of `${values.get('appenvironment') ?? ''}\\0${values.get('appenvironmentextra') ?? ''}`.split('\\0'))
    if (pair.includes('=')) draft.variable(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
  for (const [key, name] of [
    ['appstdout', 'stdout'],
    ['appstderr', 'stderr'],
  ] as const) {
    const path = values.get(key)
    if (path !== undefined && path !== '') draft.set(['logs', name], expand(path))
  }
  const read = new Set(['application', 'appparameters', 'appdirectory', 'appenvironment', 'appenvironmentextra', 'appstdout', 'appstderr'])
  for (const [name, value] of values) if (name.startsWith('app') && !read.has(name)) draft.remark([], `not carried: ${name} of NSSM: ${value}`)
}

/** restart <- FailureActions: the seconds until the count starts again, two pointers, how many actions, a pointer; then a type and milliseconds each. */
function failures(hex: string | undefined, draft: Draft): void {
  const bytes = Buffer.from(hex ?? '', 'hex')
  const count = bytes.length >= 20 ? bytes.readUInt32LE(12) : 0
  const delays: number[] = []
  for (let i = 0; i < count && bytes.length >= 28 + i * 8; i++) {
    const [type, ms] = [bytes.readUInt32LE(20 + i * 8), bytes.readUInt32LE(24 + i * 8)]
    if (type !== 1) {
      if (delays.length > 0) draft.set(['restart', 'limit'], { attempts: delays.length + 1, within: duration(Math.max(1, bytes.readUInt32LE(0)) * 1000) })
      break
    }
    delays.push(ms)
  }
  draft.set(['restart', 'policy'], delays.length > 0 ? 'on-failure' : 'never')
  if (delays.length > 0) draft.set(['restart', 'delays'], delays.map(duration))
  const reset = bytes.length >= 4 ? bytes.readUInt32LE(0) : 0
  // 0xffffffff is never.
  if (delays.length > 0 && reset > 0 && reset < 0xffff_ffff && draft.get(['restart', 'limit']) === undefined)
    draft.set(['restart', 'resetAfter'], duration(reset * 1000))
}
