// The script of Hermes' own scheduled task (.cmd, .vbs or .js) in, the service that it starts out: variables, folder and command line.
// Seen in hermes_cli/gateway_windows.py of NousResearch/hermes-agent, 2026-09: one assignment a line, the program in the last.
import { splitCommandLine } from './command-line.ts'
import { newDraft } from './draft.ts'
import type { Given, Imported } from './model.ts'
import { baseName } from './own.ts'
import { refuse } from './reading.ts'

/** A string of VBScript doubles its quotes, one of JScript puts a backslash before them. */
const vbs = '"((?:[^"]|"")*)"'
const js = '"((?:[^"\\\\]|\\\\.)*)"'

interface Script {
  readonly variables: ReadonlyMap<string, string>
  readonly folder: string | null
  readonly line: string | null
  /** A launcher in the Startup folder starts the script of the task. */
  readonly target: string | null
}

function readScript(text: string): Script {
  const lines = text.split(/\r?\n/)
  const variables = new Map<string, string>()
  let folder: string | null = null
  let line: string | null = null
  let target: string | null = null
  for (const one of lines) {
    const set = /^set "([A-Za-z_]\w*)=(.*)"$/.exec(one)
    if (set !== null) variables.set(set[1]!, set[2]!)
    const cd = /^cd \/d (.+)$/.exec(one)?.[1]
    if (cd !== undefined) folder = splitCommandLine(cd)[0] ?? null
    if (/ gateway run\b/.test(one) && !/^(?:rem|'|\/\/|\s*(?:env|sh)\b)/.test(one)) line = one
    for (const [string, plain] of [
      [vbs, (raw: string) => raw.replaceAll('""', '"')],
      [js, (raw: string) => raw.replaceAll(/\\(.)/g, '$1')],
    ] as const) {
      const isJs = string === js
      if (isJs !== /;\s*$/.test(one)) continue
      const item = new RegExp(`^\\s*env(?:\\.Item)?\\(${string}\\) = ${string};?$`).exec(one)
      if (item !== null) variables.set(plain(item[1]!), plain(item[2]!))
      const current = new RegExp(`^sh\\.CurrentDirectory = ${string};?$`).exec(one)?.[1]
      if (current !== undefined) folder = plain(current)
      const run = new RegExp(`^sh\\.Run[ (]${string}, 0, [Ff]alse\\)?;?$`).exec(one)?.[1]
      if (run !== undefined) line = plain(run)
      const other = new RegExp(`^target = ${string};?$`).exec(one)?.[1]
      if (other !== undefined) target = plain(other)
    }
  }
  return { variables, folder, line, target }
}

/** @throws UserError NOT_IMPORTED for any other script */
export function readTask(given: Given): Imported {
  let script = readScript(given.main.text)
  if (script.target !== null) script = readScript(given.beside(script.target) ?? given.beside(baseName(script.target)) ?? '')
  const words = splitCommandLine(script.line ?? '')
  if (!(words.includes('gateway') && words.includes('run')))
    throw refuse(
      given,
      'it is a script, and not that of the scheduled task which Hermes makes',
      'of scripts, only Hermes_Gateway.cmd, .vbs and .js are known here',
    )
  const draft = newDraft()
  const label = baseName(given.main.path).replace(/\.[a-z]+$/i, '')
  draft.set(['name'], 'hermes-gateway')
  draft.set(['label'], label)
  draft.set(['command'], words)
  if (script.folder !== null) draft.set(['workingDirectory'], script.folder)
  for (const [name, value] of script.variables) draft.variable(name, value.replace(/;?%PYTHONPATH%$/, '').replace(/;$/, ''))
  return { os: 'windows', ...draft.done(), instance: null }
}
