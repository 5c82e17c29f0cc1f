// The name of a pipe in; what the process at its other end asks for, done with this one's rights, its output and exit code sent back, out. See system/elevate.ts.
import { connect } from 'node:net'
import type { Frame, Job } from '../system/elevate.ts'
import { exitCodes, type ExitCode } from '../errors.ts'

/** @param run the command line itself */
export function elevatedCommand(pipe: string, run: (argv: readonly string[]) => Promise<ExitCode>): Promise<ExitCode> {
  return new Promise((resolve) => {
    const socket = connect(pipe)
    const send = (frame: Frame): boolean => socket.write(`${JSON.stringify(frame)}\n`)
    const finish = (code: ExitCode): void => {
      send({ code })
      socket.end(() => resolve(code))
    }
    let rest = ''
    let begun = false
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const told = JSON.parse(line) as Job | { readonly stop: NodeJS.Signals }
        // Somebody pressed Ctrl+C over there: the way back is walked as always.
        if ('stop' in told) process.emit(told.stop, told.stop)
        else if (!begun) {
          begun = true
          void begin(told).then(finish)
        }
      }
    })
    socket.on('error', () => resolve(exitCodes.failed))
    // Nobody to tell any more; what was begun is ended all the same.
    socket.on('close', () => (begun ? undefined : resolve(exitCodes.failed)))

    async function begin({ argv, cwd, env }: Job): Promise<ExitCode> {
      Object.assign(process.env, env)
      process.chdir(cwd)
      process.argv = [...process.argv.slice(0, 2), ...argv]
      const into =
        (name: 'out' | 'err') =>
        (chunk: string | Uint8Array): boolean =>
          send({ [name]: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8') } as Frame)
      process.stdout.write = into('out')
      process.stderr.write = into('err')
      return run(argv)
    }
  })
}
