// Linux in; what its files and systemctl(1) say of WSL, proxies and the journal out.
import { existsSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import type { System } from '../../apply/system.ts'
import { journalExits, processExited } from '../../doctor/exits.ts'
import { known, unknown, type Known, type MachineFacts, type ServiceFacts } from '../../doctor/facts.ts'
import { journalLimit } from '../../doctor/journald.ts'
import { proxiesOf, setsVariable, shownEnvironment, type Proxy } from '../../doctor/proxy.ts'
import type { HostFacts } from '../../resolve/host.ts'
import type { Service } from '../../resolve/service.ts'
import { processes } from '../processes.ts'
import { once } from './gather.ts'

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
const names = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** The variable is WSL's own; sudo and services do not have it. */
export const wsl = (): MachineFacts['wsl'] =>
  existsSync('/proc/sys/fs/binfmt_misc/WSLInterop') || existsSync('/run/WSL') ? { distribution: process.env['WSL_DISTRO_NAME'] ?? 'NAME' } : null

export function runtimeFolder(): MachineFacts['runtimeFolder'] {
  const path = process.env['XDG_RUNTIME_DIR']
  return path ? { path, owner: statSync(path, { throwIfNoEntry: false })?.uid ?? null } : null
}

/** Found out once, however many services there are. */
export const running = once(processes)

type Environment = Readonly<Record<string, string>>
const environments = new Map<string, Promise<Environment>>()
/** What a manager hands down: its own variables alone, never those of a login. Asked once. */
export function managerEnvironment(system: System, scope: 'user' | 'system'): Promise<Environment> {
  const known = environments.get(scope) ?? askEnvironment(system, scope)
  environments.set(scope, known)
  return known
}

async function askEnvironment(system: System, scope: 'user' | 'system'): Promise<Environment> {
  const { code, stdout } = await system.run(['systemctl', ...(scope === 'user' ? ['--user'] : []), 'show-environment'])
  return code === 0 ? shownEnvironment(stdout) : {}
}

/** environment.d(5), systemd-system.conf(5); pam_env reads /etc/environment for user@.service. */
function sources(of: Proxy['of'], home: string): readonly string[] {
  const kind = of === 'machine' ? 'system' : 'user'
  const folders = [
    ...['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((root) => `${root}/systemd/${kind}.conf.d`),
    ...(of === 'user' ? [`${home}/.config/environment.d`, ...['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((root) => `${root}/environment.d`)] : []),
  ]
  return [
    ...folders.flatMap((folder) => names(folder).map((name) => `${folder}/${name}`)),
    `/etc/systemd/${kind}.conf`,
    ...(of === 'user' ? ['/etc/environment'] : []),
  ]
}

export async function proxies(system: System, { home }: HostFacts): Promise<readonly Proxy[]> {
  const both = await Promise.all([
    managerEnvironment(system, 'system').then((environment) => proxiesOf(environment, 'machine')),
    managerEnvironment(system, 'user').then((environment) => proxiesOf(environment, 'user')),
  ])
  return both.flat().map((proxy) => ({ ...proxy, file: sources(proxy.of, home).find((path) => setsVariable(read(path), proxy.name)) ?? null }))
}

/** Every journal file, of the machine and of users: their folders may be listed by all (systemd-journald.service(8)), what is in them is not looked at. */
export function journal(): Known<MachineFacts['journal']> {
  const persistent = existsSync('/var/log/journal')
  const root = persistent ? '/var/log/journal' : '/run/log/journal'
  let bytes = 0
  try {
    for (const machine of existsSync(root) ? readdirSync(root) : []) {
      for (const name of readdirSync(`${root}/${machine}`)) bytes += (statSync(`${root}/${machine}/${name}`, { throwIfNoEntry: false })?.blocks ?? 0) * 512
    }
  } catch {
    return unknown('this user may not look into the folder of the journal', 'sudo journalctl --disk-usage')
  }
  const drops = ['/usr/lib', '/run', '/etc'].flatMap((at) => names(`${at}/systemd/journald.conf.d`).map((name) => `${at}/systemd/journald.conf.d/${name}`))
  return known({ bytes, limit: journalLimit(['/etc/systemd/journald.conf', ...drops].map(read), persistent ? 'SystemMaxUse' : 'RuntimeMaxUse'), persistent })
}

/** selinux(8): the file system is there if and only if it is on. */
export const selinux = (): ServiceFacts['selinux'] =>
  ({ '1': 'enforcing', '0': 'permissive' }[read('/sys/fs/selinux/enforce').trim()] as 'enforcing' | undefined) ?? 'off'

/** The type of `user:role:type:level`; null if there is no label, or it may not be read. */
export async function labelOf(system: System, path: string): Promise<string | null> {
  const { code, stdout } = await system.run(['stat', '--dereference', '--format=%C', '--', path])
  return code === 0 ? (stdout.trim().split(':')[2] ?? null) : null
}

/** @param restarts by systemd itself since the last start on purpose: ends before that are history */
export async function exits(system: System, { label, scope }: Service, restarts: number): Promise<Known<ServiceFacts['exits']>> {
  const user = scope === 'user' ? ['--user'] : []
  const [log, show] = await Promise.all([
    system.run(
      [
        'journalctl',
        ...user,
        `--unit=${label}.service`,
        `MESSAGE_ID=${processExited}`,
        '--since=-1h',
        '--lines=50',
        '--reverse',
        '--output=json',
        '--output-fields=COMMAND,EXIT_CODE,EXIT_STATUS',
        '--quiet',
      ],
      { timeoutMs: 5000 },
    ),
    system.run(['systemctl', ...user, 'show', '--property=ExecMainCode,ExecMainStatus', '--', `${label}.service`]),
  ])
  const ends = journalExits(log.stdout, restarts + 1)
  if (log.code === 0 && ends.length > 0) return known({ codes: ends.filter((code) => code !== null), lastHour: ends.length })
  // 1 is CLD_EXITED (waitid(2)); without a journal the last end is all that is known.
  const [, status] = /^ExecMainCode=1$/m.test(show.stdout) ? (/^ExecMainStatus=(\d+)$/m.exec(show.stdout) ?? []) : []
  return known({ codes: status === undefined ? [] : [Number(status)], lastHour: null })
}

/** Whether a process of the unit runs a file that is gone: proc(5) marks it. */
export function replacedProgram({ label, scope }: Service, mayLook: boolean): Known<boolean> {
  const own = running().filter(({ group }) => group.includes(`/${label}.service`) && /\/user@\d+\.service\//.test(group) === (scope === 'user'))
  let hidden = false
  for (const { pid } of own) {
    try {
      if (readlinkSync(`/proc/${pid}/exe`).endsWith(' (deleted)')) return known(true)
    } catch (error) {
      hidden ||= (error as NodeJS.ErrnoException).code === 'EACCES'
    }
  }
  return hidden && !mayLook
    ? unknown("this user may not look at another account's process", 'sudo hermes-install doctor, with the same arguments')
    : known(false)
}
