// The only source of the profile's type, its JSON Schema and its field reference: names, types, defaults and one sentence for each key.
import * as v from 'valibot'
import { parseDuration, parseSize, parseUmask } from './units.ts'

/** Signals that every POSIX system has under the same name (POSIX.1-2017, signal.h), in the spelling of systemd.exec(5). */
const signals = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGKILL', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGTERM', 'SIGCONT'] as const

/** A value that still holds `${...}` is checked again after it was expanded. */
const open = (text: string): boolean => text.includes('${')

/** A key: what it is, its default as text for the reference, and how its type is called there. */
function key<const S extends v.GenericSchema>(
  schema: S,
  description: string,
  fallback?: string,
): v.OptionalSchema<v.SchemaWithPipe<readonly [S, v.DescriptionAction<v.InferOutput<S>, string>]>, undefined> {
  return v.optional(v.pipe(schema, v.description(fallback === undefined ? description : `${description} Default: ${fallback}.`)))
}

const text = v.string('text')
const flag = v.boolean('true or false')
const count = v.pipe(v.number('a whole number'), v.integer('a whole number'), v.minValue(0, 'a whole number, 0 or more'))
const path = v.pipe(v.string('a path'), v.minLength(1, 'a path'))
const duration = v.pipe(
  v.string('a duration such as "5s"'),
  v.check((t) => open(t) || parseDuration(t) !== undefined, 'a duration such as 500ms, 2s, 5m, 1h, 1d or a sum such as 1m30s'),
)
const size = v.pipe(
  v.string('a size such as "10MB"'),
  v.check((t) => open(t) || parseSize(t) !== undefined, 'a size such as 10MB or 1GiB'),
)
const niceValue = 'low, normal, high or a nice value from -20 to 19'
const argv = v.pipe(v.array(text, 'a list of arguments'), v.minLength(1, 'a list with at least the program'))
const commands = v.union([argv, v.array(argv)], 'a list of arguments, or a list of such lists')
const exitCodeList = v.array(v.pipe(count, v.maxValue(0xffff_ffff, 'an exit code')), 'a list of exit codes')
const signal = v.picklist(signals, `one of ${signals.join(', ')}`)
const oneOf = <const T extends readonly string[]>(names: T) => v.picklist(names, `one of ${names.join(', ')}`)

const environmentValue = v.union(
  [text, v.object({ secretFile: path }), v.object({ fromEnv: v.pipe(text, v.minLength(1, 'the name of a variable')), secret: v.optional(flag) })],
  'a string (in quotes if it looks like a number), {secretFile: path} or {fromEnv: NAME, secret: true}',
)

const scalar = v.union([v.string(), v.number(), v.boolean()], 'a string, a number or true/false')
const nativeLinux = v.record(
  v.string(),
  v.record(v.string(), v.union([scalar, v.array(scalar)], 'a value or a list of values'), 'a map of keys'),
  'a map of sections',
)
type Plist = string | number | boolean | Plist[] | { [key: string]: Plist }
const plist: v.GenericSchema<Plist> = v.lazy(() => v.union([scalar, v.array(plist), v.record(v.string(), plist)], 'a property-list value'))

/** Groups: maps whose keys are keys of the profile in their own right (`restart.delays`). */
export const groups = {
  restart: {
    policy: key(oneOf(['always', 'on-failure', 'never']), 'When the service is started again after it ended by itself.', '`on-failure`'),
    delays: key(
      v.union([duration, v.pipe(v.array(duration), v.minLength(1, 'at least one duration'))], 'a duration or a list of durations'),
      'Delay before the 1st, 2nd, ... restart; the last repeats.',
      '`[5s]`',
    ),
    resetAfter: key(duration, 'A run this long counts as healthy: the delays start from the first again.', '`60s`'),
    limit: key(
      v.object({ attempts: v.pipe(count, v.minValue(1, 'a whole number, 1 or more')), within: duration }, 'a map {attempts, within}'),
      'Give up after so many starts `within` a time. Without it, never.',
    ),
    restartExitCodes: key(exitCodeList, 'Exit codes after which the service is always restarted, whatever the policy.'),
    stopExitCodes: key(exitCodeList, 'Exit codes after which it is never restarted, whatever the policy.'),
  },
  stop: {
    signal: key(signal, 'The signal that asks the program to end.', '`SIGTERM`'),
    timeout: key(duration, 'After this long what is left of the process tree is killed.', '`15s`'),
    command: key(argv, 'A command that asks the program to end, run before the signal.'),
  },
  reload: {
    signal: key(signal, 'The signal that makes the program read its configuration again.'),
    command: key(argv, 'The command that does.'),
  },
  hooks: {
    preStart: key(commands, 'Run before each start; if one fails, the service does not start.'),
    postStart: key(commands, 'Run after each start.'),
    preStop: key(commands, 'Run before the service is asked to stop.'),
    postStop: key(commands, 'Run after the service ended.'),
  },
  logs: {
    stdout: key(path, "File for standard output. Default: the manager's own log."),
    stderr: key(path, "File for standard error. Default: the manager's own log."),
    rotate: key(
      v.object({ size, keep: v.pipe(count, v.minValue(1, 'a whole number, 1 or more')) }, 'a map {size, keep}'),
      'Start a new log file at `size`, keep so many old ones.',
    ),
  },
  limits: {
    openFiles: key(count, 'Open files, for one process.'),
    processes: key(count, 'Processes and threads.'),
    memory: key(size, 'Memory, for all processes together.'),
    cpuPercent: key(v.pipe(v.number('a number of per cent'), v.minValue(1, 'a number of per cent, 1 or more')), 'CPU time, in per cent of one core.'),
  },
} as const

const group = <const E extends v.ObjectEntries>(entries: E, description: string) => v.optional(v.pipe(v.object(entries, 'a map'), v.description(description)))

/** What a profile says about the service. Each platform maps every one of these, or names its limit: `ProfileKey`. */
export const serviceEntries = {
  label: key(text, 'The name the service manager knows: unit name, launchd label, Windows service id.', 'the id (`name` or `name-INSTANCE`)'),
  displayName: key(text, 'The name people read. One line.'),
  description: key(text, 'What the service does. One line.'),
  scope: key(oneOf(['user', 'system']), 'A service of one user, or of the machine. Windows services are always `system`.', '`user`'),
  user: key(text, 'The account a system service runs as.'),
  group: key(text, 'The group a system service runs as.'),
  command: key(argv, 'The program and its arguments, exactly as the process must receive them. The first must be absolute once expanded.'),
  workingDirectory: key(path, 'The folder the program starts in.'),
  environment: key(
    v.record(v.string(), environmentValue, 'a map of variables'),
    'Environment variables with exact values; secrets come from a file or from a variable of the one who renders.',
  ),
  environmentFiles: key(
    v.array(v.union([path, v.object({ path, optional: v.optional(flag) })], 'a path or {path, optional}'), 'a list of files'),
    'Files of `KEY=VALUE` lines, read at each start; they win over `environment`.',
  ),
  autostart: key(flag, 'Start at boot (system) or login (user; with linger on Linux).', '`true`'),
  restart: group(groups.restart, 'When and how fast the service comes back.'),
  stop: group(groups.stop, 'A graceful stop, then the whole process tree is killed.'),
  reload: group(groups.reload, 'How the program reads its configuration again.'),
  hooks: group(groups.hooks, 'Commands around start and stop, each a list of arguments or a list of such lists.'),
  logs: group(groups.logs, 'Where the output goes.'),
  after: key(v.array(v.pipe(text, v.minLength(1, 'a name')), 'a list of names'), 'Start after these: `network`, or names of the platform.'),
  limits: group(groups.limits, 'Resource limits.'),
  priority: key(
    v.union(
      [oneOf(['low', 'normal', 'high']), v.pipe(v.number(niceValue), v.integer(niceValue), v.minValue(-20, niceValue), v.maxValue(19, niceValue))],
      'low, normal, high or a nice value from -20 to 19',
    ),
    'CPU priority.',
    '`normal`',
  ),
  umask: key(
    v.pipe(
      v.string('octal digits in quotes, such as "022"'),
      v.check((t) => parseUmask(t) !== undefined, 'octal digits in quotes, such as "022"'),
    ),
    'File mode creation mask, octal, in quotes.',
  ),
  hardening: key(oneOf(['none', 'baseline', 'strict']), 'A named sandbox preset.', '`none`'),
  health: key(
    v.object(
      {
        stableFor: key(duration, 'The same process must have lived this long.', '`2s`'),
        timeout: key(duration, 'Give up after this long.', '`30s`'),
        tcp: key(text, '`host:port` that must accept a connection.'),
        http: key(text, 'URL that must answer with a status from 200 to 399.'),
        command: key(argv, 'Command that must exit 0.'),
        file: key(
          v.object({ path, json: v.optional(text), equals: v.optional(v.union([scalar, v.array(scalar)])) }, 'a map {path, json, equals}'),
          'File that must exist; with `json` (a JSON pointer) and `equals`, a value in it.',
        ),
      },
      'a map',
    ),
    'What an install waits for before it calls the service healthy.',
  ),
  replaces: key(
    v.object(
      {
        linux: v.optional(v.object({ units: v.optional(v.array(text, 'a list of units')) }, 'a map {units}')),
        macos: v.optional(v.object({ labels: v.optional(v.array(text, 'a list of labels')) }, 'a map {labels}')),
        windows: v.optional(
          v.object(
            { tasks: v.optional(v.array(text)), startupItems: v.optional(v.array(text)), services: v.optional(v.array(text)) },
            'a map {tasks, startupItems, services}',
          ),
        ),
      },
      'a map',
    ),
    'Earlier installs that must not run beside this one.',
  ),
  native: key(
    v.object(
      {
        linux: v.optional(nativeLinux),
        macos: v.optional(v.record(v.string(), plist, 'a map of keys')),
        windows: v.optional(v.record(v.string(), text, 'a map of elements')),
      },
      'a map',
    ),
    "Keys of the platform's own format, passed through as they are; a key that this tool already writes is an error.",
  ),
}

/** Keys that exist in one overlay only. */
export const platformEntries = {
  linux: {
    systemd: key(
      v.object({ version: v.pipe(count, v.minValue(245, 'a systemd version, 245 or newer')) }, 'a map {version}'),
      'The oldest systemd the unit must run on.',
      '`{version: 252}`',
    ),
    linger: key(flag, 'Start a user service at boot and keep it without a login.', '`autostart`'),
  },
  macos: {
    sessions: key(
      v.array(oneOf(['Aqua', 'Background', 'LoginWindow', 'StandardIO', 'System']), 'a list of sessions'),
      'Session types an agent may be loaded in.',
      '`[Aqua, Background]`',
    ),
  },
  windows: {
    winsw: key(
      v.object({ version: v.optional(v.picklist([2, 3], '2 or 3')), path: v.optional(path) }, 'a map {version, path}'),
      'WinSW release line, and the path of an own copy.',
      '`{version: 3}`',
    ),
    delayedStart: key(flag, 'Start about two minutes after the other services.', '`false`'),
    account: key(
      v.object({ name: text, password: v.optional(v.object({ secretFile: path })) }, 'a map {name, password: {secretFile}}'),
      'The account the service runs as.',
      'LocalSystem',
    ),
    fallback: key(oneOf(['startup', 'none']), 'Without admin rights: a hidden Startup entry, or an error.', '`startup`'),
  },
} as const

const parameter = v.object(
  {
    description: v.optional(v.pipe(text, v.description('What it is for.'))),
    default: v.optional(v.pipe(text, v.description('Value if none is given; may use `${...}`.'))),
    pattern: v.optional(
      v.pipe(
        text,
        v.check((t) => isPattern(t), 'a regular expression'),
        v.description('Regular expression that the whole value must match.'),
      ),
    ),
    required: v.optional(v.pipe(flag, v.description('A value must be given.'))),
  },
  'a map {description, default, pattern, required}',
)

function isPattern(source: string): boolean {
  try {
    return RegExp(source, 'u') instanceof RegExp
  } catch {
    return false
  }
}

const parameters = key(
  v.record(v.string(), parameter, 'a map of parameters'),
  'What `--set k=v`, a `--values` file or the variable `HERMES_INSTALL_k` may set; used as `${k}`.',
)
const overlay = { parameters, ...serviceEntries }
const osOverlays = {
  linux: group({ ...overlay, ...platformEntries.linux }, 'Laid on top on Linux.'),
  macos: group({ ...overlay, ...platformEntries.macos }, 'Laid on top on macOS.'),
  windows: group({ ...overlay, ...platformEntries.windows }, 'Laid on top on Windows.'),
}

/** A whole profile file. Every key is optional here: a file may be a base for others; `rules.ts` asks for what must be there after merging. */
export const profileSchema = v.object(
  {
    version: key(v.literal(1, '1'), 'Format version: `1`. Required.'),
    name: key(
      v.pipe(text, v.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'kebab-case, such as my-app'), v.maxLength(128, 'at most 128 characters')),
      'The id; with `--instance NAME` it is `name-NAME`. Required.',
    ),
    extends: key(
      v.union([path, v.array(path)], 'a path or a list of paths'),
      'Profiles that this one is laid over: paths from this file, or names of shipped profiles.',
    ),
    parameters,
    ...serviceEntries,
    ...osOverlays,
    instance: group({ ...overlay, ...osOverlays }, 'Laid on top with `--instance NAME`; may hold OS overlays itself.'),
  },
  'a map of keys',
)

/** A merged profile: overlays applied, nothing resolved yet. */
export type Profile = v.InferOutput<typeof profileSchema>
export type Os = keyof typeof platformEntries

type Groups = typeof groups
type DottedKeys = { [G in keyof Groups]: `${G}.${keyof Groups[G] & string}` }[keyof Groups]
/** Every key that says something about the service, dotted: what each platform must map. Adding one to the schema breaks the build until each does. */
export type ServiceKey = Exclude<keyof typeof serviceEntries, keyof Groups> | DottedKeys
/** The keys that only one OS's overlay has, as written in a profile: `windows.winsw`. */
export type PlatformKey<O extends Os> = { [P in O]: `${P}.${keyof (typeof platformEntries)[P] & string}` }[O]
