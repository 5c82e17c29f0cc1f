// What the Service Control Manager shall have of a service, and what it has, as one kind of value in; the calls of sc.exe that lead from one to the other out.
import type { Service } from '../../resolve/service.ts'
import type { Call } from '../manager.ts'
import { accountName } from './account.ts'
import { serviceFolder } from './paths.ts'
import { parseRecovery, recoveryCommands, recoveryOf, sameRecovery, system32, type Recovery } from './recovery.ts'
import { bytesIn, listIn, numberIn, textIn, type RegistryKey } from './registry.ts'

/** QUERY_SERVICE_CONFIG and its sisters. Plain data: it also stands in the journal, as what to go back to. */
export interface Settings {
  readonly image: string
  /** SERVICE_AUTO_START 2, SERVICE_DEMAND_START 3, SERVICE_DISABLED 4. */
  readonly start: number
  readonly delayed: boolean
  readonly depends: readonly string[]
  readonly displayName: string
  readonly description: string
  readonly account: string
  readonly recovery: Recovery
}

const sc = `${system32}\\sc.exe`

/** LocalSystem is the account of a service that names none. */
const accountOf = ({ windows }: Service): string => (windows.account === null ? 'LocalSystem' : accountName(windows.account.name))

export function wantedSettings(service: Service): Settings {
  const { label, autostart, windows } = service
  return {
    image: `"${serviceFolder(service)}\\${label}.exe"`,
    start: autostart ? 2 : 3,
    delayed: autostart && windows.delayedStart,
    depends: service.after.map((name) => (name === 'network' ? 'Tcpip' : name)),
    displayName: service.displayName ?? service.id,
    description: service.description ?? service.displayName ?? service.id,
    account: accountOf(service),
    recovery: recoveryOf(service),
  }
}

/** HKLM\SYSTEM\CurrentControlSet\Services\NAME (Microsoft, "HKLM\SYSTEM\CurrentControlSet\Services Registry Tree"). */
export const foundSettings = (key: RegistryKey): Settings => ({
  image: textIn(key, 'ImagePath'),
  start: numberIn(key, 'Start') ?? 3,
  delayed: numberIn(key, 'DelayedAutostart') === 1,
  depends: listIn(key, 'DependOnService'),
  displayName: textIn(key, 'DisplayName'),
  description: textIn(key, 'Description'),
  account: textIn(key, 'ObjectName') || 'LocalSystem',
  recovery: parseRecovery(bytesIn(key, 'FailureActions'), numberIn(key, 'FailureActionsOnNonCrashFailures') === 1),
})

/** The program of a service, without quotes and arguments. */
export const programOf = (image: string): string => (/^"([^"]*)"/.exec(image)?.[1] ?? image).toLowerCase()

const lower = (text: string): string => text.toLowerCase()
const same: { readonly [K in keyof Settings]: (one: Settings, other: Settings) => boolean } = {
  image: (one, other) => programOf(one.image) === programOf(other.image),
  start: (one, other) => one.start === other.start,
  delayed: (one, other) => one.delayed === other.delayed,
  depends: (one, other) => one.depends.map(lower).join('\0') === other.depends.map(lower).join('\0'),
  displayName: (one, other) => one.displayName === other.displayName,
  description: (one, other) => one.description === other.description,
  account: (one, other) => lower(one.account) === lower(other.account),
  recovery: (one, other) => sameRecovery(one.recovery, other.recovery),
}

/** The names of what differs, in a fixed order. */
export const differences = (one: Settings, other: Settings): readonly (keyof Settings)[] =>
  (Object.keys(same) as (keyof Settings)[]).filter((name) => !same[name](one, other))

const startWord = ({ start, delayed }: Settings): string => (start === 2 ? (delayed ? 'delayed-auto' : 'auto') : start === 4 ? 'disabled' : 'demand')

/** An account that has a password of its own: not those of Windows, nor one that Windows itself keeps the password of (a gMSA, `NAME$`). */
export const hasPassword = (account: string): boolean => !/^LocalSystem$|^NT (?:AUTHORITY|SERVICE)\\|\$$/i.test(account)

/**
 * Only what differs is set, and what is no longer wanted is cleared, which a refresh by WinSW does not.
 * @param passwordFile where the password of the wanted account is; null for one that has none, or where it is not known
 */
export function settingCommands(label: string, have: Settings, want: Settings, passwordFile: string | null): readonly Call[] {
  const differs = new Set(differences(have, want))
  const words = [
    ...(differs.has('image') ? ['binPath=', want.image] : []),
    ...(differs.has('start') || differs.has('delayed') ? ['start=', startWord(want)] : []),
    ...(differs.has('depends') ? ['depend=', want.depends.join('/') || '/'] : []),
    ...(differs.has('displayName') ? ['DisplayName=', want.displayName] : []),
    // An account of Windows takes an empty password (ChangeServiceConfig).
    ...(differs.has('account') && !hasPassword(want.account) ? ['obj=', want.account, 'password=', ''] : []),
  ]
  const call = (why: string, ...argv: readonly string[]): Call => ({ argv: [sc, ...argv], why, elevate: true })
  return [
    ...(words.length === 0
      ? []
      : [call(`set ${[...differs].filter((name) => name !== 'recovery' && name !== 'description').join(', ')}`, 'config', label, ...words)]),
    ...(differs.has('account') && hasPassword(want.account) ? [setAccount(label, want.account, passwordFile)] : []),
    ...(differs.has('description') ? [call('set what the service says of itself', 'description', label, want.description)] : []),
    ...(differs.has('recovery') ? recoveryCommands(label, want.recovery) : []),
  ]
}

/** PowerShell takes five characters for a single quote; doubled, each stands for itself (about_Quoting_Rules). */
const quoted = (text: string): string => `'${text.replaceAll(/['\u2018-\u201B]/g, '$&$&')}'`

/** A script as one word that no command line can change. */
export const encodedCommand = (script: string): readonly string[] => [
  `${system32}\\WindowsPowerShell\\v1.0\\powershell.exe`,
  '-NoLogo',
  '-NoProfile',
  '-NonInteractive',
  '-EncodedCommand',
  base64(script),
]

/** UTF-16LE, as PowerShell wants it. */
function base64(text: string): string {
  let bytes = ''
  for (let i = 0; i < text.length; i++) bytes += String.fromCharCode(text.charCodeAt(i) & 0xff, text.charCodeAt(i) >> 8)
  return btoa(bytes)
}

/** sc.exe takes a password from its command line only, which everybody can read: WMI takes it from standard input (Win32_Service.Change). */
function setAccount(label: string, account: string, passwordFile: string | null): Call {
  const script = [
    '$p = [Console]::In.ReadToEnd()',
    `$s = Get-WmiObject -Class Win32_Service -Filter ${quoted(`Name='${label.replaceAll("'", "\\'")}'`)}`,
    'if ($null -eq $s) { exit 1060 }',
    `exit $s.Change($null, $null, $null, $null, $null, $null, ${quoted(account)}, $p, $null, $null, $null).ReturnValue`,
  ].join('; ')
  return {
    argv: encodedCommand(script),
    why: `let it run as ${account}; the password goes through standard input`,
    elevate: true,
    ...(passwordFile === null ? {} : { input: passwordFile }),
    meaning: { 2: 'access denied', 15: 'the account may not log on as a service', 22: 'there is no such account, or its password is another' },
  }
}
