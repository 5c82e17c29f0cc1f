// One service of this machine in, the facts about it that checks ask for out. Nothing is changed, and no rights are needed.
import { accessSync, constants, existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { ask, askManager } from '../../apply/observe.ts'
import type { System } from '../../apply/system.ts'
import { known, unknown, type Known, type PathFact, type ServiceFacts, type Started } from '../../doctor/facts.ts'
import { launcherArgv } from '../../doctor/launcher.ts'
import { proxiesOf } from '../../doctor/proxy.ts'
import { strays } from '../../doctor/strays.ts'
import { versioned } from '../../doctor/versions.ts'
import { nameOf } from '../../doctor/words.ts'
import { logFiles as launchdLogs } from '../../platform/launchd/view.ts'
import type { Target } from '../../platform/manager.ts'
import { logFiles as windowsLogs } from '../../platform/windows/paths.ts'
import type { Service } from '../../resolve/service.ts'
import { once, type Gatherers } from './gather.ts'
import * as linux from './linux.ts'
import { withAnswers, type Place } from './machine.ts'
import * as macos from './macos.ts'
import { pathFact, type Account } from './paths.ts'
import * as systemd from './systemd.ts'
import * as windows from './windows.ts'

export interface Subject {
  readonly service: Service
  readonly target: Target
  /** Whether a profile says what it is, and not only a record its name. */
  readonly byProfile: boolean
  /** Whether records say that it is installed in both scopes. */
  readonly twice: boolean
}

const askAgain = 'hermes-install doctor PROFILE, with the profile of it'
/** Where programs lie that stay. */
const lasting = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/bin']
/** What launchd gives a job (launchctl.md of Apple's own jobs; `launchctl getenv PATH` is empty). */
const launchdPath = '/usr/bin:/bin:/usr/sbin:/sbin'

const runnable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

const accounts = new Map<string, Promise<Account | null>>()
/** The account of a service of the machine, which id(1) is asked about once; its own of whoever asks otherwise. */
async function accountOf({ system, facts }: Place, { scope, user }: Service): Promise<Account | null> {
  if (process.getuid === undefined) return { name: 'the account of the service', uid: 0, gids: [] }
  if (scope === 'user') return { name: facts.user, uid: process.getuid(), gids: [...new Set([process.getgid!(), ...process.getgroups!()])] }
  const name = user ?? 'root'
  const found = accounts.get(name) ?? idOf(system, name)
  accounts.set(name, found)
  return found
}

/** `uid=1000(ann) gid=1000(ann) groups=1000(ann),27(sudo)`; null if there is no such account. */
async function idOf(system: System, name: string): Promise<Account | null> {
  const { code, stdout } = await system.run(['id', '--', name])
  const ids = (part: string): readonly number[] =>
    [...(new RegExp(`\\b${part}=([^ ]*)`).exec(stdout)?.[1] ?? '').matchAll(/(\d+)(?:\(|,|$)/g)].map(([, id]) => Number(id))
  const [uid] = ids('uid')
  if (code !== 0 || uid === undefined) return null
  return { name: /uid=\d+\(([^)]*)\)/.exec(stdout)?.[1] ?? name, uid, gids: [...new Set([...ids('gid'), ...ids('groups')])] }
}

/** What is started: the profile's word, or where there is only a record, the manager's. */
async function startedOf({ system }: Place, { service, byProfile }: Subject): Promise<Known<Started>> {
  const { command, environment, workingDirectory, os } = service
  if (byProfile)
    return known({
      argv: command,
      environment: Object.fromEntries(environment.flatMap((variable) => (variable.kind === 'plain' ? [[variable.name, variable.value]] : []))),
      workingDirectory,
      byProfile,
    })
  const found = os === 'linux' ? await systemd.installed(system, service) : os === 'macos' ? await macos.installed(system, service) : null
  if (found === null || found.argv.length === 0) return unknown('only its name is known here', askAgain)
  const [shell, script = ''] = found.argv
  const argv = shell === '/bin/sh' && script.endsWith('/launcher.sh') ? launcherArgv(readText(script)) : found.argv
  return argv === null
    ? unknown(`what it starts stands in ${script}, which this user may not read`, askAgain)
    : known({ argv, environment: found.environment, workingDirectory: found.folder, byProfile })
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The file of a log, and what rotation left beside it: x.log.1, x.log.2.gz, x.1.log. */
function logged(path: string): ServiceFacts['logFiles'][number] {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  const [folder, name] = [path.slice(0, cut), path.slice(cut + 1)]
  const stem = name.replace(/\.[^.]*$/, '')
  let bytes = 0
  let files = 0
  for (const other of existsSync(folder || '/') ? readdirSync(folder || '/') : []) {
    if (other !== name && !other.startsWith(`${name}.`) && !(other.startsWith(`${stem}.`) && /\.\d+\.[^.]*$/.test(other))) continue
    const stat = statSync(`${folder}/${other}`, { throwIfNoEntry: false })
    if (stat?.isFile() !== true) continue
    bytes += process.platform === 'win32' ? stat.size : stat.blocks * 512
    files++
  }
  return { path, bytes, files }
}

function logPaths({ service, byProfile }: Subject): readonly string[] {
  if (service.os === 'macos') return [...new Set(Object.values(launchdLogs(service)))]
  if (service.os === 'windows') {
    const { folder, name, out, err } = windowsLogs(service)
    // WinSW's own log has no limit (#39 there).
    return [`${folder}\\${name}${out}`, `${folder}\\${name}${err}`, `${folder}\\${service.label}.wrapper.log`]
  }
  return byProfile ? [...new Set([service.logs.stdout, service.logs.stderr].filter((path) => path !== null))] : []
}

export function serviceGatherers(place: Place, subject: Subject): Gatherers<ServiceFacts> {
  const { system, manager, facts } = place
  const { service, target, byProfile, twice } = subject
  const { os, scope } = service
  const isRoot = process.getuid?.() === 0
  const state = once(() => askManager(system, manager, service))
  const account = once(() => accountOf(place, service))
  const started = once(() => startedOf(place, subject))
  const key = once(() => windows.serviceKey(system, service))
  const wanted = service.user ?? 'root'

  /** Facts that rest on what is started, or on who it is. */
  async function withStarted<T>(make: (started: Started, account: Account) => T | Promise<T>): Promise<Known<T>> {
    const [what, who] = await Promise.all([started(), account()])
    if (!('value' in what)) return what
    return who === null ? unknown(`there is no account ${wanted}`) : known(await make(what.value, who))
  }
  async function withAccount<T>(make: (account: Account) => T): Promise<Known<T>> {
    const who = await account()
    return who === null ? unknown(`there is no account ${wanted}`) : known(make(who))
  }
  const ofProfile = <T>(make: (account: Account) => T): Promise<Known<T>> | Known<T> =>
    byProfile ? withAccount(make) : unknown('only its name is known here', askAgain)

  const path = once((): Promise<Known<ServiceFacts['path']>> =>
    withStarted(async ({ environment }) => {
      const own = Object.entries(environment).find(([name]) => (os === 'windows' ? name.toUpperCase() : name) === 'PATH')?.[1]
      const given = own ?? (os === 'linux' ? ((await linux.managerEnvironment(system, scope))['PATH'] ?? '') : os === 'macos' ? launchdPath : '')
      return { folders: given === '' ? [] : given.split(os === 'windows' ? ';' : ':'), own: own !== undefined }
    }),
  )
  const program = once((): Promise<Known<PathFact>> =>
    withStarted(async ({ argv }, who) => {
      const fact = pathFact(argv[0]!, who, 'run')
      return os === 'linux' && fact.kind === 'file' && linux.selinux() === 'enforcing' ? { ...fact, label: await linux.labelOf(system, argv[0]!) } : fact
    }),
  )

  return {
    service: () => known(service),
    profile: () => (byProfile ? known(service) : unknown('only its name is known here', askAgain)),
    started,
    accountName: async () => known({ name: scope === 'user' ? facts.user : wanted, exists: (await account()) !== null }),
    account: () => withAccount(({ name, uid }) => ({ name, uid })),
    program,
    command: () =>
      withStarted(({ argv }, who) => {
        const { hooks, stop, reload } = service
        const all = [argv, ...Object.values(hooks).flat(), stop.command ?? [], reload?.kind === 'command' ? reload.command : []].flat()
        return [...new Set(all)]
          .filter((word) => word.startsWith('/'))
          .map((word) => pathFact(word, who, null))
          .filter(({ kind }) => kind === 'file')
      }),
    workingFolder: () => withStarted(({ workingDirectory }, who) => (workingDirectory === null ? null : pathFact(workingDirectory, who, 'enter'))),
    environmentFiles: () => ofProfile((who) => service.environmentFiles.map((file) => pathFact(file.path, who, 'read'))),
    secretFiles: () => ofProfile((who) => service.environment.flatMap((variable) => (variable.kind === 'file' ? [pathFact(variable.path, who, 'read')] : []))),
    definition: () => withAccount((who) => target.files.map((file) => pathFact(file.path, who, null)).filter(({ kind }) => kind === 'file')),
    stable: () =>
      withStarted(
        ({ argv: [word = ''] }) => lasting.map((folder) => `${folder}/${nameOf(word)}`).find((other) => versioned(other) === null && runnable(other)) ?? null,
      ),
    path,
    async interpreterAt() {
      const [what, folders] = await Promise.all([program(), path()])
      if (!('value' in what)) return what
      if (!('value' in folders)) return folders
      const [first, second] = what.value.interpreter ?? []
      if (first === undefined) return known('')
      const wanted = nameOf(first) === 'env' ? folders.value.folders.map((folder) => `${folder}/${second}`) : [first]
      return known(wanted.find(runnable) ?? null)
    },
    state: async () => known(await state()),
    async otherScope() {
      const other: Service = { ...service, scope: scope === 'user' ? 'system' : 'user' }
      const there = manager.read(other, await ask(system, manager.questions(other)))
      return known(there.missing === null && !there.asleep ? there : null)
    },
    twice: () => known(twice),
    // With a record alone, only its own unit is known, and no command to look for.
    strays: () =>
      byProfile
        ? known(strays(service, linux.running(), scope === 'system' ? null : (process.getuid?.() ?? null)))
        : unknown('only its name is known here', askAgain),
    async exits() {
      const now = await state()
      if (!now.loaded || now.restarts === 0) return known({ codes: [], lastHour: now.restarts })
      return os === 'linux'
        ? linux.exits(system, service, now.restarts ?? 0)
        : os === 'macos'
          ? macos.exits(system, service, now)
          : windows.exits(system, service)
    },
    replacedProgram: () => linux.replacedProgram(service, isRoot),
    selinux: () => known(linux.selinux()),
    logFiles: () => known(logPaths(subject).map(logged)),
    serviceProxies: async () => {
      const what = await started()
      return 'value' in what ? known(await withAnswers(proxiesOf(what.value.environment, 'service'))) : what
    },
    loginItem: async () => macos.loginItemOf(system, service, await state()),
    registry: async () => known(await key()),
    fallback: async () => known(await windows.fallback(system, service)),
    acls: async () => windows.acls(system, service, byProfile ? service.command : [], await key(), await windows.token(system)),
  }
}
