// A kind of session in, its state folder out; ended with its owner, whatever became of that.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { bedsDir, ownFile } from './paths.ts'
import { mustRun } from './process.ts'

export type SessionKind = 'box' | 'wine'

export interface Session {
  /** The script that runs it: `script start|exec|reboot|stop state ...`. */
  readonly script: string
  /** Its folder: a tmpfs. The live file system is `state/root`. */
  readonly state: string
}

const folder = join(bedsDir, 'sessions')
const scripts = { box: ownFile('systemd/box.sh'), wine: ownFile('wine/session.sh') } satisfies Record<SessionKind, string>
const open = new Set<Session>()
let swept = false

/** Starts a session over `root`, a folder that is only read. */
export async function startSession(kind: SessionKind, root: string): Promise<Session> {
  if (process.getuid?.() !== 0) throw new Error('the test beds make mounts and namespaces: run the tests as root')
  mkdirSync(folder, { recursive: true })
  if (!swept) {
    swept = true
    await sweep()
    process.on('exit', () => open.forEach((session) => execFileSync(session.script, ['stop', session.state])))
  }
  const session: Session = { script: scripts[kind], state: join(folder, `${kind}-${process.pid}-${randomBytes(4).toString('hex')}`) }
  open.add(session)
  try {
    await mustRun([session.script, 'start', session.state, root], { timeoutMs: 120_000 })
  } catch (error) {
    await stopSession(session)
    throw error
  }
  return session
}

/** Ends everything that runs in it and removes its files. A second call does nothing. */
export async function stopSession(session: Session): Promise<void> {
  if (open.delete(session)) await mustRun([session.script, 'stop', session.state], { timeoutMs: 60_000 })
}

/** A test run that was killed leaves its sessions behind: end those whose owner is gone. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(folder)) {
    const [kind = '', pid = ''] = name.split('-')
    if ((kind !== 'box' && kind !== 'wine') || alive(Number(pid))) continue
    await mustRun([scripts[kind], 'stop', join(folder, name)]).catch((error: unknown) => {
      if (existsSync(join(folder, name))) throw error // else another run swept it in the same moment
    })
  }
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
