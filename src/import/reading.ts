// What the mapping of one unit works with, and how a value that no key can hold is told of.
import { UserError } from '../errors.ts'
import type { Path } from '../profile/model.ts'
import type { Draft } from './draft.ts'
import type { Given } from './model.ts'
import { MachineSpecifier, type UnitName } from './specifiers.ts'
import type { Unit } from './unit.ts'
import { NotTaken } from './words.ts'

export interface Reading {
  readonly unit: Unit
  readonly draft: Draft
  readonly given: Given
  readonly name: UnitName
  readonly scope: 'user' | 'system'
  /** What a profile calls it. */
  readonly label: string
  /** Replaces the specifiers of one word. */
  readonly percent: (word: string) => string
}

export const refuse = ({ main }: Given, why: string, hint: string): UserError =>
  new UserError('NOT_IMPORTED', `${main.path} cannot become a profile: ${why}`, { hint })

/** Who writes a directive in a rendered unit: where it is always this tool, `native` cannot have it. */
type Writer = 'tool' | 'anyone'

/**
 * Lets a key of the profile carry a directive.
 * @param writer of this directive: what a key cannot carry stays for native.linux, or is told of in a remark
 * @param express returns whether it could
 */
export function express({ unit, draft }: Reading, [section, key]: readonly [string, string], path: Path, writer: Writer, express: () => boolean): void {
  let why = 'no key of the profile can hold it'
  try {
    if (express()) {
      unit.take(section, key)
      return
    }
  } catch (error) {
    if (error instanceof NotTaken) {
      unit.take(section, key)
      draft.remark(path, `systemd passes over ${shown(unit, section, key)}: ${error.message}`)
      return
    }
    if (!(error instanceof MachineSpecifier)) throw error
    why = error.message
  }
  if (writer === 'anyone') return
  unit.take(section, key)
  draft.remark(path, `not carried: ${shown(unit, section, key)}: ${why}`)
}

const shown = (unit: Unit, section: string, key: string): string =>
  unit
    .values(section, key)
    .map((value) => `${key}=${value}`)
    .join(', ')
