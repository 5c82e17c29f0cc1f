// The one contract of all service managers: a Service in; files, commands and limits out, as plain data.
import type { Os, PlatformKey, ServiceKey } from '../profile/model.ts'
import type { Path } from '../profile/model.ts'
import type { Manager } from './manager.ts'
import { CannotCarry } from '../escape/refuse.ts'
import type { Service } from '../resolve/service.ts'

/** A file of the rendered tree. `target` is where an install puts it; null for the scripts that do the install. */
export interface Artifact {
  readonly source: string
  readonly target: string | null
  readonly mode: number
  /** Whether it holds a secret: mode 0600, and never shown. */
  readonly sensitive: boolean
  readonly text: string
}

/** One call of a program, shown by plans, run by installs, written into scripts. Never a shell string. */
export interface Command {
  readonly argv: readonly string[]
  readonly why: string
  /** Whether it needs root or an elevated process. */
  readonly elevate: boolean
}

type Fidelity = 'exact' | 'approximate' | 'unsupported'

/** How one key of the profile lands on the platform. */
export interface Limit {
  readonly key: string
  readonly fidelity: Fidelity
  /** For `exact`, where it lands; otherwise why it cannot be exact. */
  readonly reason: string
  /** What is done instead; empty for `exact`. */
  readonly instead: string
}

/** A case in which a key does not land exactly. */
export interface LimitRule {
  readonly when: (service: Service) => boolean
  readonly fidelity: 'approximate' | 'unsupported'
  readonly reason: string
  readonly instead: string
}

/** Where a key lands (for the reference), and the cases in which it does not land exactly: the first that applies counts. */
export interface Mapping {
  readonly to: string
  readonly limits?: readonly LimitRule[]
}

/** Complete by type: a new key of the schema does not compile until every platform maps it or names its limit. */
export type Mappings<O extends Os> = Readonly<Record<ServiceKey | PlatformKey<O>, Mapping>>

/** A value that the platform's format cannot carry. */
export interface Refusal {
  readonly path: Path
  readonly message: string
  readonly hint: string | null
}

interface Rendered {
  readonly artifacts: readonly Artifact[]
  /** What an install runs, in order. */
  readonly steps: readonly Command[]
}

export interface Platform {
  readonly os: Os
  readonly mappings: Readonly<Record<string, Mapping>>
  /**
   * Renders the artifacts. Pure; loads nothing.
   * @param refusals receives every value that cannot be carried; if it is not empty afterwards, the result must not be used
   */
  readonly render: (service: Service, refusals: Refusal[]) => Rendered
  /** How `apply` and its sisters act on this manager; loaded when it is used, and null where only the install scripts do. */
  readonly manager: (() => Promise<Manager>) | null
}

/** Calls an escaper and turns its refusal into one that names the key; of a list, with `parts`, the first item that is refused by itself. */
export type At = <T>(path: Path, escape: () => T, parts?: { readonly items: readonly string[]; readonly escape: (item: string) => unknown }) => T
export function refusing(refusals: Refusal[]): At {
  const refused = (escape: () => unknown): boolean => {
    try {
      escape()
      return false
    } catch {
      return true
    }
  }
  return (path, escape, parts) => {
    try {
      return escape()
    } catch (error) {
      if (!(error instanceof CannotCarry)) throw error
      const item = parts?.items.findIndex((text) => refused(() => parts.escape(text))) ?? -1
      refusals.push({ path: item < 0 ? path : [...path, item], message: error.message, hint: error.hint })
      return '' as ReturnType<typeof escape>
    }
  }
}

/** The limits of the keys that the profile sets, in the order of the mapping. */
export function limitsOf(mappings: Readonly<Record<string, Mapping>>, service: Service): Limit[] {
  const limits: Limit[] = []
  for (const [key, mapping] of Object.entries(mappings)) {
    if (!service.set.has(key)) continue
    const rule = mapping.limits?.find((limit) => limit.when(service))
    limits.push(
      rule ? { key, fidelity: rule.fidelity, reason: rule.reason, instead: rule.instead } : { key, fidelity: 'exact', reason: mapping.to, instead: '' },
    )
  }
  return limits
}

/** A duration in the largest unit that says it exactly, as systemd.time(7) reads it. */
export const seconds = (ms: number): string => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`)
