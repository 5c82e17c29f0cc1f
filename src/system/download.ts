// An address and a sha256 in, the file that has it out: tried again where that may help, and never left half done.
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../errors.ts'
import { partLifetimeMs, putHashed, Unexpected, type Expected } from './hashed.ts'
import { get, shownUrl } from './http.ts'

/** How a download is told of. */
export interface DownloadReport {
  readonly started: (url: string) => void
  /** @param total null where neither the pinned list nor the server says it */
  readonly progress: (bytes: number, total: number | null) => void
  readonly retrying: (why: string, delayMs: number) => void
}

/** How long is waited for what. */
export interface Patience {
  /** Without a byte or an answer. */
  readonly idleMs: number
  /** For one attempt as a whole. */
  readonly attemptMs: number
  /** Before the 2nd, 3rd, ... attempt. */
  readonly delaysMs: readonly number[]
}

const patience: Patience = { idleMs: 30_000, attemptMs: partLifetimeMs / 2, delaysMs: [1000, 3000, 9000] }

export interface Download extends Expected {
  readonly url: string
  /** Of the file; null where it is not known. */
  readonly bytes: number | null
  readonly target: string
  readonly env: NodeJS.ProcessEnv
  readonly report: DownloadReport
  readonly patience?: Patience | undefined
}

/** Another attempt may go better. */
class Passing extends Error {
  readonly retryAfterMs: number
  constructor(message: string, retryAfterMs = 0) {
    super(message)
    this.name = 'Passing'
    this.retryAfterMs = retryAfterMs
  }
}

/** As long as anybody in front of a terminal would wait for a server that asks for time. */
const mostRetryAfterMs = 60_000

/** RFC 9110, 10.2.3: seconds, or a date, which is taken as no wish. */
const retryAfterMs = ({ headers }: IncomingMessage): number => Math.min(mostRetryAfterMs, 1000 * (Number(headers['retry-after'] ?? 0) || 0))

/** @throws UserError where the answer is no, Passing where it is not now */
function mustBeGood(response: IncomingMessage, url: URL): void {
  const status = response.statusCode ?? 0
  if (status === 200) return
  const message = `${shownUrl(url)} answers ${status}${response.statusMessage ? ` ${response.statusMessage}` : ''}`
  if (status === 408 || status === 429 || status >= 500) throw new Passing(message, retryAfterMs(response))
  throw new UserError('DOWNLOAD_FAILED', message)
}

/** How long a body is by its own header; null if it does not say. */
function lengthOf({ headers }: IncomingMessage): number | null {
  const length = Number(headers['content-length'])
  return headers['content-length'] === undefined || !Number.isSafeInteger(length) ? null : length
}

/** One attempt. */
async function attempt({ url: address, bytes, sha256, maxBytes, target, env, report }: Download, { idleMs, attemptMs }: Patience): Promise<void> {
  const url = new URL(address)
  const control = new AbortController()
  const giveUp = (what: string): void => control.abort(new Passing(what))
  const whole = setTimeout(() => giveUp(`it took more than ${attemptMs / 1000} s`), attemptMs)
  // One clock for names, connections, proxies, redirects and the body alike.
  let idle: NodeJS.Timeout | undefined
  const alive = (): void => {
    clearTimeout(idle)
    idle = setTimeout(() => giveUp(`nothing came for ${idleMs / 1000} s`), idleMs)
  }
  alive()
  let response: IncomingMessage | undefined
  try {
    response = await get(url, { env, signal: control.signal })
    mustBeGood(response, url)
    const body = response
    const announced = lengthOf(body)
    if (announced !== null && announced > maxBytes)
      throw new UserError('WRONG_HASH', `${shownUrl(url)} sends ${announced} bytes; the pinned file has ${bytes ?? `at most ${maxBytes}`}`)
    await putHashed(target, { sha256, maxBytes }, received())

    async function* received(): AsyncGenerator<Buffer> {
      let done = 0
      report.progress(0, bytes ?? announced)
      for await (const chunk of body as AsyncIterable<Buffer>) {
        done += chunk.length
        yield chunk
        alive()
        report.progress(done, bytes ?? announced)
      }
      // Node notices where a body is shorter than it said; without a length and without chunks, its end is just the end of the connection.
      const unframed = announced === null && body.headers['transfer-encoding'] === undefined
      if (unframed && bytes !== null && done < bytes) throw new Passing(`the connection ended after ${done} of ${bytes} bytes`)
    }
  } catch (error) {
    // What was aborted says only that it was.
    throw control.signal.aborted ? control.signal.reason : error instanceof Unexpected ? another(error, url, { sha256, maxBytes }, response) : error
  } finally {
    clearTimeout(whole)
    clearTimeout(idle)
    response?.destroy()
  }
}

function another({ sha256, bytes }: Unexpected, url: URL, expected: Expected, response: IncomingMessage | undefined): UserError {
  const html = response?.headers['content-type']?.includes('html')
  return new UserError(
    'WRONG_HASH',
    sha256 === null
      ? `${shownUrl(url)} sends more than ${bytes} bytes, so it is not the file with the sha256 ${expected.sha256}`
      : `${shownUrl(url)} sends another file: its sha256 is ${sha256} (${bytes} bytes), and ${expected.sha256} is pinned`,
    {
      hint: html
        ? 'it is a web page, perhaps the login of a network or a proxy; nothing was kept'
        : 'nothing was kept; a mirror or a proxy in between may have changed it',
    },
  )
}

const whys: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host, or no network',
  EAI_AGAIN: 'names cannot be looked up now; is there a network?',
  ECONNREFUSED: 'nobody answers there',
  ECONNRESET: 'the connection was cut',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was cut',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
}

function why(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  // Happy eyeballs: one error for each address, and no message of its own.
  if (error instanceof AggregateError && error.errors.length > 0 && !whys[code ?? '']) return why(error.errors[0])
  return code !== undefined && whys[code] !== undefined ? `${whys[code]} (${code})` : message || code || 'the connection failed'
}

/** A certificate that is refused now is refused in a second, too. OpenSSL's and Node's names for it: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const isCertificate = (error: unknown): boolean =>
  /CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH/.test((error as NodeJS.ErrnoException).code ?? '')

/**
 * Fetches one file. Errors of the network, 408, 429 and 5xx are tried again after growing delays; a 404, another file than the pinned one or a full disk are not.
 * @throws UserError DOWNLOAD_FAILED, WRONG_HASH, or what the file system says
 */
export async function download(wanted: Download): Promise<void> {
  const url = new URL(wanted.url)
  const { patience: patient = patience, report } = wanted
  report.started(shownUrl(url))
  for (let failed = 0; ; failed++) {
    try {
      return await attempt(wanted, patient)
    } catch (error) {
      if (error instanceof UserError) throw error
      if (isCertificate(error)) {
        throw new UserError('DOWNLOAD_FAILED', `the certificate of ${url.host} is not trusted: ${(error as Error).message}`, {
          hint: 'where a proxy looks into connections, NODE_EXTRA_CA_CERTS names the file with its certificate',
          cause: error,
        })
      }
      const delayMs = patient.delaysMs[failed]
      const message = error instanceof Passing ? error.message : why(error)
      if (delayMs === undefined)
        throw new UserError('DOWNLOAD_FAILED', `${shownUrl(url)} could not be fetched${failed > 0 ? ` in ${failed + 1} attempts` : ''}: ${message}`, {
          cause: error,
        })
      const wait = Math.max(delayMs, error instanceof Passing ? error.retryAfterMs : 0)
      report.retrying(message, wait)
      await sleep(wait)
    }
  }
}
