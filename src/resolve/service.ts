// An expanded profile and a host in, a Service out: every default applied, every text turned into the value it means, nothing left to guess.
import type { Issue } from '../errors.ts'
import type { Merged } from '../profile/merge.ts'
import { isTree, type Os, type Profile } from '../profile/model.ts'
import { parseAddress, parseDuration, parseSize, parseUmask } from '../profile/units.ts'
import { expand, type Inputs } from './expand.ts'
import type { Host } from './host.ts'
import { idOf, wholeLabel } from './label.ts'
import { checkRules } from './rules.ts'

type Argv = readonly string[]
type Variable =
  | { readonly kind: 'plain'; readonly name: string; readonly value: string }
  /** Read from a file at each start; its content is never known here. */
  | { readonly kind: 'file'; readonly name: string; readonly path: string }
  /** Known while rendering; goes into a file that only the service's account may read. */
  | { readonly kind: 'secret'; readonly name: string; readonly value: string }

type Native = string | number | boolean | readonly Native[] | { readonly [key: string]: Native }

export interface Service {
  readonly id: string
  readonly name: string
  readonly instance: string | null
  readonly os: Os
  readonly host: Host
  readonly label: string
  readonly displayName: string | null
  readonly description: string | null
  readonly scope: 'user' | 'system'
  /** What the profile or the command line says; Windows services are of the machine all the same. */
  readonly askedScope: 'user' | 'system' | null
  readonly user: string | null
  readonly group: string | null
  readonly command: Argv
  readonly workingDirectory: string | null
  readonly environment: readonly Variable[]
  readonly environmentFiles: readonly { readonly path: string; readonly optional: boolean }[]
  readonly autostart: boolean
  readonly restart: {
    readonly policy: 'always' | 'on-failure' | 'never'
    readonly delaysMs: readonly number[]
    readonly resetAfterMs: number
    readonly limit: { readonly attempts: number; readonly withinMs: number } | null
    readonly restartExitCodes: readonly number[]
    readonly stopExitCodes: readonly number[]
  }
  readonly stop: { readonly signal: string; readonly timeoutMs: number; readonly command: Argv | null }
  readonly reload: { readonly kind: 'signal'; readonly signal: string } | { readonly kind: 'command'; readonly command: Argv } | null
  readonly hooks: {
    readonly preStart: readonly Argv[]
    readonly postStart: readonly Argv[]
    readonly preStop: readonly Argv[]
    readonly postStop: readonly Argv[]
  }
  readonly logs: { readonly stdout: string | null; readonly stderr: string | null; readonly rotate: { readonly bytes: number; readonly keep: number } | null }
  readonly after: readonly string[]
  readonly limits: {
    readonly openFiles: number | null
    readonly processes: number | null
    readonly memoryBytes: number | null
    readonly cpuPercent: number | null
  }
  /** A nice value, 0 for normal. */
  readonly nice: number
  readonly umask: number | null
  readonly hardening: 'none' | 'baseline' | 'strict'
  readonly health: Health
  readonly replaces: {
    readonly units: readonly string[]
    readonly labels: readonly string[]
    readonly tasks: readonly string[]
    readonly startupItems: readonly string[]
    readonly services: readonly string[]
  }
  readonly native: {
    readonly linux: Readonly<Record<string, Readonly<Record<string, Native>>>>
    readonly macos: Readonly<Record<string, Native>>
    readonly windows: Readonly<Record<string, string>>
  }
  readonly linux: { readonly systemdVersion: number; readonly linger: boolean }
  readonly macos: { readonly sessions: readonly string[] }
  readonly windows: {
    readonly winsw: { readonly version: 2 | 3; readonly path: string | null }
    readonly delayedStart: boolean
    readonly account: { readonly name: string; readonly passwordFile: string | null } | null
    readonly fallback: 'startup' | 'none'
  }
  /** The keys that the profile sets for this OS: only these count for fidelity. */
  readonly set: ReadonlySet<string>
}

interface Health {
  readonly stableForMs: number
  readonly timeoutMs: number
  readonly tcp: { readonly host: string; readonly port: number } | null
  readonly http: string | null
  readonly command: Argv | null
  readonly file: { readonly path: string; readonly pointer: string | null; readonly equals: readonly string[] | null } | null
}

/** The oldest systemd in wide use (Debian 12); a unit for it runs on every newer one. */
const defaultSystemd = 252

/**
 * Resolves one merged profile for one host.
 * @param found what is known to be wrong with its files; what follows from that is not said again
 * @returns the service, or every issue at once
 */
export function resolve(
  merged: Merged,
  inputs: Inputs,
  found: readonly Issue[] = [],
): { service: Service; issues: readonly [] } | { service: null; issues: readonly Issue[] } {
  const issues: Issue[] = []
  if (found.some(({ key }) => key === '')) return { service: null, issues }
  const profile = expand(merged, inputs, issues)
  checkRules(profile, merged, inputs, issues, found)
  if (issues.length > 0) return { service: null, issues }
  return { service: toService(profile, merged, inputs), issues: [] }
}

const priorities = { low: 10, normal: 0, high: -5 } as const
const lines = (hook: readonly string[] | readonly (readonly string[])[] | undefined): readonly Argv[] =>
  hook === undefined ? [] : typeof hook[0] === 'string' ? [hook as Argv] : (hook as readonly Argv[])

function toService(profile: Profile, merged: Merged, inputs: Inputs): Service {
  const { host, instance } = inputs
  const { os } = host
  const id = idOf(profile.name!, instance)
  const scope = os === 'windows' ? 'system' : (inputs.scope ?? profile.scope ?? 'user')
  const own = profile as Profile & { [O in Os]?: never } & NonNullable<Profile['linux']> & NonNullable<Profile['macos']> & NonNullable<Profile['windows']>
  const path = (text: string): string => (os === 'windows' ? text.replaceAll('/', '\\') : text)
  const ms = (text: string | undefined, fallback: string): number => parseDuration(text ?? fallback)!
  const delays = profile.restart?.delays ?? '5s'
  const health = profile.health
  const [tcpHost, tcpPort] = parseAddress(health?.tcp ?? '') ?? []
  const autostart = profile.autostart ?? true
  return {
    id,
    name: profile.name!,
    instance,
    os,
    host,
    label: wholeLabel(profile, merged.profile, instance)!,
    displayName: profile.displayName ?? null,
    description: profile.description ?? null,
    scope,
    askedScope: inputs.scope ?? profile.scope ?? null,
    user: profile.user ?? null,
    group: profile.group ?? null,
    command: profile.command!,
    workingDirectory: profile.workingDirectory === undefined ? null : path(profile.workingDirectory),
    environment: Object.entries(profile.environment ?? {}).map(([name, value]) => {
      if (typeof value === 'string') return { kind: 'plain', name, value }
      if ('secretFile' in value) return { kind: 'file', name, path: path(value.secretFile) }
      return { kind: value.secret ? 'secret' : 'plain', name, value: inputs.environment(value.fromEnv) ?? '' }
    }),
    environmentFiles: (profile.environmentFiles ?? []).map((file) =>
      typeof file === 'string' ? { path: path(file), optional: false } : { path: path(file.path), optional: file.optional ?? false },
    ),
    autostart,
    restart: {
      policy: profile.restart?.policy ?? 'on-failure',
      delaysMs: (typeof delays === 'string' ? [delays] : delays).map((text) => parseDuration(text)!),
      resetAfterMs: ms(profile.restart?.resetAfter, '60s'),
      limit: profile.restart?.limit ? { attempts: profile.restart.limit.attempts, withinMs: parseDuration(profile.restart.limit.within)! } : null,
      restartExitCodes: sorted(profile.restart?.restartExitCodes),
      stopExitCodes: sorted(profile.restart?.stopExitCodes),
    },
    stop: { signal: profile.stop?.signal ?? 'SIGTERM', timeoutMs: ms(profile.stop?.timeout, '15s'), command: profile.stop?.command ?? null },
    reload: profile.reload?.signal
      ? { kind: 'signal', signal: profile.reload.signal }
      : profile.reload?.command
        ? { kind: 'command', command: profile.reload.command }
        : null,
    hooks: {
      preStart: lines(profile.hooks?.preStart),
      postStart: lines(profile.hooks?.postStart),
      preStop: lines(profile.hooks?.preStop),
      postStop: lines(profile.hooks?.postStop),
    },
    logs: {
      stdout: profile.logs?.stdout === undefined ? null : path(profile.logs.stdout),
      stderr: profile.logs?.stderr === undefined ? null : path(profile.logs.stderr),
      rotate: profile.logs?.rotate ? { bytes: parseSize(profile.logs.rotate.size)!, keep: profile.logs.rotate.keep } : null,
    },
    after: profile.after ?? [],
    limits: {
      openFiles: profile.limits?.openFiles ?? null,
      processes: profile.limits?.processes ?? null,
      memoryBytes: profile.limits?.memory === undefined ? null : parseSize(profile.limits.memory)!,
      cpuPercent: profile.limits?.cpuPercent ?? null,
    },
    nice: typeof profile.priority === 'number' ? profile.priority : priorities[profile.priority ?? 'normal'],
    umask: profile.umask === undefined ? null : parseUmask(profile.umask)!,
    hardening: profile.hardening ?? 'none',
    health: {
      stableForMs: ms(health?.stableFor, '2s'),
      timeoutMs: ms(health?.timeout, '30s'),
      tcp: tcpHost === undefined ? null : { host: tcpHost, port: tcpPort! },
      http: health?.http ?? null,
      command: health?.command ?? null,
      file: health?.file
        ? {
            path: path(health.file.path),
            pointer: health.file.json ?? null,
            equals: health.file.equals === undefined ? null : (Array.isArray(health.file.equals) ? health.file.equals : [health.file.equals]).map(String),
          }
        : null,
    },
    replaces: {
      units: profile.replaces?.linux?.units ?? [],
      labels: profile.replaces?.macos?.labels ?? [],
      tasks: profile.replaces?.windows?.tasks ?? [],
      startupItems: profile.replaces?.windows?.startupItems ?? [],
      services: profile.replaces?.windows?.services ?? [],
    },
    native: { linux: profile.native?.linux ?? {}, macos: profile.native?.macos ?? {}, windows: profile.native?.windows ?? {} },
    linux: { systemdVersion: own.systemd?.version ?? host.versions.systemd ?? defaultSystemd, linger: own.linger ?? autostart },
    macos: { sessions: own.sessions ?? ['Aqua', 'Background'] },
    windows: {
      winsw: { version: own.winsw?.version ?? (host.versions.winsw === 2 ? 2 : 3), path: own.winsw?.path === undefined ? null : path(own.winsw.path) },
      delayedStart: own.delayedStart ?? false,
      account: own.account ? { name: own.account.name, passwordFile: own.account.password ? path(own.account.password.secretFile) : null } : null,
      fallback: own.fallback ?? 'startup',
    },
    set: keysSet(profile, os),
  }
}

const sorted = (codes: readonly number[] | undefined): readonly number[] => [...new Set(codes)].sort((a, b) => a - b)

/** Every key that is set, by its dotted path: those of the profile itself, of its groups, and `windows.winsw` for a key that only that overlay has. */
function keysSet(profile: Profile, os: Os): ReadonlySet<string> {
  const set = new Set<string>()
  // What the profile says for another OS does not count on this one.
  const byOs: Readonly<Record<string, unknown>> = { replaces: profile.replaces?.[os], native: profile.native?.[os] }
  for (const [key, value] of Object.entries(profile)) {
    if (key in byOs && byOs[key] === undefined) continue
    set.add(key).add(`${os}.${key}`)
    if (isTree(value)) for (const sub of Object.keys(value)) set.add(`${key}.${sub}`)
  }
  return set
}
