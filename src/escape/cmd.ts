// Strings in, lines of a batch file out, for cmd.exe with extensions on and delayed expansion off (as our templates set it).
// Grammar: `cmd /?`, `set /?`, `for /?`; the order of cmd's phases as measured by its users ("How does the Windows Command Interpreter
// parse scripts?", stackoverflow.com/questions/4094699): percent signs first, everywhere, where `%%` is one; then `^` and the operators, outside
// quotes only. A quote is an ordinary character after a `^`, so a text with every special character behind a `^` is never inside quotes for cmd.
import { CannotCarry, refuseAlways } from './refuse.ts'
import { quoteArgument, quoteProgram } from './windows-argv.ts'

/** What cmd.exe reads of one line, before and after expansion (support.microsoft.com, "Command prompt line string limitation"). */
const longestLine = 8191

function carried(text: string): string {
  refuseAlways(text)
  // oxlint-disable-next-line no-control-regex -- a line end ends the command, Ctrl+Z the file
  const bad = /[\n\r\x1a]/.exec(text)?.[0]
  if (bad !== undefined) throw new CannotCarry(`a batch file of cmd.exe cannot carry ${bad === '\x1a' ? 'Ctrl+Z' : 'a line end'}`)
  return text
}

function line(text: string): string {
  if (text.length > longestLine) throw new CannotCarry(`the line has ${text.length} characters, cmd.exe reads ${longestLine}`)
  return text
}

/** Outside quotes: every character that cmd could take for its own behind a caret, percent signs doubled. Blanks stay blanks. */
const escaped = (text: string): string =>
  carried(text)
    .replace(/[\^&|<>()"!]/g, '^$&')
    .replaceAll('%', '%%')

/**
 * A literal in quotes, for a path or another text without quotes: `if exist {{cmdQuoted path}}`, `>>{{cmdQuoted log}}`.
 * @throws CannotCarry for a quote (no escape exists inside quotes) and for what no line can carry
 */
export function cmdQuoted(text: string): string {
  if (text.includes('"')) throw new CannotCarry('cmd.exe cannot carry a quote inside quotes')
  return `"${carried(text).replaceAll('%', '%%')}"`
}

/** A text for `echo(`, as it is to appear. */
export const cmdText = (text: string): string => line(escaped(text))

/**
 * A whole command line that gives the program exactly this argv: `quoteArgv` for the program's own parser, then a caret for cmd's.
 * The program itself stands in real quotes, because an escaped blank would end its name.
 * A batch file as the program runs through `call`, which reads its arguments a second time: only words that survive that are taken.
 * @throws CannotCarry for what cmd.exe cannot carry (line ends, NUL, Ctrl+Z), a line over 8191 characters, or a batch file with other arguments
 */
export function cmdArgv(argv: readonly string[]): string {
  const [program = '', ...rest] = argv
  quoteProgram(program)
  const batch = /\.(cmd|bat)[ .]*$/i.test(program)
  const unsafe = batch ? argv.find((word) => /["^%!&|<>]/.test(word) || word === '') : undefined
  if (unsafe !== undefined) throw new CannotCarry('a batch file cannot be given this argument exactly', 'run its interpreter or an .exe instead')
  return line(
    [
      ...(batch ? ['call'] : []),
      cmdQuoted(program),
      ...rest.map((word) => (batch && word !== '' && /[\s,;=()]/.test(word) ? cmdQuoted(word) : escaped(quoteArgument(word)))),
    ].join(' '),
  )
}

/**
 * `set` for one variable: exact, trailing blanks included. An empty value unsets the variable: cmd knows no empty ones.
 * @throws CannotCarry for a name that `set` would read otherwise, or a value that cmd.exe cannot carry
 */
export function cmdSet(name: string, value: string): string {
  if (!/^[A-Za-z_][\w.()-]*$/.test(name)) throw new CannotCarry('cmd.exe cannot set a variable of that name')
  // With a quote inside, the quotes around would not pair: carets instead. `set` takes what stands between its first and its last quote.
  return line(value.includes('"') ? `set ${escaped(`"${name}=${value}"`)}` : `set ${cmdQuoted(`${name}=${value}`)}`)
}

/**
 * `call` of a batch file without arguments; more words may follow it in the template.
 * @throws CannotCarry for anything but a .cmd or .bat, and for a path that `call` would read otherwise the second time
 */
export function cmdCall(path: string): string {
  if (!/\.(cmd|bat)$/i.test(path)) throw new CannotCarry('only a batch file can be called')
  return cmdArgv([path])
}
