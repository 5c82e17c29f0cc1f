// An argv in, what the program said and how it ended out. Node's own spawn: a library for it costs more than all else that `apply` does when nothing is to be done
// (execa: 18 of 110 ms), and nothing here needs more than an argv.
import { spawn, spawnSync } from 'node:child_process'
import type { Ran, RunOptions } from '../apply/system.ts'

/** Where the programs of the system are, whatever PATH says. */
const systemFolders = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

const isWindows = process.platform === 'win32'
/** Here a process has no group that could be ended with it, and a detached one no console: whatever it starts would open one. */
const endTree = (pid: number): void =>
  void spawnSync('C:\\Windows\\System32\\taskkill.exe', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })

/** How often it is asked whether to stop, in ms: soon enough for somebody who pressed Ctrl+C. */
const stopMs = 100

/** @param env added to this process's own */
export const run = ([program, ...args]: readonly string[], env: NodeJS.ProcessEnv, { timeoutMs, stop, input }: RunOptions = {}): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(program!, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: isWindows ? { ...process.env, ...env } : { ...process.env, PATH: `${process.env['PATH'] ?? ''}:${systemFolders}`, ...env },
      // Ctrl+C is for this program, which then goes back in order; a command half done would be in its way.
      detached: !isWindows,
      windowsHide: true,
    })
    const texts: [string, string] = ['', '']
    // A program that ends before it has read all has said why in its own way.
    child.stdin?.on('error', () => undefined).end(input)
    ;[child.stdout!, child.stderr!].forEach((stream, i) => stream.setEncoding('utf8').on('data', (text: string) => (texts[i] += text)))
    // Its own children too: it is the leader of a group.
    const kill = (): void => {
      if (child.pid === undefined || child.exitCode !== null) return
      if (isWindows) endTree(child.pid)
      else process.kill(-child.pid, 'SIGKILL')
    }
    const timer = timeoutMs === undefined ? undefined : setTimeout(kill, timeoutMs)
    const watch = stop === undefined ? undefined : setInterval(() => stop() && kill(), stopMs)
    const end = (code: number | null, why = ''): void => {
      clearTimeout(timer)
      clearInterval(watch)
      resolve({ code, stdout: texts[0], stderr: texts[1] + why })
    }
    child.once('error', (error) => end(null, error.message))
    child.once('close', (code, signal) => end(code, signal === null ? '' : `ended by ${signal}`))
  })
