// Commands that act on this machine: profiles as typed in; what each wishes for, and the seam to the machine, out.
import { UserError, type Issue } from '../errors.ts'
import type { System } from '../apply/system.ts'
import { ask } from '../apply/observe.ts'
import type { Wish } from '../plan/plan.ts'
import { platforms } from '../platform/index.ts'
import type { Platform } from '../platform/platform.ts'
import type { Manager } from '../platform/manager.ts'
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
}

/** One service of this machine, as its profile wants it. */
export interface Wished {
  readonly wish: Wish
  readonly manifest: Manifest
  readonly manifestText: string
}

export interface Here {
  readonly system: System
  readonly platform: Platform
  readonly manager: Manager
  readonly facts: HostFacts
}

/** @throws UserError where there is nothing that could act */
export async function here({ user, scope, host }: HereFlags): Promise<Here> {
  const os = thisOs()
  if (os === null) throw new UserError('NO_MANAGER', `this machine (${process.platform}) has no service manager that is known`)
  const platform = await platforms[os]()
  if (platform.manager === null) {
    throw new UserError('NO_MANAGER', `on ${os}, the rendered install script does this so far`, {
      hint: '`hermes-install render` writes it, and says how to run it',
    })
  }
  const manager = await platform.manager()
  const system = liveSystem()
  // While the manager answers, the rest is loaded.
  const [answers] = await Promise.all([ask(system, manager.versionQuestion === null ? [] : [manager.versionQuestion]), import('../profile/parse.ts')])
  const [answer] = answers.values()
  const versions = answer === undefined ? undefined : manager.version(answer)
  // A service of the machine for somebody: theirs is the account that it runs as, and theirs are the folders.
  const facts = (await givenFacts(host, os)) ?? (user !== undefined && scope === 'system' ? { os, ...accountOf(user) } : thisHost(os))
  return { system, platform, manager, facts: { ...facts, ...(versions === undefined ? {} : { versions }) } }
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
    found.push({
      wish: { service, manager, target: manager.target(service, rendered.artifacts), start: flags.start ?? true },
      manifest: rendered.manifest,
      manifestText: rendered.files.at(-1)!.text,
    })
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
export function mustHaveRights({ scope, displayName, id }: Service, what: string): void {
  if (scope === 'system' && process.getuid?.() !== 0)
    throw new UserError('NO_RIGHTS', `${displayName ?? id} is a service of the machine: only root may ${what} it`)
}
