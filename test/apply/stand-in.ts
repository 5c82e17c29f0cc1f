// Stand-ins for systemd, launchd (and, in stand-in-windows.ts, Windows) and the process table, so that `apply` can be stopped at each of its calls within milliseconds; the files are real ones.
// They know what systemctl and launchctl are asked here and no more. The real systemd is in test/oracles/apply-systemd.test.ts and apply-faults.test.ts; of
// launchd there is a stand-in with real processes, too: test/posix/apply-launchd.test.ts.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ran, System } from '../../src/apply/system.ts'
import { place } from '../../src/system/place.ts'
import { placeOn, registry, runWindows, type Service } from './stand-in-windows.ts'

interface Unit {
  /** The text that the manager has read. */
  loaded: string | null
  active: boolean
  failed: boolean
  pid: number
  /** Of a job: the file it was loaded from. */
  path?: string
}

/** One machine: what its disk and its manager have outlives each run. */
export interface Machine {
  readonly home: string
  readonly units: Map<string, Unit>
  /** Of Windows: what its service manager has of each. */
  readonly services: Map<string, Service>
  lingering: boolean
  /** Labels that launchd has a record of as switched off. */
  readonly disabled: Set<string>
  /** Runs that are alive, by their number. */
  readonly alive: Set<number>
  /** Every command that changes something, in order. */
  readonly calls: string[]
  pids: number
  clock: number
}

export const machine = (home: string): Machine => ({
  home,
  units: new Map(),
  services: new Map(),
  lingering: false,
  disabled: new Set(),
  alive: new Set(),
  calls: [],
  pids: 100,
  clock: 0,
})

const folder = (at: Machine): string => join(at.home, '.config/systemd/user')
const fileOf = (at: Machine, name: string): string | null => {
  const path = join(folder(at), name)
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}
const wants = (at: Machine, name: string): string => join(at.home, 'wants', name)
const ok: Ran = { code: 0, stdout: '', stderr: '' }

function unitOf(at: Machine, name: string): Unit {
  const known = at.units.get(name) ?? { loaded: fileOf(at, name), active: false, failed: false, pid: 0 }
  at.units.set(name, known)
  known.loaded ??= fileOf(at, name)
  return known
}

function start(at: Machine, name: string): Ran {
  const unit = unitOf(at, name)
  if (unit.loaded === null) return { code: 5, stdout: '', stderr: `Unit ${name} not found.` }
  const breaks = /broken/.test(unit.loaded)
  unit.active = !breaks
  unit.failed = breaks
  unit.pid = breaks ? 0 : ++at.pids
  return ok
}

function systemctl(at: Machine, [verb = '', ...rest]: readonly string[]): Ran {
  const names = rest.filter((word) => !word.startsWith('--'))
  const [name = ''] = names
  if (verb !== 'show') at.calls.push([verb, ...names].join(' '))
  switch (verb) {
    case 'show':
      return {
        ...ok,
        stdout: names
          .map((each) => {
            const unit = unitOf(at, each)
            const file = fileOf(at, each)
            return [
              `LoadState=${unit.loaded === null ? 'not-found' : 'loaded'}`,
              `ActiveState=${unit.active ? 'active' : unit.failed ? 'failed' : 'inactive'}`,
              `SubState=${unit.active ? 'running' : 'dead'}`,
              'Result=exit-code',
              `MainPID=${unit.pid}`,
              'NRestarts=0',
              'ExecMainStatus=3',
              'ActiveEnterTimestamp=Sat',
              `UnitFileState=${existsSync(wants(at, each)) ? 'enabled' : file === null ? '' : 'disabled'}`,
              `NeedDaemonReload=${unit.loaded !== file && unit.loaded !== null ? 'yes' : 'no'}`,
              `FragmentPath=${unit.loaded === null ? '' : join(folder(at), each)}`,
              'DropInPaths=',
            ].join('\n')
          })
          .join('\n\n'),
      }
    case 'daemon-reload':
      for (const [each, unit] of at.units) unit.loaded = fileOf(at, each)
      return ok
    case 'enable':
      if (fileOf(at, name) === null) return { code: 1, stdout: '', stderr: `Unit ${name} does not exist` }
      mkdirSync(join(at.home, 'wants'), { recursive: true })
      writeFileSync(wants(at, name), '')
      return ok
    case 'disable':
      rmSync(wants(at, name), { force: true })
      return ok
    case 'start':
      return unitOf(at, name).active ? ok : start(at, name)
    case 'restart':
      return start(at, name)
    case 'stop': {
      const unit = unitOf(at, name)
      unit.active = unit.failed = false
      unit.pid = 0
      return ok
    }
    case 'reset-failed':
      unitOf(at, name).failed = false
      return ok
    default:
      throw new Error(`the stand-in does not know systemctl ${verb}`)
  }
}

const labelOf = (path: string): string => path.replace(/.*\//, '').replace(/\.plist$/, '')

/** One domain, gui/UID; a job is there from bootstrap to bootout, and its definition is what the file was then. */
function launchctl(at: Machine, [verb = '', ...rest]: readonly string[]): Ran {
  const target = rest.at(-1) ?? ''
  const name = labelOf(target)
  const job = at.units.get(name)
  if (!verb.startsWith('print')) at.calls.push([verb, ...rest].join(' '))
  const fail = (code: number): Ran => ({ code, stdout: '', stderr: `launchctl ${verb}: ${code}` })
  const begin = (unit: Unit): void => {
    unit.active = !/broken/.test(unit.loaded ?? '')
    unit.pid = unit.active ? ++at.pids : 0
  }
  switch (verb) {
    case 'print':
      if (!target.startsWith('gui/')) return fail(112)
      if (target.split('/').length === 2) return ok
      return job === undefined
        ? fail(113)
        : { ...ok, stdout: `\tpath = ${job.path}\n\tstate = ${job.active ? 'running' : 'not running'}\n${job.active ? `\tpid = ${job.pid}\n` : ''}` }
    case 'print-disabled':
      return {
        ...ok,
        stdout: [...at.disabled].map((each) => `"${each}" => disabled\n`).join(''),
      }
    case 'enable':
      at.disabled.delete(name)
      return ok
    case 'disable':
      at.disabled.add(name)
      return ok
    case 'bootout':
      return at.units.delete(name) ? ok : fail(3)
    case 'bootstrap': {
      if (job !== undefined) return fail(5)
      if (at.disabled.has(name)) return fail(119)
      if (!existsSync(target)) return fail(108)
      const unit: Unit = { loaded: readFileSync(target, 'utf8'), path: target, active: false, failed: false, pid: 0 }
      at.units.set(name, unit)
      begin(unit)
      return ok
    }
    case 'kickstart':
      if (job === undefined) return fail(113)
      begin(job)
      return ok
    default:
      throw new Error(`the stand-in does not know launchctl ${verb}`)
  }
}

/** What ends a run here: as after SIGKILL, nothing of it happens any more. */
export class Killed extends Error {}

export interface Fault {
  /** The how-many-th call of the seam it happens at, counted from 1. */
  readonly call: number
  /** `kill`: the process ends before it. `fail`: a command returns 1, a change of a file throws; once. */
  readonly how: 'kill' | 'fail'
}

/** @returns the seam for one run, and how many calls it took */
export function run(at: Machine, fault?: Fault, windows = false): { system: System; calls: () => number; end: () => void } {
  const pid = ++at.pids
  at.alive.add(pid)
  let calls = 0
  let dead = false
  const full: System = {
    ...(windows ? placeOn(at) : place),
    pid,
    look: (path) =>
      windows
        ? placeOn(at).look(path)
        : path === '/run/systemd/system' || (path.startsWith('/var/lib/systemd/linger/') && at.lingering)
          ? { kind: 'folder' }
          : place.look(path),
    distrust: () => null,
    account: () => ({ uid: process.getuid!(), gid: null }),
    startedAt: (other) => (at.alive.has(other) ? `start-${other}` : null),
    async run(argv) {
      if (windows) return runWindows(at, argv)
      if (argv[0] === 'systemctl') return systemctl(at, argv.slice(2))
      if (argv[0] === 'launchctl') return launchctl(at, argv.slice(1))
      if (argv[0] === 'loginctl') at.lingering = argv[1] === 'enable-linger'
      return ok
    },
    registry: async (key) => registry(at, key),
    obtain: async () => Buffer.from('winsw'),
    tail: () => '',
    admin: async () => true,
    probe: async () => null,
    now: () => at.clock,
    sleep: async (ms) => void (at.clock += ms),
  }
  const changes = new Set(['write', 'copy', 'remove', 'sweep', 'makeFolder', 'move', 'removeTree', 'link'])
  const system = new Proxy(full, {
    get(target, name: keyof System) {
      const own = target[name]
      if (typeof own !== 'function' || name === 'now' || name === 'startedAt' || name === 'account') return own
      return (...args: never[]) => {
        if (dead) throw new Killed()
        calls++
        const here = fault?.call === calls
        if (here && fault.how === 'fail') {
          if (name === 'run') return Promise.resolve({ code: 1, stdout: '', stderr: 'failed, as the test wants it' })
          if (changes.has(name)) throw new Error('failed, as the test wants it')
        }
        if (here && fault.how === 'kill') {
          dead = true
          throw new Killed()
        }
        return own(...(args as [never, never, never, never]))
      }
    },
  })
  return { system, calls: () => calls, end: () => void at.alive.delete(pid) }
}
