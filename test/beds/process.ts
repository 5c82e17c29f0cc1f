// An argv in, its exit code and output out.
import { spawn } from 'node:child_process'

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a program of the host to its end. The environment is PATH and LANG only, so that a test means the same on every machine.
 * @throws Error when it cannot be started or dies by a signal (also the one sent after `timeoutMs`); an exit code is a result
 */
export function run(argv: readonly string[], options: { input?: string | Uint8Array; timeoutMs?: number } = {}): Promise<Result> {
  const [program = '', ...args] = argv
  return new Promise((resolve, reject) => {
    const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' }
    const child = spawn(program, args, { env, stdio: 'pipe', ...(options.timeoutMs ? { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const } : {}) })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8')
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.stdin.on('error', () => {}) // a program may end without reading its input
    child.stdin.end(options.input ?? '')
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === null) reject(new Error(`${argv.join(' ')}: ended by ${signal}\n${text(stdout)}${text(stderr)}`))
      else resolve({ code, stdout: text(stdout), stderr: text(stderr) })
    })
  })
}

/** Like {@link run}, but any exit code other than 0 is an error. */
export async function mustRun(argv: readonly string[], options: { input?: string | Uint8Array; timeoutMs?: number } = {}): Promise<Result> {
  const result = await run(argv, options)
  if (result.code !== 0) throw new Error(`${argv.join(' ')}: exit code ${result.code}\n${result.stdout}${result.stderr}`)
  return result
}
