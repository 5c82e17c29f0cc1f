// Commands that act on this machine: profiles as typed in; what each wishes for, and the seam to the machine, out.
import { UserError, type Issue } from '../errors.ts'
import type { System } from '../apply/system.ts'
import { ask } from '../apply/observe.ts'
import type { Wish } from '../plan/plan.ts'
import { readState, recordOf } from '../apply/state.ts'
import { platforms } from '../platform/index.ts'
import type { Platform } from '../platform/platform.ts'
import type { Manager } from '../platform/manager.ts'
import type { WinswReport } from '../system/winsw.ts'
import type { Os } from '../profile/model.ts'
import type { HostFacts } from '../resolve/host.ts'
import type { Service } from '../resolve/service.ts'
import { liveSystem } from '../system/live.ts'
import { readText } from '../system/files.ts'
import { accountOf } from '../system/account.ts'
import { thisHost, thisOs } from '../system/machine.ts'
import { gather, type Flags } from './gather.ts'
import type { Manifest } from '../render/render.ts'
import { inexactOf, renderOne, unique } from './render.ts'

export interface HereFlags extends Flags {
  readonly user?: string
  readonly yes?: boolean
  readonly start?: boolean
  /** A copy of WinSW. */
  readonly winsw?: string
  readonly offline?: boolean
  /** `--elevate` and `--no-elevate`; neither: where there is a terminal. */
  readonly elevate?: boolean
  readonly requireService?: boolean
}

/** One service of this machine, as its profile wants it. */
export interface Wished {
  readonly wish: Wish
  readonly manifest: Manifest
  readonly manifestText: string
  /** What this user can have without the rights that a service of the machine takes, or why nothing; null where a profile says whose it is. */
  readonly lesser: { readonly wished: Wished } | { readonly why: string } | null
}

export interface Here {
  readonly system: System
  readonly platform: Platform
  readonly manager: Manager
  readonly facts: HostFacts
  /** Whether this user may change services of the machine. */
  readonly admin: boolean
}

/** @throws UserError where there is nothing that could act */
export async function here({ user, scope, host, winsw, offline }: HereFlags, report?: () => Promise<WinswReport>): Promise<Here> {
  const os = thisOs()
  if (os === null) throw new UserError('NO_MANAGER', `this machine (${process.platform}) has no service manager that is known`)
  const platform = await platforms[os]()
  if (platform.manager === null) {
    throw new UserError('NO_MANAGER', `on ${os}, the rendered install script does this so far`, {
      hint: '`hermes-install render` writes it, and says how to run it',
    })
  }
  const manager = await platform.manager()
  const system = await liveSystem({ winsw, offline, report })
  // While the manager answers, the rest is loaded.
  const [answers, admin] = await Promise.all([
    ask(system, manager.versionQuestion === null ? [] : [manager.versionQuestion]),
    system.admin(),
    import('../profile/parse.ts'),
  ])
  const [answer] = answers.values()
  const versions = answer === undefined ? undefined : manager.version(answer)
  // A service of the machine for somebody: theirs is the account that it runs as, and theirs are the folders.
  const facts = (await givenFacts(host, os)) ?? elevatedFacts(os) ?? (user !== undefined && scope === 'system' ? { os, ...accountOf(user) } : thisHost(os))
  return { system, platform, manager, admin, facts: { ...archOf(os), ...facts, ...(versions === undefined ? {} : { versions }) } }
}

/** With rights that somebody else gave, the facts stay those of whom it is for (cli/elevate.ts). */
function elevatedFacts(os: Os): HostFacts | null {
  const text = process.env['HERMES_INSTALL_ELEVATED_FOR']
  return text === undefined || os !== 'windows' ? null : (JSON.parse(text) as HostFacts)
}

/** Windows tells a 32-bit program of the machine in another variable. */
function archOf(os: Os): Pick<HostFacts, 'arch'> {
  if (os !== 'windows') return {}
  const name = process.env['PROCESSOR_ARCHITEW6432'] ?? process.env['PROCESSOR_ARCHITECTURE']
  return { arch: name === 'ARM64' ? 'arm64' : name === 'x86' ? 'x86' : 'x64' }
}

/** `--host`: somebody knows better than the user database where this user's folders are. What is wrong with the file, gather() says. */
async function givenFacts(files: readonly string[] = [], os: Os): Promise<HostFacts | null> {
  if (files.length === 0) return null
  const { parseFacts } = await import('../resolve/facts.ts')
  return files.map((file) => parseFacts(readText(file), file).facts).find((facts) => facts?.os === os) ?? null
}

/**
 * Reads, resolves and renders the profiles for this machine.
 * @param lenient for commands that write nothing: a secret that is not set here does not matter
 * @throws UserError PROFILE_INVALID with every mistake in any of them; NOT_EXACT for `--strict`; what {@link checkUser} throws
 */
export async function wishes({ platform, manager, facts }: Here, profiles: readonly string[], flags: HereFlags, lenient = false): Promise<readonly Wished[]> {
  const gathered = await gather(profiles, { ...flags, os: facts.os }, facts, lenient)
  const managers = new Map([[facts.os, platform]])
  const issues: Issue[] = []
  const found: Wished[] = []
  const ids = new Set<string>()
  for (const resolved of gathered.services()) {
    const made = renderOne(resolved, managers, issues)
    if (made === null) continue
    const { service, rendered } = made
    if (ids.has(service.id))
      issues.push(resolved.merged.issue(['name'], `${service.id} comes from another profile already`, 'every profile needs a name of its own'))
    ids.add(service.id)
    const wished = (of: Service, lesser: Wished['lesser']): Wished => {
      const target = manager.target(of, rendered.artifacts)
      const wish = { service: of, manager, target, start: flags.start ?? true }
      return { wish, manifest: rendered.manifest, manifestText: recordOf(rendered.manifest, rendered.files.at(-1)!.text, target), lesser }
    }
    const less = manager.lesser?.(service) ?? null
    found.push(wished(service, less === null || 'why' in less ? less : { wished: wished(less.service, null) }))
  }
  if (issues.length > 0)
    throw new UserError('PROFILE_INVALID', issues.length === 1 ? 'one mistake in the profile' : `${issues.length} mistakes in the profiles`, {
      issues: unique(issues),
    })
  for (const { wish, manifest } of found) {
    checkUser(wish.service)
    const limits = inexactOf(manifest)
    if (flags.strict && limits.length > 0) {
      throw new UserError('NOT_EXACT', `--strict: ${manifest.id} would not be exact: ${limits.map(({ key, reason }) => `${key} (${reason})`).join('; ')}`, {
        hint: 'nothing was done; change those keys, or leave --strict out',
      })
    }
  }
  return found
}

/** A user's service belongs to the user who runs this: under sudo that would be root, whom nobody meant. */
function checkUser(service: Service): void {
  const uid = process.getuid?.()
  if (service.scope !== 'user' || uid === undefined) return
  const { SUDO_USER: sudoUser, SUDO_UID: sudoUid } = process.env
  if (uid === 0 && sudoUser !== undefined && sudoUid !== '0') {
    throw new UserError('USAGE', `under sudo this would be a service of root, not of ${sudoUser}`, {
      hint: `run it without sudo, or with --user ${sudoUser}; --scope system makes it a service of the machine`,
    })
  }
  if (service.host.uid !== uid) {
    throw new UserError('USAGE', `the --host file is about the user ${service.host.user} (${service.host.uid}), and this is ${uid}`, {
      hint: 'leave --host out: this command acts on this machine',
    })
  }
}

/** @throws UserError NO_RIGHTS, from which the command line makes the exact command to run */
export function mustHaveRights({ admin, manager, facts }: Here, { scope, displayName, id }: Service, what: string): void {
  if (scope !== 'system' || admin || manager.granted?.has(what)) return
  throw new UserError(
    'NO_RIGHTS',
    `${displayName ?? id} is a service of the machine: only ${facts.os === 'windows' ? 'an administrator' : 'root'} may ${what} it`,
  )
}

/** Whether a service is installed where a wish would have it. */
export function isRecorded({ system }: Here, { target }: Wish): boolean {
  const { record, unfinished } = readState(system, target.state)
  return record !== null || unfinished !== null
}

/** What is installed of it: where the one of the machine is not, and the user's own is, that. */
export function asFound(at: Here, wished: Wished): Wished {
  const { lesser } = wished
  if (lesser === null || 'why' in lesser || isRecorded(at, wished.wish) || !isRecorded(at, lesser.wished.wish)) return wished
  return lesser.wished
}
