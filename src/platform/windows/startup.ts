// The fallback for users without admin rights in, the calls of its own startup.js out: see platform/manager.ts for the contract. It is one user's, so its scope is `user`.
import type { Service } from '../../resolve/service.ts'
import type { Action, Answers, Call, Drift, LogSource, Manager, ManagerState, Question } from '../manager.ts'
import { disableEarlier, earlierFacts, enableEarlier, removeEarlier, startEarlier, stopEarlier } from './earlier.ts'
import { fallbackTarget } from './layout.ts'
import { fallbackFolder, serviceFolder, startupFolder } from './paths.ts'
import { system32 } from './recovery.ts'
import { parseRegistry } from './registry.ts'
import { foundSettings, programOf } from './settings.ts'
import { earlierQuestions, readEarlier, replacedOf, type Earlier } from './status.ts'

interface StartupState extends ManagerState {
  readonly installed: boolean
  /** Whether a service of this tool has the same name: the two would be one too many. */
  readonly isService: boolean
  readonly earlier: readonly Earlier[]
}

const script = (service: Service): string => `${fallbackFolder(service)}\\startup.js`
const argvOf = (service: Service, verb: string): readonly string[] => [`${system32}\\cscript.exe`, '//B', '//Nologo', '//E:JScript', script(service), verb]
const call = (service: Service, why: string, verb: string): Call => ({
  argv: argvOf(service, verb),
  why,
  elevate: false,
  meaning: { 1: `see ${fallbackFolder(service)}\\run\\supervisor.log; a policy may switch Windows Script Host off` },
})
const actions = (list: readonly Call[], starts = false): readonly Action[] => list.map((command) => ({ command, starts, mark: null, rights: null }))
/** Tasks and services of others may take more rights than this user has: they are asked first, before anything that runs is stopped. */
const asking = (list: readonly Call[]): readonly Action[] =>
  list.map((command) => ({ command, starts: false, mark: null, rights: { message: `this user may not do it: ${command.why}`, argv: [] } }))

const questions = (service: Service): readonly Question[] => {
  const run = `${fallbackFolder(service)}\\run`
  return [
    { id: 'script', exists: script(service) },
    { id: 'status', argv: argvOf(service, 'status') },
    { id: 'id', text: `${run}\\id` },
    { id: 'since', text: `${run}\\since` },
    { id: 'shortcut', exists: `${startupFolder(service)}\\${service.label}.lnk` },
    { id: 'run-key', registry: 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run' },
    { id: 'key', registry: `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${service.label}` },
    ...earlierQuestions(service),
  ]
}

function read(service: Service, answers: Answers): StartupState {
  const installed = answers.get('script')!.code === 0
  const status = answers.get('status')!
  const live = installed && status.code === 0
  const since = answers.get('since')!.stdout.trim()
  const pid = Number.parseInt(answers.get('id')!.stdout, 10)
  const enabled = answers.get('shortcut')!.code === 0 || parseRegistry(answers.get('run-key')!.stdout)?.has(service.label.toLowerCase()) === true
  const key = parseRegistry(answers.get('key')!.stdout)
  const earlier = readEarlier(service, answers)
  return {
    missing:
      status.code === null ? { why: 'Windows Script Host cannot be run', hint: 'without it only a service runs: apply from a prompt with admin rights' } : null,
    asleep: false,
    loaded: enabled,
    live,
    running: live && since !== '',
    failed: false,
    words: !installed ? 'not installed' : live ? (since === '' ? 'waiting to be started again' : 'running') : 'stopped',
    pid: live && pid > 0 ? pid : null,
    restarts: null,
    // oxlint-disable-next-line no-restricted-globals -- a number in, a text out: no clock
    since: live && since !== '' ? new Date(Number(since)).toISOString() : null,
    enabled,
    stale: false,
    replaced: replacedOf(service, earlier, answers),
    installed,
    isService: key !== null && programOf(foundSettings(key).image) === `${serviceFolder(service)}\\${service.label}.exe`.toLowerCase(),
    earlier,
  }
}

const stop = (service: Service): Call => call(service, 'stop it, with all that it started', 'stop')
const start = (service: Service): Call => call(service, 'start it, hidden', 'start')
/** Makes the entry, or takes it away for a profile that does not want to start by itself. */
const enter = (service: Service): Call => call(service, service.autostart ? 'start it at login' : 'do not start it at login', 'install')

export const startupManager: Manager = {
  versionQuestion: null,
  version: () => undefined,
  target: fallbackTarget,
  questions,
  read,

  obstacle: (service, { isService }: StartupState) =>
    isService ? { why: `${service.label} is installed as a service already`, hint: 'to change that, apply from a prompt with admin rights' } : null,
  affects: () => true,

  before(service, state: StartupState, change) {
    if (!change.start) return []
    return [...asking([...disableEarlier(state.earlier), ...stopEarlier(state.earlier)]), ...(state.live && change.affected ? actions([stop(service)]) : [])]
  },
  after(service, state: StartupState, change) {
    return [
      ...(state.enabled !== service.autostart || !state.installed ? actions([enter(service)]) : []),
      ...(change.start && (!state.live || change.affected) ? actions([start(service)], true) : []),
    ]
  },
  settle: (_service, state: StartupState, change) => (change.start ? actions(removeEarlier(state.earlier)) : []),

  facts: (_service, state: StartupState) => [
    ...(state.installed ? ['installed'] : []),
    ...(state.enabled ? ['enabled'] : []),
    ...(state.live ? ['running', `since ${state.since}`] : []),
    ...earlierFacts(state.earlier),
  ],
  ran: (facts) => facts.has('running'),
  retreat(service, state: StartupState, facts) {
    if (!state.installed) return []
    if (!facts.has('installed')) return [call(service, 'stop it, and do not start it at login', 'uninstall')]
    return state.live && !facts.has(`since ${state.since}`) ? [stop(service)] : []
  },
  restore: (service, state: StartupState, facts) => [
    ...(facts.has('enabled') && !state.enabled ? [call(service, 'start it at login again', 'install')] : []),
    ...(facts.has('running') && !state.live ? [start(service)] : []),
    ...enableEarlier(facts),
    ...startEarlier(facts),
  ],

  remove: (service, state: StartupState) => (state.installed ? [call(service, 'stop it, and do not start it at login any more', 'uninstall')] : []),
  links: () => [],
  removed: () => [],
  bringBack: (_service, facts) => [...enableEarlier(facts), ...startEarlier(facts)],
  unmark: () => new Map(),

  control(service, state: StartupState, verb) {
    switch (verb) {
      case 'stop':
        return state.live ? [stop(service)] : []
      case 'start':
        return state.live ? [] : [start(service)]
      case 'restart':
        return [...(state.live ? [stop(service)] : []), start(service)]
    }
  },

  driftQuestions: () => [],
  drift(service, state: StartupState) {
    const found: Drift[] = []
    const say = (when: boolean, code: string, message: string, hint = 'hermes-install apply'): void => {
      if (when) found.push({ code, message, hint })
    }
    say(state.enabled !== service.autostart, 'startup-entry', `${service.label} ${service.autostart ? 'does not start' : 'starts'} at login`)
    say(!state.running, 'not-running', `${service.label} is ${state.words}`, 'see `hermes-install logs`; to start it: hermes-install start')
    for (const { name, live, enabled } of state.replaced)
      say(live || enabled, 'replaced-back', `${name}, which this service replaces, ${live ? 'runs' : 'starts by itself'}`)
    return found
  },

  logs(service): readonly LogSource[] {
    const folder = `${fallbackFolder(service)}\\logs\\${service.label}`
    const { stdout, stderr } = service.logs
    return [...new Set([stdout ?? `${folder}.out.log`, stderr ?? stdout ?? `${folder}.err.log`])].map((file) => ({ file }))
  },
}
