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

/** First all that could be denied, then what takes a running program away. */
export const disableEarlier = (earlier: readonly Earlier[]): readonly Call[] => [
  ...earlier.flatMap((one): readonly Call[] => {
    const why = `${one.name} must not run beside this one`
    if (one.kind === 'task') return one.enabled ? [call(why, schtasks, '/Change', '/TN', one.name, '/DISABLE')] : []
    return one.start === 4 ? [] : [call(why, sc, 'config', one.name, 'start=', 'disabled')]
  }),
  ...earlier.flatMap((one): readonly Call[] => {
    const why = `${one.name} is replaced by this one`
    // /End says 1 where nothing of the task runs.
    if (one.kind === 'task') return one.enabled ? [{ ...call(why, schtasks, '/End', '/TN', one.name), ok: [1] }] : []
    if (!one.running) return []
    return [
      {
        ...call(why, sc, 'stop', one.name),
        ok: [1060, 1062],
        again: { codes: [1052, 1061], forMs: 30_000 },
        until: { argv: [sc, 'interrogate', one.name], codes: [1060, 1062], withinMs: 60_000 },
      },
    ]
  }),
]

/** They do not begin with `replaced-`: once this service is well there is nothing to bring back. */
export const earlierFacts = (earlier: readonly Earlier[]): readonly string[] => earlier.map((one) => `earlier ${JSON.stringify(one)}`)

export const restoreEarlier = (facts: ReadonlySet<string>): readonly Call[] =>
  [...facts]
    .filter((line) => line.startsWith('earlier '))
    .map((line) => JSON.parse(line.slice('earlier '.length)) as Earlier)
    .flatMap((one): readonly Call[] => {
      const why = `bring the earlier install ${one.name} back`
      if (one.kind === 'task') return one.enabled ? [call(why, schtasks, '/Change', '/TN', one.name, '/ENABLE')] : []
      return [
        ...(one.start === 4 ? [] : [call(why, sc, 'config', one.name, 'start=', startWords[one.start as 2] ?? 'demand')]),
        ...(one.running ? [{ ...call(why, sc, 'start', one.name), ok: [1056] }] : []),
      ]
    })

export const removeEarlier = (earlier: readonly Earlier[]): readonly Call[] =>
  earlier.map((one) =>
    one.kind === 'task'
      ? call(`${one.name} is replaced by this one, which runs now`, schtasks, '/Delete', '/TN', one.name, '/F')
      : { ...call(`${one.name} is replaced by this one, which runs now`, sc, 'delete', one.name), ok: [1060, 1072] },
  )
