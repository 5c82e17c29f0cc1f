// A Service in, the calls that make, start, stop and unmake it for the Service Control Manager out.
import type { Service } from '../../resolve/service.ts'
import type { Call } from '../manager.ts'
import type { Command } from '../platform.ts'
import { commands } from './commands.ts'
import { fallbackFolder } from './paths.ts'
import { system32 } from './recovery.ts'
import { hasPassword, settingCommands, wantedSettings, type Settings } from './settings.ts'
import type { ServiceState } from './status.ts'

export const sc = `${system32}\\sc.exe`

/** Microsoft, "System Error Codes"; what helps. */
export const meaning: Readonly<Record<number, string>> = {
  5: 'access denied: run it from a prompt with admin rights',
  1051: 'another running service depends on it',
  1053: 'it did not answer in time',
  1057: 'there is no such account, or its password is another',
  1058: 'it is disabled',
  1068: 'a service that it depends on does not start',
  1069: 'the account may not log on: is its password right, and has it the right "Log on as a service" (secpol.msc)?',
  1072: 'it is marked for deletion until the last program that looks at it is closed: services.msc, the task manager',
  1073: 'there is a service of this name already',
  1078: 'another service has this display name',
}

export const call = (why: string, ...argv: readonly string[]): Call => ({ argv, why, elevate: true, meaning })
const calls = (list: readonly Command[]): readonly Call[] => list.map((command) => ({ ...command, meaning }))

/** ERROR_SERVICE_NOT_ACTIVE is what an answer that no service runs looks like: 1061 means on its way. */
const stopped = [1062, 1060]
/** How long WinSW itself may take beyond the stop timeout of the profile, in ms. */
const stoppingMs = 15_000

export const stop = ({ label, stop: { timeoutMs } }: Service): Call => ({
  // 1052, 1061: it is starting or stopping; a moment later it may hear.
  ...call('stop the service, and wait until it has', sc, 'stop', label),
  ok: stopped,
  again: { codes: [1052, 1061], forMs: timeoutMs + stoppingMs },
  until: { argv: [sc, 'interrogate', label], codes: stopped, withinMs: timeoutMs + stoppingMs },
})
/** 1056: it runs already. */
export const start = (service: Service): readonly Call[] => commands(service).start.map((command) => ({ ...command, meaning, ok: [1056] }))
export const remove = (service: Service): Call => ({
  ...call('delete the service, and wait until Windows has forgotten it', sc, 'delete', service.label),
  ok: [1060, 1072],
  until: { argv: [sc, 'query', service.label], codes: [1060], withinMs: 30_000 },
})

/** WinSW makes itself a source of the event log when it registers, and forgets nothing. 1: there is none. */
export const forgetSource = ({ label }: Service): Call => ({
  ...call(
    'it writes into the event log no more',
    `${system32}\\reg.exe`,
    'delete',
    `HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\${label}`,
    '/f',
  ),
  ok: [1],
})

/** `startup.js`, in the place of which the service comes. */
export const fallbackCall = (service: Service, why: string, verb: string): Call =>
  call(why, `${system32}\\cscript.exe`, '//B', '//Nologo', '//E:JScript', `${fallbackFolder(service)}\\startup.js`, verb)

/** WinSW cannot be given a password but on a console or a command line; then sc.exe registers it, and the account comes after. */
export function create(service: Service): readonly Call[] {
  const want = wantedSettings(service)
  if (!hasPassword(want.account)) return [...calls(commands(service).create), ...calls(commands(service).recovery)]
  const bare: Settings = { ...want, start: 3, delayed: false, depends: [], displayName: want.displayName, description: '', account: 'LocalSystem' }
  return [
    call('register the service', sc, 'create', service.label, 'binPath=', want.image, 'start=', 'demand', 'DisplayName=', want.displayName),
    ...settingCommands(
      service.label,
      { ...bare, recovery: { resetSeconds: 0, actions: [], flag: false } },
      want,
      service.windows.account?.passwordFile ?? null,
    ),
  ]
}

/** What Windows itself gives a new service (Microsoft, "Service Security and Access Rights"). */
const defaultSecurity = 'D:(A;;CCLCSWRPWPDTLOCRRC;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)(A;;CCLCSWLOCRRC;;;IU)(A;;CCLCSWLOCRRC;;;SU)'
/** Query, start, stop, interrogate: nothing that changes what runs. */
const mayControl = (sid: string): string => `(A;;CCLCSWRPWPLOCRRC;;;${sid})`

/** Whoever applies may start and stop it from now on without admin rights: an update of the program needs no UAC then. */
export function grant({ label }: Service, { security, sid, loaded }: ServiceState): readonly Call[] {
  const now = loaded ? security : defaultSecurity
  // Only a person's account has a domain's or a machine's own part; the others may do it anyway.
  if (!sid.startsWith('S-1-5-21-') || now === '' || now.includes(`;;;${sid})`)) return []
  const end = /S:(?:\(|AI|AR|P)/.exec(now)?.index ?? now.length
  return [call('you may start and stop it without admin rights', sc, 'sdset', label, now.slice(0, end) + mayControl(sid) + now.slice(end))]
}
