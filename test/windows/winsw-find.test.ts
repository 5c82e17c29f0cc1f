// What findWinsw takes and refuses, against servers and proxies of this process.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { winswFiles, winswRelease, winswReleases, winswUrl } from '../../src/platform/windows/releases.ts'
import { proxyFor } from '../../src/system/proxy.ts'
import { cacheFolder } from '../../src/system/cache.ts'
import { copyWinsw, findWinsw, isWinsw, machineArch, type WinswFound, type WinswWanted } from '../../src/system/winsw.ts'
import { body, closeAll, good, proxy, release, releases, serve, sha256, status } from './release-server.ts'

let folder: string
let cached: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hermes-install-winsw-'))
  cached = join(folder, 'winsw/9.9.9/WinSW-x64.exe')
})
afterEach(() => {
  closeAll()
  rmSync(folder, { recursive: true, force: true })
})

/** What was reported, one text each. */
let told: string[] = []
const report: WinswWanted['report'] = {
  started: (url) => void told.push(`started ${url}`),
  progress: (bytes, total) => void told.push(`${bytes}/${total}`),
  retrying: (why, delayMs) => void told.push(`retrying ${delayMs}: ${why}`),
  damaged: (path) => void told.push(`damaged ${path}`),
}
beforeEach(() => (told = []))
const retries = (): string[] => told.filter((text) => text.startsWith('retrying'))

const patience = { idleMs: 5000, attemptMs: 10_000, delaysMs: [1, 2, 3] }
const find = (more: Partial<WinswWanted> & { port?: number } = {}): Promise<WinswFound> =>
  findWinsw({
    version: 3,
    arch: 'x64',
    given: null,
    cacheDir: folder,
    offline: false,
    report,
    releases,
    patience,
    ...more,
    env: { ...(more.port === undefined ? {} : { HERMES_INSTALL_WINSW_MIRROR: `http://127.0.0.1:${more.port}/base` }), ...more.env },
  })
const failure = async (promise: Promise<unknown>): Promise<UserError> => {
  const error = await promise.then(
    () => new Error('it went well'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(UserError)
  return error as UserError
}
const put = (path: string, bytes: Buffer | string): string => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  return path
}
const everything = (): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile())

describe('the pinned list', () => {
  test('has every build of both lines once, and an address for each', () => {
    expect(winswReleases.map(({ line, arch }) => `${line} ${arch}`)).toEqual(['3 x64', '3 x86', '3 net461', '2 x64', '2 x86', '2 net461'])
    expect(new Set(winswReleases.map((pinned) => pinned.sha256)).size).toBe(6)
    for (const pinned of winswReleases) expect(pinned.sha256).toMatch(/^[\da-f]{64}$/)
    expect(winswUrl(winswRelease(2, 'net461'))).toBe('https://github.com/winsw/winsw/releases/download/v2.12.0/WinSW.NET461.exe')
    expect(winswUrl(winswRelease(3, 'net461'), 'http://m/x/')).toBe('http://m/x/v3.0.0-alpha.11/WinSW-net461.exe')
  })

  test('is what install.cmd chooses from, and what this machine would take', () => {
    expect(winswFiles(3).map(({ arch, file }) => [arch, file])).toEqual([
      ['AMD64', 'WinSW-x64.exe'],
      ['x86', 'WinSW-x86.exe'],
      ['ARM64', 'WinSW-x86.exe'],
    ])
    expect(machineArch('windows', { PROCESSOR_ARCHITECTURE: 'AMD64' })).toBe('x64')
    expect(machineArch('windows', { PROCESSOR_ARCHITECTURE: 'x86' })).toBe('x86')
    expect(machineArch('windows', { PROCESSOR_ARCHITECTURE: 'x86', PROCESSOR_ARCHITEW6432: 'AMD64' })).toBe('x64')
    expect(machineArch('windows', { PROCESSOR_ARCHITECTURE: 'ARM64' })).toBe('x86')
    expect(machineArch('linux', { PROCESSOR_ARCHITECTURE: 'x86' })).toBe('x64')
  })
})

test('the cache lies where the OS keeps caches', () => {
  for (const [os, env, expected] of [
    ['linux', {}, '/home/a/.cache/hermes-install'],
    ['linux', { XDG_CACHE_HOME: '/c' }, '/c/hermes-install'],
    ['linux', { XDG_CACHE_HOME: 'not/absolute' }, '/home/a/.cache/hermes-install'],
    ['linux', { XDG_CACHE_HOME: '/c', HERMES_INSTALL_CACHE: '/own' }, '/own'],
    ['linux', { HERMES_INSTALL_CACHE: '' }, '/home/a/.cache/hermes-install'],
    ['macos', { XDG_CACHE_HOME: '/c' }, '/home/a/Library/Caches/hermes-install'],
    ['windows', { LOCALAPPDATA: 'D:\\L' }, 'D:\\L\\hermes-install'],
    ['windows', {}, '\\home\\a\\AppData\\Local\\hermes-install'],
    ['windows', { HERMES_INSTALL_CACHE: 'D:\\own' }, 'D:\\own'],
  ] as const)
    expect([os, env, cacheFolder(os, env, '/home/a')]).toEqual([os, env, expected])
})

describe('the order', () => {
  test('given, then the variable, then the cache, then the network; a place that was named is never passed over', async () => {
    const server = await serve(good)
    const { port } = server
    const given = { name: '--winsw', path: put(join(folder, 'given.exe'), body) }
    const env = { HERMES_INSTALL_WINSW: put(join(folder, 'own.exe'), body) }
    expect(await find({ port })).toMatchObject({ source: 'download', path: cached, release })
    expect(await find({ port })).toMatchObject({ source: 'cache', path: cached })
    expect(await find({ port, env })).toMatchObject({ source: 'environment', path: env.HERMES_INSTALL_WINSW })
    expect(await find({ port, env, given })).toMatchObject({ source: 'given', path: given.path })
    expect(await find({ port, env: { HERMES_INSTALL_WINSW: '' } })).toMatchObject({ source: 'cache' })
    expect(server.asked).toHaveLength(1)

    writeFileSync(given.path, 'x')
    const wrong = await failure(find({ port, env, given }))
    expect(wrong).toMatchObject({ code: 'WRONG_HASH', hint: expect.stringContaining('nothing else is ever run') })
    expect(wrong.message).toContain('(--winsw)')
    expect(wrong.message).toContain('2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881')
    expect(wrong.message).toContain(sha256)
    rmSync(given.path)
    expect(await failure(find({ port, env, given }))).toMatchObject({ code: 'WINSW_NOT_FOUND', message: expect.stringContaining(given.path) })
    expect(await failure(find({ given: { name: '--winsw', path: folder } }))).toMatchObject({ code: 'WINSW_NOT_FOUND' })
    // A file of the list, but of another line: that is said.
    writeFileSync(env.HERMES_INSTALL_WINSW, 'other')
    expect(await failure(find({ port, env }))).toMatchObject({ code: 'WRONG_HASH', hint: expect.stringContaining('it is WinSW 8.8.8 (x64)') })
    expect(await failure(find({ env: { HERMES_INSTALL_WINSW: '/nowhere/x.exe' } }))).toMatchObject({
      code: 'WINSW_NOT_FOUND',
      message: expect.stringContaining('HERMES_INSTALL_WINSW says /nowhere/x.exe'),
    })
    expect(server.asked).toHaveLength(1)
  })

  test('another file in the cache is never taken: it is replaced, and a folder of a person is left alone', async () => {
    put(cached, 'x')
    expect(await find({ port: (await serve(good)).port })).toMatchObject({ source: 'download' })
    expect(told[0]).toBe(`damaged ${cached}`)
    expect(readFileSync(cached).equals(body)).toBe(true)
    const own = put(join(folder, 'vendor/WinSW-x64.exe'), 'x')
    expect(await isWinsw(own, true, release, releases)).toBe(false)
    expect(await failure(isWinsw(own, false, release, releases))).toMatchObject({ code: 'WRONG_HASH' })
    expect(await isWinsw(join(folder, 'nothing'), false, release, releases)).toBe(false)
  })

  test('what is copied is held against the hash once more: a file may change after it was found', async () => {
    const found = await find({ given: { name: '--winsw', path: put(join(folder, 'own.exe'), body) } })
    const target = join(folder, 'service/App.exe')
    await copyWinsw(found, target)
    expect(readFileSync(target).equals(body)).toBe(true)
    rmSync(target)
    writeFileSync(found.path, 'x')
    expect(await failure(copyWinsw(found, target))).toMatchObject({ code: 'WRONG_HASH', message: expect.stringContaining(sha256) })
    rmSync(found.path)
    expect(await failure(copyWinsw(found, target))).toMatchObject({ code: 'WINSW_NOT_FOUND' })
    expect(everything()).toEqual([])
  })

  test('--offline asks nobody, and says what to fetch, its hash and its place, to people and programs', async () => {
    const server = await serve(good)
    const url = 'https://github.com/winsw/winsw/releases/download/v9.9.9/WinSW-x64.exe'
    const missing = await failure(find({ port: server.port, offline: true }))
    expect(missing).toMatchObject({ code: 'WINSW_NOT_FOUND', document: { wanted: { file: release.file, url, sha256, path: cached } } })
    for (const part of [url, sha256, cached, 'HERMES_INSTALL_WINSW']) expect(missing.hint).toContain(part)
    put(cached, 'x')
    const wrong = await failure(find({ port: server.port, offline: true }))
    expect(wrong).toMatchObject({ code: 'WRONG_HASH', hint: expect.stringContaining(url) })
    put(cached, body)
    expect(await find({ port: server.port, offline: true })).toMatchObject({ source: 'cache' })
    expect(server.asked).toHaveLength(0)
  })
})

describe('the download', () => {
  test('is whole, readable by others, told of, and leaves nothing else', async () => {
    const server = await serve(good)
    await find({ port: server.port })
    expect(server.asked.map(({ url }) => url)).toEqual(['/base/v9.9.9/WinSW-x64.exe'])
    expect(readFileSync(cached).equals(body)).toBe(true)
    if (process.platform !== 'win32') expect(statSync(cached).mode & 0o777).toBe(0o644)
    expect(everything()).toEqual(['winsw/9.9.9/WinSW-x64.exe'])
    expect(told[0]).toBe(`started http://127.0.0.1:${server.port}/base/v9.9.9/WinSW-x64.exe`)
    expect([told[1], told.at(-1)]).toEqual([`0/${body.length}`, `${body.length}/${body.length}`])
  })

  test('goes on after 503, 429 and a connection that is cut, with growing delays', async () => {
    const cut = await serve(status(503), status(429), (request) => request.socket.destroy(), good)
    expect(await find({ port: cut.port })).toMatchObject({ source: 'download' })
    expect(retries()).toEqual([
      expect.stringMatching(/^retrying 1: http:.* answers 503 Service Unavailable$/),
      expect.stringMatching(/^retrying 2: .* answers 429 Too Many Requests$/),
      'retrying 3: the connection was cut (ECONNRESET)',
    ])
    expect(everything()).toHaveLength(1)
  })

  test('waits as long as the server wants', async () => {
    const busy = await serve(status(429, { 'retry-after': '1' }), good)
    const started = performance.now()
    await find({ port: busy.port })
    expect(performance.now() - started).toBeGreaterThan(990)
    expect(retries()[0]).toMatch(/^retrying 1000: /)
  })

  test('gives up in the end, and then says what can be done by hand', async () => {
    const server = await serve(status(500))
    const error = await failure(find({ port: server.port }))
    expect(error).toMatchObject({ code: 'DOWNLOAD_FAILED', message: expect.stringContaining('could not be fetched in 4 attempts') })
    for (const part of [sha256, cached]) expect(error.hint).toContain(part)
    expect(server.asked).toHaveLength(4)
  })

  test.each([404, 403, 401])('asks once where the answer is %i', async (code) => {
    const server = await serve(status(code), good)
    expect(await failure(find({ port: server.port }))).toMatchObject({ code: 'DOWNLOAD_FAILED', message: expect.stringContaining(`answers ${code}`) })
    expect(server.asked).toHaveLength(1)
    expect(existsSync(cached)).toBe(false)
  })

  test('refuses another file at once, names both hashes, and keeps nothing of it', async () => {
    const server = await serve((_, response) => response.setHeader('content-type', 'text/html; charset=utf-8').end('x'), good)
    const error = await failure(find({ port: server.port }))
    expect(error).toMatchObject({ code: 'WRONG_HASH', hint: expect.stringContaining('it is a web page') })
    expect(error.message).toContain('its sha256 is 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 (1 bytes)')
    expect(error.message).toContain(`${sha256} is pinned`)
    expect(server.asked).toHaveLength(1)
    expect(everything()).toEqual([])
  })

  test('reads no more than the file can have, whether the length is announced or not', async () => {
    const announced = await serve((_, response) => void response.writeHead(200, { 'content-length': body.length + 1 }).write('x'))
    expect(await failure(find({ port: announced.port }))).toMatchObject({
      code: 'WRONG_HASH',
      message: expect.stringContaining(`sends ${body.length + 1} bytes`),
    })
    let closed = false
    const endless = await serve((_, response) => {
      const timer = setInterval(() => response.write(body), 1)
      response.on('close', () => {
        clearInterval(timer)
        closed = true
      })
    })
    expect(await failure(find({ port: endless.port }))).toMatchObject({
      code: 'WRONG_HASH',
      message: expect.stringContaining(`more than ${body.length} bytes`),
    })
    await expect.poll(() => closed).toBe(true)
    expect(everything()).toEqual([])
  })

  test('a body that ends too early is tried again, announced or not', async () => {
    const short = await serve((_, response) => {
      response.writeHead(200, { 'content-length': body.length })
      response.write(body.subarray(0, 1000), () => response.destroy())
    }, good)
    expect(await find({ port: short.port })).toMatchObject({ source: 'download' })
    expect(retries()).toHaveLength(1)
    rmSync(cached)
    told = []
    // HTTP/1.0: the end of the connection is the end of the body.
    let times = 0
    const old = createServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.0 200 OK\r\n\r\n')
        socket.end(times++ === 0 ? body.subarray(0, 1000) : body)
      })
    })
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve))
    try {
      expect(await find({ port: (old.address() as AddressInfo).port })).toMatchObject({ source: 'download' })
      expect(retries()).toEqual([`retrying 1: the connection ended after 1000 of ${body.length} bytes`])
    } finally {
      old.close()
    }
    expect(everything()).toEqual(['winsw/9.9.9/WinSW-x64.exe'])
  })

  test('a server that goes silent or drips is given up', async () => {
    const silent = await serve(() => undefined)
    expect(await failure(find({ port: silent.port, patience: { idleMs: 100, attemptMs: 5000, delaysMs: [1] } }))).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('in 2 attempts: nothing came for 0.1 s'),
    })
    const stalls = await serve((_, response) => void response.writeHead(200, { 'content-length': body.length }).write(body.subarray(0, 10)))
    expect(await failure(find({ port: stalls.port, patience: { idleMs: 100, attemptMs: 5000, delaysMs: [] } }))).toMatchObject({
      message: expect.stringContaining('nothing came for 0.1 s'),
    })
    const drips = await serve((_, response) => {
      response.writeHead(200, { 'content-length': body.length })
      const timer = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(timer))
    })
    expect(await failure(find({ port: drips.port, patience: { idleMs: 150, attemptMs: 400, delaysMs: [] } }))).toMatchObject({
      message: expect.stringContaining('it took more than 0.4 s'),
    })
    expect(everything()).toEqual([])
  })

  test('follows redirects, to another host too, but not for ever', async () => {
    const target = await serve(good)
    const first = await serve(
      (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
      (_, response) => void response.writeHead(307, { location: `http://localhost:${target.port}/file?signature=s3cret` }).end(),
    )
    const mirror = `http://user:pass%20word@127.0.0.1:${first.port}`
    expect(await find({ env: { HERMES_INSTALL_WINSW_MIRROR: mirror } })).toMatchObject({ source: 'download' })
    expect(first.asked.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/v9.9.9/WinSW-x64.exe', `Basic ${btoa('user:pass word')}`],
      ['/elsewhere', `Basic ${btoa('user:pass word')}`],
    ])
    // Credentials are for the host that they were given for.
    expect(target.asked[0]).toMatchObject({ url: '/file?signature=s3cret', headers: expect.not.objectContaining({ authorization: expect.anything() }) })
    rmSync(cached)
    const circle = await serve(status(301, { location: '/again' }))
    expect(await failure(find({ port: circle.port }))).toMatchObject({ message: expect.stringContaining('redirects more than 10 times') })
    const file = await serve(status(302, { location: 'file:///etc/passwd' }))
    expect(await failure(find({ port: file.port }))).toMatchObject({ message: expect.stringContaining('redirects to file://') })
    expect(JSON.stringify(told)).not.toMatch(/pass|s3cret/)
  })

  test('two at once both have it, and nothing is left over', async () => {
    const server = await serve(good)
    const both = await Promise.all([find({ port: server.port }), find({ port: server.port })])
    expect(both.map(({ path }) => path)).toEqual([cached, cached])
    expect(everything()).toEqual(['winsw/9.9.9/WinSW-x64.exe'])
    expect(readFileSync(cached).equals(body)).toBe(true)
  })

  test('what a killed run left long ago goes; what another run may be writing stays, and so does all that is not ours', async () => {
    const [old, young, foreign] = ['.WinSW-x64.exe.1-0123456789ab.tmp', '.WinSW-x64.exe.2-0123456789ab.tmp', '.WinSW-x64.exe.tmp'].map((name) =>
      put(join(dirname(cached), name), body.subarray(0, 9)),
    ) as [string, string, string]
    const yesterday = Date.now() / 1000 - 86_400
    for (const path of [old, foreign]) utimesSync(path, yesterday, yesterday)
    await find({ port: (await serve(good)).port })
    expect([old, young, foreign].map((path) => existsSync(path))).toEqual([false, true, true])
  })

  test('a place that cannot be written is no reason to try again', async () => {
    put(join(folder, 'winsw'), 'a file is in the way')
    const server = await serve(good)
    expect(await failure(find({ port: server.port, into: join(folder, 'winsw/x/WinSW-x64.exe'), cacheDir: join(folder, 'other') }))).toMatchObject({
      code: 'WRITE_FAILED',
      message: expect.stringContaining('a file is in the way'),
    })
    expect(server.asked).toHaveLength(1)
  })

  test('a mirror that is no address is not repeated', async () => {
    for (const mirror of ['user:s3cret@host', 'ftp://user:s3cret@host', 'not an address s3cret']) {
      const error = await failure(find({ env: { HERMES_INSTALL_WINSW_MIRROR: mirror } }))
      expect(error).toMatchObject({ code: 'USAGE', message: 'HERMES_INSTALL_WINSW_MIRROR is no address' })
      expect(`${error.message}${error.hint}`).not.toContain('s3cret')
    }
  })
})

describe('proxies', () => {
  test('which way leads where', () => {
    const way = (url: string, env: Record<string, string>): string | null => proxyFor(new URL(url), env)?.href ?? null
    const https_proxy = 'http://p:1'
    expect(way('https://h/', {})).toBeNull()
    expect(way('https://h/', { https_proxy })).toBe('http://p:1/')
    expect(way('https://h/', { HTTPS_PROXY: 'p:1' })).toBe('http://p:1/')
    expect(way('https://h/', { https_proxy, HTTPS_PROXY: 'http://q:2' })).toBe('http://p:1/')
    expect(way('https://h/', { https_proxy: '', HTTP_PROXY: 'http://q:2' })).toBeNull()
    expect(way('http://h/', { https_proxy })).toBeNull()
    expect(way('http://h/', { http_proxy: 'https://u:p@q:2' })).toBe('https://u:p@q:2/')
    expect(way('https://h/', { ALL_PROXY: 'http://q:2' })).toBe('http://q:2/')
    for (const [host, no, direct] of [
      ['github.com', '*', true],
      ['github.com', 'example.com, github.com', true],
      ['api.github.com', 'github.com', true],
      ['api.github.com', '.github.com', true],
      ['api.github.com', '*.github.com', true],
      ['notgithub.com', 'github.com', false],
      ['github.com', 'GitHub.com:443', true],
      ['github.com', 'github.com:8443', false],
      ['10.1.2.3', '10.0.0.0/8', true],
      ['11.1.2.3', '10.0.0.0/8', false],
      ['10.1.2.3', '10.1.2.3', true],
      ['10.1.2.3', '2.3', false],
      ['[fd00::1]', 'fd00::/8', true],
      ['[::1]', '::1', true],
      ['[::1]', '[::1]:443', true],
      ['github.com', '10.0.0.0/99 , ,', false],
    ] as const)
      expect([host, no, way(`https://${host}/`, { https_proxy, NO_PROXY: no }) === null]).toEqual([host, no, direct])
    for (const bad of ['socks5://s3cret:1', 'http://', 'http://s3cret:port']) {
      expect(() => way('https://h/', { https_proxy: bad })).toThrow('https_proxy names no proxy that can be used')
    }
  })

  test('a plain address is asked for through it, and each has only its own credentials', async () => {
    const through = await serve(good)
    const env = { HERMES_INSTALL_WINSW_MIRROR: 'http://me:mine@mirror.test/base', http_proxy: `http://pro:xy%40@127.0.0.1:${through.port}` }
    expect(await find({ env })).toMatchObject({ source: 'download' })
    expect(through.asked[0]).toMatchObject({
      url: 'http://mirror.test/base/v9.9.9/WinSW-x64.exe',
      headers: { host: 'mirror.test', authorization: `Basic ${btoa('me:mine')}`, 'proxy-authorization': `Basic ${btoa('pro:xy@')}` },
    })
    rmSync(cached)
    const direct = await serve(good)
    const mirror = `http://127.0.0.1:${direct.port}`
    await find({ env: { ...env, HERMES_INSTALL_WINSW_MIRROR: mirror, no_proxy: '127.0.0.1' } })
    expect([through.asked.length, direct.asked.length]).toEqual([1, 1])
    expect(direct.asked[0]!.headers).not.toHaveProperty('proxy-authorization')
  })

  test('one that wants a password, or will not, says so and shows none', async () => {
    const closed = await serve(status(407))
    const env = { HERMES_INSTALL_WINSW_MIRROR: 'http://mirror.test', http_proxy: `http://u:s3cret@127.0.0.1:${closed.port}` }
    const error = await failure(find({ env }))
    expect(error).toMatchObject({ code: 'DOWNLOAD_FAILED', message: expect.stringContaining('wants a user and a password (407)') })
    expect(`${error.message}${error.hint}`).not.toContain('s3cret')
    expect(closed.asked).toHaveLength(1)
    expect(closed.asked[0]!.headers).not.toHaveProperty('authorization')
    const tunnels = await proxy(1, '502 Bad Gateway')
    const refused = await failure(
      find({ env: { HERMES_INSTALL_WINSW_MIRROR: 'https://mirror.test', HTTPS_PROXY: `http://u:s3cret@127.0.0.1:${tunnels.port}` } }),
    )
    expect(refused).toMatchObject({ message: expect.stringContaining(`the proxy 127.0.0.1:${tunnels.port} answers 502`) })
    expect(refused.message).not.toContain('s3cret')
    expect(tunnels.asked).toHaveLength(4)
    const forbids = await proxy(1, '403 Forbidden')
    await failure(find({ env: { HERMES_INSTALL_WINSW_MIRROR: 'https://mirror.test', HTTPS_PROXY: `http://127.0.0.1:${forbids.port}` } }))
    expect(forbids.asked).toHaveLength(1)
    expect(tunnels.asked[0]).toMatchObject({ method: 'CONNECT', url: 'mirror.test:443', headers: { 'proxy-authorization': `Basic ${btoa('u:s3cret')}` } })
  })
})
