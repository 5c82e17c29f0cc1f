// A machine to install on: a home, a registry of a stand-in launchd, rendered trees, and what a test wants to know of them.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'
import install from '../../templates/launchd/install.sh.hbs'
import uninstall from '../../templates/launchd/uninstall.sh.hbs'

/** What /bin/sh is on macOS. */
const sh = ['bash', '--posix']
export const { username } = userInfo()
const { uid } = userInfo()
export const gui = `gui/${uid}`
export const background = `user/${uid}`
export const label = 'org.example.demo'

const boxes: Box[] = []
afterAll(async () => {
  for (const box of boxes) await box.close()
})

interface Wish {
  body?: string
  keepAlive?: boolean
  runAtLoad?: boolean
  throttle?: number
  autostart?: boolean
  replaced?: string[]
  health?: object
  extra?: boolean
  sessions?: string[]
}

const xml = (value: unknown): string => {
  if (typeof value === 'boolean') return `<${value}/>`
  if (typeof value === 'number') return `<integer>${value}</integer>`
  if (Array.isArray(value)) return `<array>${value.map(xml).join('')}</array>`
  if (typeof value === 'object' && value)
    return `<dict>${Object.entries(value)
      .map(([k, v]) => `<key>${k}</key>${xml(v)}`)
      .join('')}</dict>`
  return `<string>${String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</string>`
}
export const plistOf = (value: object) => `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">${xml(value)}</plist>\n`

/** A machine: a home, a registry, a folder with launchctl on the PATH. */
export class Box {
  readonly username = username
  readonly uid = uid
  readonly root = mkdtempSync(join(tmpdir(), 'box-'))
  readonly home = join(this.root, 'home with blank')
  readonly registry = join(this.root, 'launchd')
  readonly library = join(this.home, 'Library/Application Support/demo')
  readonly agents = join(this.home, 'Library/LaunchAgents')
  readonly state = join(this.home, 'Library/Application Support/hermes-install/demo')
  readonly plist = join(this.agents, `${label}.plist`)
  constructor(domains = [gui, background]) {
    boxes.push(this)
    mkdirSync(this.home, { recursive: true })
    for (const d of domains) this.addDomain(d)
    mkdirSync(join(this.root, 'bin'))
    symlinkSync(join(import.meta.dirname, 'fake-launchctl'), join(this.root, 'bin/launchctl'))
    symlinkSync(join(import.meta.dirname, 'fake-plutil'), join(this.root, 'bin/plutil'))
  }
  addDomain(d: string) {
    mkdirSync(join(this.registry, d.replace('/', '_')), { recursive: true })
  }
  /** Writes a rendered tree; what the real program renders, in small. */
  tree(name: string, wish: Wish = {}) {
    const to = join(this.root, name)
    mkdirSync(to, { recursive: true })
    const plist = wish.autostart === false ? join(this.library, `${label}.plist`) : this.plist
    const c = (why: string, ...argv: string[]) => [{ argv, why }]
    const domain = (d: string) => ({
      domain: d,
      enable: c('allow it', 'launchctl', 'enable', `${d}/${label}`),
      disable: c('forbid it', 'launchctl', 'disable', `${d}/${label}`),
      bootout: c('unload it', 'launchctl', 'bootout', `${d}/${label}`),
      bootstrap: c('load it', 'launchctl', 'bootstrap', d, plist),
      kickstart: c('start it', 'launchctl', 'kickstart', `${d}/${label}`),
      restart: c('restart it', 'launchctl', 'kickstart', '-k', `${d}/${label}`),
      replaced: (wish.replaced ?? []).map((r) => ({
        name: r,
        enable: c(`allow ${r}`, 'launchctl', 'enable', `${d}/${r}`),
        disable: c(`forbid ${r}`, 'launchctl', 'disable', `${d}/${r}`),
        bootout: c(`unload ${r}`, 'launchctl', 'bootout', `${d}/${r}`),
      })),
    })
    const launcher = join(this.library, 'launcher.sh')
    const runAtLoad = wish.runAtLoad ?? true
    const view = {
      os: 'macos',
      id: 'demo',
      label,
      title: 'Demo',
      scope: 'user',
      user: username,
      plist,
      runAtLoad,
      stopTimeoutSeconds: 5,
      stateDirectory: this.state,
      files: [
        { source: `${label}.plist`, target: plist, mode: '0644', owner: null, sensitive: false },
        { source: 'launcher.sh', target: launcher, mode: '0755', owner: null, sensitive: false },
        { source: 'secrets', target: join(this.library, 'secrets'), mode: '0600', owner: null, sensitive: true },
        ...(wish.extra ? [{ source: 'extra', target: join(this.library, 'extra'), mode: '0644', owner: null, sensitive: false }] : []),
      ],
      ownedDirectories: [dirname(this.state), this.library],
      logDirectories: [{ path: join(this.home, 'Library/Logs/demo'), owner: null }],
      health: { stableSeconds: 0, timeoutSeconds: 3, tcp: null, http: null, command: null, file: null, ...wish.health },
      commands: { logs: c('show the log', 'tail', '-n', '5', join(this.home, 'Library/Logs/demo/log')), domains: [gui, background].map(domain) },
    }
    const log = join(this.home, 'Library/Logs/demo/log')
    writeFileSync(
      join(to, `${label}.plist`),
      plistOf({
        Label: label,
        ProgramArguments: ['/bin/sh', launcher],
        RunAtLoad: runAtLoad,
        ...(runAtLoad ? { KeepAlive: { SuccessfulExit: false } } : {}),
        ThrottleInterval: wish.throttle ?? 1,
        StandardOutPath: log,
        StandardErrorPath: log,
        LimitLoadToSessionType: wish.sessions ?? ['Aqua', 'Background'],
      }),
    )
    writeFileSync(join(to, 'launcher.sh'), `${wish.body ?? 'exec sleep 1000'}\n`)
    writeFileSync(join(to, 'secrets'), 'export A=1\n')
    writeFileSync(join(to, 'extra'), 'x\n')
    writeFileSync(join(to, 'manifest.json'), '{ "version": 1, "files": [{ "sensitive": true }] }\n')
    writeFileSync(join(to, 'install.sh'), install(view))
    writeFileSync(join(to, 'uninstall.sh'), uninstall(view))
    return to
  }
  start(tree: string, script: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
    // A bare environment: what cron or a fleet tool would give.
    return spawn(sh[0]!, [...sh.slice(1), join(tree, `${script}.sh`)], {
      cwd: '/',
      env: { ...this.environment, ...env },
    })
  }
  /** With the stand-in's launchctl first. */
  get environment(): NodeJS.ProcessEnv {
    return {
      PATH: `${join(this.root, 'bin')}:${dirname(process.execPath)}:${process.env['PATH']}`,
      HOME: this.home,
      FAKE_LAUNCHD: this.registry,
      FAKE_LAUNCHD_BOOTOUT_MS: '60',
      FAKE_LAUNCHD_THROTTLE_MS: '100',
    }
  }
  async run(tree: string, script = 'install', env?: NodeJS.ProcessEnv) {
    const p = this.start(tree, script, env)
    let out = ''
    let err = ''
    p.stdout!.on('data', (d: Buffer) => (out += d.toString()))
    p.stderr!.on('data', (d: Buffer) => (err += d.toString()))
    const [code] = (await once(p, 'close')) as [number]
    return { code, out, err }
  }
  async launchctl(...args: string[]) {
    const p = spawn(join(this.root, 'bin/launchctl'), args, {
      env: { ...process.env, FAKE_LAUNCHD: this.registry, FAKE_LAUNCHD_BOOTOUT_MS: '60', FAKE_LAUNCHD_THROTTLE_MS: '100' },
      stdio: 'ignore',
    })
    return ((await once(p, 'close')) as [number])[0]
  }
  job(name = label, d = gui) {
    const path = join(this.registry, d.replace('/', '_'), `${name}.json`)
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { pid: number | null; path: string; runs: number; keeper: number }) : null
  }
  isDisabled(name = label, d = gui) {
    const path = join(this.registry, d.replace('/', '_'), 'record', name)
    return existsSync(path) && readFileSync(path, 'utf8').trim() === 'disabled'
  }
  calls() {
    return readFileSync(join(this.registry, 'calls'), 'utf8').trimEnd().split('\n').filter(Boolean)
  }
  forgetCalls() {
    rmSync(join(this.registry, 'calls'), { force: true })
    writeFileSync(join(this.registry, 'calls'), '')
  }
  /** Every path below home, with mode and text: to see that nothing changed, or that nothing is left. */
  files(): Record<string, string> {
    const all: Record<string, string> = {}
    for (const e of readdirSync(this.home, { recursive: true, withFileTypes: true })) {
      const path = join(e.parentPath, e.name)
      if (path.includes('/Logs')) continue // what a service wrote stays
      all[path.slice(this.home.length)] = e.isFile()
        ? `${(statSync(path).mode & 0o777).toString(8)} ${readFileSync(path, 'utf8')}`
        : e.isSymbolicLink()
          ? 'link'
          : 'directory'
    }
    return all
  }
  commandLine(name = label, d = gui) {
    return readFileSync(`/proc/${this.job(name, d)?.pid}/cmdline`, 'utf8')
      .split('\0')
      .slice(0, -1)
      .join(' ')
  }
  async close() {
    for (const d of [gui, background])
      for (const f of existsSync(join(this.registry, d.replace('/', '_'))) ? readdirSync(join(this.registry, d.replace('/', '_'))) : [])
        if (f.endsWith('.json')) await this.launchctl('bootout', `${d}/${f.slice(0, -5)}`)
    for (let i = 0; i < 100 && (this.job() || this.job(label, background)); i++) await sleep(20)
    rmSync(this.root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}
