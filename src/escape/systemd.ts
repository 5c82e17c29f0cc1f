// A value in, the text of a systemd directive out, one function for each of the grammars of systemd.syntax(7).
// Every rule was measured byte for byte against systemd 252, 254 and 257: test/oracles/systemd.test.ts.
import { CannotCarry, refuseAlways } from './refuse.ts'

/** Specifiers are expanded in nearly every directive (systemd.unit(5), "SPECIFIERS"). */
const percent = (text: string): string => text.replaceAll('%', '%%')

/** A double-quoted word: systemd.syntax(7), "QUOTING", with the C escapes it lists. */
function quoted(text: string): string {
  const escaped = text.replaceAll(/[\\"\u0001-\u001f\u007f]/g, (c) => {
    if (c === '\\' || c === '"') return `\\${c}`
    return c === '\n' ? '\\n' : c === '\t' ? '\\t' : c === '\r' ? '\\r' : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return `"${escaped}"`
}

/** The kernel's MAX_ARG_STRLEN: execve(2) fails with E2BIG for one longer argument, and the unit with 203/EXEC. */
const maxArgument = 128 * 1024 - 1

/**
 * One argument of ExecStart= and its siblings, for a line whose program has the ":" prefix (systemd.service(5): no variable is expanded, so "$" is literal).
 * Always quoted, so that ";" cannot begin another command.
 */
export function systemdArgument(text: string): string {
  refuseAlways(text)
  if (Buffer.byteLength(text) > maxArgument) throw new CannotCarry('it is longer than 128 KiB, the most that Linux takes for one argument')
  return quoted(percent(text))
}

/** What systemd refuses in the path of a program ("contains special characters"). */
const specialInPath = /["'\\\u0001-\u001f\u007f]/

/** What systemd is told to run: a program whose path it refuses is started through env(1), which gives the program the same arguments. */
export const systemdArgv = (argv: readonly string[]): readonly string[] => (specialInPath.test(argv[0]!) ? ['/usr/bin/env', '--', ...argv] : argv)

/** A whole command: the value of ExecStart= and its siblings. */
export const systemdCommand = (argv: readonly string[]): string => `:${systemdArgv(argv).map(systemdArgument).join(' ')}`

/** One assignment of Environment=: a whole NAME=value as one quoted word; specifiers are expanded, "$" is not. */
export function systemdVariable(name: string, value: string): string {
  return systemdArgument(`${name}=${value}`)
}

/** The value of a directive that is taken as it stands, up to the end of the line: Description=, WorkingDirectory=, EnvironmentFile=, StandardOutput=append:. */
export function systemdRaw(text: string): string {
  refuseAlways(text)
  if (/[\u0001-\u001f\u007f]/.test(text)) throw new CannotCarry('a systemd unit cannot carry a line break or control character here')
  if (text.endsWith('\\')) throw new CannotCarry('a systemd unit cannot carry a backslash at the end here: it would join the next line')
  if (text !== text.trim()) throw new CannotCarry('a systemd unit cannot carry blanks at the beginning or end here')
  return percent(text)
}

/**
 * A line of an environment file as systemd.exec(5), EnvironmentFile=, reads it: quotes as in a shell, no expansion of any kind.
 * @throws CannotCarry for control characters that systemd drops the variable for
 */
export function systemdEnvironmentLine(name: string, value: string): string {
  refuseAlways(value)
  if (/[\u0001-\u0008\u000b-\u000c\u000e-\u001f\u007f]/.test(value)) throw new CannotCarry('a systemd environment file cannot carry control characters')
  return `${name}="${value.replaceAll(/[\\"`$]/g, '\\$&')}"`
}
