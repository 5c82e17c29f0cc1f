// The state folder of one service in, what it says without its lock out: journal.ts tells what lies there, and is alone in changing it.
import { UserError } from '../errors.ts'
import type { Record, Unfinished } from '../plan/observed.ts'
import { shaFor } from '../plan/plan.ts'
import type { Target } from '../platform/manager.ts'
import type { System } from './system.ts'

/** The lines of a text that are not empty. */
export const lines = (text: string | null): readonly string[] => (text ?? '').split('\n').filter((line) => line !== '')

/** Reads a manifest; one that cannot be understood counts as none. */
export function parseRecord(text: string | null): Record | null {
  try {
    const { id, label, files } = JSON.parse(text ?? '') as {
      id: string
      label: string
      files: { target: string | null; sha256: string; mode: string; sensitive: boolean }[]
    }
    return { id, label, files: files.flatMap(({ target, sha256, mode, sensitive }) => (target === null ? [] : [{ target, sha256, mode, sensitive }])) }
  } catch {
    return null
  }
}

/** What is known of a service without its lock. */
interface State {
  readonly record: Record | null
  /** Of a run that was killed; not of one that is at work. */
  readonly unfinished: Unfinished | null
  /** Who is at work on it now; null if nobody is, or it is this run. */
  readonly busy: string | null
  /** Whether what is installed has not been started yet (`--no-start`). */
  readonly pending: boolean
}

/** The process that holds a lock, and since when; null if that is dead, or nobody does. */
export function holder(system: System, lock: string): string | null {
  const found = system.look(lock)
  if (found.kind !== 'link') return null
  const [pid = '', start = ''] = found.to.split(/-(.*)/s)
  return system.startedAt(Number(pid)) === start ? pid : null
}

export function readState(system: System, state: string): State {
  const undo = `${state}/undo`
  const pid = holder(system, `${state}/lock`)
  const busy = pid === null || Number(pid) === system.pid ? null : pid
  const unfinished = busy === null && system.look(undo).kind === 'folder'
  return {
    record: parseRecord(system.read(`${state}/manifest.json`)),
    busy,
    pending: system.look(`${state}/pending`).kind === 'file',
    unfinished: unfinished
      ? {
          facts: new Set(lines(system.read(`${undo}/facts`))),
          intended: parseRecord(system.read(`${undo}/manifest.json`)),
          dirty: system.list(undo).some((name) => name === 'touched' || name.endsWith('.path')),
        }
      : null,
  }
}

export class Busy extends UserError {
  constructor(title: string, pid: string) {
    super('BUSY', `another apply, install or uninstall of ${title} is running${pid === '0' ? '' : ` (pid ${pid})`}`, {
      hint: 'wait for it to end, and run this again',
    })
  }
}

/** The manifest as a record of what is installed: the same, where all that is rendered is what an install puts in place. */
export function recordOf(manifest: { readonly files: readonly { readonly target: string | null }[] }, text: string, target: Target): string {
  const own = new Set(target.files.map(({ path }) => path))
  const placed = manifest.files.filter((file) => file.target !== null)
  if (placed.length === own.size && placed.every((file) => own.has(file.target!))) return text
  const files = target.files.map((file) => ({
    source: file.source,
    target: file.path,
    sha256: shaFor(file),
    mode: file.mode.toString(8).padStart(4, '0'),
    sensitive: file.sensitive,
  }))
  return `${JSON.stringify({ ...manifest, files }, null, 2)}\n`
}
