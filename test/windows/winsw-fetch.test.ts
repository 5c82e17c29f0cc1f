// `winsw fetch` as a user runs it: the built program, but for the list of hashes, in which a small stand-in takes the place of WinSW 3 for x64.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { winswRelease } from '../../src/platform/windows/releases.ts'
import { body, certificate, closeAll, good, proxy, serve, serveSecurely, sha256, status } from './release-server.ts'

const dist = join(import.meta.dirname, '../../dist')
const pinned = winswRelease(3, 'x64')
let program: string
let folder: string
let cached: string

beforeAll(() => {
  program = mkdtempSync(join(tmpdir(), 'hermes-install-repinned-'))
  chmodSync(program, 0o755)
  // Without the code caches: they hold the program as it was built.
  cpSync(dist, program, { recursive: true, filter: (path) => !path.endsWith('.cache') })
  const file = join(program, 'winsw.cjs')
  const code = readFileSync(file, 'utf8')
  const repinned = code.replace(pinned.sha256, sha256).replace(String(pinned.bytes), String(body.length))
  expect(repinned.split(sha256)).toHaveLength(2)
  expect(repinned).toContain(String(body.length))
  writeFileSync(file, repinned)
})
afterAll(() => rmSync(program, { recursive: true, force: true }))
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hermes-install-fetch-'))
  chmodSync(folder, 0o755)
  cached = join(folder, 'cache/winsw', pinned.version, pinned.file)
})
afterEach(() => {
  closeAll()
  rmSync(folder, { recursive: true, force: true })
})

interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}
interface Options {
  readonly env?: Record<string, string>
  readonly uid?: number
  readonly started?: (child: ChildProcess) => void
}
/** Not spawnSync: the server that it talks to is in this process. */
function fetching(args: readonly string[], { env, uid, started }: Options = {}): Promise<Ran> {
  const child = spawn(process.execPath, [join(program, 'main.cjs'), 'winsw', 'fetch', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HERMES_INSTALL_CACHE: join(folder, 'cache'), ...env },
    ...(uid === undefined ? {} : { uid }),
  })
  started?.(child)
  const texts = ['', '']
  ;[child.stdout, child.stderr].forEach((stream, i) => stream.setEncoding('utf8').on('data', (text: string) => (texts[i] += text)))
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, out: texts[0]!, err: texts[1]! })))
}
const json = ({ out }: Ran): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>
const mirror = (port: number): Record<string, string> => ({ HERMES_INSTALL_WINSW_MIRROR: `http://127.0.0.1:${port}` })
const files = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()

test('fills the cache, says where and what it is, and is done the second time, without a network', async () => {
  const server = await serve(status(503), good)
  const first = await fetching([], { env: mirror(server.port) })
  expect(first).toMatchObject({ code: 0, out: `fetched WinSW ${pinned.version} (x64)\n  path    ${cached}\n  sha256  ${sha256}\n` })
  expect(first.err).toContain(`fetching http://127.0.0.1:${server.port}/v${pinned.version}/${pinned.file}\nfailed: http://`)
  expect(first.err).toContain('answers 503 Service Unavailable; trying again in 1 s\n')
  expect(first.err).not.toContain('\u001b')
  expect(readFileSync(cached).equals(body)).toBe(true)
  for (const args of [['--json'], ['--json', '--offline']]) {
    const again = await fetching(args, { env: mirror(server.port) })
    expect(again).toMatchObject({ code: 0, err: '' })
    expect(json(again)).toEqual({
      command: 'winsw fetch',
      ok: true,
      changed: false,
      version: pinned.version,
      arch: 'x64',
      file: pinned.file,
      path: cached,
      sha256,
      url: `https://github.com/winsw/winsw/releases/download/v${pinned.version}/${pinned.file}`,
      source: 'present',
    })
  }
  expect(server.asked).toHaveLength(2)
})

test('--out fills a folder from the cache, or without one, and takes nothing away that lies there', async () => {
  const server = await serve(good)
  const env = mirror(server.port)
  const target = join(folder, 'a b/vendor', pinned.file)
  expect(json(await fetching(['--out', 'a b/vendor', '--json'], { env }))).toMatchObject({ changed: true, path: target, source: 'download' })
  expect(files()).toEqual([`a b/vendor/${pinned.file}`])
  expect(json(await fetching(['--out', 'a b/vendor', '--json', '--offline'], { env }))).toMatchObject({ changed: false, source: 'present' })
  await fetching([], { env })
  rmSync(target)
  expect(json(await fetching(['--out', 'a b/vendor', '--json', '--offline'], { env }))).toMatchObject({ changed: true, source: 'cache' })
  expect(readFileSync(target).equals(body)).toBe(true)
  expect(server.asked).toHaveLength(2)
  writeFileSync(target, 'mine')
  const refused = await fetching(['--out', 'a b/vendor'], { env })
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('move it away, or choose another folder') })
  expect(readFileSync(target, 'utf8')).toBe('mine')
})

test('an own copy is put into the cache, if it is the pinned file', async () => {
  const own = join(folder, 'own.exe')
  writeFileSync(own, body)
  const env = { HERMES_INSTALL_WINSW: own }
  expect(json(await fetching(['--offline', '--json'], { env }))).toMatchObject({ changed: true, path: cached, source: 'environment' })
  expect(json(await fetching(['--offline', '--json'], { env }))).toMatchObject({ changed: false })
  const other = await fetching(['--offline', '--json', '--winsw-version', '2'], { env })
  expect(other.code).toBe(1)
  expect(json(other)).toMatchObject({ error: { code: 'WRONG_HASH', hint: expect.stringContaining(`it is WinSW ${pinned.version} (x64)`) } })
})

test('another file is refused with both hashes, exit 1, and nothing is kept', async () => {
  const server = await serve(good)
  const net = winswRelease(3, 'net461')
  const ran = await fetching(['--arch', 'net461', '--json'], { env: mirror(server.port) })
  expect(ran.code).toBe(1)
  const { error } = json(ran) as { error: { message: string } }
  expect(json(ran)).toMatchObject({ command: 'winsw fetch', ok: false, changed: false, error: { code: 'WRONG_HASH' } })
  for (const hash of [sha256, net.sha256]) expect(error.message).toContain(hash)
  expect(server.asked.map(({ url }) => url)).toEqual([`/v${net.version}/WinSW-net461.exe`])
  expect(files()).toEqual([])
})

test('--offline says what to fetch, and where to put it', async () => {
  const two = winswRelease(2, 'x86')
  const ran = await fetching(['--offline', '--winsw-version', '2', '--arch', 'x86', '--json'])
  expect(ran.code).toBe(1)
  const path = join(folder, 'cache/winsw/2.12.0/WinSW-x86.exe')
  const url = 'https://github.com/winsw/winsw/releases/download/v2.12.0/WinSW-x86.exe'
  expect(json(ran)).toMatchObject({ error: { code: 'WINSW_NOT_FOUND' }, wanted: { path, url, sha256: two.sha256 } })
  for (const part of [path, url, two.sha256]) expect(ran.err).toContain(part)
})

test('a run that is killed leaves nothing under the name, and one that is asked to end leaves nothing at all', async () => {
  const slow = await serve((_, response) => void response.writeHead(200, { 'content-length': body.length }).write(body.subarray(0, 5000)))
  const half = async (signal: NodeJS.Signals): Promise<Ran> => {
    let child: ChildProcess | undefined
    const ran = fetching([], { env: mirror(slow.port), started: (process) => (child = process) })
    const parts = (): number[] => (existsSync(dirname(cached)) ? files().map((name) => statSync(join(folder, name)).size) : [])
    await expect.poll(parts, { timeout: 10_000 }).toContain(5000)
    child!.kill(signal)
    return ran
  }
  expect(await half('SIGTERM')).toMatchObject({ signal: 'SIGTERM' })
  expect(files()).toEqual([])
  expect(await half('SIGKILL')).toMatchObject({ signal: 'SIGKILL' })
  expect(existsSync(cached)).toBe(false)
  expect(files()).toEqual([expect.stringMatching(/\/\.WinSW-x64\.exe\.\d+-[\da-f]{12}\.tmp$/)])
  expect(json(await fetching(['--json'], { env: mirror((await serve(good)).port) }))).toMatchObject({ changed: true, source: 'download' })
  expect(readFileSync(cached).equals(body)).toBe(true)
})

test('two at once', async () => {
  const server = await serve(good)
  const both = await Promise.all([1, 2].map(() => fetching(['--json'], { env: mirror(server.port) })))
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  expect(readFileSync(cached).equals(body)).toBe(true)
  expect(files()).toHaveLength(1)
})

test('https through a tunnel, to a name that only the proxy knows; a certificate that nobody trusts is final', async () => {
  const server = await serveSecurely(good)
  const tunnel = await proxy(server.port)
  writeFileSync(join(folder, 'ca.pem'), certificate)
  const env = { HERMES_INSTALL_WINSW_MIRROR: 'https://mirror.test', https_proxy: `http://u:p@127.0.0.1:${tunnel.port}` }
  const untrusted = await fetching([], { env })
  expect(untrusted).toMatchObject({ code: 1, err: expect.stringContaining('error: the certificate of mirror.test is not trusted') })
  expect(untrusted.err).toContain('NODE_EXTRA_CA_CERTS')
  expect([server.asked.length, tunnel.asked.length]).toEqual([0, 1])
  const trusting = { ...env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), HERMES_INSTALL_CACHE: join(folder, 'no cache') }
  expect(json(await fetching(['--json', '--out', 'tunnelled'], { env: trusting }))).toMatchObject({ ok: true, source: 'download' })
  expect(tunnel.asked[1]).toMatchObject({ method: 'CONNECT', url: 'mirror.test:443', headers: { 'proxy-authorization': `Basic ${btoa('u:p')}` } })
  expect(server.asked[0]!.headers).toMatchObject({ host: 'mirror.test' })
  expect(server.asked[0]!.headers).not.toHaveProperty('proxy-authorization')
  expect(
    json(
      await fetching(['--json', '--out', 'direct'], {
        env: { ...trusting, HERMES_INSTALL_WINSW_MIRROR: `https://localhost:${server.port}`, no_proxy: 'localhost' },
      }),
    ),
  ).toMatchObject({ ok: true, source: 'download' })
  expect([server.asked.length, tunnel.asked.length]).toEqual([2, 2])
  // A certificate for another name.
  const elsewhere = { ...trusting, HERMES_INSTALL_WINSW_MIRROR: 'https://other.test' }
  expect(await fetching(['--out', 'x'], { env: elsewhere })).toMatchObject({
    code: 1,
    err: expect.stringContaining('the certificate of other.test is not trusted'),
  })
  // And from https nobody is led to where everybody may listen.
  const down = await proxy((await serveSecurely(status(302, { location: 'http://mirror.test/x' }))).port)
  const led = await fetching(['--out', 'x'], { env: { ...trusting, https_proxy: `http://127.0.0.1:${down.port}` } })
  expect(led).toMatchObject({ code: 1, err: expect.stringContaining('redirects to http://, which is not followed') })
})

test.runIf(process.getuid?.() === 0)('a folder that this user may not write is exit 4, with the command that opens it', async () => {
  const open = spawnSync(process.execPath, ['-e', '0'], { uid: 65_534 }).status === 0
  if (!open) return
  mkdirSync(join(folder, 'closed'), { mode: 0o755 })
  const ran = await fetching(['--out', 'closed'], { env: mirror((await serve(good)).port), uid: 65_534 })
  expect(ran).toMatchObject({ code: 4, err: expect.stringMatching(/run: sudo install -d -o \S+ \S*closed; or choose another place/) })
})

test('what is not known is refused, and a lone winsw shows what there is', async () => {
  expect(await fetching(['--arch', 'arm64'])).toMatchObject({ code: 2, err: expect.stringContaining('Allowed choices are x64, x86, net461') })
  expect(json(await fetching(['--winsw-version', '1', '--json']))).toMatchObject({ command: 'winsw fetch', ok: false, error: { code: 'USAGE' } })
  const lone = spawnSync(process.execPath, [join(program, 'main.cjs'), 'winsw'], { encoding: 'utf8' })
  expect(lone).toMatchObject({ status: 2, stderr: expect.stringContaining('fetch [options]') })
})

test('no other command loads it', () => {
  const names = readdirSync(dist).filter((name) => name.endsWith('.cjs'))
  expect(names).toContain('winsw.cjs')
  // What it says to a proxy (system/http.ts): the names of its variables are in the help.
  for (const name of names) expect([name, readFileSync(join(dist, name), 'utf8').includes('"CONNECT"')]).toEqual([name, name.startsWith('winsw')])
})
