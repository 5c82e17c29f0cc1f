// The command line as commander knows it in, the same as plain data out: for completions, the man page and tests.
import type { Argument, Command, Option } from 'commander'

export interface OptionDefinition {
  /** `--out`; a flag that has only a short form has that. */
  readonly name: string
  /** `-n`; null where there is none. */
  readonly short: string | null
  /** The name of its value, `file`; null for a flag that takes none. */
  readonly value: string | null
  readonly description: string
  readonly choices: readonly string[]
  readonly repeatable: boolean
  readonly defaultValue: string | null
}

export interface ArgumentDefinition {
  readonly name: string
  readonly description: string
  readonly required: boolean
  readonly variadic: boolean
  readonly choices: readonly string[]
}

export interface CommandDefinition {
  readonly name: string
  readonly description: string
  readonly arguments: readonly ArgumentDefinition[]
  readonly options: readonly OptionDefinition[]
  readonly commands: readonly CommandDefinition[]
  /** What the help says below the options. */
  readonly below: string
}

/** Whatever is added to the program is in here by itself. */
export function definitionOf(command: Command): CommandDefinition {
  const help = command.createHelp()
  return {
    name: command.name(),
    description: command.description(),
    arguments: command.registeredArguments.map(argumentOf),
    // As the help lists them: with --help, without hidden ones; `help` is commander's own.
    options: help.visibleOptions(command).map(optionOf),
    commands: help
      .visibleCommands(command)
      .filter((below) => command.commands.includes(below))
      .map(definitionOf),
    below: belowOf(command),
  }
}

const argumentOf = (argument: Argument): ArgumentDefinition => ({
  name: argument.name(),
  description: argument.description,
  required: argument.required,
  variadic: argument.variadic,
  choices: argument.argChoices ?? [],
})

function optionOf(option: Option): OptionDefinition {
  const { long, short, flags, description, argChoices, defaultValue, required, optional } = option
  return {
    name: long ?? short!,
    short: long === undefined ? null : (short ?? null),
    value: required || optional ? (/[<[]([^>\].]+)/.exec(flags)?.[1] ?? 'value') : null,
    description,
    choices: argChoices ?? [],
    repeatable: option.variadic || collects(option),
    defaultValue: typeof defaultValue === 'string' || typeof defaultValue === 'number' ? String(defaultValue) : null,
  }
}

/** Whether one more value is added to those before; commander hides what `choices` does in the same field. */
function collects({ parseArg, argChoices }: Option): boolean {
  if (parseArg === undefined || argChoices !== undefined) return false
  try {
    return Array.isArray(parseArg<unknown>('1', undefined))
  } catch {
    return false
  }
}

/** What addHelpText('after') added; commander keeps it as listeners that write. */
function belowOf(command: Command): string {
  const parts: string[] = []
  // Its types leave out that a command is an EventEmitter.
  ;(command as unknown as NodeJS.EventEmitter).emit('afterHelp', { error: false, command, write: (text: string) => void parts.push(text) })
  return parts.join('')
}
