// The only source of the profile's type, its JSON Schema and its field reference: names, types, defaults and one sentence for each key.
import * as v from 'valibot'
import * as like from './patterns.ts'
import {
  absolutePath,
  argv,
  commands,
  count,
  duration,
  environmentFile,
  environmentValue,
  exitCodeList,
  flag,
  key,
  must,
  nameLike,
  oneOf,
  path,
  plist,
  positive,
  priority,
  regularExpression,
  scalar,
  signal,
  size,
  text,
  textLike,
  umask,
} from './values.ts'

/** Groups: maps whose keys are keys of the profile in their own right (`restart.delays`). */
const groups = {
  restart: {
    policy: key(oneOf(['always', 'on-failure', 'never']), 'When the service is started again after it ended by itself.', '`on-failure`'),
    delays: key(
      v.union([duration, v.pipe(v.array(duration), v.minLength(1, 'at least one duration'))], 'a duration or a list of durations'),
      'Delay before the 1st, 2nd, ... restart; the last repeats.',
      '`[5s]`',
    ),
    resetAfter: key(duration, 'A run this long counts as healthy: the delays start from the first again.', '`60s`'),
    limit: key(
      v.object({ attempts: must(positive, 'So many starts.'), within: must(duration, 'In this time.') }, 'a map {attempts, within}'),
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
    stdout: key(absolutePath, "File for standard output. Default: the manager's own log."),
    stderr: key(absolutePath, "File for standard error. Default: the manager's own log."),
    rotate: key(
      v.object({ size: must(size, 'As large as a file may become.'), keep: must(positive, 'So many old files are kept.') }, 'a map {size, keep}'),
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

const group = <const E extends v.ObjectEntries>(entries: E, description: string, type = 'a map') =>
  v.optional(v.pipe(v.object(entries, type), v.description(description)))

const directive = nameLike('letters, digits and "-" only', like.directive)
const nativeLinux = v.record(
  directive,
  v.record(directive, v.union([scalar, v.array(scalar)], 'a value or a list of values'), 'a map of keys'),
  'a map of sections',
)
const line = textLike('one line without control characters', like.oneLine)
const account = textLike('an account: letters, digits, "_", "." and "-" only', like.account)
const unit = textLike('the name of a unit', like.names.unit)
const job = textLike('a label of launchd', like.names.job)
const service = textLike('the name of a service', like.names.service)
const task = textLike('the name of a task', like.names.task)
const startupItem = textLike('a file in the Startup folder', like.names.startupItem)

/** What a profile says about the service. Each platform maps every one of these, or names its limit: `ProfileKey`. */
export const serviceEntries = {
  label: key(
    textLike('letters, digits, ".", "_", "-" and "@" only', like.label),
    'The name the service manager knows: unit name, launchd label, Windows service id.',
    'the id (`name` or `name-INSTANCE`)',
  ),
  displayName: key(line, 'The name people read. One line.'),
  description: key(line, 'What the service does. One line.'),
  scope: key(oneOf(['user', 'system']), 'A service of one user, or of the machine. Windows services are always `system`.', '`user`'),
  user: key(account, 'The account a system service runs as.'),
  group: key(account, 'The group a system service runs as.'),
  command: key(
    argv,
    'The program and its arguments, exactly as the process must receive them. The first must be absolute once expanded. Required, here or in the overlays.',
  ),
  workingDirectory: key(absolutePath, 'The folder the program starts in.'),
  environment: key(
    v.record(
      nameLike('the name of a variable: letters, digits and _', like.variableName.posix, like.variableName.windows),
      must(environmentValue, 'The value of one variable; `${...}` is expanded.'),
      'a map of variables',
    ),
    'Environment variables with exact values; secrets come from a file or from a variable of the one who renders.',
  ),
  environmentFiles: key(
    v.array(must(environmentFile, 'One file.'), 'a list of files'),
    'Files of `KEY=VALUE` lines, read at each start; they win over `environment`.',
  ),
  autostart: key(flag, 'Start at boot (system) or login (user; with linger on Linux).', '`true`'),
  restart: group(groups.restart, 'When and how fast the service comes back.'),
  stop: group(groups.stop, 'A graceful stop, then the whole process tree is killed.'),
  reload: group(groups.reload, 'How the program reads its configuration again.'),
  hooks: group(groups.hooks, 'Commands around start and stop, each a list of arguments or a list of such lists.'),
  logs: group(groups.logs, 'Where the output goes.'),
  after: key(
    v.array(v.pipe(textLike('the name of a service', like.names.afterUnit, like.names.afterService), v.minLength(1, 'a name')), 'a list of names'),
    'Start after these: `network`, or names of the platform.',
  ),
  limits: group(groups.limits, 'Resource limits.'),
  priority: key(priority, 'CPU priority.', '`normal`'),
  umask: key(umask, 'File mode creation mask, octal, in quotes.'),
  hardening: key(oneOf(['none', 'baseline', 'strict']), 'A named sandbox preset.', '`none`'),
  health: key(
    v.object(
      {
        stableFor: key(duration, 'The same process must have lived this long.', '`2s`'),
        timeout: key(duration, 'Give up after this long.', '`30s`'),
        tcp: key(textLike('host:port, such as 127.0.0.1:8080 or [::1]:8080', like.address), '`host:port` that must accept a connection.'),
        http: key(textLike('an http:// or https:// URL', like.httpUrl), 'URL that must answer with a status from 200 to 399.'),
        command: key(argv, 'Command that must exit 0.'),
        file: key(
          v.object(
            {
              path: must(absolutePath, 'The file.'),
              json: key(textLike('a JSON pointer such as /state', like.jsonPointer), 'JSON pointer to a value in it; without it, being there is enough.'),
              equals: key(
                v.union([scalar, v.array(scalar)], 'a value or a list of values'),
                'What that value must be, or one of a list; without it, it must be there.',
              ),
            },
            'a map {path, json, equals}',
          ),
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
        linux: group({ units: key(v.array(unit, 'a list of units'), 'Units, stopped and disabled.') }, 'Of systemd.', 'a map {units}'),
        macos: group({ labels: key(v.array(job, 'a list of labels'), 'Labels of jobs, booted out.') }, 'Of launchd.', 'a map {labels}'),
        windows: group(
          {
            tasks: key(v.array(task, 'a list of tasks'), 'Scheduled tasks, deleted.'),
            startupItems: key(v.array(startupItem, 'a list of files'), "Files in the user's Startup folder, deleted."),
            services: key(v.array(service, 'a list of services'), 'Services, stopped and deleted.'),
          },
          'Of Windows.',
          'a map {tasks, startupItems, services}',
        ),
      },
      'a map',
    ),
    'Earlier installs that must not run beside this one.',
  ),
  native: key(
    v.object(
      {
        linux: key(nativeLinux, 'Sections of the unit, as `{Section: {Key: value}}`; a list is written as one line for each value.'),
        macos: key(v.record(v.string(), plist, 'a map of keys'), 'Keys of the property list, with the type that launchd wants.'),
        windows: key(v.record(nameLike('the name of an element', like.xmlElement), text, 'a map of elements'), "Elements of WinSW's XML, with their text."),
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
      v.object(
        { version: must(v.pipe(count, v.minValue(245, 'a systemd version, 245 or newer')), 'As `systemctl --version` says it, 245 or newer.') },
        'a map {version}',
      ),
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
      v.object(
        {
          version: key(v.picklist([2, 3], '2 or 3'), 'The release line.', '`3`'),
          path: key(path, 'Where an own copy of it is.'),
        },
        'a map {version, path}',
      ),
      'WinSW release line, and the path of an own copy.',
      '`{version: 3}`',
    ),
    delayedStart: key(flag, 'Start about two minutes after the other services.', '`false`'),
    account: key(
      v.object(
        {
          name: must(text, 'LocalSystem, LocalService, NetworkService or `DOMAIN\\name`; without a domain, an account of the machine.'),
          password: key(
            v.object({ secretFile: must(path, 'The file that holds it.') }, 'a map {secretFile}'),
            'That it has a password. How Windows gets to know it: docs/windows.md.',
          ),
        },
        'a map {name, password: {secretFile}}',
      ),
      'The account the service runs as.',
      'LocalSystem',
    ),
    fallback: key(oneOf(['startup', 'none']), 'Without admin rights: a hidden Startup entry, or an error.', '`startup`'),
  },
} as const

const parameter = v.object(
  {
    description: key(text, 'What it is for.'),
    default: key(text, 'Value if none is given; may use `${...}`.'),
    pattern: key(regularExpression, 'Regular expression that the whole value must match.'),
    required: key(flag, 'A value must be given, even where nothing uses it.', '`false`'),
  },
  'a map {description, default, pattern, required}',
)

const parameters = key(
  v.record(nameLike('letters, digits and _ only', like.parameterName), must(parameter, 'One parameter.'), 'a map of parameters'),
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
