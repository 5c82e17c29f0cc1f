// This machine as `apply` sees it.
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ran, System } from '../apply/system.ts'
import { UserError } from '../errors.ts'
import type { Owner } from '../plan/observed.ts'
import { place } from './place.ts'
import { distrust } from './trust.ts'
import type { WinswReport } from './winsw.ts'

/** What programs of a user's session need to find its bus: the own runtime folder only, as su and sudo leave another user's in the environment. */
function session(): NodeJS.ProcessEnv {
  const uid = process.getuid?.()
  if (uid === undefined) return {}
  const given = process.env['XDG_RUNTIME_DIR']
  const own = given !== undefined && given !== '' && statSync(given, { throwIfNoEntry: false })?.uid === uid ? given : `/run/user/${uid}`
  return { XDG_RUNTIME_DIR: own, DBUS_SESSION_BUS_ADDRESS: `unix:path=${own}/bus` }
}

function id(flag: '-u' | '-g', name: string): number {
  try {
    return Number(execFileSync('id', [flag, '--', name], { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }))
  } catch {
    throw new UserError('OBSTACLE', `there is no account ${name} on this machine`, { hint: `create it first, such as with: sudo useradd --system ${name}` })
  }
}

function groupId(name: string): number {
  try {
    // macOS has no getent(1); dscacheutil(1) ends with 0 and says nothing where there is no such group.
    const args = process.platform === 'darwin' ? ['-q', 'group', '-a', 'name', name] : ['group', name]
    const text = execFileSync(process.platform === 'darwin' ? 'dscacheutil' : 'getent', args, { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' })
    const gid = /^gid: (\d+)$/m.exec(text)?.[1] ?? text.split(':')[2]
    if (/^\d+$/.test(gid ?? '')) return Number(gid)
  } catch {
    // Said below.
  }
  throw new UserError('OBSTACLE', `there is no group ${name} on this machine`, { hint: `create it first, such as with: sudo groupadd --system ${name}` })
}

const accounts = new Map<string, Owner>()
function account(name: string | null): Owner {
  if (name === null) return { uid: process.getuid?.() ?? 0, gid: null }
  const known = accounts.get(name)
  if (known !== undefined) return known
  const [user = '', group] = name.split(':')
  const found = { uid: id('-u', user), gid: group === undefined ? id('-g', user) : groupId(group) }
  accounts.set(name, found)
  return found
}

/** Where root runs this for a user (`--user`), lingering is for root to switch: see cli/as-user.ts. */
const askRoot = (verb: string): Promise<Ran> =>
  new Promise((resolve) => {
    process.once('message', (answer) => {
      process.channel?.unref()
      resolve(answer as Ran)
    })
    process.channel?.ref()
    process.send!(verb)
  })

/** SELinux is on if and only if its file system is there (selinux(8)). */
const labelled = existsSync('/sys/fs/selinux/enforce')

export interface LiveOptions {
  /** `--winsw`. */
  readonly winsw?: string | undefined
  readonly offline?: boolean | undefined
  /** Told of a download. */
  readonly report?: (() => Promise<WinswReport>) | undefined
}

/** The seam to this machine. */
export async function liveSystem(options: LiveOptions): Promise<System> {
  if (process.platform === 'win32') return (await import('./live-windows.ts')).windowsSystem(options)
  process.channel?.unref()
  const env = { ...session(), LC_ALL: 'C.UTF-8', SYSTEMD_COLORS: '0' }
  return {
    pid: process.pid,
    ...place,
    tail: () => '',
    write(path, data, mode, owner) {
      place.write(path, data, mode, owner)
      // A file made under another name keeps the label of that; systemd may not execute or read it then.
      if (labelled && lstatSync(path, { throwIfNoEntry: false })) {
        try {
          execFileSync('restorecon', [path], { stdio: 'ignore' })
        } catch {
          // No restorecon, no policy to restore.
        }
      }
    },
    account,
    distrust,
    run: async (argv, more) => (argv[0] === 'loginctl' && process.connected ? askRoot(argv[1]!) : (await import('./run.ts')).run(argv, env, more)),
    // Both are of Windows, and no other manager asks for them.
    registry: async () => ({ code: 1, stdout: '' }),
    obtain: async ({ name }) => {
      throw new Error(`${name} does not run here`)
    },
    admin: async () => process.getuid?.() === 0,
    probe: async (health, stop) => (await import('./probe.ts')).probe(health, env, stop),
    now: () => performance.now(),
    sleep: (ms) => sleep(ms).then(() => undefined),
  }
}
