// An installed service in; nothing of it left out, and nothing of anybody else's touched.
import { UserError } from '../errors.ts'
import { isWrittenFor, titleOf, type Wish } from '../plan/plan.ts'
import type { Call } from '../platform/manager.ts'
import { call } from './call.ts'
import { openJournal } from './journal.ts'
import { readState } from './state.ts'
import { askManager, observe } from './observe.ts'
import type { System } from './system.ts'

/** What an uninstall is going to take away. */
export interface Removal {
  readonly present: boolean
  readonly files: readonly string[]
  /** Files of ours that somebody changed, and what lies in the place of one. */
  readonly changed: readonly string[]
  readonly strange: readonly string[]
  readonly commands: readonly Call[]
}

/** @throws UserError NO_MANAGER */
async function planRemoval(system: System, wish: Wish): Promise<Removal> {
  const observed = await observe(system, wish)
  const { missing, asleep } = observed.manager
  const written = new Map<string, readonly string[]>()
  for (const file of [...(observed.record?.files ?? []), ...(observed.unfinished?.intended?.files ?? [])])
    written.set(file.target, [...(written.get(file.target) ?? []), file.sha256])
  const files: string[] = []
  const changed: string[] = []
  const strange: string[] = []
  for (const [path, found] of observed.files) {
    const shas = written.get(path)
    if (found.kind === 'file') {
      // Without a record, the line that this tool writes first says whose it is.
      const ours = shas === undefined ? !observed.owners.has(path) && isWrittenFor(found.text, wish.service.id) : shas.includes(found.sha256)
      if (ours) files.push(path)
      else if (shas !== undefined) changed.push(path)
    } else if (found.kind !== 'nothing' && shas !== undefined) strange.push(path)
  }
  // A run that was killed before it had done anything has left its folder.
  const known = observed.record !== null || observed.unfinished !== null || files.length > 0 || system.look(wish.target.state).kind === 'folder'
  // To take nothing away nobody is needed.
  if (known && missing !== null) throw new UserError('NO_MANAGER', missing.why, { hint: missing.hint })
  return {
    present: known,
    files,
    changed,
    strange,
    commands: known && !asleep ? wish.manager.remove(wish.service, observed.manager) : [],
  }
}

export interface Uninstalling {
  readonly wish: Wish
  readonly approve: (removal: Removal) => Promise<void>
  readonly say: (text: string) => void
}

/**
 * Takes a service away. One that was cut short is finished by the next.
 * @returns null if nothing was there; otherwise what would bring back the earlier installs that it had replaced
 * @throws UserError APPLY_FAILED if it cannot be stopped: then nothing was removed
 */
export async function uninstall(system: System, { wish, approve, say }: Uninstalling): Promise<readonly Call[] | null> {
  const { service, manager, target } = wish
  if (!(await planRemoval(system, wish)).present) {
    // The last thing that a run which was killed could have left.
    for (const folder of target.ownFolders.toReversed()) system.removeFolder(folder)
    return null
  }
  const journal = openJournal(system, target.state, target.folderMode, titleOf(service))
  const run = async (list: readonly Call[], what: string): Promise<void> => {
    for (const command of list) {
      say(command.why)
      const why = await call(system, command)
      if (why !== null) throw new UserError('APPLY_FAILED', `${why}\n${what}`, { hint: 'run the same command again to finish' })
    }
  }
  try {
    const removal = await planRemoval(system, wish)
    // A first install that never ended well has replaced nothing: what it stopped comes back. After one that did, that is for a person to say.
    const { record, unfinished } = readState(system, target.state)
    const earlier = manager.bringBack(service, new Set([...journal.replaced(), ...(unfinished?.facts ?? [])]))
    await approve(removal)
    await run(removal.commands, `${titleOf(service)} is not stopped; nothing was removed.`)
    for (const path of [...removal.files, ...removal.changed]) {
      say(`remove ${path}`)
      system.remove(path)
    }
    for (const path of manager.links(service)) if (system.look(path).kind === 'link') system.remove(path)
    for (const path of target.litter ?? []) system.remove(path)
    for (const path of removal.strange) say(`${path} is not the file that was written; left alone`)
    const state = await askManager(system, manager, service)
    await run(manager.removed(service, state), 'The files are gone, but the manager has not noticed.')
    for (const [mark, commands] of manager.unmark(service)) {
      if (journal.marked(mark) && !journal.handOver(mark)) await run(commands, `What ${mark} stands for is still on.`)
    }
    if (record === null && unfinished !== null) await run(earlier, 'The earlier install is not back.')
    journal.forget(target.ownFolders)
    return record === null ? [] : earlier
  } finally {
    journal.unlock(false)
  }
}
