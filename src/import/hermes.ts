// An import that may be one of Hermes' own installs in; the same, or a profile that extends the shipped one and holds what its user had changed, out.
// What Hermes writes by itself, and why: facts of hermes_cli/gateway*.py of NousResearch/hermes-agent up to 2026-09; numbers are its issues.
import { isTree, type Os, type Path } from '../profile/model.ts'
import { instancePattern } from '../resolve/label.ts'
import type { Imported, Remark } from './model.ts'

/** hermes-gateway[-S], ai.hermes.gateway[-S], Hermes_Gateway[_S], HermesGateway[-S]; hermes.service is the oldest of all. */
const labels = /^(?:hermes-gateway(?:-(.+))?|hermes|ai\.hermes\.gateway(?:-(.+))?|Hermes_Gateway(?:_(.+))?|HermesGateway(?:-(.+))?)$/

/** Variables that Hermes sets, or that the shipped profile knows better. */
const known: ReadonlySet<string> = new Set(
  'HERMES_HOME HERMES_SUPERVISED_CHILD HERMES_GATEWAY_EXTERNAL_SUPERVISOR HERMES_GATEWAY_DETACHED VIRTUAL_ENV PYTHONPATH PYTHONIOENCODING PYTHONUTF8 HOME USER LOGNAME USERPROFILE LOCALAPPDATA APPDATA'.split(
    ' ',
  ),
)

interface Command {
  /** The interpreter, or Hermes' own launcher. */
  readonly program: string
  readonly module: boolean
  readonly profile: string | null
  /** What its user added. */
  readonly more: readonly string[]
}

/** The gateway in an argv, wherever wrappers have put it (osascript, hermes_cli.stderr_timestamp). */
function gatewayIn(argv: readonly string[]): Command | null {
  const run = argv.findLastIndex((word, i) => word === 'run' && argv[i - 1] === 'gateway')
  if (run < 0) return null
  const module = argv.lastIndexOf('hermes_cli.main', run)
  const start = module > 1 ? module - 2 : argv.findLastIndex((word, i) => i < run && /[\\/]hermes(?:\.exe)?$/.test(word))
  if (start < 0) return null
  const options = argv.slice(module > 1 ? module + 1 : start + 1, run - 1)
  const at = options.findIndex((word) => word === '--profile' || word === '-p')
  const byHermes = new Set(['--replace', '--external-supervisor', '--force'])
  return {
    program: argv[start]!,
    module: module > 1,
    profile: at < 0 ? null : (options[at + 1] ?? null),
    more: argv.slice(run + 1).filter((word) => !byHermes.has(word)),
  }
}

/** @returns the import as it is for anything but an install of Hermes itself */
export function extendShipped(imported: Imported, rendered: boolean): Imported {
  const { os, profile } = imported
  const label = String(profile['label'] ?? profile['name'])
  const match = labels.exec(label)
  const command = gatewayIn((profile['command'] as readonly string[] | undefined) ?? [])
  if (match === null || command === null || rendered) return imported
  const windows = os === 'windows'
  const separator = windows ? '\\' : '/'
  const suffix = match.slice(1).find((part) => part !== undefined) ?? null
  const variables = (profile['environment'] ?? {}) as Readonly<Record<string, unknown>>
  const home = typeof variables['HERMES_HOME'] === 'string' ? variables['HERMES_HOME'] : null
  const below = home === null ? null : /^(.*)[\\/]profiles[\\/]([^\\/]+)$/.exec(home)
  const name = command.profile !== null && command.profile !== 'default' ? command.profile : (below?.[2] ?? null)
  const instance = name !== null && instancePattern.test(name) ? name : null
  const root = instance !== null && below !== null ? below[1]! : home
  // A home of its own has the first letters of a hash in its name.
  const custom = instance === null && suffix !== null ? suffix : null

  const remarks: Remark[] = [
    {
      path: [],
      text: 'An install that Hermes made itself: what it replaces and how it restarts is left to the shipped profile, and only what differs from it stands here.',
    },
  ]
  const overlay: Record<string, unknown> = {}
  const set = (path: Path, value: unknown): void => {
    let at = overlay
    for (const step of path.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>
    at[path.at(-1)!] = value
  }
  const parameter = (key: string, value: string): void => set(['parameters', key, 'default'], value)

  const usualRoot = windows ? /^[A-Z]:\\Users\\[^\\]+\\AppData\\Local\\hermes$/i : /^(?:\/(?:home|Users)\/[^/]+|\/root)\/\.hermes$/
  if (root !== null && !usualRoot.test(root)) parameter('hermesHome', root)
  if (instance !== null && home !== null && below === null) set(['instance'], null)
  const environmentOf = /^(.*)[\\/](?:venv|\.venv)[\\/](?:bin|Scripts)[\\/][^\\/]+$/.exec(command.program)?.[1]
  const launched = /^(.*)[\\/]\.hermes[\\/]bin[\\/]hermes(?:\.exe)?$/.exec(command.program)?.[1]
  const checkout = environmentOf ?? launched ?? (typeof variables['VIRTUAL_ENV'] === 'string' ? variables['VIRTUAL_ENV'].replace(/[\\/]\.?venv$/, '') : null)
  if (checkout !== null && root !== null && checkout !== `${root}${separator}hermes-agent`) parameter('checkout', checkout)
  const usualPython = checkout === null ? null : [checkout, 'venv', windows ? 'Scripts' : 'bin', windows ? 'python.exe' : 'python'].join(separator)
  // A windowless interpreter makes every child flash a window (#54220).
  if (command.module && command.program.replace(/pythonw\.exe$/i, 'python.exe') !== usualPython)
    parameter('python', command.program.replace(/pythonw\.exe$/i, 'python.exe'))
  const argv = [
    ...(command.module ? ['${python}', '-m', 'hermes_cli.main'] : [command.program]),
    ...(instance === null ? [] : ['--profile', '${instance}']),
    'gateway',
    'run',
    ...(instance === null ? [] : ['--force']),
    ...command.more,
  ]
  const ownCommand = !command.module || command.more.length > 0
  if (ownCommand && instance === null) set(['command'], argv)
  const stop = profile['stop'] as { timeout?: string; command?: readonly string[]; signal?: string } | undefined
  if (!command.module && stop?.command !== undefined) set(['stop', 'command'], stop.command)
  else if (!command.module)
    remarks.push({ path: [os], text: 'the stop command of the shipped profile runs python from the checkout: see whether this install has one there' })

  if (profile['scope'] === 'system') {
    set(['scope'], 'system')
    if (profile['user'] !== undefined) set(['user'], profile['user'])
    if (profile['group'] !== undefined && profile['group'] !== profile['user']) set(['group'], profile['group'])
  }
  for (const [key, value] of Object.entries(variables)) {
    if (known.has(key)) continue
    if (key === 'PATH' && typeof value === 'string' && !value.split(windows ? ';' : ':').some((folder) => foreign(folder, checkout, root))) continue
    set(['environment', key], value)
  }
  tuned(imported, set, remarks)

  if (custom !== null) {
    set(['label'], `${{ linux: 'hermes-agent-gateway', macos: 'ai.hermes.agent-gateway', windows: 'HermesGateway' }[os]}-${custom}`)
    const replaced: Readonly<Record<Os, unknown>> = {
      linux: { units: [`hermes-gateway-${custom}.service`] },
      macos: { labels: [`ai.hermes.gateway-${custom}`] },
      windows: { tasks: [`Hermes_Gateway_${custom}`], startupItems: ['vbs', 'js', 'cmd'].map((extension) => `Hermes_Gateway_${custom}.${extension}`) },
    }
    set(['replaces', os], replaced[os])
    if (home !== null) parameter('profileHome', home)
  }
  if (instance !== null) remarks.push({ path: [], text: `It serves the Hermes profile ${instance}: render and apply it with --instance ${instance}.` })
  const secrets = imported.remarks.filter(
    ({ path }) => path[0] === 'environment' && isTree(overlay['environment']) && Object.hasOwn(overlay['environment'], String(path[1])),
  )
  return {
    os,
    profile: {
      version: 1,
      name: custom === null ? 'hermes-gateway' : `hermes-gateway-${custom.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`,
      extends: 'hermes-gateway',
      ...(Object.keys(overlay).length > 0 ? { [os]: overlay } : {}),
      ...(ownCommand && instance !== null ? { instance: { command: argv } } : {}),
    },
    remarks: [...remarks, ...secrets.map(({ path, text }) => ({ path: [os, ...path], text }))],
    instance,
  }
}

/** A folder of PATH that neither the system nor the shipped profile has. */
function foreign(folder: string, checkout: string | null, root: string | null): boolean {
  if (folder === '' || /%PATH%/i.test(folder)) return false
  if ([checkout, root].some((own) => own !== null && folder.startsWith(own))) return false
  return !/^(?:\/usr(?:\/local)?)?\/s?bin$|^\/opt\/homebrew\/|\/\.local\/bin$|^C:\\Windows/i.test(folder)
}

/** What Hermes has written at one time or another: anything else somebody wanted. */
const usual: Readonly<Record<string, readonly unknown[]>> = {
  'restart.delays': ['5s', '10s', '30s', '1m', '60s', '100ms'],
  'stop.timeout': ['20s', '25s', '1m', '60s', '70s', '90s', '15s'],
  'limits.openFiles': [4096],
}

/** What else is carried over, key by key; the rest is Hermes' own way of doing what the shipped profile does. */
function tuned({ os, profile, remarks }: Imported, set: (path: Path, value: unknown) => void, out: Remark[]): void {
  for (const [group, keys] of Object.entries({ restart: ['delays'], stop: ['timeout'], limits: ['openFiles', 'processes', 'memory', 'cpuPercent'] })) {
    const values = profile[group]
    for (const key of keys) {
      const value = isTree(values) ? values[key] : undefined
      // A longer list is the ladder that Hermes had for some time (RestartSteps=5).
      if (value === undefined || Array.isArray(value) || usual[`${group}.${key}`]?.includes(value) === true) continue
      set([group, key], value)
    }
  }
  for (const key of ['environmentFiles', 'priority', 'umask', 'hardening'])
    if (profile[key] !== undefined && profile[key] !== 'normal') set([key], profile[key])
  const native = isTree(profile['native']) ? profile['native'][os] : undefined
  if (os === 'linux' && isTree(native)) {
    for (const [section, keys] of Object.entries(native))
      for (const [key, value] of Object.entries(keys as Readonly<Record<string, unknown>>))
        if (!own.test(`${section}.${key}=${String(value)}`)) set(['native', 'linux', section, key], value)
  } else if (isTree(native)) for (const [key, value] of Object.entries(native)) if (key !== 'SoftResourceLimits') set(['native', os, key], value)
  const hooks = profile['hooks']
  if (isTree(hooks) && Object.keys(hooks).length > 0 && !JSON.stringify(hooks).includes('gateway.cgroup_cleanup')) set(['hooks'], hooks)
  else if (isTree(hooks)) out.push({ path: [], text: 'ExecStopPost= (gateway.cgroup_cleanup) is left out: a stop already ends the whole process tree.' })
  out.push(...remarks.filter(({ path, text }) => path.length === 0 && text.startsWith('not carried')))
}

/** Directives of Hermes' unit that the shipped profile stands for. */
const own =
  /^(?:Service\.(?:Type=simple|KillMode=mixed|KillMode=control-group|StandardOutput=journal|StandardError=journal|RestartForceExitStatus=|SuccessExitStatus=|RestartMaxDelaySec=|RestartSteps=|TimeoutStartSec=|ExecStop=|ExecReload=)|Unit\.(?:After|Wants)=(?:network|user@)|Unit\.StartLimitBurst=)/
