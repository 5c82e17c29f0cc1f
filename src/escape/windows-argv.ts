// An argv in, the command line out that CreateProcess takes and that the program's own C runtime splits back into that argv.
// Grammar: CommandLineToArgvW and "Parsing C command-line arguments" (Microsoft Learn): blanks separate, quotes group, and only
// backslashes right before a quote are special: 2n of them and a quote are n backslashes and a delimiter, 2n+1 are n and a literal quote.
// The first word has other rules: it ends at the next quote (or blank) and nothing in it is an escape.

import { CannotCarry, refuseAlways } from './refuse.ts'

/** CreateProcess takes 32,767 characters with the closing NUL. */
const longestCommandLine = 32_766

/** One word after the first. */
export function quoteArgument(word: string): string {
  refuseAlways(word)
  if (word !== '' && !/[\s"]/.test(word)) return word
  return `"${word.replace(/(\\*)("|$)/g, (_, slashes: string, end: string) => slashes + slashes + (end && '\\"'))}"`
}

/** The first word: the program. It may end in a backslash but hold no quote. */
export function quoteProgram(program: string): string {
  refuseAlways(program)
  if (program === '') throw new CannotCarry('the program is empty')
  if (program.includes('"')) throw new CannotCarry('the path of a program on Windows cannot hold a quote')
  return /\s/.test(program) ? `"${program}"` : program
}

/**
 * The command line of a whole argv.
 * @throws CannotCarry for a NUL anywhere, a quote in the first word, an empty first word, or more than CreateProcess takes
 */
export function quoteArgv(argv: readonly string[]): string {
  const [program = '', ...rest] = argv
  const line = [quoteProgram(program), ...rest.map(quoteArgument)].join(' ')
  if (line.length > longestCommandLine) throw new CannotCarry(`the command line has ${line.length} characters, Windows takes ${longestCommandLine}`)
  return line
}
