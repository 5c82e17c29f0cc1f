// The helpers that templates may call: one escaper a grammar, each throwing on a value that is not there.
import { cmdArgv, cmdCall, cmdQuoted, cmdSet, cmdText } from '../escape/cmd.ts'
import { jscript, type Plain } from '../escape/jscript.ts'
import { posixCommand, posixWord } from '../escape/posix.ts'

export function present<T>(value: T | undefined, helper: string): T {
  if (value === undefined) throw new Error(`{{${helper}}} got a name that the view does not have`)
  return value
}

/** Windows need not be on C: a batch file asks the machine where its own tools are. */
const systemRoot = (line: string): string => line.replace(/^((?:call )?)"C:\\Windows\\System32\\/, '$1"%SystemRoot%\\System32\\')

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
  /** A whole command line of a batch file. */
  cmdArgv: (argv: readonly string[]): string => systemRoot(cmdArgv(present(argv, 'cmdArgv'))),
  /** `set` for one variable of a batch file. */
  cmdSet: (name: string, value: string): string => cmdSet(present(name, 'cmdSet'), present(value, 'cmdSet')),
  /** A path or text in quotes in a batch file. */
  cmdQuoted: (text: string): string => cmdQuoted(present(text, 'cmdQuoted')),
  /** A text that a batch file shows. */
  cmdText: (text: string): string => cmdText(present(text, 'cmdText')),
  /** A literal of JScript. */
  js: (value: Plain): string => jscript(present(value, 'js')),
  /** `call` of a batch file. */
  cmdCall: (path: string): string => systemRoot(cmdCall(present(path, 'cmdCall'))),
}
