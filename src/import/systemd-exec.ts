// The commands of a unit in; command, hooks, stop.command and reload out. What only systemd can do to a command stays in native.linux, as it is.
import { signals } from '../profile/patterns.ts'
import { isAbsolutePath } from './draft.ts'
import { readLauncher } from './launcher-sh.ts'
import { express, refuse, type Reading } from './reading.ts'
import { secretArgument } from './secrets.ts'
import { MachineSpecifier } from './specifiers.ts'
import { hasVariables, shellCommand, withoutVariables } from './variables.ts'
import { NotTaken, execLines, type ExecLine } from './words.ts'

type Argv = readonly string[]

/** The program that `render` puts before one whose path systemd refuses (escape/systemd.ts). */
const special = /["'\\\u0001-\u001f\u007f]/
const withoutEnv = (argv: Argv): Argv => (argv[0] === '/usr/bin/env' && argv[1] === '--' && special.test(argv[2] ?? '') ? argv.slice(2) : argv)

/** What a program gets of a line that holds nothing for systemd to fill in; null for any other. */
function plain({ prefixes, path, argv }: ExecLine, allowed: RegExp): Argv | null {
  if (!allowed.test(prefixes) || !isAbsolutePath(path)) return null
  if (!prefixes.includes(':') && hasVariables(argv)) return null
  return withoutEnv([path, ...(prefixes.includes(':') ? argv : withoutVariables(argv)).slice(1)])
}

/** command <- ExecStart=, with what a launcher of ours had in its hands. */
export function execStart({ unit, draft, given, percent }: Reading): void {
  const lines = startLines(unit.take('Service', 'ExecStart'), percent, given)
  if (lines.length !== 1)
    throw refuse(given, `ExecStart= names ${lines.length} programs`, 'systemd takes one for a service that keeps running, and a profile too')
  const [line] = lines as [ExecLine]
  const { prefixes, path } = line
  let command: Argv
  if (prefixes.includes(':') || !hasVariables(line.argv))
    command = withoutEnv([path, ...(prefixes.includes(':') ? line.argv : withoutVariables(line.argv)).slice(1)])
  else {
    const script = shellCommand(path, [path, ...line.argv.slice(1)])
    if (script === null) throw refuse(given, 'ExecStart= has a variable in it with a name that no shell takes', 'write its value in, and import it again')
    command = ['/bin/sh', '-c', script]
    draft.remark(['command'], 'systemd filled the variables in; here a shell does, and then becomes the program. Quotes inside of a value are not taken apart.')
  }
  if (!isAbsolutePath(path) && command[0] === path) {
    command = ['/usr/bin/env', '--', ...command]
    draft.remark(['command'], `${path} has no folder: systemd looks for it where programs are, and so does env`)
  }
  if (prefixes.includes('@') && line.argv[0] !== path)
    draft.remark(['command'], `not carried: the program saw itself called ${JSON.stringify(line.argv[0] ?? '')} ("@" of ExecStart=)`)
  if (prefixes.includes('-')) draft.remark(['command'], 'not carried: a failure of the program counted as a success ("-" of ExecStart=)')
  for (const sign of ['+', '!!', '!'])
    if (prefixes.includes(sign)) {
      draft.remark(['command'], `not carried: the program ran with more privileges than the unit grants ("${sign}" of ExecStart=)`)
      break
    }
  if (command.some(secretArgument))
    draft.remark(['command'], 'an argument looks like a secret, and everybody on the machine can read it: hand it over in a file or in `environment`')

  if (command.length === 2 && command[0] === '/bin/sh' && /\/hermes-install\/[^/]+\/launcher\.sh$/.test(command[1]!)) {
    const launcher = readLauncher(given.beside('launcher.sh') ?? given.beside(command[1]!) ?? '')
    if (launcher === null)
      throw refuse(
        given,
        `it starts ${command[1]}, which is neither beside it nor to be read`,
        'import it from the folder that render wrote, or as a user who may read it',
      )
    command = launcher.argv
    for (const { name, path: secretFile } of launcher.secrets) draft.set(['environment', name], { secretFile })
  }
  draft.set(['command'], command)
}

function startLines(values: readonly string[], percent: (word: string) => string, given: Reading['given']): readonly ExecLine[] {
  try {
    return values.flatMap((value) => execLines(value, percent))
  } catch (error) {
    if (error instanceof NotTaken)
      throw refuse(given, `systemd itself does not take its ExecStart=: ${error.message}`, 'mend the unit first: systemd-analyze verify')
    if (error instanceof MachineSpecifier) throw refuse(given, `in ExecStart=, ${error.message}`, 'write its value in, and import it again')
    throw error
  }
}

/** One command is written as a list, several as a list of lists. */
const hook = (commands: readonly Argv[]): Argv | readonly Argv[] => (commands.length === 1 ? commands[0]! : commands)

export function commandKeys(reading: Reading): void {
  const { unit, draft, percent } = reading
  const linesOf = (key: string): readonly ExecLine[] => unit.values('Service', key).flatMap((value) => execLines(value, percent))

  // hooks <- ExecStartPre=, ExecStartPost=, ExecStopPost=
  for (const [name, key] of [
    ['preStart', 'ExecStartPre'],
    ['postStart', 'ExecStartPost'],
    ['postStop', 'ExecStopPost'],
  ] as const) {
    if (!unit.has('Service', key)) continue
    express(reading, ['Service', key], ['hooks', name], 'anyone', () => {
      const commands = linesOf(key).map((line) => plain(line, /^:?$/))
      if (commands.includes(null)) return false
      draft.set(['hooks', name], hook(commands as Argv[]))
      return true
    })
  }

  // hooks.preStop, stop.command <- ExecStop=: the last asks the program to end, those before it are hooks
  if (unit.has('Service', 'ExecStop'))
    express(reading, ['Service', 'ExecStop'], ['stop', 'command'], 'anyone', () => {
      const lines = linesOf('ExecStop')
      const commands = lines.map((line) => plain(line, /^[-:]*$/))
      if (commands.includes(null)) return false
      const before = commands.slice(0, -1) as Argv[]
      if (before.length > 0) draft.set(['hooks', 'preStop'], hook(before))
      draft.set(['stop', 'command'], commands.at(-1))
      if (lines.some(({ prefixes }) => !prefixes.includes('-')))
        draft.remark(['stop', 'command'], 'not carried: in the unit a failure of ExecStop= makes the service fail; here it is passed over')
      return true
    })

  // reload.signal, reload.command <- ExecReload=
  if (unit.has('Service', 'ExecReload'))
    express(reading, ['Service', 'ExecReload'], ['reload'], 'anyone', () => {
      const lines = linesOf('ExecReload')
      const [line] = lines
      if (line === undefined || lines.length > 1) return false
      const signal = reloadSignal(line)
      if (signal !== null) {
        draft.set(['reload', 'signal'], signal)
        return true
      }
      const command = plain(line, /^:?$/)
      if (command !== null) draft.set(['reload', 'command'], command)
      return command !== null
    })
}

/** `kill -HUP $MAINPID` in its spellings. */
function reloadSignal({ prefixes, path, argv }: ExecLine): string | null {
  const [, ...args] = argv
  if (prefixes !== '' || !['/bin/kill', '/usr/bin/kill'].includes(path) || !['$MAINPID', '${MAINPID}'].includes(args.at(-1) ?? '')) return null
  const option = args.slice(0, -1)
  const named =
    option.length === 1 ? /^-(?:s|-signal=)?([A-Z]+\d?|1)$/.exec(option[0]!)?.[1] : option.length === 2 && option[0] === '-s' ? option[1] : undefined
  const full = named === '1' ? 'SIGHUP' : named?.startsWith('SIG') ? named : `SIG${named}`
  return (signals as readonly string[]).includes(full) ? full : null
}
