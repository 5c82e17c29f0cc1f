// The launcher.cmd that `render` wrote in, what it was made from out. Layout: templates/windows/launcher.cmd.hbs and program.cmd.hbs; words as escape/cmd.ts writes them.
import { splitCommandLine } from './command-line.ts'

type Argv = readonly string[]

interface Batch {
  readonly argv: Argv
  readonly secrets: readonly { readonly name: string; readonly path: string }[]
  readonly secretsFile: string | null
  readonly environmentFiles: readonly { readonly path: string; readonly optional: boolean }[]
  readonly preStart: readonly Argv[]
  readonly postStop: readonly Argv[]
  readonly exit: { readonly restart: readonly number[]; readonly stop: readonly number[]; readonly otherwise: string } | null
}

/** What cmd.exe makes of a line: outside of quotes a caret is gone and what follows it is literal; `%%` is one percent sign. */
function plain(line: string): string {
  let out = ''
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    const c = line[at]!
    if (c === '%' && line[at + 1] === '%') at++
    if (c === '^' && !quoted) {
      at++
      out += line[at] ?? ''
      if (line[at] === '%' && line[at + 1] === '%') at++
      continue
    }
    if (c === '"') quoted = !quoted
    out += c
  }
  return out
}

/** `call "x.cmd" args` and `"x.exe" args`. */
export const batchCommand = (line: string): Argv => splitCommandLine(plain(line).replace(/^call /, ''))

/** The value of `set "NAME=value"`, in either of its two spellings. */
function setValue(line: string, name: string): string | null {
  const text = plain(line)
  const match = new RegExp(`^set "${name}=(.*)"$`, 's').exec(text)
  return match === null ? null : match[1]!
}

/** @returns null for a script that is not ours */
export function readBatchLauncher(text: string): Batch | null {
  if (!text.startsWith('@echo off') || !text.includes('rem Written by hermes-install from a profile')) return null
  const lines = text.split(/\r?\n/)
  const start = lines.indexOf('call :prepare')
  const end = lines.indexOf(':ended')
  const prepare = lines.indexOf(':prepare')
  if (start < 0 || end < start || prepare < end) return null
  const preStart: Argv[] = []
  const postStop: Argv[] = []
  let argv: Argv = []
  let ended = false
  const body = lines.slice(start + 1, end)
  for (const [i, line] of body.entries()) {
    if (line === '' || /^(?:rem |:|if |goto |start )/.test(line)) continue
    if (line.startsWith('set "hi_code=')) {
      if (argv.length > 0 && !body.slice(0, i).includes(':notStarted')) ended = true
      continue
    }
    if (body[i + 1]?.endsWith('goto :notStarted') === true) preStart.push(batchCommand(line))
    else if (ended) postStop.push(batchCommand(line))
    else argv = batchCommand(line)
  }
  const tail = lines.slice(end, prepare)
  const codes = (label: string): number[] =>
    tail.flatMap((line) => {
      const code = new RegExp(`^if "%hi_code%"=="(-?\\d+)" goto :${label}$`).exec(line)?.[1]
      // cmd.exe shows the 32 bits as a signed number.
      return code === undefined ? [] : [Number(code) >>> 0]
    })
  const otherwise = tail.map((line) => /^goto :(restart|stop|on-failure)$/.exec(line)?.[1]).find((label) => label !== undefined)

  const secrets: { name: string; path: string }[] = []
  const environmentFiles: { path: string; optional: boolean }[] = []
  let secretsFile: string | null = null
  let [name, file, optional] = ['', '', false]
  for (const line of lines.slice(prepare + 1)) {
    if (line === 'exit /b 0') break
    name = setValue(line, 'hi_name') ?? name
    file = setValue(line, 'hi_file') ?? file
    optional = line.startsWith('set "hi_optional=') ? line.includes('=yes') : optional
    if (line === 'call :secret') secrets.push({ name, path: file })
    else if (line === 'call :environmentFile') environmentFiles.push({ path: file, optional })
    else if (line.startsWith('call "')) secretsFile = batchCommand(line)[0] ?? null
  }
  return {
    argv,
    secrets,
    secretsFile,
    environmentFiles,
    preStart,
    postStop,
    exit: otherwise === undefined ? null : { restart: codes('restart'), stop: codes('stop'), otherwise },
  }
}

/** The names that secrets.cmd sets. */
export const batchSecretNames = (text: string): readonly string[] => [...text.matchAll(/^set \^?"([A-Za-z_][\w.()-]*)=/gm)].map((match) => match[1]!)
