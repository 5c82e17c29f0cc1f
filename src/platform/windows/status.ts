// A Service in, what to ask Windows about it out; and of the answers, what the Service Control Manager has. Numbers, codes and the registry only: all other words
// are in the language of the machine.
import type { Service } from '../../resolve/service.ts'
import type { Answer, Answers, ManagerState, Question, ReplacedState } from '../manager.ts'
import { fallbackFolder, machineFolder, serviceFolder, startupFolder } from './paths.ts'
import { system32 } from './recovery.ts'
import { numberIn, parseRegistry } from './registry.ts'
import { foundSettings, type Settings } from './settings.ts'

const sc = `${system32}\\sc.exe`

/** An earlier install, as it was found. */
export type Earlier =
  | { readonly kind: 'task'; readonly name: string; readonly enabled: boolean }
  | { readonly kind: 'service'; readonly name: string; readonly start: number; readonly running: boolean }

export interface ServiceState extends ManagerState {
  /** Null where there is no such service. */
  readonly settings: Settings | null
  /** Deleted, and kept by somebody who still has it open. */
  readonly doomed: boolean
  /** SDDL of who may do what with it; empty where it is not known. */
  readonly security: string
  /** The SID of whoever asks; empty where it is not known. */
  readonly sid: string
  readonly earlier: readonly Earlier[]
  /** Whether the fallback of the same name runs, which the service takes the place of. */
  readonly fallbackRuns: boolean
  /** Which of the two folders are there. */
  readonly hasMachineFolder: boolean
  readonly hasFolder: boolean
  readonly names: readonly string[]
}

const servicesKey = 'HKLM\\SYSTEM\\CurrentControlSet\\Services'

/** What is asked of earlier installs, by the service and by the fallback alike. */
export const earlierQuestions = (service: Service): readonly Question[] => [
  ...service.replaces.startupItems.map((name, i): Question => ({ id: `item-${i}`, exists: `${startupFolder(service)}\\${name}` })),
  ...service.replaces.tasks.map((name, i): Question => ({ id: `task-${i}`, argv: [`${system32}\\schtasks.exe`, '/Query', '/TN', name, '/XML'] })),
  ...service.replaces.services.flatMap((name, i): readonly Question[] => [
    { id: `other-${i}`, argv: [sc, 'queryex', name] },
    { id: `other-key-${i}`, registry: `${servicesKey}\\${name}` },
  ]),
]

export function readEarlier({ replaces }: Service, answers: Answers): readonly Earlier[] {
  return [
    ...replaces.tasks.flatMap((name, i): readonly Earlier[] => {
      const { code, stdout } = answers.get(`task-${i}`)!
      // The definition is XML of one schema everywhere; <Enabled> is there only where it is off, or on in so many words, and triggers have one of their own.
      const settings = /<Settings>[^]*<\/Settings>/.exec(stdout)?.[0] ?? ''
      return code === 0 && /<Task\b/.test(stdout) ? [{ kind: 'task', name, enabled: !/<Enabled>\s*false\s*<\/Enabled>/.test(settings) }] : []
    }),
    ...replaces.services.flatMap((name, i): readonly Earlier[] => {
      const key = parseRegistry(answers.get(`other-key-${i}`)!.stdout)
      if (key === null || numberIn(key, 'DeleteFlag') === 1) return []
      return [{ kind: 'service', name, start: numberIn(key, 'Start') ?? 3, running: (numbersOf(answers.get(`other-${i}`)!)?.state ?? 1) !== 1 }]
    }),
  ]
}

export const questions = (service: Service): readonly Question[] => [
  { id: 'service', argv: [sc, 'queryex', service.label] },
  { id: 'key', registry: `${servicesKey}\\${service.label}` },
  { id: 'security', argv: [sc, 'sdshow', service.label] },
  { id: 'whoami', argv: [`${system32}\\whoami.exe`, '/user', '/fo', 'csv', '/nh'] },
  { id: 'fallback', exists: `${fallbackFolder(service)}\\run\\lock` },
  { id: 'machine-folder', exists: machineFolder },
  { id: 'folder', exists: serviceFolder(service) },
  { id: 'names', list: serviceFolder(service) },
  ...earlierQuestions(service),
]

/** The same for people, with the files of the Startup folder. */
export const replacedOf = ({ replaces }: Service, earlier: readonly Earlier[], answers: Answers): readonly ReplacedState[] => [
  ...earlier.map((one) =>
    one.kind === 'task'
      ? { name: `the task ${one.name}`, live: false, enabled: one.enabled }
      : { name: `the service ${one.name}`, live: one.running, enabled: one.start === 2 },
  ),
  ...replaces.startupItems.flatMap((name, i) =>
    answers.get(`item-${i}`)!.code === 0 ? [{ name: `the Startup item ${name}`, live: false, enabled: true }] : [],
  ),
]

interface Numbers {
  /** 1 stopped, 2 starting, 3 stopping, 4 running, 5 to 7 pausing and paused. */
  readonly state: number
  readonly exitCode: number
  readonly pid: number | null
}

/** The lines of `sc queryex` have the same order in every language: name, type, state, exit code, the service's own, checkpoint, hint, process. */
function numbersOf({ code, stdout }: Answer): Numbers | null {
  if (code !== 0) return null
  const values = stdout.split(/\r?\n/).flatMap((line) => {
    const [, value] = /:\s*(.*)$/.exec(line) ?? []
    return value === undefined ? [] : [Number.parseInt(value, 10)]
  })
  const [, , state = 0, exit = 0, own = 0, , , pid = 0] = values
  // ERROR_SERVICE_SPECIFIC_ERROR: the service has a code of its own.
  return { state, exitCode: exit === 1066 ? own : exit, pid: pid > 0 ? pid : null }
}

const stateWords = ['', 'stopped', 'starting', 'stopping', 'running', 'continuing', 'pausing', 'paused'] as const
/** ERROR_SERVICE_NEVER_STARTED: not since the machine is up. */
const neverStarted = 1077

/** An answer that is none must not look like a service that is not there (1060). */
function missing({ code }: Answer, hasKey: boolean): ManagerState['missing'] {
  if (code === null) return { why: `${sc} cannot be run`, hint: 'is this a complete Windows? Nano Server and containers may lack it' }
  if (code === 1060 || (code === 0 && hasKey)) return null
  return { why: `the Service Control Manager does not answer (${code === 0 ? 'its registry cannot be read' : code})`, hint: 'run the same command again' }
}

export function read(service: Service, answers: Answers): ServiceState {
  const answer = answers.get('service')!
  const key = parseRegistry(answers.get('key')!.stdout)
  const numbers = numbersOf(answer)
  const settings = key === null || numbers === null ? null : foundSettings(key)
  const failed = numbers !== null && numbers.state === 1 && numbers.exitCode !== 0 && numbers.exitCode !== neverStarted
  const comesBack = failed && (settings?.recovery.actions.length ?? 0) > 0 && (service.restart.limit === null || settings?.recovery.actions[0]?.type === 1)
  const earlier = readEarlier(service, answers)
  return {
    missing: missing(answer, key !== null),
    asleep: false,
    loaded: settings !== null,
    live: numbers !== null && (numbers.state !== 1 || comesBack),
    running: numbers?.state === 4,
    failed,
    words:
      numbers === null
        ? 'not installed'
        : failed
          ? `failed (${numbers.exitCode})${comesBack ? ', will be started again' : ''}`
          : (stateWords[numbers.state] ?? `in state ${numbers.state}`),
    pid: numbers?.pid ?? null,
    restarts: null,
    since: null,
    enabled: settings?.start === 2,
    stale: false,
    replaced: replacedOf(service, earlier, answers),
    settings,
    doomed: key !== null && numberIn(key, 'DeleteFlag') === 1,
    security: /D:\S*/.exec(answers.get('security')!.stdout)?.[0] ?? '',
    sid: /S-1-5-[\d-]+/.exec(answers.get('whoami')!.stdout)?.[0] ?? '',
    earlier,
    fallbackRuns: answers.get('fallback')!.code === 0,
    hasMachineFolder: answers.get('machine-folder')!.code === 0,
    hasFolder: answers.get('folder')!.code === 0,
    names: answers
      .get('names')!
      .stdout.split('\n')
      .filter((name) => name !== ''),
  }
}
