// A word of a unit in, the same word with its specifiers replaced out: systemd.unit(5), "SPECIFIERS".
// Only those that mean the same on every machine, or that a profile has a name for, can be: the rest only systemd knows.
import { fact } from './draft.ts'

/** A specifier that stands for something of one machine or one boot. */
export class MachineSpecifier extends Error {
  readonly letter: string
  constructor(letter: string) {
    super(`%${letter} stands for something that only systemd knows on each machine`)
    this.letter = letter
  }
}

export interface UnitName {
  /** Without `.service`. */
  readonly stem: string
  readonly prefix: string
  /** Null for none, an empty text for a template. */
  readonly instance: string | null
}

export function unitName(file: string): UnitName {
  const stem = file.replace(/\.service$/, '')
  const at = stem.indexOf('@')
  return at < 0 ? { stem, prefix: stem, instance: null } : { stem, prefix: stem.slice(0, at), instance: stem.slice(at + 1) }
}

/** unit_name_unescape: "-" is "/", `\xNN` a byte. */
const unescaped = (text: string): string =>
  text.replaceAll('-', '/').replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/** What a user's manager replaces by its user's own; `null` where the meaning changed between versions (%S and %L in 254). */
const ofUser: Readonly<Record<string, string>> = {
  h: fact('home'),
  u: fact('user'),
  U: fact('uid'),
  t: `/run/user/${fact('uid')}`,
  E: fact('configDir'),
  C: `${fact('home')}/.cache`,
  T: '/tmp',
  V: '/var/tmp',
}
/** The system's manager runs as root, whatever User= says. */
const ofSystem: Readonly<Record<string, string>> = {
  h: '/root',
  u: 'root',
  U: '0',
  g: 'root',
  G: '0',
  t: '/run',
  S: '/var/lib',
  C: '/var/cache',
  L: '/var/log',
  E: '/etc',
  T: '/tmp',
  V: '/var/tmp',
}

/** @returns what replaces the specifiers of one word; it throws {@link MachineSpecifier} for one that nobody else can know */
export function specifiers(name: UnitName, scope: 'user' | 'system'): (word: string) => string {
  const instance = name.instance === '' ? fact('instance') : (name.instance ?? '')
  const last = name.prefix.slice(name.prefix.lastIndexOf('-') + 1)
  const stem = name.instance === '' ? `${name.prefix}@${instance}` : name.stem
  const known: Readonly<Record<string, string>> = {
    '%': '%',
    n: `${stem}.service`,
    N: stem,
    p: name.prefix,
    P: unescaped(name.prefix),
    i: instance,
    I: name.instance === '' ? instance : unescaped(instance),
    j: last,
    J: unescaped(last),
    ...(scope === 'user' ? ofUser : ofSystem),
  }
  return (word) =>
    // What is no specifier stays as it is (specifier.c).
    word.replaceAll(/%([%A-Za-z])/g, (_, letter: string) => {
      if (Object.hasOwn(known, letter)) return known[letter]!
      throw new MachineSpecifier(letter)
    })
}
