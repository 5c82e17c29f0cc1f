// An address in, the answer to a GET out, through redirects and a proxy.
//
// Not fetch(): that of Node 20 knows no proxy. NODE_USE_ENV_PROXY is of Node 22.21 and 24 and must be set from outside; undici's EnvHttpProxyAgent is not
// within reach of the global fetch. Measured: undici 6 would add 407 kB, more than any file of the bundle has; https-proxy-agent with proxy-from-env 16 kB, and
// six packages to keep. What is needed of them is one CONNECT.
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import { UserError } from '../errors.ts'
import { bareHost, proxyFor } from './proxy.ts'

const mostRedirects = 10

export interface GetOptions {
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

const requestFor = ({ protocol }: URL): typeof httpRequest => (protocol === 'https:' ? httpsRequest : httpRequest)
const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80')

/** An address as it may be shown: without credentials, and without a query, in which a redirect's signature stands. */
export function shownUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`
}

const credentials = ({ username, password }: URL): string => `${decodeURIComponent(username)}:${decodeURIComponent(password)}`

/** RFC 7617. */
const authorization = (proxy: URL): { 'proxy-authorization'?: string } =>
  proxy.username === '' && proxy.password === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(credentials(proxy)).toString('base64')}` }

function refused(proxy: URL, status: number): Error {
  const message = `the proxy ${proxy.host} answers ${status}`
  if (status === 407) {
    return new UserError('DOWNLOAD_FAILED', `the proxy ${proxy.host} wants a user and a password (407)`, {
      hint: 'put them into the variable that names it: https_proxy=http://user:password@host:port, each percent-encoded',
    })
  }
  // What a proxy forbids now, it forbids in a second.
  return status >= 400 && status < 500 ? new UserError('DOWNLOAD_FAILED', message) : new Error(message)
}

/** RFC 9110, 9.3.6: after CONNECT and 2xx, what the proxy passes on is the server's. */
function tunnel(url: URL, proxy: URL, signal: AbortSignal): Promise<Duplex> {
  const target = `${url.hostname}:${portOf(url)}`
  return new Promise((resolve, reject) => {
    requestFor(proxy)({
      host: bareHost(proxy),
      port: portOf(proxy),
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...authorization(proxy) },
      agent: false,
      signal,
    })
      .once('connect', (response, socket) => {
        const status = response.statusCode ?? 0
        if (status >= 200 && status < 300) resolve(socket)
        else {
          socket.destroy()
          reject(refused(proxy, status))
        }
      })
      .once('error', reject)
      .end()
  })
}

function send(url: URL, options: Omit<RequestOptions, 'headers'>, headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    requestFor(url)(url, { ...options, headers: { 'accept-encoding': 'identity', 'user-agent': 'hermes-install', ...headers } })
      .once('response', resolve)
      .once('error', reject)
      .end()
  })
}

async function getOnce(url: URL, { env, signal }: GetOptions): Promise<IncomingMessage> {
  const proxy = proxyFor(url, env)
  // `agent: false` is a new agent, which knows nothing of NODE_USE_ENV_PROXY: one proxy is enough.
  if (proxy === null) return send(url, { agent: false, signal })
  if (url.protocol === 'http:') {
    // RFC 9112, 3.2.2: a proxy is asked for the whole address. The credentials of either go into a header of its own, so neither gets to see the other's.
    const path = `${url.origin}${url.pathname}${url.search}`
    const to = new URL(`${proxy.protocol}//${proxy.host}`)
    const auth = url.username === '' ? {} : { auth: credentials(url) }
    const response = await send(to, { path, ...auth, agent: false, signal }, { host: url.host, ...authorization(proxy) })
    if (response.statusCode !== 407) return response
    response.destroy()
    throw refused(proxy, 407)
  }
  const socket = await tunnel(url, proxy, signal)
  const host = bareHost(url)
  // RFC 6066: no server name for an address.
  const secure = tlsConnect({ socket, ALPNProtocols: ['http/1.1'], ...(isIP(host) === 0 ? { servername: host } : { host }) })
  // Without an agent, Node takes 80 for the usual port, and would put the other one into the Host header.
  return send(url, { createConnection: () => secure, defaultPort: 443, signal })
}

/**
 * The answer to a GET, its body unread.
 * @throws Error for what the network or a proxy says; UserError where trying again would not help
 */
export async function get(address: URL, options: GetOptions): Promise<IncomingMessage> {
  let url = address
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const response = await getOnce(url, options)
    const { location } = response.headers
    if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0) || location === undefined) return response
    response.destroy()
    if (!URL.canParse(location, url.href)) throw new UserError('DOWNLOAD_FAILED', `${shownUrl(url)} redirects to what is no address`)
    const next = new URL(location, url)
    if (next.protocol !== url.protocol && next.protocol !== 'https:')
      throw new UserError('DOWNLOAD_FAILED', `${shownUrl(url)} redirects to ${next.protocol}//, which is not followed`)
    url = next
  }
  throw new UserError('DOWNLOAD_FAILED', `${shownUrl(address)} redirects more than ${mostRedirects} times`)
}
