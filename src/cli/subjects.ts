// What was typed after a command of the day after in, the installed services that it means out: by profile, or by the name that `status` shows.
import { UserError } from '../errors.ts'
import { readState } from '../apply/state.ts'
import type { Record } from '../plan/observed.ts'
import type { Wish } from '../plan/plan.ts'
import { folderOf } from '../platform/scripts.ts'
import type { Artifact } from '../platform/platform.ts'
import type { Merged } from '../profile/merge.ts'
import { shippedNames } from '../profile/shipped.ts'
import { toHost, type HostFacts } from '../resolve/host.ts'
import { resolve, type Service } from '../resolve/service.ts'
import { kindOf } from '../system/files.ts'
import { asFound, wishes, type Here, type HereFlags } from './here.ts'

/** Where the records of this tool are: of this user, and of the machine. */
function stateFolders({ manager, facts }: Here): readonly { scope: 'user' | 'system'; folder: string }[] {
  return (['user', 'system'] as const).map((scope) => {
    const { state } = manager.target(bare('x', 'x', scope, facts), [])
    return { scope, folder: folderOf(state) }
  })
}

/** A service of which only the name is known: everything else as a profile without any other key has it. */
export function bare(id: string, label: string, scope: 'user' | 'system', facts: HostFacts): Service {
  const merged: Merged = {
    profile: { version: 1, name: 'record', label, scope, command: [facts.os === 'windows' ? 'C:\\' : '/'] },
    issue: (path, message, hint = null) => ({ file: id, line: null, column: null, key: path.join('.'), message, hint }),
  }
  const { service } = resolve(merged, { host: toHost(facts), instance: null, scope: null, given: new Map(), environment: () => undefined })
  if (service === null) throw new Error(`a service needs more than its name: ${id}`)
  // Whatever a profile would make of it: the record lies where it lies.
  return { ...service, id, name: id, scope }
}

/** Whether only a record knows this service: then all but its name, its label and its files is a guess. No program is called `/`, or `C:\`. */
export const nameOnly = ({ command: [program] }: Service): boolean => program === '/' || program === 'C:\\'

/**
 * Everything that this tool has installed here and this user may know of, by scope and id: whether there still is a profile for it or not, what is known of it
 * is what its record says.
 */
export function managed(at: Here): readonly Wish[] {
  return stateFolders(at).flatMap(({ scope, folder }) =>
    at.system.list(folder).flatMap((id): readonly Wish[] => {
      const record = recordIn(at, `${folder}/${id}`, id)
      return record === null ? [] : [recorded(at, bare(id, record.label, scope, at.facts), record)]
    }),
  )
}

/** What a record says; for those who may not read the one with hashes, what may be known by all. */
function recordIn({ system }: Here, state: string, id: string): Record | null {
  const { record, unfinished } = readState(system, state)
  // A first apply that was killed has left only what it was about to write.
  const known = record ?? unfinished?.intended ?? null
  if (known !== null) return known.id === id ? known : null
  const label = system.read(`${state}/label`)?.trim()
  const targets = (system.read(`${state}/files`) ?? '').split('\n').filter((line) => line !== '')
  return label ? { id, label, files: targets.map((target) => ({ target, sha256: '', mode: '0644', sensitive: false })) } : null
}

function recorded({ manager }: Here, service: Service, record: Record): Wish {
  const artifacts = record.files.map(({ target, mode, sensitive }): Artifact => ({
    source: target.slice(folderOf(target).length + 1),
    target,
    mode: Number.parseInt(mode, 8),
    sensitive,
    text: '',
  }))
  return { service, manager, target: manager.target(service, artifacts), start: true }
}

/** What is installed counts, where a profile has another label by now: that is what can be stopped or taken away. */
function asInstalled(at: Here, wish: Wish): Wish {
  const { record } = readState(at.system, wish.target.state)
  return record === null || record.label === wish.service.label ? wish : recorded(at, { ...wish.service, label: record.label }, record)
}

/**
 * The services that a day-2 command is about: profiles, or the ids of what is installed here.
 * @param none what no service typed means: all that are installed, or the shipped default
 * @param absent receives the names that are nothing here, where that is no mistake
 */
export async function subjects(at: Here, typed: readonly string[], flags: HereFlags, none: 'all' | 'default', absent?: string[]): Promise<readonly Wish[]> {
  const inScope = ({ service }: Wish): boolean => flags.scope === undefined || service.scope === flags.scope
  if (none === 'all' && typed.length === 0 && flags.instance === undefined) return managed(at).filter(inScope)
  const files: string[] = []
  const found: Wish[] = []
  for (const word of typed) {
    // A shipped name means the shipped profile, which knows more than the record.
    if (shippedNames.includes(word) || !/^[a-z0-9][\w.@-]*$/i.test(word) || kindOf(word) !== 'nothing') {
      files.push(word)
      continue
    }
    const id = flags.instance === undefined ? word : `${word}-${flags.instance}`
    const fitting = managed(at).filter((wish) => inScope(wish) && (wish.service.id === id || wish.service.label === id))
    if (fitting.length > 1)
      throw new UserError('USAGE', `${word} is installed for this user and for the machine`, { hint: 'say which one: --scope user or --scope system' })
    if (fitting.length === 1) found.push(fitting[0]!)
    else if (absent !== undefined && !/\.ya?ml$/.test(word)) absent.push(word)
    else files.push(word)
  }
  if (files.length > 0 || typed.length === 0) found.push(...(await wishes(at, files, flags, true)).map((wished) => asInstalled(at, asFound(at, wished).wish)))
  return found
}

/** Where a service is installed that is not where it was looked for; null if it is nowhere. */
export function elsewhere(at: Here, { id, scope }: Service): string | null {
  const other = managed(at).find(({ service }) => service.id === id && service.scope !== scope)
  if (other === undefined) return null
  return `it is installed ${other.service.scope === 'system' ? 'for the machine' : 'for this user'}: add --scope ${other.service.scope}`
}
