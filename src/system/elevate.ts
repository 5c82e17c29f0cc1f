// A command of this program in; the same run with admin rights after one question by Windows (UAC), its output as it comes and its exit code out.
// The elevated process has a console of its own, which is hidden: nothing of its output would be seen. So it talks through a named pipe of this process.
import { randomBytes } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { encodedCommand } from '../platform/windows/settings.ts'
import { quoteArgv } from '../escape/windows-argv.ts'
import { run } from './run.ts'

/** What the elevated process is to do. It is told through the pipe: a command line can be read by others. */
export interface Job {
  readonly argv: readonly string[]
  readonly cwd: string
  /** Variables that the command may read; Windows gives an elevated process the environment of its account. */
  readonly env: Readonly<Record<string, string>>
}

/** One line of JSON each. */
export type Frame = { readonly out: string } | { readonly err: string } | { readonly code: number }

/** How long it may take from the answer to UAC until the process says hello, in ms. */
const helloMs = 30_000

/** What PowerShell ends with where somebody said no (ERROR_CANCELLED), or where nobody could be asked. */
const declinedCode = 1223

/** A single quote is doubled in a text of PowerShell; it takes five characters for one (about_Quoting_Rules). */
const quoted = (text: string): string => `'${text.replaceAll(/['\u2018-\u201B]/g, '$&$&')}'`

/** @param own how this program is called: the Node and its script, or the program alone */
export const elevationScript = ([program = '', ...args]: readonly string[], cwd: string): string =>
  [
    `try { Start-Process -FilePath ${quoted(program)} -ArgumentList ${quoted(quoteArgv(['x', ...args]).replace(/^\S+ /, ''))}`,
    ` -WorkingDirectory ${quoted(cwd)} -Verb RunAs -WindowStyle Hidden -ErrorAction Stop | Out-Null; exit 0 } catch { exit ${declinedCode} }`,
  ].join('')

/**
 * @param own how this program is called
 * @returns the exit code; null if rights were not given
 */
export function elevate(own: readonly string[], job: Job): Promise<number | null> {
  const pipe = `\\\\.\\pipe\\hermes-install-${randomBytes(16).toString('hex')}`
  return new Promise((resolve, reject) => {
    let child: Socket | null = null
    let code: number | null = null
    let ended = false
    const end = (result: number | null): void => {
      if (ended) return
      ended = true
      server.close()
      resolve(result)
    }
    const server = createServer((socket) => {
      // The name is known to the one that was started, and to nobody else.
      if (child !== null) return void socket.destroy()
      child = socket
      socket.write(`${JSON.stringify(job)}\n`)
      let rest = ''
      socket.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) {
          const frame = JSON.parse(line) as Frame
          if ('out' in frame) process.stdout.write(frame.out)
          else if ('err' in frame) process.stderr.write(frame.err)
          else code = frame.code
        }
      })
      // Ended without a word: whatever it was about is for the next run to finish.
      socket.on('close', () => end(code ?? 1))
      socket.on('error', () => undefined)
    })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child?.write(`${JSON.stringify({ stop: signal })}\n`))
    server.on('error', reject)
    server.listen(pipe, () => {
      void run(encodedCommand(elevationScript([...own, 'elevated', pipe], job.cwd)), {}).then(({ code: started }) => {
        if (started !== 0) return end(null)
        setTimeout(() => child === null && end(null), helloMs).unref()
      })
    })
  })
}
