// What launchd has of a job and what is wanted in, the launchctl calls of each change out: see platform/manager.ts for the contract, and facts of the calls in
// docs/macos.md. Never `load` and `unload`: they end with 0 when they fail (launchctl(1)).
import type { Service } from '../../resolve/service.ts'
import type { Action, Call, Drift, Manager } from '../manager.ts'
import { targetOf } from '../scripts.ts'
import { domains, type Domain } from './commands.ts'
import { folders, logFolders, ownerOf, plistPath } from './layout.ts'
import { goneCodes, questions, read, replacedPath, type DomainState, type LaunchdState } from './status.ts'
import { logFiles } from './view.ts'

/** How long a bootstrap is tried again, in ms: the last one may still be leaving (5, 36, 37), or the domain be rebuilt (124). */
const bootstrapMs = 15_000
/** How long a job may take to leave beyond its own ExitTimeOut, in ms. */
const leavingMs = 30_000

/** `launchctl error N`; what helps, from the field. */
const meaning: Readonly<Record<number, string>> = {
  5: 'launchd says why in: log show --last 5m --predicate \'process == "launchd"\'',
  107: 'a mistake of hermes-install; please report it',
  108: 'there is no property list, or no folder above it',
  109: 'a mistake of hermes-install; please report it',
  110: 'a mistake of hermes-install; please report it',
  111: 'the program is not where the property list says',
  112: 'that session does not exist any more; log in again',
  113: 'launchd does not have the job: hermes-install apply loads it',
  114: 'there is no such account: see `user` in the profile',
  115: 'there is no such group: see `group` in the profile',
  119: 'it is switched off: launchctl enable',
  122: 'the property list, or a folder above it, belongs to somebody else or may be written by others',
  124: 'that session is ending; log in again',
  125: 'there is no session on the screen, or it is switched off in System Settings > General > Login Items',
  133: 'launchctl says more above',
  134: 'it may not run in this kind of session: see macos.sessions in the profile',
  140: 'this label is reserved, or not a label',
  150: 'this label belongs to macOS itself',
  155: 'the program is quarantined: xattr -d com.apple.quarantine',
  161: 'it is switched off in System Settings > General > Login Items',
}

const patient = (list: readonly Call[]): readonly Call[] =>
  list.map((command) => ({ ...command, again: { codes: [5, 17, 36, 37, 124], forMs: bootstrapMs }, meaning }))
/** bootout only asks: the job stays until it has ended, and a bootstrap before that fails. */
const leaving = (service: Service, target: string, list: readonly Call[]): readonly Call[] =>
  list.map((command) => ({
    ...command,
    ok: [3, 36, 113],
    meaning,
    until: { argv: ['launchctl', 'print', target], codes: goneCodes, withinMs: service.stop.timeoutMs + leavingMs },
  }))

const call = (service: Service, why: string, ...argv: readonly string[]): Call => ({ argv: ['launchctl', ...argv], why, elevate: service.scope === 'system' })
const actions = (list: readonly Call[], starts = false): readonly Action[] => list.map((command) => ({ command, starts, mark: null, rights: null }))

const commandsIn = (service: Service, name: string): Domain => domains(service, plistPath(service)).find(({ domain }) => domain === name)!
const bootout = (service: Service, { name }: DomainState): readonly Call[] => leaving(service, `${name}/${service.label}`, commandsIn(service, name).bootout)
const bootoutAll = (service: Service, state: LaunchdState): readonly Call[] =>
  state.domains.filter(({ loaded }) => loaded).flatMap((domain) => bootout(service, domain))
/** The record first: it outlives its property list and makes bootstrap fail. */
const load = (service: Service, name: string): readonly Call[] => {
  const { enable, bootstrap } = commandsIn(service, name)
  return [...enable, ...patient(bootstrap)]
}

/** `loaded DOMAIN PATH` and the like. */
const fact = (facts: ReadonlySet<string>, word: string): readonly string[] =>
  [...facts].filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))

const enableReplaced = (service: Service, facts: ReadonlySet<string>): readonly Call[] =>
  fact(facts, 'replaced-enabled').map((line) => call(service, 'bring the earlier install back', 'enable', line.replace(' ', '/')))

const loadReplaced = (service: Service, facts: ReadonlySet<string>): readonly Call[] =>
  fact(facts, 'replaced-loaded').flatMap((line) => {
    const [name, label, path] = line.split(/ (\S+) (.*)/s) as [string, string, string]
    return patient([{ ...call(service, `bring the earlier install ${label} back`, 'bootstrap', name, path), ok: [17, 37] }])
  })

export const manager: Manager = {
  versionQuestion: null,
  version: () => undefined,

  target: (service, artifacts) =>
    targetOf(service, artifacts, { state: folders(service).state, folders: logFolders(service), owner: (sensitive) => ownerOf(service, sensitive) }),
  questions,
  read,

  obstacle(service, state: LaunchdState) {
    const own = plistPath(service)
    const stranger = state.domains.find(({ loaded, path }) => loaded && path !== '' && path !== own && !path.startsWith(`${folders(service).own}/`))
    // One whose autostart was changed lies in the other of the two folders.
    if (stranger === undefined || stranger.path === replacedPath(service, service.label)) return null
    return {
      why: `a job ${service.label} is loaded already, from ${stranger.path}`,
      hint: 'give this one another name: set `label` in the `macos` overlay of the profile',
    }
  },

  // A property list is read when it is loaded, everything else when the job starts.
  affects: () => true,

  before(service, state: LaunchdState, change) {
    if (!change.start) return []
    return state.domains.flatMap(({ name, replaced }) =>
      replaced.flatMap(({ label, loaded }, i) => (loaded ? actions(leaving(service, `${name}/${label}`, commandsIn(service, name).replaced[i]!.bootout)) : [])),
    )
  },

  after(service, state: LaunchdState, change) {
    const plist = plistPath(service)
    const definition = change.sources.some((source) => source.endsWith('.plist'))
    const wanted = state.domains.find(({ exists }) => exists)?.name ?? state.at
    const { enable, restart, kickstart } = commandsIn(service, state.at)
    const start = (): readonly Action[] => {
      if (!change.start) return []
      // A changed definition goes through the full cycle: kickstart would keep the old one.
      if (!state.loaded || definition || change.unfinished) return [...actions(bootoutAll(service, state)), ...actions(load(service, wanted), true)]
      if (change.affected) return actions(restart, true)
      return state.running ? [] : actions(kickstart, true)
    }
    return [
      ...(definition
        ? actions([{ argv: ['plutil', '-lint', '-s', plist], why: 'see that it is a valid property list before it is loaded', elevate: false }])
        : []),
      ...(state.enabled ? [] : actions(enable)),
      ...state.domains
        .filter(({ exists }) => exists)
        .flatMap(({ name, replaced }) =>
          replaced.flatMap(({ disabled }, i) => (state.replaced[i]!.enabled && !disabled ? actions(commandsIn(service, name).replaced[i]!.disable) : [])),
        ),
      ...start(),
    ]
  },

  facts(service, state: LaunchdState) {
    return state.domains
      .filter(({ exists }) => exists)
      .flatMap(({ name, loaded, disabled, path, pid, replaced }) => [
        ...(loaded ? [`loaded ${name} ${path || plistPath(service)}`] : []),
        ...(pid === null ? [] : [`running ${name}`]),
        ...(disabled ? [`disabled ${name}`] : []),
        ...replaced.flatMap((old, i) => [
          ...(old.loaded ? [`replaced-loaded ${name} ${old.label} ${old.path || replacedPath(service, old.label)}`] : []),
          ...(state.replaced[i]!.enabled && !old.disabled ? [`replaced-enabled ${name} ${old.label}`] : []),
        ]),
      ])
  },
  ran: (facts) => fact(facts, 'running').length > 0,

  // The earlier install's record first: as on the way there, one of the two starts at the next login, whatever happens.
  retreat: (service, state: LaunchdState, facts) => [
    ...enableReplaced(service, facts),
    ...(fact(facts, 'loaded').length > 0 ? [] : bootoutAll(service, state)),
  ],

  restore(service, state: LaunchdState, facts, touched) {
    const own = fact(facts, 'loaded').flatMap((line): readonly Call[] => {
      const [name, path] = line.split(/ (.*)/s) as [string, string]
      const domain = state.domains.find((each) => each.name === name)
      if (domain === undefined || (!touched && domain.loaded)) return []
      return [...bootoutAll(service, state), ...commandsIn(service, name).enable, ...patient([call(service, 'load the job again', 'bootstrap', name, path)])]
    })
    return [
      ...own,
      ...fact(facts, 'disabled').map((name) => call(service, 'it was switched off before', 'disable', `${name}/${service.label}`)),
      ...loadReplaced(service, facts),
    ]
  },

  remove: (service, state: LaunchdState) => bootoutAll(service, state),
  links: () => [],
  // A record that it is switched off would outlive it and block the next install.
  removed: (service, state: LaunchdState) => (state.enabled ? [] : commandsIn(service, state.at).enable),
  bringBack(service, facts) {
    return [...enableReplaced(service, facts), ...loadReplaced(service, facts)]
  },
  unmark: () => new Map(),

  control(service, state: LaunchdState, verb) {
    const { kickstart, restart } = commandsIn(service, state.at)
    switch (verb) {
      // A stop by a signal would be a reason to start again.
      case 'stop':
        return bootoutAll(service, state)
      case 'start':
        return state.running ? [] : state.loaded ? kickstart : load(service, state.at)
      case 'restart':
        return state.loaded ? restart : load(service, state.at)
    }
  },

  driftQuestions: () => [],
  drift,

  logs(service, { lines, follow }) {
    const { stdout, stderr } = logFiles(service)
    return [['tail', '-n', String(lines), ...(follow ? ['-F'] : []), ...new Set([stdout, stderr])]]
  },
}

function drift(service: Service, state: LaunchdState): readonly Drift[] {
  const found: Drift[] = []
  const say = (when: boolean, code: string, message: string, hint = 'hermes-install apply'): void => {
    if (when) found.push({ code, message, hint })
  }
  say(!state.loaded, 'not-loaded', `launchd does not have ${service.label}`)
  say(!state.enabled, 'disabled', `${service.label} is switched off: it does not start at the next login`)
  const path = state.domains.find(({ loaded }) => loaded)?.path ?? ''
  say(path !== '' && path !== plistPath(service), 'other-file', `launchd has ${service.label} from ${path}`)
  say(state.loaded && !state.running, 'not-running', `${service.label} is ${state.words}`, 'see `hermes-install logs`; to start it: hermes-install start')
  for (const { name, live, enabled } of state.replaced)
    say(live || enabled, 'replaced-back', `${name}, which this service replaces, ${live ? 'is loaded' : 'starts at the next login'}`)
  return found
}
