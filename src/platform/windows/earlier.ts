// Earlier installs as they were found in, how they are kept from running, brought back, and taken away for good, out. Startup items are files: see Target.absent.
import type { Call } from '../manager.ts'
import { system32 } from './recovery.ts'
import type { Earlier } from './status.ts'

const sc = `${system32}\\sc.exe`
const schtasks = `${system32}\\schtasks.exe`
const call = (why: string, ...argv: readonly string[]): Call => ({
  argv,
  why,
  elevate: true,
  meaning: { 5: 'access denied', 1072: 'it is marked for deletion already' },
})
const startWords = ['boot', 'system', 'auto', 'demand', 'disabled'] as const

const isLive = (one: Earlier): boolean => (one.kind === 'task' ? one.enabled : one.running)
const isEnabled = (one: Earlier): boolean => (one.kind === 'task' ? one.enabled : one.start !== 4)

export const disableEarlier = (earlier: readonly Earlier[]): readonly Call[] =>
  earlier.filter(isEnabled).map(({ kind, name }) => {
    const why = `${name} must not run beside this one`
    return kind === 'task' ? call(why, schtasks, '/Change', '/TN', name, '/DISABLE') : call(why, sc, 'config', name, 'start=', 'disabled')
  })

export const stopEarlier = (earlier: readonly Earlier[]): readonly Call[] =>
  earlier.filter(isLive).map(({ kind, name }) => {
    const why = `${name} is replaced by this one`
    // /End says 1 where nothing of the task runs.
    if (kind === 'task') return { ...call(why, schtasks, '/End', '/TN', name), ok: [1] }
    return {
      ...call(why, sc, 'stop', name),
      ok: [1060, 1062],
      again: { codes: [1052, 1061], forMs: 30_000 },
      until: { argv: [sc, 'interrogate', name], codes: [1060, 1062], withinMs: 60_000 },
    }
  })

/** They do not begin with `replaced-`: once this service is well there is nothing to bring back. */
export const earlierFacts = (earlier: readonly Earlier[]): readonly string[] => earlier.map((one) => `earlier ${JSON.stringify(one)}`)

const factsOf = (facts: ReadonlySet<string>): readonly Earlier[] =>
  [...facts].filter((line) => line.startsWith('earlier ')).map((line) => JSON.parse(line.slice('earlier '.length)) as Earlier)
const back = (name: string): string => `bring the earlier install ${name} back`

export const enableEarlier = (facts: ReadonlySet<string>): readonly Call[] =>
  factsOf(facts)
    .filter(isEnabled)
    .map((one) =>
      one.kind === 'task'
        ? call(back(one.name), schtasks, '/Change', '/TN', one.name, '/ENABLE')
        : call(back(one.name), sc, 'config', one.name, 'start=', startWords[one.start as 2] ?? 'demand'),
    )

/** Whether a task ran nobody can ask in all languages; it starts with the next login. */
export const startEarlier = (facts: ReadonlySet<string>): readonly Call[] =>
  factsOf(facts).flatMap((one) => (one.kind === 'service' && one.running ? [{ ...call(back(one.name), sc, 'start', one.name), ok: [1056] }] : []))

export const removeEarlier = (earlier: readonly Earlier[]): readonly Call[] =>
  earlier.map((one) =>
    one.kind === 'task'
      ? call(`${one.name} is replaced by this one, which runs now`, schtasks, '/Delete', '/TN', one.name, '/F')
      : { ...call(`${one.name} is replaced by this one, which runs now`, sc, 'delete', one.name), ok: [1060, 1072] },
  )
