// The health checks of a profile in, what is still waited for out. The same meaning as templates/posix/health.sh.hbs.
import { statSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Service } from '../resolve/service.ts'
import { run } from './run.ts'

type Health = Service['health']

const connectMs = 3000
const answerMs = 5000

/** Whether anybody listens on a port. */
export const accepts = ({ host, port }: NonNullable<Health['tcp']>, timeout = connectMs): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout })
    const end = (well: boolean): void => {
      socket.destroy()
      resolve(well)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })

async function answers(url: string): Promise<boolean> {
  try {
    // A redirect is an answer: where it leads to is another program's health.
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(answerMs), headers: { connection: 'close' } })
    await response.body?.cancel()
    return response.status >= 200 && response.status < 400
  } catch {
    return false
  }
}

/** RFC 6901. Undefined for what is not there. */
function at(value: unknown, pointer: string): unknown {
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as { readonly [key: string]: unknown })[key]
  }
  return value
}

function agrees({ path, pointer, equals }: NonNullable<Health['file']>): boolean {
  try {
    if (!statSync(path).isFile()) return false
    if (pointer === null) return true
    const value = at(JSON.parse(readFileSync(path, 'utf8')), pointer)
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value)) return false
    return equals === null || equals.includes(typeof value === 'string' ? value : JSON.stringify(value))
  } catch {
    // Not there yet, or only half written.
    return false
  }
}

/** @returns what is still waited for; null if every check holds */
export async function probe({ tcp, http, command, file, timeoutMs }: Health, env: NodeJS.ProcessEnv, stop?: () => boolean): Promise<string | null> {
  if (tcp !== null && !(await accepts(tcp))) return `${tcp.host} to answer on port ${tcp.port}`
  if (http !== null && !(await answers(http))) return `a good answer from ${http}`
  if (command !== null && (await run(command, env, { timeoutMs, ...(stop === undefined ? {} : { stop }) })).code !== 0) return 'the health command to succeed'
  if (file !== null && !agrees(file)) return `what is expected in ${file.path}`
  return null
}
