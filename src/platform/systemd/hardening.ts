// The name of a sandbox preset in, the directives of systemd.exec(5) it stands for out.
// Scores by `systemd-analyze security` are in docs/linux.md. Never MemoryDenyWriteExecute=: it kills every JIT (node: SIGTRAP).
import type { Service } from '../../resolve/service.ts'
import { systemdArgument } from '../../escape/systemd.ts'

type Directive = readonly [key: string, value: string]
/** As much of a service as a preset depends on. */
type Sandboxed = Pick<Service, 'hardening' | 'scope' | 'workingDirectory'> & { readonly logs: Pick<Service['logs'], 'stdout' | 'stderr'> }

/** Work without privileges too: they need a seccomp filter or a bit, no mount namespace. */
const anywhere: readonly Directive[] = [
  ['NoNewPrivileges', 'yes'],
  ['LockPersonality', 'yes'],
  ['RestrictRealtime', 'yes'],
  ['RestrictSUIDSGID', 'yes'],
  ['SystemCallArchitectures', 'native'],
]

/** Need mounts or capabilities of their own, which a user's manager does not have (systemd.exec(5), "SANDBOXING": only with PrivateUsers=). */
const privileged: readonly Directive[] = [
  ['PrivateTmp', 'yes'],
  ['ProtectClock', 'yes'],
  ['ProtectControlGroups', 'yes'],
  ['ProtectHostname', 'yes'],
  ['ProtectKernelLogs', 'yes'],
  ['ProtectKernelModules', 'yes'],
  ['ProtectKernelTunables', 'yes'],
]

const strictAnywhere: readonly Directive[] = [
  ['RestrictAddressFamilies', 'AF_UNIX AF_INET AF_INET6 AF_NETLINK'],
  ['RestrictNamespaces', 'yes'],
  ['SystemCallFilter', '@system-service'],
  ['SystemCallErrorNumber', 'EPERM'],
]

const strictPrivileged: readonly Directive[] = [
  ['AmbientCapabilities', ''],
  ['CapabilityBoundingSet', ''],
  ['DevicePolicy', 'closed'],
  ['PrivateDevices', 'yes'],
  ['ProtectHome', 'read-only'],
  ['ProtectProc', 'invisible'],
  ['ProtectSystem', 'strict'],
  ['RemoveIPC', 'yes'],
]

/** The directives of the service's preset. `strict` leaves the working directory and the folders of the log files writable, and nothing else. */
export function hardening(service: Sandboxed): readonly Directive[] {
  if (service.hardening === 'none') return []
  const system = service.scope === 'system'
  const strict = service.hardening === 'strict'
  return [
    ...anywhere,
    ...(strict ? strictAnywhere : []),
    ...(system ? privileged : []),
    ...(system && !strict ? [['ProtectSystem', 'full'] as const] : []),
    ...(system && strict ? [...strictPrivileged, ...writable(service)] : []),
  ]
}

function writable(service: Sandboxed): readonly Directive[] {
  const logs = [service.logs.stdout, service.logs.stderr].filter((path) => path !== null).map((path) => path.slice(0, path.lastIndexOf('/')) || '/')
  const folders = [...new Set([service.workingDirectory, ...logs].filter((path) => path !== null))]
  // "-": a folder that is not there yet must not keep the service from starting.
  return folders.map((folder) => ['ReadWritePaths', systemdArgument(`-${folder}`)] as const)
}
