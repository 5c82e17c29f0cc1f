// What should be and what is in; the changes, the steps in order and what stands in the way out. A plain value: shown, saved, applied.
import { createHash } from 'node:crypto'
import type { Action, Manager, Pinned, Target, TargetFile } from '../platform/manager.ts'
import type { Service } from '../resolve/service.ts'
import type { Found, Observed, Record } from './observed.ts'

export interface FileChange {
  readonly path: string
  /** `rights`: the text is right, its mode or owner is not. */
  readonly how: 'create' | 'update' | 'rights' | 'remove'
  readonly sensitive: boolean
  /** The texts, for a diff; null where there is none, or where it is a secret. */
  readonly before: string | null
  readonly after: string | null
  /** Why this is not ours to overwrite without a word; null if it is. */
  readonly conflict: string | null
}

export type Step =
  /** `late`: once all the rest is done and on record. */
  | ({ readonly kind: 'run'; readonly late?: boolean } & Action)
  | { readonly kind: 'fetch'; readonly path: string; readonly pinned: Pinned; readonly why: string }
  | { readonly kind: 'folder'; readonly path: string; readonly owner: string | null; readonly why: string }
  | { readonly kind: 'rights'; readonly path: string; readonly why: string }
  | { readonly kind: 'write'; readonly path: string; readonly why: string }
  | { readonly kind: 'remove'; readonly path: string; readonly why: string }
  | { readonly kind: 'wait'; readonly why: string }

export interface Plan {
  readonly id: string
  readonly label: string
  readonly os: Service['os']
  readonly scope: Service['scope']
  readonly title: string
  /** The manager's words for what is there now. */
  readonly now: string
  readonly files: readonly FileChange[]
  /** Empty if nothing is to be done. */
  readonly steps: readonly Step[]
  /** Whether it finishes the work of a run that was killed. */
  readonly unfinished: boolean
  /** Files that this user may not look into: nothing is known of them. */
  readonly hidden: readonly string[]
  /** Whether what runs will not be what is installed then (`--no-start`). */
  readonly pending: boolean
  /** Why nothing can be done at all, and what would help; null if it can. */
  readonly obstacle: { readonly why: string; readonly hint: string } | null
  /** What it was made from: another machine, another profile, another plan. */
  readonly fingerprint: string
}

export interface Wish {
  readonly service: Service
  readonly target: Target
  readonly manager: Manager
  readonly start: boolean
}

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
export const titleOf = (service: Service): string => service.displayName ?? service.id

/** Plans an install. Pure: the same wish and the same machine give the same plan. */
export function plan(wish: Wish, observed: Observed): Plan {
  const { service, target, manager, start } = wish
  const state = observed.manager
  const files = [...target.files.flatMap((file) => change(file, observed) ?? []), ...obsolete(target, observed), ...unwanted(target, observed)]
  const altered = files.filter(({ how }) => how !== 'rights')
  const sourceOf = (path: string): string => target.files.find((file) => file.path === path)?.source ?? path
  const unfinished = observed.unfinished !== null
  const hidden = target.files.filter((file) => observed.files.get(file.path)?.kind === 'hidden' && !isRecorded(file, observed)).map(({ path }) => path)
  const about = {
    altered: altered.length > 0,
    sources: altered.map(({ path }) => sourceOf(path)),
    unfinished,
    affected:
      observed.unfinished?.dirty === true ||
      observed.pending ||
      altered.some(({ path, before, after, sensitive }) => sensitive || manager.affects(sourceOf(path), before, after)),
    start,
  }
  const obstacle = obstacleOf(wish, observed)
  const run = (list: readonly Action[]): Step[] => list.map((action) => ({ kind: 'run', ...action }))
  const after = run(manager.after(service, state, about))
  const steps: Step[] = [
    ...files.flatMap(({ path }) => fetching(target.files.find((file) => file.path === path))),
    ...run(manager.before(service, state, about)),
    ...target.folders
      .filter(({ path }) => observed.missingFolders.includes(path))
      .flatMap(({ path, owner, made }): readonly Step[] => [
        { kind: 'folder', path, owner, why: made === undefined ? 'the log goes there' : 'its files go there' },
        ...run((made ?? []).map((command) => ({ command, starts: false, mark: null, rights: null }))),
      ]),
    ...files.map(stepOf),
    ...after,
    ...(after.some((step) => step.kind === 'run' && step.starts) ? [{ kind: 'wait', why: `wait until it is healthy: ${healthWords(service)}` } as const] : []),
    ...(manager.settle?.(service, state, about) ?? []).map((action): Step => ({ kind: 'run', late: true, ...action })),
  ]
  return {
    id: service.id,
    label: service.label,
    os: service.os,
    scope: service.scope,
    title: titleOf(service),
    now: state.words,
    files,
    steps: obstacle === null ? steps : [],
    unfinished,
    hidden,
    pending: !start && about.affected && state.live,
    obstacle,
    fingerprint: fingerprint(wish, observed, steps),
  }
}

/** The files of a plan that others have changed. */
export const conflicts = ({ files }: Plan): readonly FileChange[] => files.filter(({ conflict }) => conflict !== null)

function stepOf({ path, how }: FileChange): Step {
  switch (how) {
    case 'create':
      return { kind: 'write', path, why: 'it is not there' }
    case 'update':
      return { kind: 'write', path, why: 'it differs' }
    case 'rights':
      return { kind: 'rights', path, why: 'its mode or owner is wrong' }
    case 'remove':
      return { kind: 'remove', path, why: 'it is no longer part of the service' }
  }
}

function change(file: TargetFile, observed: Observed): FileChange | null {
  const found = observed.files.get(file.path)!
  const after = file.sensitive ? null : file.text
  const about = { path: file.path, sensitive: file.sensitive, after: file.pinned === undefined ? after : null }
  if (found.kind !== 'file') return found.kind === 'nothing' ? { ...about, how: 'create', before: null, conflict: null } : null
  const before = file.sensitive ? null : found.text
  if (found.sha256 !== shaFor(file)) {
    const ours = file.pinned?.known.includes(found.sha256) === true
    return { ...about, how: 'update', before: file.pinned === undefined ? before : null, conflict: ours ? null : conflict(file.path, found, observed) }
  }
  const owner = observed.accounts.get(file.owner ?? '')!
  const right = (found.mode === null || found.mode === file.mode) && found.uid === owner.uid && (owner.gid === null || found.gid === owner.gid)
  return right ? null : { ...about, how: 'rights', before, conflict: null }
}

const shaOf = (record: Record | null | undefined, path: string): string | undefined => record?.files.find(({ target }) => target === path)?.sha256

/** What a file must have as its hash. */
export const shaFor = ({ pinned, text }: TargetFile): string => pinned?.sha256 ?? sha256(text)

/** Whether the record says that a file is as it shall be: as much as whoever may not look into it can know. */
const isRecorded = (file: TargetFile, { record }: Observed): boolean => shaOf(record, file.path) === shaFor(file)

/** Before anything is changed: what cannot be had must not be missed half-way. */
const fetching = (file: TargetFile | undefined): readonly Step[] =>
  file?.pinned === undefined ? [] : [{ kind: 'fetch', path: file.path, pinned: file.pinned, why: 'from the cache, or fetched; held against its sha256' }]

/** Files of earlier installs; a copy of each is kept for the way back. */
const unwanted = ({ absent = [] }: Target, { files }: Observed): readonly FileChange[] =>
  absent.flatMap((path) =>
    files.get(path)?.kind === 'file' ? [{ path, how: 'remove' as const, sensitive: false, before: null, after: null, conflict: null }] : [],
  )

/** Whose text a file has that differs from ours: null if it is what this tool wrote, in whatever run. */
function conflict(path: string, found: Found & { readonly kind: 'file' }, observed: Observed): string | null {
  const known = [shaOf(observed.record, path), shaOf(observed.unfinished?.intended, path)].filter((sha) => sha !== undefined)
  if (known.includes(found.sha256)) return null
  if (known.length > 0) return 'somebody changed it since it was written'
  // The record may have got lost; the first line of what this tool writes says so.
  return isWrittenFor(found.text, observed.id) ? null : 'it was there before, and this tool did not write it'
}

/** Whether a text is this tool's, for that very service: what it writes says so at its beginning. */
export const isWrittenFor = (text: string | null, id: string): boolean =>
  new RegExp(`^(?:#|//|rem|<!--) .*(?:endered|ritten) by hermes-install(?! from the profile (?!"${id}"))`, 'm').test(text?.slice(0, 2000) ?? '')

/** What an earlier profile had and this one has not. */
function obsolete(target: Target, observed: Observed): readonly FileChange[] {
  const wanted = new Set([...target.files.map(({ path }) => path), ...(target.absent ?? [])])
  const recorded = new Map([...(observed.unfinished?.intended?.files ?? []), ...(observed.record?.files ?? [])].map((file) => [file.target, file]))
  return [...recorded.values()].flatMap(({ target: path, sensitive }): readonly FileChange[] => {
    const found = observed.files.get(path)
    if (wanted.has(path) || found?.kind !== 'file') return []
    return [{ path, how: 'remove', sensitive, before: sensitive ? null : found.text, after: null, conflict: conflict(path, found, observed) }]
  })
}

function obstacleOf({ service, target, manager }: Wish, observed: Observed): Plan['obstacle'] {
  const { record, owners, files } = observed
  if (record !== null && record.label !== service.label) {
    return {
      why: `${service.id} is installed as ${record.label} and would now be ${service.label}`,
      hint: `uninstall it first: hermes-install uninstall ${service.id}; or keep the label`,
    }
  }
  if (observed.noAccount !== null) return observed.noAccount
  const own = manager.obstacle(service, observed.manager)
  if (own !== null) return own
  for (const [path, why] of observed.unsafe) {
    return { why: `as root, nothing is written to ${path}: ${why}`, hint: 'give that folder to root alone, or make what is missing as the user who owns it' }
  }
  for (const { path } of target.files) {
    const owner = owners.get(path)
    if (owner !== undefined) return { why: `${path} belongs to ${owner}, another service of this tool`, hint: 'give one of the two another `label`' }
    const found = files.get(path)!
    if (found.kind === 'link') return { why: `${path} is a symbolic link to ${found.to}`, hint: 'something else manages it; remove the link first' }
    if (found.kind === 'folder' || found.kind === 'other') return { why: `${path} is there and not a file`, hint: 'move it away first' }
  }
  return null
}

/** What `apply` waits for, in a few words. */
function healthWords({ health }: Service): string {
  const checks = [
    health.tcp === null ? [] : [`${health.tcp.host} port ${health.tcp.port} answers`],
    health.http === null ? [] : [`${health.http} answers well`],
    health.command === null ? [] : ['the health command succeeds'],
    health.file === null ? [] : [`${health.file.path} says so`],
  ].flat()
  return [`one process stays up for ${health.stableForMs / 1000} s`, ...checks].join(', ')
}

/** Everything a plan depends on, without what changes by itself: process numbers and times. */
function fingerprint({ service, target }: Wish, observed: Observed, steps: readonly Step[]): string {
  const { pid: _pid, since: _since, restarts: _restarts, words: _words, ...state } = observed.manager
  const found = [...observed.files].map(([path, file]) => [path, file.kind === 'file' ? { ...file, text: null } : file])
  const wanted = target.files.map((file) => ({ ...file, text: shaFor(file) }))
  return sha256(
    JSON.stringify([
      { ...service, set: [...service.set] },
      wanted,
      found,
      observed.missingFolders,
      observed.record,
      observed.unfinished !== null,
      observed.pending,
      state,
      steps,
    ]),
  )
}
