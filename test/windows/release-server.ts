// Stand-ins for what lies between a machine and a release: a server with a small file, a certificate of its own, and a proxy.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { WinswRelease } from '../../src/platform/windows/releases.ts'

export const body = Buffer.from('MZ, a small stand-in for WinSW-x64.exe\n'.repeat(3000))
export const sha256 = createHash('sha256').update(body).digest('hex')

/** One pinned file, served below `/v9.9.9/`, and another one that it may be mistaken for. */
export const release: WinswRelease = { line: 3, version: '9.9.9', arch: 'x64', file: 'WinSW-x64.exe', bytes: body.length, sha256 }
const other: WinswRelease = { ...release, line: 2, version: '8.8.8', sha256: createHash('sha256').update('other').digest('hex'), bytes: null }
export const releases = [release, other]

export interface Served {
  readonly port: number
  /** What was asked for, in order. */
  readonly asked: IncomingMessage[]
}

const open: Server[] = []

/** Closes whatever a test has opened. */
export function closeAll(): void {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
}

async function listen(server: Server): Promise<Served> {
  const asked: IncomingMessage[] = []
  server.prependListener('request', (request) => asked.push(request))
  server.prependListener('connect', (request) => asked.push(request))
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, asked }
}

/** A server that answers as one function after the other says; the last one stays. */
export function serve(...answers: readonly RequestListener[]): Promise<Served> {
  let next = 0
  return listen(createServer((request, response) => answers[Math.min(next++, answers.length - 1)]!(request, response)))
}

/** The file as it should be. */
export const good: RequestListener = (_, response) => void response.writeHead(200, { 'content-length': body.length }).end(body)
export const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(code, headers).end()

/** The certificate of a server named mirror.test or localhost, valid from 2020 to 2120, which nobody trusts but who is told to. Made with `openssl ca -selfsign`. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBhTCCASugAwIBAgIUBgQUpx99lsuBeZ5D9RLHBOcg4ekwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLbWlycm9yLnRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAx
MDEwMDAwMDBaMBYxFDASBgNVBAMMC21pcnJvci50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEl1I6qny62V42ldpgagNEEZr7nOa9eSDP0n0GDyTfAuqvJPff
AxUBSQcHkBcUa9/Q6m1elzucYMy6Y89mdcTygKNVMFMwIQYDVR0RBBowGIILbWly
cm9yLnRlc3SCCWxvY2FsaG9zdDAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBSW
yl+CDKjQVwCc1qKCCHp0gp2l6zAKBggqhkjOPQQDAgNIADBFAiEAo1MBr+MBtezf
tyCY2Lpsbgv1gwV8yXt6h3nXHgug0xECIFGuDocWPLbvSfBkyyvpZVeN59UMoe0P
/Ks30PqxbBrU
-----END CERTIFICATE-----
`
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQga7p4sg81N5Lm7Hc5
tn4mGoNtP4SDj0n56WmNIVaXxkWhRANCAASXUjqqfLrZXjaV2mBqA0QRmvuc5r15
IM/SfQYPJN8C6q8k998DFQFJBweQFxRr39DqbV6XO5xgzLpjz2Z1xPKA
-----END PRIVATE KEY-----
`

export const serveSecurely = (answer: RequestListener): Promise<Served> => listen(createSecureServer({ key, cert: certificate }, answer))

/** A proxy that leads everything to one port, whatever name was asked for. @param says what it answers to CONNECT */
export async function proxy(port: number, says = '200 Connection established'): Promise<Served> {
  const tunnels: Socket[] = []
  const server = createServer()
  server.on('connect', (_, client: Socket) => {
    client.write(`HTTP/1.1 ${says}\r\n\r\n`)
    if (!says.startsWith('2')) return void client.end()
    const upstream = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      tunnels.push(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  })
  server.on('close', () => tunnels.forEach((socket) => socket.destroy()))
  return listen(server)
}
