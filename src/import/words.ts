// The value of a directive in, its words out: systemd.syntax(7), "QUOTING", as extract-word.c and load-fragment.c of systemd 252 do it.
// Words are kept as bytes until they are whole, because `\xc3\xa9` is one letter.

/** Why systemd would not take a value; it passes over it with a warning. */
export class NotTaken extends Error {}

const separators = new Set([' ', '\t', '\n', '\r'])
const simple: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '"': '"', "'": "'", s: ' ' }

/** One escape behind its backslash: the bytes, and how many characters it took. Null for what is no escape (escape.c, cunescape_one). */
function unescaped(text: string, at: number): { bytes: Buffer; length: number } | null {
  const c = text[at]!
  if (Object.hasOwn(simple, c)) return { bytes: Buffer.from(simple[c]!), length: 1 }
  const code = (pattern: RegExp, radix: number): { value: number; length: number } | null => {
    const digits = pattern.exec(text.slice(at))
    return digits === null ? null : { value: Number.parseInt(digits[1]!, radix), length: digits[0].length }
  }
  const byte = code(/^x([0-9A-Fa-f]{2})/, 16) ?? code(/^([0-7]{3})/, 8)
  if (byte !== null) return byte.value === 0 || byte.value > 255 ? null : { bytes: Buffer.from([byte.value]), length: byte.length }
  const point = code(/^u([0-9A-Fa-f]{4})/, 16) ?? code(/^U([0-9A-Fa-f]{8})/, 16)
  if (point === null || point.value === 0 || point.value > 0x10_ffff || (point.value >= 0xd800 && point.value <= 0xdfff)) return null
  return { bytes: Buffer.from(String.fromCodePoint(point.value)), length: point.length }
}

function decoded(parts: readonly Buffer[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts))
  } catch {
    throw new NotTaken('it is not valid UTF-8 once its escapes are read')
  }
}

/** A place in a value. */
interface Cursor {
  readonly text: string
  at: number
}

const skipBlanks = (cursor: Cursor): void => {
  while (cursor.at < cursor.text.length && separators.has(cursor.text[cursor.at]!)) cursor.at++
}

/**
 * The next word, with quotes and escapes taken off; moves the cursor behind it and the blanks after it.
 * @param relaxed whether an unknown escape stays as it is written (commands) or is an error (Environment=)
 * @returns null at the end
 * @throws NotTaken for an open quote, a backslash at the end, an unknown escape
 */
function nextWord(cursor: Cursor, relaxed: boolean): string | null {
  skipBlanks(cursor)
  const { text } = cursor
  if (cursor.at >= text.length) return null
  const parts: Buffer[] = []
  let quote = ''
  while (cursor.at < text.length) {
    const c = text[cursor.at]!
    if (c === '\\') {
      const found = cursor.at + 1 < text.length ? unescaped(text, cursor.at + 1) : null
      if (found !== null) {
        parts.push(found.bytes)
        cursor.at += 1 + found.length
      } else if (relaxed && cursor.at + 1 < text.length) {
        const [next = ''] = text.slice(cursor.at + 1)
        parts.push(Buffer.from(`\\${next}`))
        cursor.at += 1 + next.length
      } else if (relaxed && quote === '') {
        parts.push(Buffer.from('\\'))
        cursor.at++
      } else throw new NotTaken('it has an escape that systemd does not know')
      continue
    }
    if (quote === '' ? c === '"' || c === "'" : c === quote) {
      quote = quote === '' ? c : ''
      cursor.at++
      continue
    }
    if (quote === '' && separators.has(c)) break
    const letter = String.fromCodePoint(text.codePointAt(cursor.at)!)
    parts.push(Buffer.from(letter))
    cursor.at += letter.length
  }
  if (quote !== '') throw new NotTaken('a quote is not closed')
  skipBlanks(cursor)
  return decoded(parts)
}

/** The words of a list of units, where a backslash is part of a name (`dev-x\\x2dy.device`): only quotes are taken off. */
export const unitNames = (text: string): readonly string[] =>
  [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'))

/** All words of a value such as that of Environment=. What comes after a mistake is lost, as systemd loses it. */
export function wordsOf(text: string): { words: readonly string[]; problem: string | null } {
  const cursor = { text, at: 0 }
  const words: string[] = []
  try {
    for (let word = nextWord(cursor, false); word !== null; word = nextWord(cursor, false)) words.push(word)
    return { words, problem: null }
  } catch (error) {
    if (!(error instanceof NotTaken)) throw error
    return { words, problem: error.message }
  }
}

/** One command of an Exec*= directive. */
export interface ExecLine {
  /** Of `-@:+!` and `!!`, those it begins with. */
  readonly prefixes: string
  readonly path: string
  /** What the program gets, its own name first; specifiers and variables as they are written. */
  readonly argv: readonly string[]
}

/**
 * The commands of one Exec*= value: more than one where a lone ";" separates them (systemd.service(5), "COMMAND LINES").
 * @param percent what specifiers become; called for each word by itself, as systemd does
 * @throws NotTaken where systemd would pass over the line
 */
export function execLines(text: string, percent: (word: string) => string): readonly ExecLine[] {
  const cursor = { text, at: 0 }
  const lines: ExecLine[] = []
  for (;;) {
    const first = nextWord(cursor, true)
    if (first === null) return lines
    const prefixes = /^(?:[-@:]|!!|[+!])*/.exec(first)![0]
    const path = percent(first.slice(prefixes.length))
    if (path === '') throw new NotTaken('there is no program')
    if (/["'\\\u0001-\u001f\u007f]/.test(path)) throw new NotTaken('systemd refuses special characters in the path of a program')
    if (path.endsWith('/')) throw new NotTaken('the path of the program ends in "/"')
    const argv: string[] = []
    let more = false
    while (cursor.at < text.length) {
      const rest = text.slice(cursor.at)
      const lone = /^(\\?);(?:[ \t\n\r]+|$)/.exec(rest)
      if (lone !== null) {
        cursor.at += lone[0].length
        if (lone[1] === '\\') {
          argv.push(';')
          continue
        }
        more = true
        break
      }
      const word = nextWord(cursor, true)
      if (word === null) break
      argv.push(percent(word))
    }
    lines.push({ prefixes, path, argv: prefixes.includes('@') ? argv : [path, ...argv] })
    if (!more) return lines
  }
}
