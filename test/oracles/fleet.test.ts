// Eight real systemd hosts of two versions behind a real sshd each, and Debian's Ansible: converge, change one value, roll out in batches, look, uninstall.
// One host is down, one cannot run the program, on one the account may not become root.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inside, startFleet, type Fleet } from '../beds/fleet.ts'
import { installProgram } from '../beds/program.ts'
import type { Result } from '../beds/process.ts'
import type { Box } from '../beds/systemd.ts'

const names = ['web1', 'web2', 'web3', 'web4', 'web5', 'web6', 'web7', 'web8'] as const
const [down, broken, powerless] = ['web7', 'web6', 'web8']
const well = ['web1', 'web2', 'web3', 'web4', 'web5']

/** Says on its port what it was told to say. */
const server = `import http.server, sys
port, word = int(sys.argv[1]), sys.argv[2]
if word == 'bad': sys.exit(7)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(word.encode())
    def log_message(self, *args): pass
http.server.HTTPServer(('127.0.0.1', port), Handler).serve_forever()
`
const profile = `version: 1
name: demo
displayName: Demo
scope: system
parameters:
  word: { default: hello }
  python: { default: /usr/bin/python3 }
command: ["\${python}", /srv/demo/server.py, "8080", "\${word}"]
environment: { SECRET: { fromEnv: TOKEN, secret: true } }
restart: { policy: always, delays: [1s, 5s] }
stop: { timeout: 3s }
health: { stableFor: 200ms, timeout: 4s, http: 'http://127.0.0.1:8080/' }
replaces: { linux: { units: [old-demo] } }
`
const mine = (name: string, port: number, word: string): string => `version: 1
name: ${name}
command: [/usr/bin/python3, /srv/demo/server.py, "${port}", ${word}]
health: { stableFor: 200ms, timeout: 4s, tcp: '127.0.0.1:${port}' }
`

interface Document {
  readonly ok: boolean
  readonly changed: boolean
  readonly hosts: readonly { readonly host: string; readonly state: string; readonly tasks: readonly string[]; readonly message: string | null }[]
  readonly checks?: readonly { readonly host: string; readonly level: string; readonly check: string }[]
}

let fleet: Fleet
const boxOf = (name: string): Box => fleet.members.get(name)!.box
const values = new Map<string, Record<string, string>>([[broken, { python: '/usr/bin/nothing' }]])

async function inventory(): Promise<void> {
  const hosts = Object.fromEntries(names.map((name) => [name, { ...fleet.reach(name), hermes_install_values: values.get(name) ?? {} }]))
  await fleet.controller.write('/srv/hosts.yml', JSON.stringify({ all: { hosts } }))
}

/** Runs the program on the controller: the document, everything that was said, the exit code. */
async function hermes(...args: string[]): Promise<Result & { readonly document: Document; readonly states: Record<string, string> }> {
  const result = await fleet.hermes([...args, '--inventory', '/srv/hosts.yml', '--forks', '8', '--json'], {
    env: { TOKEN: 'hush-hush', ANSIBLE_PIPELINING: '1' },
    timeoutMs: 200_000,
  })
  try {
    const document = JSON.parse(result.stdout) as Document
    return { ...result, document, states: Object.fromEntries((document.hosts ?? []).map(({ host, state }) => [host, state])) }
  } catch {
    throw new Error(`no document: ${result.code}\n${result.stdout}\n${result.stderr}`)
  }
}
const answer = async (name: string): Promise<string> =>
  (await boxOf(name).exec(['python3', '-c', 'import urllib.request; print(urllib.request.urlopen("http://127.0.0.1:8080/").read().decode())'])).stdout.trim()
const property = async (name: string, key: string): Promise<string> =>
  (await boxOf(name).exec(['systemctl', 'show', '-p', key, '--value', 'demo'])).stdout.trim()
/** Every file of the places that an install may touch. */
const snapshot = async (name: string): Promise<string> =>
  inside(
    boxOf(name),
    `find /etc /usr/local /var/lib/hermes-install /var/lib/systemd/linger -xdev -name random-seed -prune -o -printf '%M %u %p ' -type f -exec md5sum {} \\; -o -printf '\\n' 2>/dev/null | sort`,
  )
const limited = ['--limit', well.join(',')]

beforeAll(async () => {
  fleet = await startFleet(names.map((name, i) => ({ name, version: i % 2 === 0 ? '252' : '254', sudo: name !== powerless })))
  await Promise.all([...fleet.members.values()].map(({ box }) => box.write('/srv/demo/server.py', server)))
  await fleet.controller.write('/srv/demo.yaml', profile)
  await fleet.controller.write('/srv/mine/mine.yaml', mine('mine', 8090, 'one'))
  await fleet.controller.write('/srv/mine/other.yaml', mine('other', 8091, 'one'))
  await inventory()
  // An earlier install, on one of them.
  await boxOf('web2').write('/etc/systemd/system/old-demo.service', '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n')
  await inside(boxOf('web2'), 'systemctl daemon-reload; systemctl enable --now old-demo')
  await boxOf(down).stop()
}, 120_000)
afterAll(async () => fleet?.stop())

describe('a fleet', () => {
  test('a dry run says what would change, and changes nothing', { timeout: 300_000 }, async () => {
    const before = await snapshot('web1')
    const { code, document, states, stderr } = await hermes('apply', '/srv/demo.yaml', '--check', '--limit', 'web1,web4')
    expect([code, states]).toEqual([0, { web1: 'changed', web4: 'changed' }])
    expect(document.changed).toBe(false)
    expect(stderr).toContain('+ExecStart=:"/usr/bin/python3" "/srv/demo/server.py" "8080" "hello"')
    expect(stderr).not.toContain('hush-hush')
    expect(await snapshot('web1')).toBe(before)
  })

  test('converges the hosts that it can, and names the others', { timeout: 300_000 }, async () => {
    const { code, document, states, stdout, stderr } = await hermes('apply', '/srv/demo.yaml')
    expect(states).toEqual({
      ...Object.fromEntries(well.map((name) => [name, 'changed'])),
      [broken]: 'failed',
      [down]: 'unreachable',
      [powerless]: 'failed',
    })
    expect([code, document.ok]).toEqual([1, false])
    const message = (name: string): string => document.hosts.find(({ host }) => host === name)?.message ?? ''
    expect(message(broken)).toMatch(/Everything is as it was before/)
    expect(message(powerless)).toMatch(/sudo/i)
    expect(await Promise.all(well.map(answer))).toEqual(well.map(() => 'hello'))
    expect(await Promise.all(well.map((name) => property(name, 'UnitFileState')))).toEqual(well.map(() => 'enabled'))
    // What each systemd can do is used: the growing delay is new in 254.
    expect(await boxOf('web1').read('/etc/systemd/system/demo.service')).not.toContain('RestartSteps')
    expect(await boxOf('web4').read('/etc/systemd/system/demo.service')).toContain('RestartSteps')
    expect((await boxOf('web2').exec(['systemctl', 'is-active', 'old-demo'])).stdout.trim()).toBe('inactive')
    expect((await boxOf('web2').exec(['systemctl', 'is-enabled', 'old-demo'])).stdout.trim()).toBe('disabled')
    // Nothing is left of the one that failed.
    expect(
      (await boxOf(broken).exec(['sh', '-c', 'ls -d /var/lib/hermes-install /etc/hermes-install /etc/systemd/system/demo.service 2>/dev/null'])).stdout,
    ).toBe('')
    // The secret is where it belongs, and nowhere else.
    expect(await inside(boxOf('web1'), 'stat -c "%a %U" /etc/hermes-install/demo/secrets.env; cat /etc/hermes-install/demo/secrets.env')).toMatch(
      /^600 root\n[^]*hush-hush/,
    )
    expect(stdout + stderr).not.toContain('hush-hush')
    expect((await fleet.controller.exec(['sh', '-c', 'ls -A /tmp | grep hermes-install'])).stdout).toBe('')
  })

  test('a second run changes nothing', { timeout: 300_000 }, async () => {
    const since = await Promise.all(well.map((name) => property(name, 'MainPID')))
    const before = await snapshot('web3')
    const { code, document } = await hermes('apply', '/srv/demo.yaml', ...limited)
    expect(document.hosts.map(({ host, state, tasks }) => ({ host, state, tasks }))).toEqual(well.map((host) => ({ host, state: 'unchanged', tasks: [] })))
    expect([code, document.changed]).toEqual([0, false])
    expect(await Promise.all(well.map((name) => property(name, 'MainPID')))).toEqual(since)
    expect(await snapshot('web3')).toBe(before)
  })

  test('the program on the host itself agrees, and can go on', { timeout: 300_000 }, async () => {
    const box = boxOf('web1')
    const own = installProgram(box)
    await box.write('/srv/demo.yaml', profile)
    const env = { TOKEN: 'hush-hush' }
    expect((await own(['verify', '/srv/demo.yaml'], { env })).code).toBe(0)
    expect(JSON.parse((await own(['apply', '/srv/demo.yaml', '--json'], { env })).stdout)).toMatchObject({ ok: true, changed: false })
    expect((await own(['status', '--json'], { env })).stdout).toContain('"demo"')
  })

  test('a value of one host changes that host alone', { timeout: 300_000 }, async () => {
    const since = await Promise.all(well.map((name) => property(name, 'MainPID')))
    values.set('web3', { word: 'changed' })
    await inventory()
    const { code, states } = await hermes('apply', '/srv/demo.yaml', ...limited)
    expect([code, states]).toEqual([0, { web1: 'unchanged', web2: 'unchanged', web3: 'changed', web4: 'unchanged', web5: 'unchanged' }])
    expect(await answer('web3')).toBe('changed')
    const now = await Promise.all(well.map((name) => property(name, 'MainPID')))
    expect(now.map((pid, i) => pid === since[i])).toEqual([true, true, false, true, true])
  })

  test('a rollout in batches stops after the first that is bad, and no service is lost', { timeout: 300_000 }, async () => {
    values.delete('web3')
    await inventory()
    const before = await snapshot('web1')
    const { code, states } = await hermes('apply', '/srv/demo.yaml', ...limited, '--serial', '2', '--set', 'word=bad')
    expect([code, states]).toEqual([1, { web1: 'failed', web2: 'failed', web3: 'untouched', web4: 'untouched', web5: 'untouched' }])
    expect(await Promise.all(well.map(answer))).toEqual(['hello', 'hello', 'changed', 'hello', 'hello'])
    expect(await snapshot('web1')).toBe(before)
  })

  test('a run that was killed is finished by the next', { timeout: 300_000 }, async () => {
    const undo = '/var/lib/hermes-install/state/demo/undo'
    const program = [
      '/usr/local/bin/hermes-node',
      '/opt/hermes-install/dist/main.cjs',
      'apply',
      '/srv/demo.yaml',
      '--inventory',
      '/srv/hosts.yml',
      '--limit',
      'web5',
    ]
    const environment = ['HOME=/root', 'PATH=/usr/bin:/bin', 'TOKEN=hush-hush', 'ANSIBLE_PIPELINING=1'].flatMap((variable) => ['-E', variable])
    await fleet.controller.exec(['systemd-run', '--quiet', '--unit=cut', ...environment, ...program, '--set', 'word=bad'])
    await inside(boxOf('web5'), `until test -e ${undo}/touched && grep -q bad /etc/systemd/system/demo.service; do sleep 0.1; done`)
    await inside(fleet.controller, 'systemctl kill --signal=KILL cut')
    expect((await boxOf('web5').exec(['ls', undo])).code).toBe(0)
    const { code, states } = await hermes('apply', '/srv/demo.yaml', '--limit', 'web5')
    expect([code, states]).toEqual([0, { web5: 'changed' }])
    expect(await answer('web5')).toBe('hello')
    expect((await boxOf('web5').exec(['ls', undo])).code).not.toBe(0)
  })

  test('doctor looks at all of them', { timeout: 300_000 }, async () => {
    await inside(boxOf('web4'), 'systemctl disable --quiet demo; echo "# mine" >>/etc/systemd/system/demo.service')
    const { code, document } = await hermes('doctor', '/srv/demo.yaml', ...limited)
    const found = (name: string): string[] => (document.checks ?? []).filter(({ host }) => host === name).map(({ level, check }) => `${level} ${check}`)
    expect(found('web1')).toEqual(['ok health'])
    expect(found('web4')).toEqual(['warning file-differs', 'warning stale', 'error not-enabled', 'ok health'])
    expect(code).toBe(1)
    // What others changed is theirs, until somebody says otherwise.
    const kept = await hermes('apply', '/srv/demo.yaml', '--limit', 'web4')
    expect([kept.code, kept.states, kept.document.hosts[0]!.message]).toEqual([
      1,
      { web4: 'failed' },
      expect.stringContaining('somebody else wrote or changed'),
    ])
    expect(await boxOf('web4').read('/etc/systemd/system/demo.service')).toContain('# mine')
    const taken = await hermes('apply', '/srv/demo.yaml', '--limit', 'web4', '--yes')
    expect([taken.code, taken.states]).toEqual([0, { web4: 'changed' }])
    expect(await boxOf('web4').read('/etc/systemd/system/demo.service')).not.toContain('# mine')
  })

  test('services of a user: they linger, each is restarted for its own change alone, and they go again', { timeout: 300_000 }, async () => {
    const two = ['--limit', 'web1,web4']
    const lingers = async (name: string): Promise<string> => (await boxOf(name).exec(['ls', '/var/lib/systemd/linger'])).stdout.trim()
    const first = await hermes('apply', '/srv/mine', ...two)
    expect([first.code, first.states]).toEqual([0, { web1: 'changed', web4: 'changed' }])
    expect(await lingers('web4')).toBe('ops')
    expect((await boxOf('web4').exec(['systemctl', '--user', 'is-active', 'mine'], { user: 'ops' })).stdout.trim()).toBe('active')
    const pids = async (): Promise<string[]> =>
      (await boxOf('web4').exec(['systemctl', '--user', 'show', '-p', 'MainPID', '--value', 'mine', 'other'], { user: 'ops' })).stdout
        .split('\n')
        .filter((line) => line !== '')
    const before = await pids()
    await fleet.controller.write('/srv/mine/other.yaml', mine('other', 8091, 'two'))
    const second = await hermes('apply', '/srv/mine', ...two)
    expect([second.code, second.states]).toEqual([0, { web1: 'changed', web4: 'changed' }])
    expect((await pids()).map((pid, i) => pid === before[i])).toEqual([true, false])
    const third = await hermes('apply', '/srv/mine', ...two)
    expect([third.code, third.states]).toEqual([0, { web1: 'unchanged', web4: 'unchanged' }])
    const last = await hermes('uninstall', '/srv/mine', ...two)
    expect([last.code, last.states]).toEqual([0, { web1: 'changed', web4: 'changed' }])
    expect((await boxOf('web4').exec(['find', '/home/ops/.config', '/home/ops/.local', '-name', '*mine*', '-o', '-name', '*other*'])).stdout).toBe('')
    expect(await lingers('web4')).toBe('')
    // Of another user than the one who connects.
    await inside(boxOf('web4'), 'useradd --create-home worker')
    const other = await hermes('apply', '/srv/mine', '--limit', 'web4', '--user', 'worker')
    expect([other.code, other.states]).toEqual([0, { web4: 'changed' }])
    expect((await boxOf('web4').exec(['systemctl', '--user', 'is-active', 'mine'], { user: 'worker' })).stdout.trim()).toBe('active')
  })

  test('uninstall everywhere', { timeout: 300_000 }, async () => {
    const { code, states } = await hermes('uninstall', '/srv/demo.yaml')
    expect([code, states]).toEqual([
      1,
      { ...Object.fromEntries(well.map((name) => [name, 'changed'])), [broken]: 'unchanged', [down]: 'unreachable', [powerless]: 'failed' },
    ])
    for (const name of well)
      expect(
        (await boxOf(name).exec(['sh', '-c', 'ls -d /var/lib/hermes-install /etc/hermes-install /etc/systemd/system/demo.service 2>/dev/null'])).stdout,
      ).toBe('')
    const again = await hermes('uninstall', '/srv/demo.yaml', ...limited)
    expect([again.code, again.document.changed]).toEqual([0, false])
  })
})
