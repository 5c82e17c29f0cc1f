// `logs`: what a service has said lately, and with -f what it says from now on.
import { spawn } from 'node:child_process'
import { UserError, exitCodes, type ExitCode } from '../errors.ts'
import { here, type HereFlags } from './here.ts'
import { subjects } from './subjects.ts'
import { output } from './output.ts'
import type { LogSource } from '../platform/manager.ts'
import { follow, tail } from '../system/tail.ts'

export interface LogsFlags extends HereFlags {
  readonly follow?: boolean
  readonly lines: number
}

/** @returns 0, or 1 if the log cannot be read */
export async function logsCommand(typed: readonly string[], flags: LogsFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  if (flags.json && flags.follow) throw new UserError('USAGE', 'a document ends, and --follow does not', { hint: 'leave out --json or --follow' })
  const at = await here(flags)
  const found = await subjects(at, typed, flags, 'default')
  const calls = found.flatMap(({ service, manager }) => manager.logs(service, { lines: flags.lines, follow: flags.follow ?? false, json: false }))
  if (flags.json) {
    const lines: string[] = []
    for (const argv of calls) {
      if ('file' in argv) {
        lines.push(
          ...tail(argv.file, flags.lines)
            .split('\n')
            .filter((line) => line !== ''),
        )
        continue
      }
      const { code, stdout, stderr } = await at.system.run(argv)
      // journalctl ends with 0 where this user may see nothing of what there is, and says so in a hint.
      if (code !== 0 || (/^-- No entries --$/m.test(stdout) && /not seeing messages from other users/.test(stderr)))
        throw new UserError('NO_RIGHTS', `this user may not read the log: ${(stderr || stdout).trim().split('\n')[0]}`)
      lines.push(...stdout.split('\n').filter((line) => line !== ''))
    }
    out.document({ command: 'logs', ok: true, changed: false, lines })
    return exitCodes.done
  }
  const one = async (source: LogSource): Promise<number> => ('file' in source ? showFile(source.file, flags) : show(source))
  const codes = flags.follow ? await Promise.all(calls.map(one)) : []
  if (!flags.follow) for (const source of calls) codes.push(await one(source))
  return codes.every((code) => code === 0) ? exitCodes.done : exitCodes.failed
}

function showFile(path: string, { lines, follow: goOn }: LogsFlags): number | Promise<number> {
  process.stdout.write(tail(path, lines))
  if (!goOn) return 0
  follow(path, (text) => void process.stdout.write(text))
  return new Promise((resolve) => process.on('SIGINT', () => process.exit(resolve(0) as undefined)))
}

/** As it is, with the terminal it may colour for; Ctrl+C ends it and is no failure. */
const show = ([program, ...args]: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(program!, args, { stdio: ['ignore', 'inherit', 'inherit'] })
    process.on('SIGINT', () => child.kill('SIGINT'))
    child.once('error', () => reject(new UserError('NO_MANAGER', `${program} cannot be run`)))
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 0))
  })
