// A journal in; everything as it was before the change out, or what could not be put back.
import type { Call, ManagerState } from '../platform/manager.ts'
import type { Found } from '../plan/observed.ts'
import type { Wish } from '../plan/plan.ts'
import { call } from './call.ts'
import type { Journal } from './journal.ts'
import { askManager } from './observe.ts'
import type { System } from './system.ts'

/** How long a service that ran before may take to run again, in ms. */
const backMs = 15_000
const retries = 2

const isSame = (one: Found, other: Found): boolean =>
  one.kind === 'file' && other.kind === 'file' && one.sha256 === other.sha256 && one.mode === other.mode && one.uid === other.uid && one.gid === other.gid

/**
 * Goes back. Whatever fails, the rest is still tried.
 * @param marks set by this run
 * @returns what could not be put back; empty if everything is as it was
 */
export async function rollBack(
  system: System,
  { service, manager }: Wish,
  journal: Journal,
  marks: readonly string[],
  say: (text: string) => void,
): Promise<readonly string[]> {
  const problems: string[] = []
  const attempt = async (list: readonly Call[]): Promise<void> => {
    for (const command of list) {
      say(command.why)
      let why = await call(system, command)
      // Here a failure that passes must not count: a manager that was busy for a moment is asked again.
      for (let again = 0; again < retries && why !== null; again++) {
        await system.sleep(200)
        why = await call(system, command)
      }
      if (why !== null) problems.push(why)
    }
  }
  const tryTo = (what: string, act: () => void): void => {
    try {
      act()
    } catch (error) {
      problems.push(`${what}: ${(error as Error).message}`)
    }
  }
  const state = (): Promise<ManagerState> => askManager(system, manager, service)
  const facts = journal.facts()

  await attempt(manager.retreat(service, await state(), facts))
  for (const { path, kept } of journal.originals()) {
    if (kept === null && system.look(path).kind === 'nothing') continue
    if (kept === null) tryTo(`removing ${path}`, () => system.remove(path))
    // What was never overwritten needs no room on a disk that is full.
    else if (!isSame(system.look(kept), system.look(path))) tryTo(`putting back ${path}`, () => system.copy(kept, path))
  }
  for (const folder of journal.madeFolders().toReversed()) system.removeFolder(folder)
  await attempt(manager.restore(service, await state(), facts, journal.touched()))
  for (const mark of marks) {
    if (journal.handOver(mark)) continue
    await attempt(manager.unmark(service).get(mark) ?? [])
    tryTo(`the mark ${mark}`, () => journal.unmark(mark))
  }
  if (manager.ran(facts)) {
    const end = system.now() + backMs
    let now = await state()
    while (!now.running && system.now() < end) {
      await system.sleep(100)
      now = await state()
    }
    if (!now.running) problems.push(`${service.label} does not run again: ${now.words}`)
  }
  if (problems.length === 0) tryTo('closing the way back', () => journal.clear())
  return problems
}
