// What was found out about a machine and a service in; one line a check out, each with what to do. More checks are more entries of one list.
import type { ManagerState } from '../platform/manager.ts'
import type { Service } from '../resolve/service.ts'
import type { Stray } from './strays.ts'

export type Level = 'ok' | 'info' | 'warning' | 'error' | 'skipped'

export interface Check {
  /** Stable, kebab-case. */
  readonly id: string
  readonly level: Level
  readonly message: string
  /** What to do; empty where there is nothing to do. */
  readonly fix: string
}

/** What a check may know. Paths are those of the profile. */
export interface Findings {
  readonly service: Service
  readonly manager: ManagerState
  /** What the manager is, with its version. */
  readonly managerName: string
  readonly lingering: boolean | null
  readonly path: (path: string) => 'missing' | 'file' | 'program' | 'folder'
  /** Bytes of a file; 0 if there is none. */
  readonly size: (path: string) => number
  readonly strays: readonly Stray[]
  /** Programs of a root service that others may change, and where. */
  readonly loose: readonly string[]
  readonly otherScope: boolean
  readonly selinux: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
}

type Finding = readonly [level: Level, message: string, fix?: string]

/** Folders of version managers: what lies there goes with the next update, and no login shell sets PATH for a service. */
const versioned = /\/\.(nvm|fnm|volta|asdf|nodenv|pyenv|rbenv|local\/share\/(?:fnm|mise))\//
const manyRestarts = 5
const bigLog = 200 * 1024 * 1024

const list: Readonly<Record<string, (found: Findings) => Finding | readonly Finding[]>> = {
  'service-manager': ({ manager, managerName }) => (manager.missing === null ? ['ok', managerName] : ['error', manager.missing.why, manager.missing.hint]),
  linger: ({ service, lingering }) =>
    lingering === null || service.scope === 'system'
      ? ['skipped', 'a service of the machine needs no linger']
      : lingering
        ? ['ok', `${service.host.user} lingers: services run without a login`]
        : [
            'warning',
            `${service.host.user} does not linger: services end at logout, and do not start at boot`,
            `hermes-install apply switches it on; by hand: loginctl enable-linger ${service.host.user}`,
          ],
  program: ({ service, path }) => {
    const [program] = service.command as [string]
    const kind = path(program)
    if (kind === 'program') return ['ok', `${program} can be run`]
    return kind === 'missing'
      ? ['error', `there is no program ${program}`, 'install it, or set `command` (or the parameter in it) in the profile']
      : ['error', `${program} is not executable`, `chmod +x ${program}`]
  },
  'version-manager': ({ service }) => {
    const word = service.command.find((part) => versioned.test(part))
    return word === undefined
      ? ['ok', 'no program of a version manager']
      : ['warning', `${word} belongs to a version manager, and goes with its next update`, 'use a program that stays, such as one from /usr/bin']
  },
  'working-directory': ({ service, path }) =>
    service.workingDirectory === null
      ? ['skipped', 'the profile sets none']
      : path(service.workingDirectory) === 'folder'
        ? ['ok', service.workingDirectory]
        : ['error', `there is no folder ${service.workingDirectory}`, 'make it; without it the service cannot start (200/CHDIR)'],
  'environment-files': ({ service, path }) =>
    service.environmentFiles
      .filter((file) => !file.optional && path(file.path) === 'missing')
      .map((file) => ['error', `there is no environment file ${file.path}`, 'write it, or make it `optional` in the profile']),
  secrets: ({ service, path }) =>
    service.environment.flatMap((variable) =>
      variable.kind === 'file' && path(variable.path) === 'missing'
        ? [['error', `there is no secret file ${variable.path}`, `write it, readable by the account of the service alone`] as const]
        : [],
    ),
  strays: ({ strays }) =>
    strays.length === 0 ? ['ok', 'no second one runs'] : strays.map(({ pid, why, stop }) => ['warning', `${why} (pid ${pid})`, `stop it: ${stop}`]),
  replaced: ({ manager }) =>
    manager.replaced
      .filter(({ live, enabled }) => live || enabled)
      .map(({ name, live }) => ['warning', `the earlier install ${name} ${live ? 'runs' : 'starts at the next boot'}`, 'hermes-install apply replaces it']),
  'both-scopes': ({ otherScope, service }) =>
    otherScope
      ? [
          'warning',
          `${service.id} is installed for this user and for the machine: two of them run`,
          'uninstall one: hermes-install uninstall --scope user or --scope system',
        ]
      : ['ok', 'installed once at most'],
  service: ({ manager }) =>
    manager.missing !== null || !manager.loaded
      ? ['skipped', 'it is not installed']
      : manager.running
        ? ['ok', manager.words]
        : ['error', `it is ${manager.words}`, 'hermes-install logs says why, hermes-install start starts it'],
  'stale-manager': ({ manager }) =>
    manager.stale
      ? ['warning', 'the manager works with files that have changed since', 'hermes-install apply']
      : ['ok', 'the manager has read what is on disk'],
  'crash-loop': ({ manager }) =>
    (manager.restarts ?? 0) > manyRestarts
      ? ['warning', `it was restarted ${manager.restarts} times`, 'hermes-install logs says why it ends']
      : ['ok', `${manager.restarts ?? 0} restarts`],
  'writable-program': ({ service, loose }) =>
    service.scope === 'user'
      ? ['skipped', 'a service of a user']
      : loose.length === 0
        ? ['ok', 'nobody but root may change its program']
        : loose.map((text) => ['error', text, 'chown it to root, or set `user` in the profile']),
  'folder-permission': ({ service }) => {
    if (service.os !== 'macos') return ['skipped', 'only macOS asks a person before a program may read some folders']
    const guarded = [`${service.host.home}/Documents`, `${service.host.home}/Desktop`, `${service.host.home}/Downloads`, '/Volumes']
    const word = [...service.command, service.workingDirectory ?? ''].find((path) => guarded.some((folder) => path.startsWith(`${folder}/`)))
    return word === undefined
      ? ['ok', 'nothing of it lies where macOS asks a person first']
      : [
          'warning',
          `${word} lies where macOS asks a person before a program may read: a job is refused, or hangs`,
          'move it, or give the program Full Disk Access in System Settings',
        ]
  },
  'local-network': ({ service }) =>
    service.os === 'macos'
      ? [
          'info',
          'since macOS 15 a job of a user reaches other machines of the local network only if it was allowed to',
          'System Settings > Privacy & Security > Local Network; a service of the machine needs no leave',
        ]
      : ['skipped', 'only macOS has this'],
  'login-items': ({ service, manager }) =>
    service.os !== 'macos'
      ? ['skipped', 'only macOS has this']
      : manager.loaded && !manager.enabled
        ? [
            'warning',
            'launchd has a record that it is switched off: it does not start at the next login',
            'hermes-install apply clears it; see System Settings > General > Login Items, too',
          ]
        : ['ok', 'launchd has no record that it is switched off'],
  selinux: ({ selinux, service }) =>
    !selinux
      ? ['skipped', 'SELinux does not enforce here']
      : service.command[0]!.startsWith(service.host.home) && service.scope === 'system'
        ? [
            'warning',
            `SELinux keeps services of the machine from running ${service.command[0]}, which lies in a home folder`,
            'move it to /usr/local, or use scope: user',
          ]
        : ['ok', 'SELinux enforces'],
  logs: ({ service, size }) => {
    const big = [service.logs.stdout, service.logs.stderr].filter((path) => path !== null && size(path) > bigLog)
    return big.map((path) => [
      'warning',
      `${path} has ${Math.round(size(path!) / 1024 / 1024)} MiB`,
      'logrotate(8) with copytruncate, or leave `logs` to the journal',
    ])
  },
  proxy: ({ environment, service }) => {
    const names = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].filter(
      (name) => environment[name] && !service.environment.some((variable) => variable.name === name),
    )
    return names.length === 0
      ? ['ok', 'no proxy is set here that the service would miss']
      : ['info', `${names.join(', ')} is set here, and not for the service`, 'if it needs the proxy, set it under `environment`']
  },
}

/** Runs every check. A check that finds nothing to say of an empty list is ok. */
export function checks(found: Findings): readonly Check[] {
  return Object.entries(list).flatMap(([id, check]) => {
    const result = check(found)
    const all = (typeof result[0] === 'string' ? [result] : result) as readonly Finding[]
    if (all.length === 0) return [{ id, level: 'ok' as const, message: 'nothing to say', fix: '' }]
    return all.map(([level, message, fix = '']) => ({ id, level, message, fix }))
  })
}
