// What the Service Control Manager has of a service and what is wanted in, the calls of each change out: see platform/manager.ts for the contract.
import type { Service } from '../../resolve/service.ts'
import type { Action, Call, Drift, LogSource, Manager } from '../manager.ts'
import { call, create, fallbackCall, forgetSource, grant, meaning, remove, sc, start, stop } from './calls.ts'
import { disableEarlier, earlierFacts, enableEarlier, removeEarlier, startEarlier, stopEarlier } from './earlier.ts'
import { hasFallback } from './fallback.ts'
import { closing, secureService, serviceTarget } from './layout.ts'
import { logFiles, machineFolder, serviceFolder } from './paths.ts'
import { differences, foundSettings, programOf, settingCommands, wantedSettings, type Settings } from './settings.ts'
import { questions, read, type ServiceState } from './status.ts'

const actions = (list: readonly Call[], starts = false): readonly Action[] => list.map((command) => ({ command, starts, mark: null, rights: null }))

/** What of the settings only a new process has. */
const needsRestart = (have: Settings, want: Settings): boolean => differences(have, want).some((name) => name === 'account' || name === 'image')
const restarts = (service: Service, { settings }: ServiceState, affected: boolean): boolean =>
  affected || (settings !== null && needsRestart(settings, wantedSettings(service)))

const isOurs = (service: Service, { settings }: ServiceState): boolean =>
  settings === null || programOf(settings.image) === `${serviceFolder(service)}\\${service.label}.exe`.toLowerCase()

/** `service JSON` and `pid N` of the journal. */
const factOf = (facts: ReadonlySet<string>, word: string): string | null =>
  [...facts].find((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? null
interface Before {
  readonly settings: Settings
  readonly security: string
}
const before = (facts: ReadonlySet<string>): Before | null => {
  const text = factOf(facts, 'service')
  return text === null ? null : (JSON.parse(text) as Before)
}

export const serviceManager: Manager = {
  versionQuestion: null,
  version: () => undefined,
  target: serviceTarget,
  questions,
  read,

  obstacle(service, state: ServiceState) {
    if (!isOurs(service, state))
      return {
        why: `there is a service ${service.label} already, and it is not ours: ${state.settings!.image}`,
        hint: 'give this one another name: set `label` in the `windows` overlay of the profile',
      }
    if (state.doomed)
      return {
        why: `the service ${service.label} is marked for deletion`,
        hint: 'close services.msc and the task manager, or restart the machine; then apply again',
      }
    // Whatever lies beside a program may be loaded into it, and whoever made the folder first may have put it there.
    const planted = state.loaded ? [] : state.names.filter((name) => /\.(?:dll|exe|com|config|local|manifest)$/i.test(name) && name !== `${service.label}.exe`)
    if (planted.length > 0)
      return { why: `${serviceFolder(service)} holds what this tool did not put there: ${planted.join(', ')}`, hint: 'see who did, and remove it' }
    return null
  },

  affects: (source) => source !== 'recovery.cmd',

  before(service, state: ServiceState, change) {
    const fresh = state.loaded
      ? []
      : [...(state.hasMachineFolder ? closing(machineFolder) : []), ...(state.hasFolder ? secureService(service) : [])].map((command): Call => command)
    if (!change.start) return actions(fresh)
    return [
      ...actions(fresh),
      ...actions(stopEarlier(state.earlier)),
      ...(state.fallbackRuns ? actions([fallbackCall(service, 'stop the fallback, whose place the service takes', 'stop')]) : []),
      ...(state.live && restarts(service, state, change.affected) ? actions([stop(service)]) : []),
    ]
  },

  after(service, state: ServiceState, change) {
    const own =
      state.settings === null
        ? create(service)
        : settingCommands(service.label, state.settings, wantedSettings(service), service.windows.account?.passwordFile ?? null).map((command) => ({
            ...command,
            meaning: { ...meaning, ...command.meaning },
          }))
    // One that waits for its next try is started now.
    const wanted = change.start && (!state.live || state.failed || restarts(service, state, change.affected))
    // Only now that ours starts with the machine: at each moment one of the two does.
    const disable = change.start ? disableEarlier(state.earlier) : []
    return [...actions(own), ...actions(grant(service, state)), ...actions(disable), ...(wanted ? actions(start(service), true) : [])]
  },

  settle: (_service, state: ServiceState, change) => (change.start ? actions(removeEarlier(state.earlier)) : []),

  facts(_service, state: ServiceState) {
    return [
      ...(state.settings === null ? [] : [`service ${JSON.stringify({ settings: state.settings, security: state.security } satisfies Before)}`]),
      ...(state.live ? ['running'] : []),
      ...(state.pid === null ? [] : [`pid ${state.pid}`]),
      ...(state.fallbackRuns ? ['fallback-ran'] : []),
      ...earlierFacts(state.earlier),
    ]
  },
  ran: (facts) => facts.has('running'),

  retreat(service, state: ServiceState, facts) {
    // The earlier install first: as on the way there, one of the two starts with the machine whatever happens.
    const earlier = enableEarlier(facts)
    if (!state.loaded || !isOurs(service, state)) return earlier
    if (before(facts) === null) return [...earlier, stop(service), remove(service), forgetSource(service)]
    // One that nobody has touched goes on.
    return [...earlier, ...(state.live && String(state.pid) !== factOf(facts, 'pid') ? [stop(service)] : [])]
  },

  restore(service, state: ServiceState, facts) {
    const was = before(facts)
    const own =
      was === null
        ? []
        : [
            ...(state.settings === null ? [call('register the service again', sc, 'create', service.label, 'binPath=', was.settings.image)] : []),
            ...settingCommands(service.label, state.settings ?? foundSettings(new Map([['imagepath', was.settings.image]])), was.settings, null),
            ...(was.security === '' || was.security === state.security
              ? []
              : [call('who may do what with it, as it was', sc, 'sdset', service.label, was.security)]),
            ...(facts.has('running') && !state.running ? start(service) : []),
          ]
    return [...own, ...startEarlier(facts), ...(facts.has('fallback-ran') && was === null ? [fallbackCall(service, 'start the fallback again', 'start')] : [])]
  },

  remove: (service, state: ServiceState) => (state.loaded && isOurs(service, state) ? [stop(service), remove(service)] : []),
  links: () => [],
  removed: (service, state: ServiceState) => (state.loaded ? [] : [forgetSource(service)]),
  // What it replaced is gone for good once it was well; before that, it comes back.
  bringBack: (_service, facts) => [...enableEarlier(facts), ...startEarlier(facts)],
  unmark: () => new Map(),

  control(service, state: ServiceState, verb) {
    switch (verb) {
      case 'stop':
        return state.live ? [stop(service)] : []
      case 'start':
        return state.running ? [] : start(service)
      case 'restart':
        return [...(state.live ? [stop(service)] : []), ...start(service)]
    }
  },
  granted: new Set(['start', 'stop', 'restart']),

  driftQuestions: () => [],
  drift,

  logs(service): readonly LogSource[] {
    const { folder, name, out, err } = logFiles(service)
    return [...new Set([out, err])].map((end) => ({ file: `${folder}\\${name}${end}` }))
  },

  lesser(service) {
    if (hasFallback(service)) return { service: { ...service, scope: 'user' } }
    return {
      why:
        service.windows.fallback === 'none'
          ? 'the profile wants no fallback (windows.fallback: none)'
          : service.windows.account === null
            ? 'a batch file cannot carry what the profile says'
            : 'the profile names an account, as which only a service can run',
    }
  },
}

/** services.msc has three fields, and saves three actions when somebody presses OK there. */
const isCollapsed = (have: Settings, want: Settings): boolean => have.recovery.actions.length === 3 && want.recovery.actions.length > 3

function drift(service: Service, state: ServiceState): readonly Drift[] {
  const found: Drift[] = []
  const say = (code: string, message: string, hint = 'hermes-install apply'): void => void found.push({ code, message, hint })
  if (state.settings === null) say('not-loaded', `Windows has no service ${service.label}`)
  else {
    const want = wantedSettings(service)
    const have = state.settings
    for (const name of differences(have, want)) {
      if (name === 'recovery' && isCollapsed(have, want))
        say(
          'recovery-collapsed',
          `the ${want.recovery.actions.length} delays before a restart have become three: services.msc does that when somebody presses OK there`,
        )
      else if (name === 'recovery') say('recovery', 'what Windows does after a failure is not what the profile says')
      else say(`service-${name}`.toLowerCase(), `${name} is ${JSON.stringify(have[name])}, and should be ${JSON.stringify(want[name])}`)
    }
    if (!state.running) say('not-running', `${service.label} is ${state.words}`, 'see `hermes-install logs`; to start it: hermes-install start')
  }
  for (const { name, live, enabled } of state.replaced)
    if (live || enabled) say('replaced-back', `${name}, which this service replaces, ${live ? 'runs' : 'starts by itself'}`)
  return found
}
