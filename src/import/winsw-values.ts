// The texts of a WinSW file in, what they mean out: its durations and its one pass over `%NAME%` (WinSW 2.12.0 and 3, XmlServiceConfig.cs).
import { percentVariable } from '../escape/winsw.ts'

const units: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  sec: 1000,
  secs: 1000,
  min: 60_000,
  mins: 60_000,
  hr: 3_600_000,
  hrs: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  day: 86_400_000,
  days: 86_400_000,
}

/** `15 sec`, or bare milliseconds. @returns null for what WinSW refuses */
export function winswMs(text: string): number | null {
  const match = /^(\d+) ?([a-z]*)$/.exec(text.trim())
  const factor = match === null ? undefined : units[match[2]!]
  return factor === undefined ? null : Number(match![1]) * factor
}

/** A variable of the machine, whose value only the machine knows. */
export class MachineVariable extends Error {
  constructor(name: string) {
    super(`%${name}% is a variable of the machine, which WinSW fills in at each start`)
  }
}

/** What every Windows has under the same name, unless somebody moved it. */
const usual: Readonly<Record<string, string>> = {
  SYSTEMROOT: 'C:\\Windows',
  WINDIR: 'C:\\Windows',
  SYSTEMDRIVE: 'C:',
  PROGRAMFILES: 'C:\\Program Files',
  'PROGRAMFILES(X86)': 'C:\\Program Files (x86)',
  PROGRAMDATA: 'C:\\ProgramData',
  ALLUSERSPROFILE: 'C:\\ProgramData',
}

export interface Expanding {
  /** Replaces `%NAME%` once. @throws MachineVariable */
  readonly expand: (text: string) => string
  /** Adds a variable that the file itself sets. */
  readonly add: (name: string, value: string) => void
  /** The variables that were taken from what is usual on Windows. */
  readonly assumed: Set<string>
}

/** @param base the folder of the file, for %BASE%; null where it is not one of Windows */
export function expanding(base: string | null, id: string): Expanding {
  const own = new Map<string, string>([[percentVariable, '%']])
  const assumed = new Set<string>()
  if (base !== null) own.set('BASE', base)
  own.set('SERVICE_ID', id)
  return {
    assumed,
    add: (name, value) => void own.set(name.toUpperCase(), value),
    expand(text) {
      let out = ''
      let at = 0
      for (;;) {
        const open = text.indexOf('%', at)
        const close = open < 0 ? -1 : text.indexOf('%', open + 1)
        if (close < 0) return out + text.slice(at)
        const name = text.slice(open + 1, close)
        const key = name.toUpperCase()
        out += text.slice(at, open)
        const known = own.get(key)
        if (known !== undefined) out += known
        else if (Object.hasOwn(usual, key)) {
          assumed.add(name)
          out += usual[key]!
        } else if (/^[A-Za-z_][\w.()-]*$/.test(name)) throw new MachineVariable(name)
        else {
          // No name: the text stays, and the second sign may begin one.
          out += text.slice(open, close)
          at = close
          continue
        }
        at = close + 1
      }
    },
  }
}
