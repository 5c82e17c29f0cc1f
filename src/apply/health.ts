// A service that was started in, whether it is well out: the same process for long enough, and the checks of its profile, before the time is up.
import type { Manager, ManagerState } from '../platform/manager.ts'
import type { Service } from '../resolve/service.ts'
import { askManager } from './observe.ts'
import type { System } from './system.ts'

/** How often the manager is asked, in ms: soon enough not to be felt, and cheap. */
const pollMs = 150

/** Shows what is waited for, and whether something asks to stop. */
export interface Waiting {
  readonly say: (text: string) => void
  readonly interrupted: () => boolean
}

/** @returns null once it is well, or why it is not */
export async function waitForHealth(system: System, manager: Manager, service: Service, { say, interrupted }: Waiting): Promise<string | null> {
  const { stableForMs } = service.health
  // A window shorter than what has to fit into it could never be met.
  const windowMs = Math.max(service.health.timeoutMs, stableForMs + 1000)
  const end = system.now() + windowMs
  /** Which process it is: a number alone may be that of a supervisor, which outlives what it runs. */
  let known: string | null = null
  let since = 0
  let others = 0
  for (;;) {
    const state = await askManager(system, manager, service)
    const now = system.now()
    const current = identity(state)
    if (current !== null && current !== known) {
      if (known !== null) others++
      known = current
      since = now
    }
    const ended = others === 0 ? '' : ` (it ended ${others === 1 ? 'once' : `${others} times`})`
    let waitingFor = `one process to stay up for ${stableForMs / 1000} s${ended}`
    if (current !== null && now - since >= stableForMs) {
      const open = await system.probe(service.health, interrupted)
      // The one that answered must still be the one that runs.
      if (open === null && identity(await askManager(system, manager, service)) === known) return null
      waitingFor = open ?? waitingFor
    }
    if (interrupted()) return 'interrupted'
    // One that has ended for good will not get well; a manager that does not answer for a moment has said nothing.
    if (state.missing === null && !state.live) return `it does not run: ${state.words}`
    if (system.now() >= end) return `it is not healthy after ${windowMs / 1000} s, still waiting for ${waitingFor}; the manager says: ${state.words}`
    say(`${waitingFor}, ${state.words}`)
    await system.sleep(current === null ? pollMs : Math.min(pollMs, Math.max(10, since + stableForMs - now)))
  }
}

const identity = ({ running, pid, since }: ManagerState): string | null => (running && pid !== null ? `${pid} ${since ?? ''}` : null)
