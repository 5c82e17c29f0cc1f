// What launchctl(1) answers in, what launchd has of a job out. Exit codes count; the text of `print` is "NOT API in any sense" and is taken where it is there.
import type { Service } from '../../resolve/service.ts'
import type { Answer, Answers, ManagerState, Question } from '../manager.ts'

/** One domain that the job may be in, the preferred one first: `gui/UID` exists only while that user has a session on the screen, `user/UID` after any login. */
export interface DomainState {
  readonly name: string
  readonly exists: boolean
  readonly loaded: boolean
  /** The record of being switched off, which outlives the file and a reboot. */
  readonly disabled: boolean
  /** The property list that it was loaded from; empty if launchd does not say. */
  readonly path: string
  readonly pid: number | null
  readonly replaced: readonly { readonly label: string; readonly loaded: boolean; readonly disabled: boolean; readonly path: string }[]
}

export interface LaunchdState extends ManagerState {
  readonly domains: readonly DomainState[]
  /** Where the job is, or will be. */
  readonly at: string
}

const domainNames = ({ scope, host }: Service): readonly string[] => (scope === 'system' ? ['system'] : [`gui/${host.uid}`, `user/${host.uid}`])

/** Where an earlier install's property list lies. */
export const replacedPath = ({ scope, host }: Service, label: string): string =>
  `${scope === 'system' ? '/Library/LaunchDaemons' : `${host.home}/Library/LaunchAgents`}/${label}.plist`

export function questions(service: Service): readonly Question[] {
  const labels = service.replaces.labels
  return [
    ...domainNames(service).flatMap((domain): readonly Question[] => [
      // `print system` is long, and always answered.
      ...(domain === 'system' ? [] : [{ id: domain, argv: ['launchctl', 'print', domain] }]),
      { id: `${domain} disabled`, argv: ['launchctl', 'print-disabled', domain] },
      ...[service.label, ...labels].map((label) => ({ id: `${domain}/${label}`, argv: ['launchctl', 'print', `${domain}/${label}`] })),
    ]),
    ...labels.map((label) => ({ id: `file ${label}`, exists: replacedPath(service, label) })),
  ]
}

/** 113: no such service; 112 and 125: no such domain; 3: no such process. After anything else it may still be there. */
export const goneCodes = [3, 112, 113, 125] as const
const isThere = (answer: Answer | undefined): boolean => answer !== undefined && answer.code !== null && !(goneCodes as readonly number[]).includes(answer.code)

const printed = (answer: Answer | undefined, key: string): string => new RegExp(`^\\s*${key} = (.*)$`, 'm').exec(answer?.stdout ?? '')?.[1] ?? ''
/** Since macOS 13 `=> disabled`, before `=> true`. */
const isDisabled = (answer: Answer | undefined, label: string): boolean =>
  ['disabled', 'true'].some((word) => (answer?.stdout ?? '').includes(`"${label}" => ${word}`))

export function read(service: Service, answers: Answers): LaunchdState {
  const { label, replaces } = service
  const domains = domainNames(service).map((name): DomainState => {
    const job = answers.get(`${name}/${label}`)
    const disabled = answers.get(`${name} disabled`)
    return {
      name,
      exists: name === 'system' || isThere(answers.get(name)),
      loaded: isThere(job),
      disabled: isDisabled(disabled, label),
      path: printed(job, 'path'),
      pid: Number(printed(job, 'pid')) || null,
      replaced: replaces.labels.map((other) => {
        const answer = answers.get(`${name}/${other}`)
        return { label: other, loaded: isThere(answer), disabled: isDisabled(disabled, other), path: printed(answer, 'path') }
      }),
    }
  })
  const there = domains.find(({ loaded }) => loaded)
  const at = there ?? domains.find(({ exists }) => exists) ?? domains[0]!
  const job = answers.get(`${at.name}/${label}`)
  const [state, lastExit, runs] = ['state', 'last exit code', 'runs'].map((key) => printed(job, key))
  const cannot = [...answers].every(([id, { code }]) => id.startsWith('file ') || code === null)
  return {
    missing: cannot
      ? { why: 'launchctl cannot be run', hint: 'is this macOS?' }
      : domains.some(({ exists }) => exists)
        ? null
        : {
            why: `launchd has no session for ${service.host.user}`,
            hint: 'log in at the screen once, or make it a service of the machine: --scope system',
          },
    asleep: false,
    loaded: there !== undefined,
    live: there !== undefined,
    running: at.pid !== null,
    // launchd has no word for it; one that is gone will not come back by itself.
    failed: there === undefined,
    words:
      there === undefined
        ? 'not loaded'
        : `${state || 'loaded'}${at.pid === null && /^\d/.test(lastExit ?? '') ? ` (last exit code ${lastExit}${lastExit === '78' ? ', as by launchd itself where log, folder or account cannot be had' : ''})` : ''}`,
    pid: at.pid,
    restarts: runs ? Math.max(0, Number(runs) - 1) : null,
    since: null,
    enabled: !at.disabled,
    stale: false,
    replaced: replaces.labels.map((name, i) => ({
      name,
      live: domains.some(({ replaced }) => replaced[i]!.loaded),
      enabled: answers.get(`file ${name}`)?.code === 0 && domains.some(({ exists, replaced }) => exists && !replaced[i]!.disabled),
    })),
    domains,
    at: at.name,
  }
}
