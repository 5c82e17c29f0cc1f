// The launcher.sh that `render` wrote in, what it was made from out: the commands and files that a property list or unit has no room for.
// Layout: templates/posix/launcher.sh.hbs; words as escape/posix.ts writes them.

type Argv = readonly string[]

export interface Launcher {
  readonly argv: Argv
  readonly secrets: readonly { readonly name: string; readonly path: string }[]
  /** Lines of `export`, with values of secrets; null for none. */
  readonly secretsFile: string | null
  readonly environmentFiles: readonly { readonly path: string; readonly optional: boolean }[]
  readonly preStart: readonly Argv[]
  readonly postStart: readonly Argv[]
  readonly preStop: readonly Argv[]
  readonly postStop: readonly Argv[]
  /** Null where the manager's own signal goes straight to the program. */
  readonly stop: { readonly signal: string; readonly command: Argv | null } | null
  readonly exit: { readonly restart: readonly number[]; readonly stop: readonly number[]; readonly otherwise: string } | null
}

/** The words of one simple command, up to the end of its line or an unquoted `||`; and where it ends. */
function wordsAt(text: string, from: number): { words: string[]; end: number } {
  const words: string[] = []
  let at = from
  let word: string | null = null
  const push = (): void => {
    if (word !== null) words.push(word)
    word = null
  }
  while (at < text.length) {
    const c = text[at]!
    if (c === "'") {
      const close = text.indexOf("'", at + 1)
      word = (word ?? '') + text.slice(at + 1, close)
      at = close + 1
    } else if (c === '\\') {
      word = (word ?? '') + (text[at + 1] ?? '')
      at += 2
    } else if (c === ' ') {
      push()
      at++
    } else if (c === '\n' || c === '|') break
    else {
      word = (word ?? '') + c
      at++
    }
  }
  push()
  return { words, end: at }
}

/** The lines that differ from one launcher to the next. */
const statement =
  /^(secret(?= [A-Za-z_])|environment_file(?= [^{(])|before(?= [/'])|after(?= [/'])|start run(?= [/'])|exec(?= [/'])|__file=|__restart_codes=|__stop_codes=|__otherwise=)|^ *(hook(?= [/'])|kill -s(?= [A-Z]\w* "\$__child" 2>\/dev\/null \|\| :\n\}))/
const valueOf = (assignment: string): string => assignment.slice(assignment.indexOf('=') + 1)
/** The words of a simple command from a place on. */
export const shellWords = (text: string, from: number): readonly string[] => wordsAt(text, from).words

const isOurs = (text: string): boolean => text.startsWith('#!/bin/sh\n') && text.includes('\n# Written by hermes-install from a profile')

/** @returns null for a script that is not ours */
export function readLauncher(text: string): Launcher | null {
  if (!isOurs(text)) return null
  let argv: Argv = []
  let secretsFile: string | null = null
  let stopCommand: Argv | null = null
  let signal: string | null = null
  const codes: Record<string, readonly number[]> = {}
  let otherwise: string | null = null
  const secrets: { name: string; path: string }[] = []
  const environmentFiles: { path: string; optional: boolean }[] = []
  const hooks = { preStart: [] as Argv[], postStart: [] as Argv[], preStop: [] as Argv[], postStop: [] as Argv[] }
  let at = 0
  while (at < text.length) {
    // Everything else of the script is the same for all, and its comments have apostrophes.
    const known = statement.exec(text.slice(at, at + 400))
    const { words, end } = known === null ? { words: [], end: at } : wordsAt(text, at)
    const eol = text.indexOf('\n', end)
    const says = (what: string): boolean => text.slice(end, eol < 0 ? undefined : eol).includes(what)
    const [first = '', ...rest] = words
    const kind = known?.[1] ?? known?.[2] ?? ''
    switch (kind) {
      case 'secret':
        secrets.push({ name: rest[0]!, path: rest[1]! })
        break
      case 'environment_file':
        environmentFiles.push({ path: rest[0]!, optional: rest[1] === 'optional' })
        break
      case 'before':
        hooks.preStart.push(rest)
        break
      case 'after':
        hooks.postStart.push(rest)
        break
      case 'hook':
        if (says('a preStop hook failed')) hooks.preStop.push(rest)
        else if (says('the stop command failed')) stopCommand = rest
        else hooks.postStop.push(rest)
        break
      case 'start run':
        argv = rest.slice(1)
        break
      case 'exec':
        argv = rest
        break
      case 'kill -s':
        signal = words[2]!
        break
      case '__file=':
        secretsFile = valueOf(first)
        break
      case '__restart_codes=':
      case '__stop_codes=':
        codes[kind] = valueOf(first)
          .split(' ')
          .filter((code) => code !== '')
          .map(Number)
        break
      case '__otherwise=':
        otherwise = valueOf(first)
        break
    }
    at = eol < 0 ? text.length : eol + 1
  }
  if (argv.length === 0) return null
  return {
    argv,
    secrets,
    secretsFile,
    environmentFiles,
    ...hooks,
    stop: signal === null ? null : { signal: `SIG${signal}`, command: stopCommand },
    exit: otherwise === null ? null : { restart: codes['__restart_codes='] ?? [], stop: codes['__stop_codes='] ?? [], otherwise },
  }
}

/** The names that a file of secrets sets; their values are not for anybody to see. */
export const secretNames = (text: string): readonly string[] => [...text.matchAll(/^(?:export )?([A-Za-z_][A-Za-z0-9_]*)=/gm)].map((match) => match[1]!)
