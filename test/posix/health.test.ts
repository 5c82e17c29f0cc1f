// The health checks of the install scripts: the JSON reader in awk, and the waiting in every shell.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import basics from '../../templates/posix/basics.sh.hbs'
import health from '../../templates/posix/health.sh.hbs'
import jsonAwk from '../../templates/posix/json.awk.hbs'
import { shells } from './tools.ts'

const dir = mkdtempSync(join(tmpdir(), 'health-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
let count = 0
const file = (content: string | Buffer) => {
  const path = join(dir, String(++count))
  writeFileSync(path, content)
  return path
}

/** mawk is Debian's, original-awk (the "one true awk") is macOS's; each must be there, or nobody has checked it. */
const awks: Record<string, string[]> = { mawk: ['mawk'], gawk: ['gawk', '--posix'], busybox: ['busybox', 'awk'], macos: ['original-awk'] }
const program = jsonAwk({})

describe.each(Object.entries(awks))('json reader under %s awk', (_, awk) => {
  const at = (json: string | Buffer, pointer: string) => {
    const { status, stdout, stderr, error } = spawnSync(awk[0]!, [...awk.slice(1), program], {
      env: { PATH: process.env['PATH'], LC_ALL: 'C', JSON_FILE: file(json), JSON_POINTER: pointer },
    })
    if (error) throw error
    expect(stderr.toString()).toBe('')
    return status === 0 ? stdout.toString().replace(/\n$/, '') : status
  }
  const document = {
    s: 'running',
    n: 5,
    t: true,
    f: false,
    z: null,
    o: { a: [10, { b: 'deep' }, 'x'], '': 'empty' },
    'a/b': 'slash',
    'm~n': 'tilde',
    '01': 'octal',
    q: 'é "q" \\ / \b\f\n\t\r 😀\u2028',
    neg: -1.5e-7,
  }
  it.each([
    ['/s', 'running'],
    ['/n', '5'],
    ['/t', 'true'],
    ['/f', 'false'],
    ['/z', 'null'],
    ['/o/a/0', '10'],
    ['/o/a/1/b', 'deep'],
    ['/o/a/2', 'x'],
    ['/o/', 'empty'],
    ['/a~1b', 'slash'],
    ['/m~0n', 'tilde'],
    ['/01', 'octal'],
    ['/neg', '-1.5e-7'],
    ['/q', 'é "q" \\ / \b\f\n\t\r 😀\u2028'],
    ['/missing', 1],
    ['/o', 1],
    ['', 1],
    ['/o/a', 1],
    ['/o/a/3', 1],
    ['/o/a/00', 1],
    ['/s/x', 1],
  ])('finds %s', (pointer, expected) => {
    expect(at(JSON.stringify(document), pointer)).toBe(expected)
    expect(at(`${JSON.stringify(document, null, '\t')}\r\n`, pointer)).toBe(expected)
  })
  it('decodes escapes, takes the last of equal keys, and a bare scalar', () => {
    expect(at('{"a":"\\u00e9\\ud83d\\ude00\\u0041\\/\\b"}', '/a')).toBe('é😀A/\b')
    expect(at('{"a":1,"a":2}', '/a')).toBe('2')
    expect(at('{"a":1,"a":{}}', '/a')).toBe(1)
    expect(at(' "x" ', '')).toBe('x')
    expect(at('{"x":"\u007f"}', '/x')).toBe('\u007f')
  })
  it.each([
    '',
    '{',
    '{"s":"running"',
    '{"s":"running",}',
    '{"s":"running"} x',
    '{s:1}',
    "{'s':1}",
    '{"s":01}',
    '{"s":+1}',
    '{"s":.5}',
    '{"s":1.}',
    '{"s":tru}',
    '{"s":truex}',
    '{"s":"a\nb"}',
    '{"s":"\\x"}',
    '{"s":"\\u12"}',
    '{"s":"\\ud800"}',
    '[1,]',
    '[1 2]',
    '{"s":1 "t":2}',
    '{"s" 1}',
    '{"s":NaN}',
    '{"s":"running"}}',
    '{"s":"unfinished',
  ])('refuses what is not JSON: %j', (text) => {
    expect(at(text, '/s')).toBe(2)
  })
})

interface Health {
  stableSeconds: number
  timeoutSeconds: number
  tcp: { host: string; port: number } | null
  http: string | null
  command: string[] | null
  file: { path: string; pointer: string | null; equals: string[] | null } | null
}
const view = (h: Partial<Health>) => ({ health: { stableSeconds: 0, timeoutSeconds: 1, tcp: null, http: null, command: null, file: null, ...h } })
const script = (h: Partial<Health>, service = 'service_pid() { echo 1; }; service_gave_up() { false; }') =>
  file(['set -eu', 'title=Demo', basics({}), health(view(h)), service, 'wait_for_health'].join('\n'))

describe.concurrent.each(Object.entries(shells))('waiting for health under %s', (_, shell) => {
  let tcp: Server, http: ReturnType<typeof createHttpServer>
  const port = (s: { address(): unknown }) => (s.address() as AddressInfo).port
  beforeAll(async () => {
    tcp = createServer((s) => s.end()).listen(0, '127.0.0.1')
    http = createHttpServer((q, r) => r.writeHead(q.url === '/ok' ? 200 : 503).end()).listen(0, '127.0.0.1')
    await Promise.all([once(tcp, 'listening'), once(http, 'listening')])
  })
  afterAll(() => {
    tcp.close()
    http.close()
  })
  async function wait(h: Partial<Health>, service?: string, env = process.env) {
    const p = spawn(shell[0]!, [...shell.slice(1), script(h, service)], { env })
    let err = ''
    p.stderr.on('data', (d: Buffer) => (err += d.toString()))
    const [code] = (await once(p, 'close')) as [number]
    return { code, err }
  }

  it('passes when all is well', async () => {
    const state = file('{"state":{"name":"up"}}')
    expect(
      await wait({
        tcp: { host: '127.0.0.1', port: port(tcp) },
        http: `http://127.0.0.1:${port(http)}/ok`,
        command: ['/bin/sh', '-c', 'exit 0'],
        file: { path: state, pointer: '/state/name', equals: ['ready', 'up'] },
        timeoutSeconds: 5,
      }),
    ).toEqual({ code: 0, err: '' })
  })
  it.each([
    ['tcp', () => ({ tcp: { host: '127.0.0.1', port: 1 } }), '127.0.0.1 to answer on port 1'],
    ['http', () => ({ http: `http://127.0.0.1:${port(http)}/bad` }), 'a good answer from http://'],
    ['command', () => ({ command: ['/bin/false'] }), 'the health command to succeed'],
    ['file', () => ({ file: { path: '/nonexistent', pointer: null, equals: null } }), 'what is expected in /nonexistent'],
    ['pointer', () => ({ file: { path: file('{"a":{}}'), pointer: '/a', equals: null } }), 'what is expected in'],
    ['value', () => ({ file: { path: file('{"a":"starting"}'), pointer: '/a', equals: ['up', 'start', ''] } }), 'what is expected in'],
  ])('says what it waited for: %s', async (_name, h, words) => {
    const { code, err } = await wait({ timeoutSeconds: 0, ...h() })
    expect(code).toBe(1)
    expect(err).toContain('Demo is not healthy after 0 s; still waiting for')
    expect(err).toContain(words)
  })
  it('never takes a process that changes for one that stays', async () => {
    const { code, err } = await wait({ stableSeconds: 1, timeoutSeconds: 2 }, 'service_pid() { date +%s; }; service_gave_up() { false; }')
    expect(code).toBe(1)
    expect(err).toContain('one process to stay up for 1 s')
  })
  it('ends at once when the service gave up', async () => {
    const { code, err } = await wait({ timeoutSeconds: 60 }, 'service_pid() { :; }; service_gave_up() { gave_up=broken; }')
    expect({ code, err }).toEqual({ code: 1, err: 'Demo does not run: broken\n' })
  })
  // busybox brings nc and wget along inside itself.
  if (shell[0] !== 'busybox')
    it('fails, and does not pass, where there is nothing to ask with', async () => {
      const bin = mkdtempSync(join(dir, 'bin'))
      for (const tool of ['date', 'sleep', 'sh']) spawnSync('ln', ['-s', `/bin/${tool}`, join(bin, tool)])
      const service = `PATH=${bin}; service_pid() { echo 1; }; service_gave_up() { false; }`
      expect(await wait({ http: 'http://127.0.0.1/' }, service)).toEqual({
        code: 1,
        err: 'the health check of http://127.0.0.1/ needs curl, wget or python3, and none is here\n',
      })
      expect((await wait({ tcp: { host: 'h', port: 1 } }, service)).err).toContain('needs bash, nc, perl or python3')
    })
  it('does not wait for ever for a command that hangs', async () => {
    expect((await wait({ command: ['/bin/sleep', '60'], timeoutSeconds: 1 })).code).toBe(1)
  })
})
