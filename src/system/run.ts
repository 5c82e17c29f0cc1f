// An argv in, what the program said and how it ended out.
import { execa } from 'execa'
import type { Ran } from '../apply/system.ts'

/** Where the programs of the system are, whatever PATH says. */
const systemFolders = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** @param env added to this process's own */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv, { timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<Ran> {
  const [program, ...args] = argv as [string, ...string[]]
  const { exitCode, stdout, stderr, failed, message } = await execa(program, args, {
    reject: false,
    stdin: 'ignore',
    env: { PATH: `${process.env['PATH'] ?? ''}:${systemFolders}`, ...env },
    // Ctrl+C is for this program, which then goes back in order; a command half done would be in its way.
    detached: true,
    cleanup: false,
    stripFinalNewline: false,
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  })
  return { code: exitCode ?? null, stdout, stderr: failed && exitCode === undefined ? (message ?? '') : stderr }
}
