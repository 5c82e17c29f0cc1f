// Facts of a machine and a service on which nothing is wrong, for each OS; tests change one thing.
import type { Facts, PathFact } from '../../src/doctor/facts.ts'
import { parseRegistry } from '../../src/doctor/registry.ts'
import type { ManagerState } from '../../src/platform/manager.ts'
import type { Os } from '../../src/profile/model.ts'
import { make, minimal } from '../help.ts'

export const path = (at: string, more: Partial<PathFact> = {}): PathFact => ({
  path: at,
  kind: 'file',
  mode: 0o755,
  owner: 0,
  bytes: 4096,
  links: [],
  barrier: null,
  noexec: null,
  loose: null,
  label: 'bin_t',
  interpreter: null,
  ...more,
})

export const running: ManagerState = {
  missing: null,
  asleep: false,
  loaded: true,
  live: true,
  running: true,
  failed: false,
  words: 'active (running)',
  pid: 42,
  restarts: 0,
  since: null,
  enabled: true,
  stale: false,
  replaced: [],
}

/** FailureActions of `reset= 60 actions= restart/5000`, as the registry has them. */
export const failureActions = (reset: number, ...delays: readonly number[]): string =>
  [reset, 0, 0, delays.length, 20, ...delays.flatMap((delay) => [1, delay])]
    .map((word) =>
      word
        .toString(16)
        .padStart(8, '0')
        .replaceAll(/(..)(..)(..)(..)/g, '$4$3$2$1'),
    )
    .join('')
    .toUpperCase()

export const serviceKey = (actions = failureActions(60, 5000), flag = '0x1', image = '"C:\\ProgramData\\hermes-install\\my-app\\my-app.exe"') =>
  parseRegistry(
    [
      '',
      'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\my-app',
      `    ImagePath    REG_EXPAND_SZ    ${image}`,
      '    Start    REG_DWORD    0x2',
      '    ObjectName    REG_SZ    LocalSystem',
      `    FailureActions    REG_BINARY    ${actions}`,
      `    FailureActionsOnNonCrashFailures    REG_DWORD    ${flag}`,
      '',
    ].join('\r\n'),
  )

export function facts(os: Os, profile = '', scope: 'user' | 'system' = 'user'): Facts {
  const { service, issues } = make(minimal(profile), { os, scope })
  if (service === null) throw new Error(JSON.stringify(issues))
  const elevated = false
  const account = scope === 'system' ? { name: 'root', uid: 0 } : { name: 'user', uid: service.host.uid ?? 0 }
  return {
    user: { os, name: 'user', uid: service.host.uid, home: service.host.home, elevated },
    managers: { name: 'systemd 252', machine: null, own: null, asleep: false },
    wsl: null,
    runtimeFolder: null,
    lingering: true,
    wantLinger: [service.id],
    proxies: [],
    ownProxies: [],
    journal: { bytes: 100 * 1024 ** 2, limit: null, persistent: true },
    disks: [{ folder: '/', free: 50 * 1024 ** 3, total: 100 * 1024 ** 3, freeInodes: 1000 }],
    macosVersion: 14,
    uac: { on: true, silent: false, remoteFilter: false, admin: true, elevated: true },
    startup: [],
    service,
    profile: service,
    started: { argv: service.command, environment: {}, workingDirectory: null, byProfile: true },
    accountName: { name: account.name, exists: true },
    account,
    program: path(service.command[0]!),
    command: [path(service.command[0]!)],
    workingFolder: null,
    environmentFiles: [],
    secretFiles: [],
    definition: [path('/etc/systemd/system/my-app.service')],
    stable: null,
    path: { folders: ['/usr/bin', '/bin'], own: false },
    interpreterAt: '',
    state: running,
    otherScope: null,
    twice: false,
    strays: [],
    exits: { codes: [], lastHour: 0 },
    replacedProgram: false,
    selinux: 'off',
    logFiles: [],
    serviceProxies: [],
    loginItem: { allowed: true },
    registry: serviceKey(),
    fallback: { installed: false, disabled: false },
    acls: { entries: [{ path: 'C:\\ProgramData\\hermes-install\\my-app', sddl: 'D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)' }], sid: null },
  }
}
