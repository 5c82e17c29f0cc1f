// Unit files in, what a real systemd has loaded of each out: the judge of `import`. Two units are the same service if these are the same.
import { startBox, type Box, type SystemdVersion } from '../beds/systemd.ts'

export type Loaded = Readonly<Record<string, unknown>>

/** What changes by itself, or says where a unit came from. */
const passing =
  /Timestamp|^(?:Id|Names|Following|Fragment|Source|DropIn|Unit File|UnitFile|InvocationID|NeedDaemonReload|Job$|Can[A-Z]|ActiveState|SubState|FreezerState|Perpetual|Markers|Transient|RefBy|Refs|AccessSELinux|StateChange|Result|CleanResult|ReloadResult|.*Current$|.*Bytes$|.*Operations$|CPUUsageNSec|MainPID|ControlPID|ExecMain|StatusErrno|StatusText|StatusBusError|StatusVarlinkError|NRestarts|NFileDescriptorStore|UID$|GID$|ControlGroup|Effective|ConditionResult|AssertResult|WatchdogTimestamp|MemoryPeak|MemoryAvailable|RestartUSecNext|.*Available$|ActivationDetails|RequiredBy|WantedBy|BoundBy|TriggeredBy|UpheldBy|ConsistsOf|ReferencedBy|LoadError|DebugInvocation)/

const escaped = (name: string): string =>
  name.replaceAll(/[^A-Za-z0-9]/g, (c) => [...Buffer.from(c)].map((byte) => `_${byte.toString(16).padStart(2, '0')}`).join(''))

/** One systemd with all these units on disk; `show` loads some of them. */
export async function loadUnits(
  version: SystemdVersion,
  units: ReadonlyMap<string, string>,
  scope: 'user' | 'system',
  names: readonly string[],
): Promise<ReadonlyMap<string, Loaded>> {
  const box = await startBox({ root: version })
  try {
    return await loadIn(box, units, scope, names)
  } finally {
    await box.stop()
  }
}

async function loadIn(box: Box, units: ReadonlyMap<string, string>, scope: 'user' | 'system', names: readonly string[]): Promise<ReadonlyMap<string, Loaded>> {
  const folder = scope === 'user' ? '/etc/systemd/user' : '/etc/systemd/system'
  const archive = [...units].map(([name, text]) => `${Buffer.from(name).toString('base64')} ${Buffer.from(text).toString('base64')}\n`).join('')
  const user = scope === 'user' ? (await box.addUser('ann'), { user: 'ann' }) : {}
  await box.exec(['bash', '-c', `mkdir -p ${folder}; while read -r name text; do base64 -d <<<"$text" >"${folder}/$(base64 -d <<<"$name")"; done`], {
    input: archive,
    timeoutMs: 300_000,
  })
  const manager = scope === 'user' ? '--user' : '--system'
  await box.exec(['systemctl', manager, 'daemon-reload'], user)
  const paths = names.map((name) => `/org/freedesktop/systemd1/unit/${escaped(name)}\n`).join('')
  const script = `while read -r path; do busctl ${manager} --json=short call org.freedesktop.systemd1 "$path" org.freedesktop.DBus.Properties GetAll s ''; done`
  const { stdout } = await box.exec(['bash', '-c', script], { ...user, input: paths, timeoutMs: 600_000 })
  const lines = stdout.trimEnd().split('\n')
  if (lines.length !== names.length) throw new Error(`systemd answered ${lines.length} times for ${names.length} units`)
  return new Map(lines.map((line, i) => [names[i]!, propertiesOf(line)]))
}

function propertiesOf(line: string): Loaded {
  // %m is another on each machine.
  const [all] = (JSON.parse(line.replaceAll(/(?<=journal\/)[0-9a-f]{32}/g, 'MACHINE')) as { data: [Record<string, { data: unknown }>] }).data
  return Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => !passing.test(name))
      .map(([name, { data }]) => [name, normal(name, data)]),
  )
}

/** What is a set is sorted; of a command, what it did is left out. */
function normal(name: string, value: unknown): unknown {
  if (/^Exec(?:Condition|Start|StartPre|StartPost|Reload|Stop|StopPost)Ex$/.test(name))
    return (value as [string, string[], string[]][]).map(([path, argv, flags]) => command(path, argv, flags))
  if (/^Exec[A-Z]/.test(name)) return null
  if (name === 'Conditions' || name === 'Asserts') return (value as unknown[][]).map((one) => JSON.stringify(one.slice(0, 4)))
  if (name === 'Environment')
    return Object.fromEntries((value as string[]).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
  // `any` has no order.
  if (/^IPAddress(?:Allow|Deny)$/.test(name)) return (value as unknown[]).map((one) => JSON.stringify(one)).sort()
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return [...new Set(value)].sort()
  return value
}

/** `$$` is a dollar sign where systemd expands variables; `kill` has two places and many spellings. */
function command(path: string, argv: readonly string[], flags: readonly string[]): unknown {
  const literal = flags.includes('no-env-expand')
  const words = literal ? argv : argv.map((word) => word.replaceAll('$$', '$'))
  const rest = flags.filter((flag) => flag !== 'no-env-expand').sort()
  const [, option = '', ...more] = words
  if (/^\/(?:usr\/)?bin\/kill$/.test(path) && /^\$\{?MAINPID\}?$/.test(words.at(-1)!))
    return ['kill', (option === '-s' ? more[0]! : option.replace(/^-/, '')).replace(/^SIG/, '').replace(/^1$/, 'HUP'), rest]
  // A program whose path systemd refuses is started through env.
  return { path, argv: words, flags: rest }
}

/** The names of the properties in which two units differ. */
export function differences(one: Loaded, other: Loaded): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((name) => JSON.stringify(sorted(one[name])) !== JSON.stringify(sorted(other[name])))
    .sort()
}

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value
