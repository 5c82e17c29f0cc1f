// A thread of `render`: some of the profiles in, what came of them out.
import { parentPort, workerData } from 'node:worker_threads'
import { UserError } from '../errors.ts'
import { gather } from './gather.ts'
import { renderPart, type RenderFlags } from './render.ts'

const { profiles, flags, part } = workerData as { profiles: readonly string[]; flags: RenderFlags; part: readonly string[] }

async function work(): Promise<void> {
  try {
    parentPort!.postMessage({ outcome: await renderPart(await gather(profiles, flags), part, flags) })
  } catch (error) {
    // An error loses its class on the way.
    if (!(error instanceof UserError)) throw error
    parentPort!.postMessage({ error: [error.code, error.message, { issues: error.issues, ...(error.hint === null ? {} : { hint: error.hint }) }] })
  }
}
void work()
