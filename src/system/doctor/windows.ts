// Windows in; what reg.exe, whoami, cacls and wevtutil say out: codes, names of values, SIDs and SDDL, never what is in the language of the machine.
import { readdirSync } from 'node:fs'
import type { System } from '../../apply/system.ts'
import { scmCrashes } from '../../doctor/exits.ts'
import { known, unknown, type Known, type MachineFacts, type ServiceFacts } from '../../doctor/facts.ts'
import { proxiesOf, type Proxy } from '../../doctor/proxy.ts'
import { dword, parseRegistry, text, type RegistryKey } from '../../doctor/registry.ts'
import { fallbackFolder, serviceFolder, startupFolder } from '../../platform/windows/paths.ts'
import { system32 } from '../../platform/windows/recovery.ts'
import { toHost, type HostFacts } from '../../resolve/host.ts'
import type { Service } from '../../resolve/service.ts'

const policies = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System'
const machineVariables = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment'
const userVariables = 'HKCU\\Environment'
const runKeys = ['HKCU', 'HKLM'].map((root) => `${root}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run`)
const approved = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved'

const none: RegistryKey = new Map()

/** Ends with 1 where there is no such key. */
async function query(system: System, key: string): Promise<RegistryKey | null> {
  const { code, stdout } = await system.run([`${system32}\\reg.exe`, 'query', key], { timeoutMs: 10_000 })
  if (code === null) throw new Error('reg.exe cannot be run')
  return code === 0 ? parseRegistry(stdout) : null
}

interface Token {
  readonly admin: boolean
  readonly elevated: boolean
  /** Of this user. */
  readonly sid: string | null
}

/** Well-known SIDs: S-1-5-32-544 Administrators, also where they count for denials only; S-1-16-12288 and S-1-16-16384 the high and system integrity levels. */
export async function token(system: System): Promise<Token> {
  const [groups, user] = await Promise.all([
    system.run([`${system32}\\whoami.exe`, '/groups', '/fo', 'csv', '/nh']),
    system.run([`${system32}\\whoami.exe`, '/user', '/fo', 'csv', '/nh']),
  ])
  return {
    admin: groups.stdout.includes('"S-1-5-32-544"'),
    elevated: /"S-1-16-(?:12288|16384)"/.test(groups.stdout),
    sid: /"(S-1-5-[\d-]+)"/.exec(user.stdout)?.[1] ?? null,
  }
}

export async function uac(system: System, { admin, elevated }: Token): Promise<MachineFacts['uac']> {
  const key = (await query(system, policies)) ?? none
  const on = dword(key, 'EnableLUA') !== 0
  return { on, silent: dword(key, 'ConsentPromptBehaviorAdmin') === 0, remoteFilter: on && dword(key, 'LocalAccountTokenFilterPolicy') !== 1, admin, elevated }
}

/** Services get the machine's variables, and those of the account that they run as; others of this user they never see. */
export async function proxies(system: System): Promise<readonly Proxy[]> {
  const found = await Promise.all(
    (
      [
        [machineVariables, 'machine'],
        [userVariables, 'user'],
      ] as const
    ).map(async ([key, of]) => {
      const values = [...((await query(system, key)) ?? none).values()].map(({ name, text }) => [name, text] as const)
      return proxiesOf(Object.fromEntries(values), of).map((proxy) => ({ ...proxy, file: key }))
    }),
  )
  return found.flat()
}

export async function startup(system: System, facts: HostFacts): Promise<MachineFacts['startup']> {
  const keys = await Promise.all(
    runKeys.map(async (where) => [...((await query(system, where)) ?? none).values()].map(({ name, text: command }) => ({ where, name, command }))),
  )
  const folder = startupFolder({ host: toHost(facts) } as Service)
  return [...keys.flat(), ...names(folder).map((name) => ({ where: folder, name, command: `"${folder}\\${name}"` }))]
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.toLowerCase() !== 'desktop.ini')
  } catch {
    return []
  }
}

export const serviceKey = (system: System, { label }: Service): Promise<RegistryKey | null> =>
  query(system, `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${label}`)

/** startup.js makes a shortcut, or where that cannot be saved a value of the Run key; the Task Manager keeps what it switched off in a key of its own for each. */
export async function fallback(system: System, service: Service): Promise<ServiceFacts['fallback']> {
  const shortcut = `${service.label}.lnk`
  const linked = names(startupFolder(service)).some((name) => name.toLowerCase() === shortcut.toLowerCase())
  const run = linked ? null : text((await query(system, runKeys[0]!)) ?? none, service.label)
  if (!linked && run === null) return { installed: false, disabled: false }
  const state = text((await query(system, `${approved}\\${linked ? 'StartupFolder' : 'Run'}`)) ?? none, linked ? shortcut : service.label)
  // 02 enabled, 03 switched off, with the time: the lowest bit tells.
  return { installed: true, disabled: state !== null && (Number.parseInt(state.slice(0, 2), 16) & 1) === 1 }
}

/** `cacls PATH /S` prints the path and the SDDL of its DACL, in quotes; icacls could only write that to a file. */
export async function acls(
  system: System,
  service: Service,
  argv: readonly string[],
  key: RegistryKey | null,
  { sid }: Token,
): Promise<Known<ServiceFacts['acls']>> {
  const paths = [
    serviceFolder(service),
    `${serviceFolder(service)}\\${service.label}.exe`,
    fallbackFolder(service),
    ...argv.filter((word) => /^[A-Za-z]:\\.*\.(?:exe|cmd|bat|js|py)$/i.test(word)),
  ]
  const entries = await Promise.all(
    paths.map(async (path) => {
      const { code, stdout } = await system.run([`${system32}\\cacls.exe`, path, '/S'])
      const [, sddl] = /"?(D:[^"\r\n]*)"?/.exec(code === 0 ? stdout.replaceAll(/\r?\n\s*/g, '') : '') ?? []
      return sddl === undefined ? [] : [{ path, sddl }]
    }),
  )
  if (entries.flat().length === 0)
    return unknown('this user may not look at who may change its folder', `icacls "${serviceFolder(service)}" from a prompt with admin rights`)
  const account = key === null ? null : text(key, 'ObjectName')
  return known({ entries: entries.flat(), sid: account === null || /^(?:LocalSystem|NT AUTHORITY\\.*)$/i.test(account) ? null : sid })
}

/** Crashes that the Service Control Manager saw within the last hour; which codes, only the wrapper's log says. */
export async function exits(system: System, service: Service): Promise<Known<ServiceFacts['exits']>> {
  const hourMs = 3_600_000
  const wanted = `*[System[Provider[@Name='Service Control Manager'] and (EventID=7031 or EventID=7034) and TimeCreated[timediff(@SystemTime) <= ${hourMs}]]]`
  const { code, stdout } = await system.run([`${system32}\\wevtutil.exe`, 'qe', 'System', `/q:${wanted}`, '/f:xml', '/c:200', '/rd:true'], {
    timeoutMs: 10_000,
  })
  return code === 0
    ? known({ codes: [], lastHour: scmCrashes(stdout, service.displayName ?? service.id) })
    : unknown('the event log cannot be read', `eventvwr.exe, and look for ${service.displayName ?? service.id}`)
}
