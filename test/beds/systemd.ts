// A systemd version in, a running machine with that systemd as PID 1 out; and what its own parsers say of a unit file.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bedFile, bedsDir, missingBed, ownFile } from './paths.ts'
import { mustRun, run, type Result } from './process.ts'
import { startSession, stopSession } from './session.ts'

/** Debian bookworm, bookworm-backports, trixie. */
export type SystemdVersion = '252' | '254' | '257'

export interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

export interface ExecOptions {
  readonly input?: string | Uint8Array
  /** Runs as this user, with HOME and XDG_RUNTIME_DIR as in a login session. Without it: root. */
  readonly user?: string
  /** Added to a clean environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** An error after that time; 60 s unless told. */
  readonly timeoutMs?: number
}

export interface Box {
  readonly version: SystemdVersion
  /** The box's file system as the host sees it, for many files at once; without its /tmp, /run, /dev and /proc. */
  readonly root: string
  exec(argv: readonly string[], options?: ExecOptions): Promise<Result>
  execAs(user: string, argv: readonly string[], options?: ExecOptions): Promise<Result>
  /** Makes the folders above, too. Mode is 0644 unless told. */
  write(path: string, text: string | Uint8Array, mode?: number, user?: string): Promise<void>
  read(path: string): Promise<string>
  /** Creates a user. It lingers unless told otherwise, and its manager is up when this returns. */
  addUser(name: string, options?: { linger?: boolean }): Promise<User>
  /** Comes back when the boot is complete, lingering users' managers included. A power cut kills PID 1 instead of asking it. */
  reboot(options?: { powerCut?: boolean }): Promise<void>
  /** The process id of its PID 1 on the host, for what joins its namespaces. */
  leader(): number
  stop(): Promise<void>
}

/** Boots a box in about half a second. Several may run at once; each has its own files, processes, cgroups and network. */
export async function startBox(options: { root?: SystemdVersion; folder?: string } = {}): Promise<Box> {
  const version = options.root ?? '252'
  // Another folder with that version, for more programs in it.
  const session = await startSession('box', options.folder ?? (await rootOf(version)))
  const users = new Map<string, User>()
  const lingering: User[] = []

  async function userNamed(name: string): Promise<User> {
    const known = users.get(name)
    if (known) return known
    const { stdout } = await must(['getent', 'passwd', name])
    const [, , uid, gid, , home = ''] = stdout.trim().split(':')
    const user: User = { name, uid: Number(uid), gid: Number(gid), home }
    users.set(name, user)
    return user
  }

  async function exec(argv: readonly string[], { input, user, env = {}, cwd = '/', timeoutMs = 60_000 }: ExecOptions = {}): Promise<Result> {
    const login = user === undefined ? undefined : await userNamed(user)
    const become = login ? ['setpriv', `--reuid=${login.uid}`, `--regid=${login.gid}`, '--init-groups'] : []
    const loginEnv = login ? { HOME: login.home, USER: login.name, LOGNAME: login.name, XDG_RUNTIME_DIR: `/run/user/${login.uid}` } : {}
    const variables = Object.entries({ ...loginEnv, ...env })
    const environment = [
      'env',
      '-C',
      cwd,
      ...variables.flatMap(([name, value]) => (value === undefined ? ['-u', name] : [])),
      ...variables.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
    ]
    // `timeout` inside the box: killing nsenter from here would leave its child running.
    const limit = ['timeout', '--foreground', '-k', '2', String(timeoutMs / 1000)]
    const start = Date.now()
    const result = await run([session.script, 'exec', session.state, ...limit, ...become, ...environment, ...argv], input === undefined ? {} : { input })
    if ([124, 137].includes(result.code) && Date.now() - start >= timeoutMs)
      throw new Error(`${argv.join(' ')}: not done after ${timeoutMs} ms\n${result.stdout}${result.stderr}`)
    return result
  }

  async function must(argv: readonly string[], execOptions: ExecOptions = {}): Promise<Result> {
    const result = await exec(argv, execOptions)
    if (result.code !== 0) throw new Error(`in the box: ${argv.join(' ')}: exit code ${result.code}\n${result.stdout}${result.stderr}`)
    return result
  }

  const managerIsUp = ({ uid }: User) => must(['bash', '-c', `until systemctl -q is-active user@${uid}.service; do sleep 0.02; done`], { timeoutMs: 20_000 })

  return {
    version,
    root: join(session.state, 'root'),
    exec,
    execAs: (user, argv, execOptions = {}) => exec(argv, { ...execOptions, user }),
    async write(path, text, mode = 0o644, user) {
      await must(['sh', '-c', 'mkdir -p -- "${1%/*}/" && cat >"$1" && chmod "$2" "$1"', 'write', path, mode.toString(8)], {
        input: text,
        ...(user === undefined ? {} : { user }),
      })
    },
    read: async (path) => (await must(['cat', '--', path])).stdout,
    async addUser(name, { linger = true } = {}) {
      await must(['useradd', '--create-home', '--shell', '/bin/bash', name])
      const user = await userNamed(name)
      if (linger) {
        await must(['loginctl', 'enable-linger', name]) // without a name it fails outside a session
        lingering.push(user)
        await managerIsUp(user)
      }
      return user
    },
    async reboot({ powerCut = false } = {}) {
      await mustRun([session.script, 'reboot', session.state, powerCut ? 'powercut' : 'poweroff'], { timeoutMs: 120_000 })
      await Promise.all(lingering.map(managerIsUp))
    },
    leader: () => Number(readFileSync(join(session.state, 'leader'), 'utf8')),
    stop: () => stopSession(session),
  }
}

export interface Verdict {
  readonly ok: boolean
  /** What systemd says of this unit, a line each; about units beside it only when the verdict rests on those. */
  readonly findings: readonly string[]
  readonly code: number
}

export interface VerifyOptions {
  readonly version?: SystemdVersion
  /** As a unit of a user's manager. */
  readonly user?: boolean
  /** The unit's file name; it decides the type. `hermes-verify.service` unless told. */
  readonly name?: string
  /** Programs that shall exist while it looks: a missing program is a finding. */
  readonly programs?: readonly string[]
  /** Other units, name -> text: the service of a timer, a dependency. */
  readonly beside?: Readonly<Record<string, string>>
}

/**
 * Judges a unit with `systemd-analyze verify`; about 0.1 s. The exit code alone is not enough: it is 0 for warnings, so every line
 * about this unit counts. Not seen by systemd: a missing WorkingDirectory=, an unknown User=, CRLF, a wrong WantedBy= (facts of 252 to 257).
 */
export async function verifyUnit(text: string, options: VerifyOptions = {}): Promise<Verdict> {
  const { version = '252', user = false, name = 'hermes-verify.service', programs = [], beside = {} } = options
  const folder = mkdtempSync(join(tmpdir(), 'hermes-verify-'))
  try {
    const write = (file: string, content: string) => (writeFileSync(join(folder, file), content), join(folder, file))
    const list = write('programs', programs.map((program) => `${program}\n`).join(''))
    mkdirSync(join(folder, 'units'))
    const units = Object.entries({ [name]: text, ...beside }).map(([file, content]) => write(join('units', file), content))
    const result = await run([ownFile('systemd/verify.sh'), await rootOf(version), user ? 'user' : 'system', list, ...units], { timeoutMs: 30_000 })
    const lines = result.stderr.split('\n').filter((line) => line.trim() !== '')
    const own = lines.filter((line) => line.includes(name))
    const findings = own.length === 0 && result.code !== 0 ? lines : own
    return { ok: result.code === 0 && findings.length === 0, findings, code: result.code }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * The argv of each ExecStart= line of a unit, as the manager has it: quotes, escapes and % specifiers done, $ not yet.
 * Over D-Bus, because `systemctl show -p ExecStart` joins the words with blanks.
 */
export async function argvOf(box: Box, unit: string, options: { user?: string } = {}): Promise<string[][]> {
  const manager = 'org.freedesktop.systemd1'
  const busctl = async (...args: string[]): Promise<unknown> => {
    const result = await box.exec(['busctl', ...(options.user === undefined ? [] : ['--user']), '--json=short', ...args], options)
    if (result.code !== 0) throw new Error(`busctl ${args.join(' ')}: ${result.stderr}`)
    return (JSON.parse(result.stdout) as { data: unknown }).data
  }
  const [path = ''] = (await busctl('call', manager, '/org/freedesktop/systemd1', `${manager}.Manager`, 'LoadUnit', 's', unit)) as string[]
  // Signature a(sasbttttuii): program, argv, ignore failure, times, pid, status.
  const commands = (await busctl('get-property', manager, path, `${manager}.Service`, 'ExecStart')) as [string, string[]][]
  return commands.map(([, argv]) => argv)
}

/** systemd 252 is the host's own root when the host has it (setup/systemd.sh decides the same way). */
async function rootOf(version: SystemdVersion): Promise<string> {
  if (!existsSync(bedsDir)) throw missingBed('systemd', `${bedsDir} is missing`)
  if (version === '252' && !existsSync(join(bedsDir, 'roots', version))) {
    const host = (await run(['systemctl', '--version'])).stdout.split(' ')[1]
    if (host === version) return '/'
  }
  return bedFile('systemd', 'roots', version)
}
