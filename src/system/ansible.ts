// A playbook and its arguments in; its events, as they happen, and how Ansible ended out.
import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What the callback plugin of an export says (templates/ansible/callback_plugins/hermes_install.py). */
export type AnsibleEvent =
  | { readonly event: 'play'; readonly name: string; readonly hosts: readonly string[] }
  | { readonly event: 'task'; readonly task: string }
  | {
      readonly event: 'result'
      readonly host: string
      readonly task: string
      readonly status: 'ok' | 'failed' | 'ignored' | 'unreachable'
      readonly changed: boolean
      readonly message?: string
      readonly diff?: string
      readonly report?: readonly string[]
    }
  | { readonly event: 'stats'; readonly hosts: Readonly<Record<string, HostStats>> }

interface HostStats {
  readonly ok: number
  readonly changed: number
  readonly failures: number
  readonly unreachable: number
  readonly rescued: number
}

/** The full path of a program, as the user's PATH has it; null if it is nowhere. */
export function programIn(path: string, name: string): string | null {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      if (statSync(file).isFile()) return file
    } catch {
      // The next folder may have it.
    }
  }
  return null
}

/** Of what a program says beside its events as much is kept as helps to see what went wrong, in characters. */
const keptNotes = 20_000

/**
 * Runs a program whose standard output has one JSON document a line; anything else there counts as a note.
 * @param argv the program by its full path, and its arguments
 * @param env added to this process's own
 * @returns the exit code, null where it could not be run or was ended by a signal; and what it said beside the events
 */
export function runEvents(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  tell: (event: AnsibleEvent) => void,
): Promise<{ readonly code: number | null; readonly notes: string }> {
  return new Promise((resolve) => {
    const [program = '', ...args] = argv
    const child = spawn(program, args, { stdio: ['inherit', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    // Ctrl+C reaches Ansible by itself, which ends in order; this process only waits for it.
    const pass = (signal: NodeJS.Signals): void => void (signal === 'SIGINT' || child.kill(signal))
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    for (const signal of signals) process.on(signal, pass)
    let notes = ''
    const note = (text: string): void => void (notes = (notes + text).slice(-keptNotes))
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()!
      for (const line of lines) {
        const event = eventOf(line)
        if (event === null) note(`${line}\n`)
        else tell(event)
      }
    })
    child.stderr.setEncoding('utf8').on('data', note)
    const end = (code: number | null, why = ''): void => {
      for (const signal of signals) process.off(signal, pass)
      resolve({ code, notes: notes + rest + why })
    }
    child.once('error', (error) => end(null, error.message))
    child.once('close', (code, signal) => end(code, signal === null ? '' : `ended by ${signal}`))
  })
}

function eventOf(line: string): AnsibleEvent | null {
  try {
    const value = JSON.parse(line) as AnsibleEvent | null
    return typeof value === 'object' && value !== null && 'event' in value ? value : null
  } catch {
    return null
  }
}
