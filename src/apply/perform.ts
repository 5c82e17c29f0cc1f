// The steps of a plan in, done one after the other; what cannot be done is thrown, and for others to put back.
import type { Owner } from '../plan/observed.ts'
import { folderOf } from '../platform/scripts.ts'
import type { Step, Wish } from '../plan/plan.ts'
import { call } from './call.ts'
import { waitForHealth } from './health.ts'
import type { Journal } from './journal.ts'
import type { System } from './system.ts'

/** What happens, as it happens. Texts are for people. */
export interface Report {
  step(step: Step): void
  /** What is waited for, again and again. */
  waiting(text: string): void
  /** The step before has ended well. */
  done(): void
  /** Something went wrong, with the last lines of the log; what was there before is being put back. */
  goingBack(why: string, log: string): void
  undoing(text: string): void
}

/** A step that did not end well; `rights` is what somebody with more of them could run. */
export class StepFailed extends Error {
  readonly rights: readonly string[] | null
  constructor(message: string, rights: readonly string[] | null = null) {
    super(message)
    this.rights = rights
  }
}

export interface Doing {
  readonly system: System
  readonly wish: Wish
  readonly journal: Journal
  readonly report: Report
  readonly interrupted: () => boolean
  /** Set by this run: what it has to take back if it fails. */
  readonly marks: string[]
}

/** @throws StepFailed, UserError at the first step that fails, or when it was interrupted */
export async function walk(steps: readonly Step[], doing: Doing): Promise<void> {
  for (const step of steps) {
    if (doing.interrupted()) break
    doing.report.step(step)
    await perform(step, doing)
    doing.report.done()
  }
  if (doing.interrupted()) throw new StepFailed('interrupted')
}

async function perform(step: Step, { system, wish, journal, report, interrupted, marks }: Doing): Promise<void> {
  const { service, manager, target } = wish
  switch (step.kind) {
    case 'run': {
      const { command, mark, rights, starts } = step
      if (starts) journal.touch()
      if (mark !== null) {
        journal.mark(mark.name)
        marks.push(mark.name)
      }
      const why = await call(system, command, interrupted)
      if (why === null) return
      if (mark !== null) {
        journal.unmark(mark.name)
        marks.pop()
      }
      if (interrupted()) throw new StepFailed('interrupted')
      throw new StepFailed(rights === null ? why : `${rights.message} (${why})`, rights?.argv ?? null)
    }
    case 'fetch':
      return void (await system.obtain(step.pinned))
    case 'folder':
      return makeFolders(step.path, step.owner)
    case 'rights':
    case 'write': {
      const file = target.files.find(({ path }) => path === step.path)!
      journal.keep(file.path, file.sensitive)
      if (step.kind === 'rights') return system.setRights(file.path, file.mode, ownerOf(file.owner))
      makeFolders(folderOf(file.path), null)
      if (file.pinned === undefined) return system.write(file.path, file.text, file.mode, ownerOf(file.owner))
      return system.write(file.path, await system.obtain(file.pinned), file.mode, null)
    }
    case 'remove':
      journal.keep(step.path, true)
      return system.remove(step.path)
    case 'wait': {
      const why = await waitForHealth(system, manager, service, { say: (text) => report.waiting(text), interrupted })
      if (why !== null) throw new StepFailed(why)
    }
  }

  function ownerOf(name: string | null): Owner {
    return system.account(name)
  }
  /** Every missing part, written down before it is made, so that a failure can take it away again. Only the last is the owner's: the way there stays ours. */
  function makeFolders(path: string, owner: string | null): void {
    for (const folder of system.missing(path)) {
      journal.made(folder)
      system.makeFolder(folder, target.folderMode, owner === null || folder !== path ? null : ownerOf(owner))
    }
  }
}
