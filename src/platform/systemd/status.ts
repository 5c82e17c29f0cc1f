// What systemctl(1) and busctl(1) print in, what systemd has of a service out. Only what is meant for programs is read: `show`, never `status`.
import type { Answers, ManagerState, Question, ReplacedState } from '../manager.ts'
import { commands, unitName, type Subject } from './commands.ts'

export interface SystemdState extends ManagerState {
  readonly masked: boolean
  /** The file that the unit was read from; empty for none. */
  readonly fragment: string
  /** Drop-ins of this very unit, which somebody else laid there. */
  readonly dropIns: readonly string[]
  /** Null in system scope, where it means nothing. */
  readonly lingering: boolean | null
}

const properties = [
  'LoadState',
  'ActiveState',
  'SubState',
  'Result',
  'MainPID',
  'NRestarts',
  'ExecMainStatus',
  'ActiveEnterTimestamp',
  'UnitFileState',
  'NeedDaemonReload',
  'FragmentPath',
  'DropInPaths',
]

/** One call for all units: a process costs more than everything systemd does for it. */
export function questions(service: Subject): readonly Question[] {
  const { manager, replaced } = commands(service)
  const names = [unitName(service), ...replaced.map(({ name }) => name)]
  return [
    { id: 'show', argv: [...manager, 'show', `--property=${properties.join(',')}`, '--', ...names] },
    // sd_booted(3): the folder is there if and only if systemd runs as the init.
    { id: 'booted', exists: '/run/systemd/system' },
    // binfmt_misc of WSL; what docker and podman leave in a container.
    { id: 'wsl', exists: '/proc/sys/fs/binfmt_misc/WSLInterop' },
    { id: 'wsl2', exists: '/run/WSL' },
    { id: 'docker', exists: '/.dockerenv' },
    { id: 'podman', exists: '/run/.containerenv' },
    ...(service.scope === 'user' ? [{ id: 'linger', exists: `/var/lib/systemd/linger/${service.host.user}` }] : []),
  ]
}

type Properties = ReadonlyMap<string, string>

/** `show` prints NAME=VALUE lines, an empty line between two units, in the order in which they were asked for. */
function blocks(stdout: string): readonly Properties[] {
  return stdout
    .split(/\n\n+/)
    .filter((block) => block.trim() !== '')
    .map((block) => new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const)))
}

/** Also while it waits for its next start: auto-restart counts as `activating`. */
const isLive = (unit: Properties): boolean => ['active', 'activating', 'reloading', 'deactivating'].includes(unit.get('ActiveState') ?? '')

const yes = (answers: Answers, id: string): boolean => answers.get(id)?.code === 0

/** Why there is no systemd to ask; null if there is. */
function missing(answers: Answers): ManagerState['missing'] {
  if (yes(answers, 'booted')) {
    return answers.get('show')?.code === null ? { why: 'systemctl cannot be run', hint: 'is systemctl(1) installed, and in /usr/bin or /bin?' } : null
  }
  const why = 'no systemd runs on this machine'
  if (yes(answers, 'wsl') || yes(answers, 'wsl2')) {
    return { why: `${why}: WSL starts without it`, hint: 'put `[boot]` and `systemd=true` into /etc/wsl.conf, then run `wsl.exe --shutdown` on Windows' }
  }
  if (yes(answers, 'docker') || yes(answers, 'podman')) {
    return {
      why: `${why}: this is a container`,
      hint: "use the container's own restart policy, such as --restart=always, and run the command in the foreground",
    }
  }
  return { why, hint: '`hermes-install render` writes the files for a machine that has one' }
}

/** @param wantsLinger whether an install switches lingering on, which starts the user's manager */
export function read(service: Subject, answers: Answers, wantsLinger: boolean): SystemdState {
  const { replaced } = commands(service)
  const show = answers.get('show')
  const [own = new Map<string, string>(), ...others] = show?.code === 0 ? blocks(show.stdout) : []
  const text = (key: string): string => own.get(key) ?? ''
  const lingering = service.scope === 'user' ? yes(answers, 'linger') : null
  const unreachable = show?.code !== 0
  const asleep = unreachable && service.scope === 'user' && wantsLinger && lingering === false
  const { user } = service.host
  const none =
    missing(answers) ??
    (unreachable && !asleep
      ? service.scope === 'user'
        ? {
            why: `the user manager of ${user} does not run`,
            hint: `log in as ${user} (su and sudo do not start it), or run: sudo loginctl enable-linger ${user}`,
          }
        : { why: 'systemd does not answer', hint: 'see `systemctl is-system-running`' }
      : null)
  const active = text('ActiveState')
  const pid = Number(text('MainPID'))
  const live = isLive(own)
  const unit = unitName(service)
  const words =
    own.size === 0
      ? 'not known'
      : text('LoadState') === 'not-found' && !live
        ? 'not installed'
        : `${active} (${active === 'failed' ? `${text('Result')}${text('Result') === 'exit-code' ? `, code ${text('ExecMainStatus')}` : ''}` : text('SubState')})`
  return {
    missing: none,
    asleep: asleep && none === null,
    loaded: own.size > 0 && text('LoadState') !== 'not-found',
    live,
    running: active === 'active' && pid > 0,
    failed: active === 'failed',
    words,
    pid: pid > 0 ? pid : null,
    restarts: own.has('NRestarts') ? Number(text('NRestarts')) : null,
    since: active === 'active' ? text('ActiveEnterTimestamp') || null : null,
    enabled: text('UnitFileState') === 'enabled',
    stale: text('NeedDaemonReload') === 'yes',
    masked: text('LoadState') === 'masked' || text('UnitFileState').startsWith('masked'),
    fragment: text('FragmentPath'),
    // Those of a distribution for all services (service.d) are not about this one.
    dropIns: text('DropInPaths')
      .split(' ')
      .filter((path) => path !== '' && (path.includes(`/${unit}.d/`) || !/^(?:\/usr)?\/lib\/systemd\//.test(path))),
    lingering,
    replaced: replaced.map(({ name }, i): ReplacedState => {
      const other = others[i]
      return { name, live: other !== undefined && isLive(other), enabled: other?.get('UnitFileState') === 'enabled' }
    }),
  }
}

/** A unit's path on the bus: bus_label_escape() of systemd, src/basic/bus-label.c. Names of units are ASCII. */
const busPath = (unit: string): string =>
  `/org/freedesktop/systemd1/unit/${unit.replaceAll(/[^A-Za-z0-9]|^\d/g, (c) => `_${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}`

/** The exact argv; `systemctl show -p ExecStart` joins the words with blanks. */
export const argvQuestion = (service: Subject): Question => ({
  id: 'argv',
  argv: [
    'busctl',
    ...(service.scope === 'user' ? ['--user'] : []),
    '--json=short',
    'get-property',
    'org.freedesktop.systemd1',
    busPath(unitName(service)),
    'org.freedesktop.systemd1.Service',
    'ExecStart',
  ],
})

/** Signature a(sasbttttuii): program, argv, and what became of it. Null if busctl did not answer. */
export function loadedArgv(answers: Answers): readonly (readonly string[])[] | null {
  const answer = answers.get('argv')
  if (answer?.code !== 0) return null
  return (JSON.parse(answer.stdout) as { data: readonly (readonly [string, readonly string[]])[] }).data.map(([, argv]) => argv)
}
