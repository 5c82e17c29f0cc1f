// macOS in; what launchctl(1), sw_vers(1) and sfltool(1) say out.
import type { System } from '../../apply/system.ts'
import { loginItem } from '../../doctor/btm.ts'
import { launchdExits } from '../../doctor/exits.ts'
import { known, unknown, type Known, type ServiceFacts } from '../../doctor/facts.ts'
import { proxiesOf, proxyNames, type Proxy } from '../../doctor/proxy.ts'
import type { ManagerState } from '../../platform/manager.ts'
import { plistPath } from '../../platform/launchd/layout.ts'
import type { Service } from '../../resolve/service.ts'

export async function version(system: System): Promise<number> {
  const { stdout } = await system.run(['sw_vers', '-productVersion'])
  const [major] = /^\d+/.exec(stdout.trim()) ?? []
  if (major === undefined) throw new Error('sw_vers does not say which macOS this is')
  return Number(major)
}

/** `launchctl setenv` is for all jobs of the caller's own domain. */
export async function proxies(system: System): Promise<readonly Proxy[]> {
  const values = await Promise.all(proxyNames.map(async (name) => [name, (await system.run(['launchctl', 'getenv', name])).stdout.trim()] as const))
  return proxiesOf(Object.fromEntries(values), process.getuid?.() === 0 ? 'machine' : 'user')
}

/** sfltool asks for root, and without would put a question on the screen. */
export async function loginItemOf(system: System, { label }: Service, state: ManagerState): Promise<Known<ServiceFacts['loginItem']>> {
  // What launchd has loaded by itself, Login Items has let through.
  if (process.getuid?.() !== 0)
    return state.running ? known({ allowed: true }) : unknown('only root may look into Login Items', `sudo sfltool dumpbtm | grep -B 8 -A 4 ${label}`)
  const { code, stdout } = await system.run(['sfltool', 'dumpbtm'], { timeoutMs: 10_000 })
  return code === 0 ? known(loginItem(stdout, label)) : unknown('sfltool does not answer: before macOS 13 there are no such Login Items')
}

export async function exits(system: System, { label, scope, host }: Service, state: ManagerState): Promise<Known<ServiceFacts['exits']>> {
  const domain = 'at' in state ? String(state.at) : scope === 'system' ? 'system' : `gui/${host.uid}`
  return known({ codes: launchdExits((await system.run(['launchctl', 'print', `${domain}/${label}`])).stdout), lastHour: null })
}

/** The property list as it lies there; null for none. */
export async function installed(
  system: System,
  service: Service,
): Promise<{ readonly argv: readonly string[]; readonly environment: Readonly<Record<string, string>>; readonly folder: string | null } | null> {
  const { code, stdout } = await system.run(['plutil', '-convert', 'json', '-o', '-', plistPath(service)])
  if (code !== 0) return null
  const {
    ProgramArguments: argv = [],
    EnvironmentVariables: environment = {},
    WorkingDirectory: folder = null,
  } = JSON.parse(stdout) as {
    readonly ProgramArguments?: readonly string[]
    readonly EnvironmentVariables?: Readonly<Record<string, string>>
    readonly WorkingDirectory?: string
  }
  return { argv, environment, folder }
}
