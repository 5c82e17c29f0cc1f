// The helpers that templates may call: one escaper a grammar, each throwing on a value that is not there.
import { posixCommand, posixWord } from '../escape/posix.ts'

function present<T>(value: T | undefined, helper: string): T {
  if (value === undefined) throw new Error(`{{${helper}}} got a name that the view does not have`)
  return value
}

/** What Handlebars passes last to every helper. */
interface Options {
  fn: (context: unknown) => string
  inverse: (context: unknown) => string
}

export const helpers = {
  /** A block for a value that is true, not empty and not null. Handlebars' own `if` takes a missing name for false, even when strict. */
  if(this: unknown, value: unknown, options: Options): string {
    const empty = present(value, 'if') === null || value === false || value === '' || value === 0 || (Array.isArray(value) && value.length === 0)
    return empty ? options.inverse(this) : options.fn(this)
  },
  unless(this: unknown, value: unknown, options: Options): string {
    return helpers.if.call(this, present(value, 'unless'), { fn: options.inverse, inverse: options.fn })
  },
  /** One word of a POSIX shell. */
  sh: (value: string | number): string => posixWord(String(present(value, 'sh'))),
  /** A whole command of a POSIX shell. */
  shArgv: (argv: readonly string[]): string => posixCommand(present(argv, 'shArgv')),
}
