// Unit texts in, each directive's values as systemd would have them out; what nobody has taken is what is left.
import type { Source } from './model.ts'
import { readUnitText } from './unit-text.ts'
import { unitNames } from './words.ts'

interface Directive {
  readonly section: string
  readonly key: string
  /** What was assigned since the last reset. */
  readonly values: readonly string[]
  /** Whether an empty assignment came before them: for some directives that is a value of its own. */
  readonly reset: boolean
}

/** Names that systemd still reads for what is written otherwise today (load-fragment-gperf.gperf.in of systemd 252). */
const older: Readonly<Record<string, readonly [section: string, key: string]>> = {
  'Service.StartLimitInterval': ['Unit', 'StartLimitIntervalSec'],
  'Unit.StartLimitInterval': ['Unit', 'StartLimitIntervalSec'],
  'Service.StartLimitBurst': ['Unit', 'StartLimitBurst'],
  'Service.StartLimitAction': ['Unit', 'StartLimitAction'],
  'Service.FailureAction': ['Unit', 'FailureAction'],
  'Service.RebootArgument': ['Unit', 'RebootArgument'],
  'Unit.BindTo': ['Unit', 'BindsTo'],
  'Unit.PropagateReloadTo': ['Unit', 'PropagatesReloadTo'],
  'Unit.PropagateReloadFrom': ['Unit', 'ReloadPropagatedFrom'],
  'Unit.OnFailureIsolate': ['Unit', 'OnFailureJobMode'],
  'Unit.RequiresOverridable': ['Unit', 'Requires'],
  'Unit.RequisiteOverridable': ['Unit', 'Requisite'],
}

/** Dependencies cannot be taken back (systemd.unit(5)): an empty assignment does nothing. */
const dependency =
  /^(?:After|Before|Wants|Requires|Requisite|BindsTo|PartOf|Upholds|Conflicts|OnFailure|OnSuccess|PropagatesReloadTo|ReloadPropagatedFrom|PropagatesStopTo|StopPropagatedFrom|JoinsNamespaceOf)$/

/** A unit with its drop-ins. It remembers what was taken: the rest is for native keys. */
export interface Unit {
  /** Lines that systemd passes over. */
  readonly ignored: readonly { readonly path: string; readonly line: number; readonly why: string }[]
  /** Where systemd refuses one of the files as a whole. */
  readonly broken: string | null
  readonly values: (section: string, key: string) => readonly string[]
  /** The value that counts for a directive that has one. */
  readonly last: (section: string, key: string) => string | undefined
  readonly has: (section: string, key: string) => boolean
  /** All words of a list of names such as WantedBy=, or of codes. */
  readonly words: (section: string, key: string) => readonly string[]
  /** The values, for a key of the profile that carries them. */
  readonly take: (section: string, key: string) => readonly string[]
  readonly section: (section: string) => readonly Directive[]
  /** What no key of the profile has taken. */
  readonly left: () => readonly Directive[]
}

/** @param sources the unit first, then what lies over it, in systemd's order */
export function readUnit(sources: readonly Source[]): Unit {
  const directives = new Map<string, Directive & { readonly values: string[] }>()
  const taken = new Set<string>()
  let broken: string | null = null
  const ignored: { path: string; line: number; why: string }[] = []
  for (const { path, text } of sources) {
    const read = readUnitText(text)
    if (read.broken !== null) broken ??= `${path}:${read.broken.line}: ${read.broken.why}`
    ignored.push(...read.ignored.map((one) => ({ path, ...one })))
    for (const assignment of read.assignments) {
      const [section, key] = older[`${assignment.section}.${assignment.key}`] ?? [assignment.section, assignment.key]
      if (assignment.value === '' && section === 'Unit' && dependency.test(key)) continue
      const id = `${section}.${key}`
      if (assignment.value === '') directives.set(id, { section, key, values: [], reset: true })
      else {
        const known = directives.get(id) ?? { section, key, values: [], reset: false }
        known.values.push(assignment.value)
        directives.set(id, known)
      }
    }
  }
  const values: Unit['values'] = (section, key) => directives.get(`${section}.${key}`)?.values ?? []
  return {
    ignored,
    broken,
    values,
    last: (section, key) => values(section, key).at(-1),
    has: (section, key) => values(section, key).length > 0,
    words: (section, key) => values(section, key).flatMap((value) => unitNames(value)),
    take(section, key) {
      taken.add(`${section}.${key}`)
      return values(section, key)
    },
    section: (section) => [...directives.values()].filter((directive) => directive.section === section),
    left: () => [...directives].filter(([id]) => !taken.has(id)).map(([, directive]) => directive),
  }
}
