// What a check is, and how it is judged: the facts that it needs in, its lines out. A fact that nobody could find out makes it `skipped`, with the reason.
import type { Os } from '../profile/model.ts'
import type { FactName, Facts, Gathered, MachineFacts } from './facts.ts'

export type Level = 'ok' | 'info' | 'warning' | 'error' | 'skipped'

/** One line, with what to do: an exact command, or the key of the profile to change. Empty where there is nothing to do. */
export type Verdict = readonly [level: Level, text: string, fix?: string]

export interface Finding {
  /** Stable, kebab-case. */
  readonly id: string
  readonly level: Level
  readonly text: string
  readonly fix: string
  /** The id of the service that it is about; null for the machine. */
  readonly service: string | null
}

interface Definition<Name extends FactName> {
  readonly platforms: readonly Os[]
  /** Only these are gathered, and handed to `judge`. */
  readonly needs: readonly Name[]
  /** What it finds, in one sentence, for the table in docs/doctor.md. */
  readonly finds: string
  /** Pure. No line at all is `ok`. */
  readonly judge: (facts: Pick<Facts, Name>) => Verdict | readonly Verdict[]
}

export interface Check extends Definition<FactName> {
  readonly about: 'machine' | 'service'
}

export const posix: readonly Os[] = ['linux', 'macos']
export const everywhere: readonly Os[] = ['linux', 'macos', 'windows']

/** A check of the machine: it may know nothing of a service. */
export const ofMachine = <Name extends keyof MachineFacts>(check: Definition<Name>): Check => ({
  ...check,
  about: 'machine',
  judge: check.judge,
})

/** A check of each service, which may know the machine, too. */
export const ofService = <Name extends FactName>(check: Definition<Name>): Check => ({ ...check, about: 'service', judge: check.judge })

/** @throws Error for a fact that was never gathered, which is a mistake of this program */
export function judge(id: string, { needs, judge }: Check, facts: Gathered, service: string | null): readonly Finding[] {
  const values: Partial<Record<FactName, unknown>> = {}
  for (const name of needs) {
    const fact = facts[name]
    if (fact === undefined) throw new Error(`${id}: nobody gathered ${name}`)
    if (!('value' in fact)) return [{ id, level: 'skipped', text: fact.unknown, fix: fact.fix, service }]
    values[name] = fact.value
  }
  const result = judge(values as Pick<Facts, FactName>)
  const verdicts = (typeof result[0] === 'string' ? [result] : result) as readonly Verdict[]
  if (verdicts.length === 0) return [{ id, level: 'ok', text: 'nothing wrong', fix: '', service }]
  return verdicts.map(([level, text, fix = '']) => ({ id, level, text, fix: level === 'ok' ? '' : fix, service }))
}
