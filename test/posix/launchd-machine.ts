// A machine with launchd for the built program: where there is a macOS the real one, with this user's own folders; elsewhere the stand-in (launchd-box.ts).
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Box, background, gui, label } from './launchd-box.ts'

export const real = process.platform === 'darwin'
const main = join(import.meta.dirname, '../../dist/main.cjs')

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}
export interface LaunchdMachine {
  /** A folder for profiles and trees. */
  readonly folder: string
  readonly home: string
  start(args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess
  /** Runs a rendered script. */
  script(path: string): Promise<Ended>
  launchctl(...args: string[]): Promise<number>
  /** The process of a job; null if it has none, or is not loaded. */
  pid(job?: string, domain?: string): Promise<number | null>
  loaded(job?: string, domain?: string): Promise<boolean>
  disabled(job?: string): Promise<boolean>
  /** What was called to change something, since it was last asked; null where nobody can know. */
  calls(): readonly string[] | null
  close(): Promise<void>
}

const ended = async (child: ChildProcess): Promise<Ended> => {
  let [out, err] = ['', '']
  child.stdout!.on('data', (data: Buffer) => (out += data.toString()))
  child.stderr!.on('data', (data: Buffer) => (err += data.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

function standIn(domains?: string[]): LaunchdMachine {
  const box = new Box(domains)
  mkdirSync(join(box.home, 'Library'))
  const host = join(box.root, 'host.yaml')
  const { username, uid } = box
  writeFileSync(host, JSON.stringify({ os: 'macos', user: username, uid, home: box.home }))
  return {
    folder: box.root,
    home: box.home,
    start: (args, env) =>
      spawn(process.execPath, ['-r', join(import.meta.dirname, 'as-macos.cjs'), main, ...args, '--host', host], {
        cwd: box.root,
        env: { ...box.environment, ...env },
      }),
    script: (path) => box.run(dirname(path)),
    launchctl: (...args) => box.launchctl(...args),
    pid: async (job = label, domain = gui) => box.job(job, domain)?.pid ?? null,
    loaded: async (job = label, domain = gui) => box.job(job, domain) !== null,
    disabled: async (job = label) => box.isDisabled(job),
    calls() {
      const calls = existsSync(join(box.registry, 'calls')) ? box.calls() : []
      box.forgetCalls()
      return calls
    },
    close: () => box.close(),
  }
}

function macos(): LaunchdMachine {
  const folder = mkdtempSync(join(tmpdir(), 'hermes-install-'))
  const launchctl = (...args: string[]) => ended(spawn('launchctl', args))
  const print = (job: string, domain: string) => launchctl('print', `${domain}/${job}`)
  return {
    folder,
    home: homedir(),
    start: (args, env) => spawn(process.execPath, [main, ...args], { cwd: folder, env: { ...process.env, ...env } }),
    script: (path) => ended(spawn('/bin/sh', [path])),
    launchctl: async (...args) => (await launchctl(...args)).code!,
    pid: async (job = label, domain = gui) => Number(/^\s*pid = (\d+)$/m.exec((await print(job, domain)).out)?.[1]) || null,
    loaded: async (job = label, domain = gui) => (await print(job, domain)).code === 0,
    disabled: async (job = label) => new RegExp(`"${job}" => (?:disabled|true)`).test((await launchctl('print-disabled', gui)).out),
    calls: () => null,
    close: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The tests' own view of a machine. */
export class Machine {
  private readonly at: LaunchdMachine
  constructor(domains?: string[]) {
    this.at = real ? macos() : standIn(domains)
  }
  get folder(): string {
    return this.at.folder
  }
  get home(): string {
    return this.at.home
  }
  get plist(): string {
    return join(this.home, `Library/LaunchAgents/${label}.plist`)
  }
  write(text: string): void {
    writeFileSync(join(this.folder, 'p.yaml'), text)
  }
  start(args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess {
    return this.at.start(args, env)
  }
  program(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
    return ended(this.at.start(args, env))
  }
  hermes(verb: string, ...more: string[]): Promise<Ended> {
    return this.program([verb, 'p.yaml', ...more])
  }
  applied(text: string, env?: NodeJS.ProcessEnv): Promise<Ended> {
    this.write(text)
    return this.program(['apply', 'p.yaml'], env)
  }
  script(path: string): Promise<Ended> {
    return this.at.script(path)
  }
  launchctl(...args: string[]): Promise<number> {
    return this.at.launchctl(...args)
  }
  pid(job?: string, domain?: string): Promise<number | null> {
    return this.at.pid(job, domain)
  }
  loaded(job?: string, domain?: string): Promise<boolean> {
    return this.at.loaded(job, domain)
  }
  disabled(job?: string): Promise<boolean> {
    return this.at.disabled(job)
  }
  calls(): readonly string[] | null {
    return this.at.calls()
  }
  /** The command line of a job's process. */
  async argv(job?: string, domain?: string): Promise<string> {
    return (await ended(spawn('ps', ['-ww', '-o', 'command=', '-p', String(await this.pid(job, domain))]))).out
  }
  /** Every file of this tool and of the jobs of these tests, with mode and text: to see that nothing changed, or that nothing is left. */
  files(): Record<string, string> {
    const library = join(this.home, 'Library')
    const all: Record<string, string> = {}
    for (const folder of ['LaunchAgents', 'Application Support/hermes-install']) {
      if (!existsSync(join(library, folder))) continue
      for (const entry of readdirSync(join(library, folder), { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name)
        if (!entry.isFile() || (folder === 'LaunchAgents' && !entry.name.startsWith('org.example.'))) continue
        all[path.slice(library.length)] = `${(statSync(path).mode & 0o777).toString(8)} ${readFileSync(path, 'utf8')}`
      }
    }
    return all
  }
  async close(): Promise<void> {
    await this.program(['uninstall', 'demo', '--yes'])
    for (const domain of [gui, background])
      for (const job of [label, 'org.example.old']) if (await this.loaded(job, domain)) await this.launchctl('bootout', `${domain}/${job}`)
    rmSync(join(this.home, 'Library/LaunchAgents/org.example.old.plist'), { force: true })
    await this.launchctl('enable', `${gui}/org.example.old`)
    await this.at.close()
  }
}
