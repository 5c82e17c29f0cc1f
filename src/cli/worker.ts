// A thread of `render`: some of the profiles in, what came of them out.
import { parentPort, workerData } from 'node:worker_threads'
import { UserError } from '../errors.ts'
import { gather } from './gather.ts'
import { renderPart, type Task } from './render.ts'

const { profiles, flags, part, number } = workerData as Task

async function work(): Promise<void> {
  try {
    parentPort!.postMessage({ outcome: await renderPart(await gather(profiles, flags), part, flags, number) })
  } catch (error) {
    // An error loses its class on the way.
    if (!(error instanceof UserError)) throw error
    parentPort!.postMessage({
      error: [error.code, error.message, { issues: error.issues, document: error.document, ...(error.hint === null ? {} : { hint: error.hint }) }],
    })
  }
}
void work()
