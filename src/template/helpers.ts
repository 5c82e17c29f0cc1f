// The helpers that templates may call: one escaper a grammar, so that no template escapes by hand.
import { cmdArgv, cmdCall, cmdQuoted, cmdSet, cmdText } from '../escape/cmd.ts'
import { jscript, type Plain } from '../escape/jscript.ts'
import { posixCommand, posixWord } from '../escape/posix.ts'

/** Windows need not be on C: a batch file asks the machine where its own tools are. */
const systemRoot = (line: string): string => line.replace(/^((?:call )?)"C:\\Windows\\System32\\/, '$1"%SystemRoot%\\System32\\')

export const helpers = {
  /** One word of a POSIX shell. */
  sh: (value: string | number): string => posixWord(String(value)),
  /** A whole command of a POSIX shell. */
  shArgv: (argv: readonly string[]): string => posixCommand(argv),
  /** A whole command line of a batch file. */
  cmdArgv: (argv: readonly string[]): string => systemRoot(cmdArgv(argv)),
  /** `set` for one variable of a batch file. */
  cmdSet: (name: string, value: string): string => cmdSet(name, value),
  /** A path or text in quotes in a batch file. */
  cmdQuoted: (text: string): string => cmdQuoted(text),
  /** A text that a batch file shows. */
  cmdText: (text: string): string => cmdText(text),
  /** A literal of JScript. */
  js: (value: Plain): string => jscript(value),
  /** `call` of a batch file. */
  cmdCall: (path: string): string => systemRoot(cmdCall(path)),
}
