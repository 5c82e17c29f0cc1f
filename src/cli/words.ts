// The program's definition and the words typed so far in, what may come next out: names, and the kinds of files that the shell finds by itself.
import type { CommandDefinition, OptionDefinition } from './definition.ts'

/** What a shell, or a look at the machine, has to fill in. */
export type Wanted = 'profile' | 'installed' | 'instance' | 'parameter' | 'user' | 'file' | 'data' | 'folder'

export interface Candidate {
  readonly value: string
  readonly description: string
}

export interface Next {
  readonly candidates: readonly Candidate[]
  readonly wanted: readonly Wanted[]
  /** What stands before each candidate in the same word: `--os=`. */
  readonly prefix: string
  /** The profiles that were typed. */
  readonly profiles: readonly string[]
}

/** Commands that take the name of what is installed, too (subjects.ts). */
const ofInstalled = new Set(['uninstall', 'status', 'start', 'stop', 'restart', 'logs'])

/** What a value is, by the name that the help gives it. */
const wantedBy: Readonly<Record<string, readonly Wanted[]>> = {
  profile: ['profile'],
  file: ['file'],
  dir: ['folder'],
  folder: ['folder'],
  'k=v': ['parameter'],
}
/** Flags whose value has a name that says less than theirs. */
const wantedByFlag: Readonly<Record<string, readonly Wanted[]>> = {
  '--instance': ['instance'],
  '--user': ['user'],
  '--host': ['data'],
  '--values': ['data'],
}
/** `file|name` may be either. */
const wantedByName = (names: string): readonly Wanted[] => names.split('|').flatMap((name) => wantedBy[name] ?? [])
const wantedOf = ({ name, value }: OptionDefinition): readonly Wanted[] => wantedByFlag[name] ?? wantedByName(value ?? '')

/**
 * @param typed the words after the program, without quotes; the last is the one to complete, perhaps empty
 * @returns candidates whatever the last word begins with: each shell has its own idea of what fits
 */
export function nextWords(root: CommandDefinition, typed: readonly string[]): Next {
  const last = typed.at(-1) ?? ''
  let command = root
  let pending: OptionDefinition | null = null
  let onlyArguments = false
  const path: string[] = []
  const used = new Set<string>()
  const values: string[] = []
  for (const word of typed.slice(0, -1)) {
    if (pending !== null) pending = null
    else if (!onlyArguments && word === '--') onlyArguments = true
    else if (!onlyArguments && word.startsWith('-') && word !== '-') {
      const [name] = word.split('=', 1) as [string]
      const option = command.options.find((known) => known.name === name || known.short === name)
      if (option === undefined) continue
      used.add(option.name)
      if (option.value !== null && !word.includes('=')) pending = option
    } else {
      const below: CommandDefinition | undefined = values.length === 0 ? command.commands.find((known) => known.name === word) : undefined
      if (below === undefined) values.push(word)
      else {
        command = below
        path.push(word)
        used.clear()
      }
    }
  }
  const next = (candidates: readonly Candidate[], wanted: readonly Wanted[] = [], prefix = ''): Next => ({
    candidates,
    wanted,
    prefix,
    profiles: command.arguments.some(({ name }) => name === 'profile') ? values : [],
  })
  const ofValue = (option: OptionDefinition, prefix: string): Next =>
    next(
      option.choices.map((value) => ({ value, description: '' })),
      wantedOf(option),
      prefix,
    )
  if (pending !== null) return ofValue(pending, '')
  if (!onlyArguments && last.startsWith('-')) {
    const equals = last.indexOf('=')
    const option = equals < 0 ? undefined : command.options.find(({ name }) => name === last.slice(0, equals))
    if (option !== undefined && option.value !== null) return ofValue(option, last.slice(0, equals + 1))
    return next(command.options.filter(({ name, repeatable }) => repeatable || !used.has(name)).map(({ name, description }) => ({ value: name, description })))
  }
  // `help render`
  if (command === root && values[0] === 'help') return next(values.length === 1 ? named(root.commands) : [])
  if (command.commands.length > 0 && values.length === 0)
    return next([...named(command.commands), ...(command === root ? [{ value: 'help', description: 'what a command can do' }] : [])])
  const argument = command.arguments[Math.min(values.length, command.arguments.length - 1)]
  if (argument === undefined || (values.length >= command.arguments.length && !argument.variadic)) return next([])
  return next(
    argument.choices.filter((value) => !values.includes(value)).map((value) => ({ value, description: '' })),
    [...wantedByName(argument.name), ...(ofInstalled.has(path.join(' ')) && argument.name === 'profile' ? (['installed'] as const) : [])],
  )
}

const named = (commands: readonly CommandDefinition[]): Candidate[] => commands.map(({ name, description }) => ({ value: name, description }))
