// An interactive shell in, what its user types key by key, and what became of it, out: on a terminal of its own (script(1)).
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const shells = {
  bash: ['bash', '--noprofile', '--rcfile', 'rc.bash', '-i'],
  zsh: ['zsh', '--no-globalrcs', '-i'],
  fish: ['fish', '-i'],
} as const

export interface Terminal {
  /** Types keys (`\t` completes), then Enter. @returns the arguments that hermes-install was then started with */
  readonly type: (keys: string) => Promise<readonly string[]>
  /** All that was shown on the screen. */
  readonly screen: () => string
  readonly close: () => Promise<void>
}

/**
 * Starts a shell whose hermes-install is `main` for completion only; whatever else it is called with is what the user would have run.
 * @param folder where it starts, its HOME, and where its start files are put
 */
export async function openTerminal(shell: keyof typeof shells, folder: string, main: string, startFile: string): Promise<Terminal> {
  const home = join(folder, `.home-${shell}`)
  const record = join(home, 'argv')
  mkdirSync(join(home, 'bin'), { recursive: true })
  mkdirSync(join(home, 'config/fish'), { recursive: true })
  // fish would fill it from the manual pages in the background.
  mkdirSync(join(home, 'data/fish/generated_completions'), { recursive: true })
  writeFileSync(
    join(home, 'bin/hermes-install'),
    `#!/bin/sh\n[ "$1" = __complete ] && exec '${process.execPath}' '${main}' "$@"\n{ printf '%s\\0' "$@"; } > '${record}.new' && mv '${record}.new' '${record}'\n`,
    { mode: 0o755 },
  )
  writeFileSync(join(home, { bash: 'rc.bash', zsh: '.zshrc', fish: 'config/fish/config.fish' }[shell]), startFile)
  const argv = shells[shell].map((word) => (word === 'rc.bash' ? join(home, word) : word))
  const child = spawn('script', ['-qec', argv.map((word) => `'${word}'`).join(' '), '/dev/null'], {
    cwd: folder,
    env: {
      PATH: `${join(home, 'bin')}:/usr/local/bin:/usr/bin:/bin`,
      HOME: home,
      ZDOTDIR: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_DATA_HOME: join(home, 'data'),
      TERM: 'xterm',
      LANG: 'C.UTF-8',
      COLUMNS: '200',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const until = async (what: string, done: () => boolean): Promise<void> => {
    const end = performance.now() + 20_000
    while (!done()) {
      if (performance.now() > end) throw new Error(`${shell}: no ${what} within 20 s; the screen:\n${shown}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await until('prompt', () => shown.includes('READY>'))
  return {
    async type(keys) {
      rmSync(record, { force: true })
      shown = ''
      child.stdin.write(keys)
      child.stdin.write('\r')
      await until(`command after ${JSON.stringify(keys)}`, () => existsSync(record))
      return readFileSync(record, 'utf8').split('\0').slice(0, -1)
    },
    screen: () => shown,
    async close() {
      child.stdin.write('\u0003')
      child.stdin.write('exit\r')
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      await ended
      clearTimeout(timer)
    },
  }
}
