// The built program inside a real systemd, for the system and for a user: install, talk to it, crash, change, fail, reboot, drift, uninstall.
// For another distribution's systemd: HERMES_BOX_ROOTS=252,257 (default 252,254,257).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installProgram, type Hermes } from '../beds/program.ts'
import { startBox, type Box, type SystemdVersion, type User } from '../beds/systemd.ts'

const versions = (process.env['HERMES_BOX_ROOTS'] ?? '252,254,257').split(',') as SystemdVersion[]
const scopes = ['system', 'user'] as const

/** Says on its port who it is; ends with the code that it is asked for. */
const server = `
const [, , port, name] = process.argv
require('node:fs').appendFileSync('/srv/demo/log', name + '\\n')
if (name === 'broken') process.exit(7)
require('node:http').createServer((request, response) => {
  const code = /exit=(\\d+)/.exec(request.url)
  response.end(name + ' ' + process.pid)
  if (code) setTimeout(() => process.exit(Number(code[1])), 20)
}).listen(Number(port), '127.0.0.1')
`
const profile = (name: string, more = ''): string => `version: 1
name: demo
displayName: Demo
command: [/usr/local/bin/hermes-node, /srv/demo/server.cjs, "8080", ${name}]
environment: { SECRET: { fromEnv: TOKEN, secret: true } }
restart: { policy: always, delays: [300ms, 600ms, 1200ms], restartExitCodes: [75], stopExitCodes: [78] }
stop: { timeout: 3s }
health: { stableFor: 200ms, timeout: 3s, http: 'http://127.0.0.1:8080/' }
replaces: { linux: { units: [old-demo] } }
${more}`

/** Every file of the places that an install may touch: mode, owner, name, content. */
const snapshot = async (box: Box): Promise<string> => {
  const places = '/etc /usr/local/libexec /usr/local/bin /var/lib/hermes-install /var/lib/systemd/linger /home/alice /srv'
  const find = `find ${places} -xdev \\( -path "*/.cache" -o -path "*/.npm" -o -name random-seed -o -path /srv/demo/log \\) -prune -o -printf "%M %u %p " -type f -exec md5sum {} \\; -o -printf "\\n" 2>/dev/null | sort`
  return (await box.exec(['sh', '-c', find])).stdout
}

async function ground(version: SystemdVersion): Promise<{ box: Box; hermes: Hermes; alice: User }> {
  const box = await startBox({ root: version })
  const hermes = installProgram(box)
  const alice = await box.addUser('alice')
  await box.exec(['mkdir', '-p', '/srv/demo'])
  await box.exec(['chmod', '0777', '/srv/demo'])
  await box.write('/srv/demo/server.cjs', server)
  return { box, hermes: (args, options) => hermes(args, { env: { TOKEN: 'hush' }, ...options }), alice }
}

describe.each(versions)('systemd %s', (version) => {
  test.each(scopes)('%s scope: the whole life of a service', { timeout: 300_000 }, async (scope) => {
    const { box, hermes: run, alice } = await ground(version)
    try {
      const user = scope === 'user' ? { user: 'alice' } : {}
      const hermes = (...args: string[]) => run([...args, '--scope', scope], { env: { TOKEN: 'hush' }, ...user })
      const write = (text: string) => box.write('/srv/demo/p.yaml', text)
      const apply = (...args: string[]) => hermes('apply', '/srv/demo/p.yaml', ...args)
      const ctl = (...args: string[]) => box.exec(['systemctl', ...(scope === 'user' ? ['--user'] : []), ...args], user)
      const property = async (name: string) => (await ctl('show', '-p', name, '--value', 'demo')).stdout.trim()
      const inside = async (code: string) => (await box.exec(['/usr/local/bin/hermes-node', '-e', code])).stdout.trim()
      const answer = (path = '/') => inside(`fetch('http://127.0.0.1:8080${path}').then((r) => r.text()).then(console.log, () => console.log('silent'))`)
      const log = async () => (await box.read('/srv/demo/log')).trim().split('\n')
      const units = scope === 'user' ? `${alice.home}/.config/systemd/user` : '/etc/systemd/system'

      await box.write(
        `${units}/old-demo.service`,
        `[Service]\nExecStart=/bin/sleep 100000\n[Install]\nWantedBy=${scope === 'user' ? 'default' : 'multi-user'}.target\n`,
        0o644,
      )
      if (scope === 'user') await box.exec(['chown', '-R', 'alice:alice', alice.home])
      await ctl('daemon-reload')
      expect(await ctl('enable', '--now', 'old-demo')).toMatchObject({ code: 0 })
      await write(profile('broken'))
      const before = await snapshot(box)

      // A plan shows everything and does nothing; a first install that fails leaves nothing.
      const planned = await hermes('plan', '/srv/demo/p.yaml', '--detailed-exitcode')
      expect([planned.code, planned.stdout]).toEqual([
        3,
        expect.stringMatching(/stop old-demo\.service[^]*create .*demo\.service[^]*\+ExecStart=[^]*daemon-reload[^]*enable demo/),
      ])
      expect(planned.stdout + planned.stderr).not.toContain('hush')
      expect(await snapshot(box)).toBe(before)
      const failed = await apply()
      expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/last lines of the log[^]*Everything is as it was before/)])
      expect(await ctl('is-active', 'old-demo')).toMatchObject({ stdout: 'active\n' })
      expect(await ctl('is-enabled', 'old-demo')).toMatchObject({ stdout: 'enabled\n' })
      expect(await snapshot(box)).toBe(before)

      // Install, and again: nothing changes, and the process is the same.
      await box.exec(['rm', '/srv/demo/log'])
      await write(profile('one'))
      const first = await apply('--json')
      expect([first.code, JSON.parse(first.stdout)]).toMatchObject([
        0,
        { command: 'apply', ok: true, changed: true, services: [{ id: 'demo', changed: true }] },
      ])
      expect(first.stdout + first.stderr).not.toContain('hush')
      expect(await ctl('is-active', 'demo', 'old-demo')).toMatchObject({ stdout: 'active\ninactive\n' })
      expect(await ctl('is-enabled', 'demo', 'old-demo')).toMatchObject({ stdout: 'enabled\ndisabled\n' })
      const pid = await property('MainPID')
      expect(await answer()).toBe(`one ${pid}`)
      const second = await apply('--json')
      expect([second.code, JSON.parse(second.stdout)]).toMatchObject([0, { ok: true, changed: false }])
      expect(await answer()).toBe(`one ${pid}`)
      expect((await hermes('verify', '/srv/demo/p.yaml')).code).toBe(0)
      expect(JSON.parse((await hermes('status', '--json')).stdout)).toMatchObject({
        services: [{ id: 'demo', scope, running: true, enabled: true, installed: true, pid: Number(pid) }],
      })

      // A crash comes back after its delay, and no later than 100 ms after that.
      const measured = async (killed: string): Promise<number> =>
        Number(
          await inside(`
          const { execFileSync } = require('node:child_process')
          const show = (name) => execFileSync(${scope === 'user' ? `'setpriv', ['--reuid=alice', '--regid=alice', '--init-groups', 'env', 'XDG_RUNTIME_DIR=/run/user/${alice.uid}', 'systemctl', '--user',` : `'systemctl', [`} 'show', '-p', name, '--value', 'demo'], { encoding: 'utf8' }).trim()
          const died = process.hrtime.bigint() / 1000n
          process.kill(${killed}, 'SIGKILL')
          const look = () => { const now = show('MainPID'); if (now !== '0' && now !== '${killed}') console.log(Number(BigInt(show('ExecMainStartTimestampMonotonic')) - died) / 1000); else setTimeout(look, 20) }
          look()`),
        )
      // A busy machine only ever adds: the quickest of three counts.
      let back = await measured(pid)
      for (let i = 0; i < 2 && back >= 400; i++) {
        await ctl('restart', 'demo')
        back = Math.min(back, await measured(await property('MainPID')))
      }
      expect(back).toBeGreaterThan(290)
      expect(back).toBeLessThan(400)

      // The next delays: constant on 252, growing to the last from 254 on.
      const gaps = JSON.parse(
        await inside(`
          const { readFileSync } = require('node:fs'), ask = () => fetch('http://127.0.0.1:8080/').then((r) => r.text(), () => 'silent')
          const gone = async () => { const pid = Number((await ask()).split(' ')[1]); const start = performance.now(); process.kill(pid, 'SIGKILL'); for (;;) { const now = await ask(); if (now !== 'silent' && Number(now.split(' ')[1]) !== pid) return performance.now() - start; await new Promise((done) => setTimeout(done, 10)) } }
          const wait = async () => { while (await ask() === 'silent') await new Promise((done) => setTimeout(done, 20)) }
          wait().then(async () => console.log(JSON.stringify([await gone(), await gone()])))`),
      ) as number[]
      expect(Number.parseInt(await property('NRestarts'), 10)).toBe(3)
      if (version === '252') for (const gap of gaps) expect(gap).toBeLessThan(1000)
      else expect(gaps.map((gap, i) => gap > [450, 1100][i]!)).toEqual([true, true])

      // 75 restarts, 78 stays down.
      expect(await answer('/?exit=75')).toMatch(/^one/)
      await expect.poll(() => answer(), { timeout: 5000 }).toMatch(/^one/)
      await answer('/?exit=78')
      await new Promise((done) => setTimeout(done, 2000))
      expect([await answer(), await property('ActiveState')]).toEqual(['silent', 'failed'])
      const down = await hermes('verify', '/srv/demo/p.yaml', '--json')
      expect([down.code, JSON.parse(down.stdout)]).toMatchObject([3, { differs: true, services: [{ drift: [{ code: 'not-running' }] }] }])
      expect(await hermes('start', 'demo')).toMatchObject({ code: 0 })
      expect(await answer()).toMatch(/^one/)

      // What only the manager sees is changed without a restart; a value that the program sees restarts it once.
      const same = await property('MainPID')
      await write(profile('one').replace('timeout: 3s }\nhealth', 'timeout: 4s }\nhealth'))
      expect(await apply()).toMatchObject({ code: 0 })
      expect([await property('MainPID'), await property('TimeoutStopUSec')]).toEqual([same, '4s'])
      await box.exec(['rm', '/srv/demo/log'])
      await write(profile('two'))
      expect(await apply()).toMatchObject({ code: 0 })
      expect([await log(), await answer()]).toEqual([['two'], expect.stringMatching(/^two/)])

      // A change that breaks it: the old one is back, and the files are those of before.
      const unit = await box.read(`${units}/demo.service`)
      await write(profile('broken', 'umask: "0077"\n'))
      expect(await apply()).toMatchObject({ code: 1 })
      expect([await answer(), await box.read(`${units}/demo.service`), await property('NeedDaemonReload')]).toEqual([expect.stringMatching(/^two/), unit, 'no'])

      // A reboot, and a power cut.
      await write(profile('two'))
      for (const powerCut of [false, true]) {
        await box.reboot({ powerCut })
        await expect.poll(() => answer(), { timeout: 10_000 }).toMatch(/^two/)
        expect(await apply()).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to do') as string })
      }

      // Whatever others change is named, kept, and overwritten only on demand.
      await box.exec([
        'sh',
        '-c',
        `echo '# mine' >>${units}/demo.service; mkdir ${units}/demo.service.d; printf '[Service]\\nExecStart=\\nExecStart=/bin/sleep 5\\n' >${units}/demo.service.d/x.conf`,
      ])
      await ctl('disable', 'demo')
      const drift = JSON.parse((await hermes('verify', '/srv/demo/p.yaml', '--json')).stdout) as { services: { drift: { code: string }[] }[] }
      expect(drift.services[0]!.drift.map(({ code }) => code)).toEqual(['file-changed', 'drop-in', 'disabled', 'command'])
      const kept = await apply()
      expect([kept.code, kept.stderr, await box.read(`${units}/demo.service`)]).toEqual([
        1,
        expect.stringContaining('somebody changed it'),
        expect.stringContaining('# mine'),
      ])
      expect(await hermes('uninstall', 'demo')).toMatchObject({ code: 1, stderr: expect.stringContaining('somebody changed it') as string })
      await box.exec(['rm', '-r', `${units}/demo.service.d`])
      expect(await apply('--yes')).toMatchObject({ code: 0 })
      expect((await hermes('verify', '/srv/demo/p.yaml')).code).toBe(0)

      // Logs, stop, restart; then it goes, and what it had replaced is named.
      expect((await hermes('logs', 'demo')).stdout).toMatch(/Started demo|Demo/)
      expect(await hermes('stop', 'demo')).toMatchObject({ code: 0 })
      expect(await answer()).toBe('silent')
      expect(await hermes('restart', '/srv/demo/p.yaml')).toMatchObject({ code: 0 })
      const gone = await hermes('uninstall', 'demo')
      expect([gone.code, gone.stdout]).toEqual([0, expect.stringMatching(/uninstalled[^]*enable old-demo\.service && systemctl .*start old-demo\.service/)])
      expect(await hermes('uninstall', '/srv/demo/p.yaml', '--json')).toMatchObject({ code: 0, stdout: expect.stringContaining('"changed": false') as string })
      await ctl('enable', 'old-demo')
      await write(profile('broken'))
      expect(await snapshot(box)).toBe(before)
    } finally {
      await box.stop()
    }
  })
})

describe('what stands in the way', () => {
  let box: Box
  let hermes: Hermes
  beforeAll(async () => {
    ;({ box, hermes } = await ground('252'))
    await box.write('/srv/demo/p.yaml', profile('one'))
    await box.write('/srv/demo/alone.yaml', `version: 1\nname: alone\ncommand: [/bin/sleep, "100000"]\nhealth: { stableFor: 100ms }\n`)
  })
  afterAll(() => box.stop())
  const system = (...args: string[]) => hermes([...args, '--scope', 'system'])

  test('rights: a system service without root, another user, sudo', async () => {
    const refused = await hermes(['apply', '/srv/demo/p.yaml', '--scope', 'system'], { user: 'alice', env: { TOKEN: 'x' } })
    expect([refused.code, refused.stderr]).toEqual([
      4,
      expect.stringContaining(
        'run: sudo --preserve-env=TOKEN /usr/local/bin/hermes-node /opt/hermes-install/dist/main.cjs apply /srv/demo/p.yaml --scope system',
      ),
    ])
    expect(await hermes(['apply', '/srv/demo/alone.yaml', '--user', 'root'], { user: 'alice' })).toMatchObject({ code: 4 })
    expect(await hermes(['apply', '/srv/demo/alone.yaml'], { env: { SUDO_USER: 'alice', SUDO_UID: '1001' } })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--user alice') as string,
    })
  })

  test('root acts for a user as that user, and switches lingering on and off for them', { timeout: 60_000 }, async () => {
    await box.addUser('bob', { linger: false })
    const before = await snapshot(box)
    const applied = await hermes(['apply', '/srv/demo/alone.yaml', '--user', 'bob'])
    expect([applied.code, applied.stderr]).toEqual([0, expect.stringContaining('loginctl enable-linger bob')])
    expect((await box.exec(['stat', '-c', '%U', '/home/bob/.config/systemd/user/alone.service'])).stdout).toBe('bob\n')
    expect((await box.exec(['ls', '/var/lib/systemd/linger'])).stdout).toContain('bob')
    await box.reboot()
    await expect.poll(async () => (await hermes(['status', '--user', 'bob'])).stdout, { timeout: 10_000 }).toContain('active (running)')
    expect(await hermes(['uninstall', 'alone', '--user', 'bob'])).toMatchObject({ code: 0 })
    expect(await snapshot(box)).toBe(before)
  })

  test('a unit of somebody else, a masked one, a link, a label that is taken', { timeout: 60_000 }, async () => {
    await box.write('/etc/systemd/system/demo.service', '[Service]\nExecStart=/bin/sleep 5\n')
    expect(await system('apply', '/srv/demo/p.yaml')).toMatchObject({ code: 1, stderr: expect.stringContaining('this tool did not write it') as string })
    await box.exec(['ln', '-sf', '/srv/elsewhere', '/etc/systemd/system/demo.service'])
    expect(await system('apply', '/srv/demo/p.yaml', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('symbolic link to /srv/elsewhere') as string,
    })
    await box.exec(['rm', '/etc/systemd/system/demo.service'])
    await box.exec(['systemctl', 'mask', 'demo'])
    expect(await system('apply', '/srv/demo/p.yaml', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('systemctl unmask demo.service') as string,
    })
    await box.exec(['systemctl', 'unmask', 'demo'])
    await box.write('/srv/demo/cron.yaml', 'version: 1\nname: dbus\ncommand: [/bin/sleep, "1"]\n')
    expect(await system('apply', '/srv/demo/cron.yaml', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/installed already, by .*\/system\/dbus\.service/) as string,
    })
    expect(await system('apply', '/srv/demo/alone.yaml')).toMatchObject({ code: 0 })
    await box.write('/srv/demo/twin.yaml', 'version: 1\nname: twin\nlabel: alone\ncommand: [/bin/sleep, "1"]\n')
    expect(await system('apply', '/srv/demo/twin.yaml', '--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining('belongs to alone') as string })
    expect(await system('uninstall', '/srv/demo/twin.yaml')).toMatchObject({ code: 0, stdout: expect.stringContaining('was not installed') as string })
    expect(await system('uninstall', 'alone')).toMatchObject({ code: 0 })
  })

  test('as root nothing is written where a user could lead it astray; a program that others may change is named', async () => {
    await box.exec(['sh', '-c', 'mkdir -p /usr/local/libexec && chown alice /usr/local/libexec'])
    await box.write('/srv/demo/secret', 'hush\n')
    await box.write(
      '/srv/demo/launched.yaml',
      'version: 1\nname: launched\ncommand: [/bin/sleep, "100000"]\nenvironment: { S: { secretFile: /srv/demo/secret } }\n',
    )
    const refused = await system('apply', '/srv/demo/launched.yaml')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/\/usr\/local\/libexec belongs to another user/)])
    expect((await box.exec(['sh', '-c', 'ls /etc/systemd/system/launched.service /usr/local/libexec/hermes-install'])).stdout).toBe('')
    await box.exec(['rmdir', '/usr/local/libexec'])
    await box.exec(['sh', '-c', 'cp /bin/sleep /home/alice/sleep && chown alice /home/alice/sleep'])
    await box.write('/srv/demo/loose.yaml', 'version: 1\nname: loose\ncommand: [/home/alice/sleep, "100000"]\nhealth: { stableFor: 100ms }\n')
    expect((await system('apply', '/srv/demo/loose.yaml')).stderr).toMatch(
      /warning: loose: \/home\/alice\/sleep runs as root, and others than root may change it/,
    )
    expect(await system('uninstall', 'loose')).toMatchObject({ code: 0 })
  })

  test('a saved plan is applied exactly, or not at all', { timeout: 60_000 }, async () => {
    expect(await system('plan', '/srv/demo/p.yaml', '--out', '/srv/demo/my.plan')).toMatchObject({ code: 0 })
    expect([await box.read('/srv/demo/my.plan'), (await box.exec(['stat', '-c', '%a', '/srv/demo/my.plan'])).stdout]).toEqual([
      expect.not.stringContaining('hush'),
      '600\n',
    ])
    await box.write('/srv/demo/p.yaml', profile('other'))
    expect(await hermes(['apply', '/srv/demo/my.plan'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has changed since this plan was made') as string,
    })
    await box.write('/srv/demo/p.yaml', profile('one'))
    await box.write('/etc/systemd/system/demo.service', '# Rendered by hermes-install\n')
    expect(await hermes(['apply', '/srv/demo/my.plan'])).toMatchObject({ code: 1 })
    await box.exec(['rm', '/etc/systemd/system/demo.service'])
    expect(await hermes(['apply', '/srv/demo/my.plan'])).toMatchObject({ code: 0 })
    expect(await hermes(['apply', '/srv/demo/my.plan'])).toMatchObject({ code: 1, stderr: expect.stringContaining('has changed since') as string })
    expect(await system('uninstall', 'demo')).toMatchObject({ code: 0 })
  })

  test('on a terminal the plan is shown in colours and asked about; what it waits for moves', { timeout: 60_000 }, async () => {
    const before = await snapshot(box)
    const terminal = (answer: string, more = '') =>
      box.exec(
        [
          'sh',
          '-c',
          `(sleep 1; echo ${answer}; sleep 5) | script -qec "/usr/local/bin/hermes-node /opt/hermes-install/dist/main.cjs apply /srv/demo/alone.yaml --scope system ${more}" /dev/null`,
        ],
        {
          env: { TERM: 'xterm' },
        },
      )
    const no = await terminal('n')
    expect([no.code, no.stdout]).toEqual([1, expect.stringMatching(/\u001b\[32m\+\S* create[^]*Apply this\? \[y\/N\][^]*nothing was changed/)])
    expect(await snapshot(box)).toBe(before)
    const yes = await terminal('y')
    expect([yes.code, yes.stdout]).toEqual([
      0,
      expect.stringMatching(/\r\u001b\[K +[|/\\-] \d+ s {2}waiting for one process to stay up[^]*applied, and healthy/),
    ])
    const plain = await box.exec(
      ['sh', '-c', 'NO_COLOR=1 script -qec "/usr/local/bin/hermes-node /opt/hermes-install/dist/main.cjs plan /srv/demo/alone.yaml --scope system" /dev/null'],
      { env: { TERM: 'xterm' } },
    )
    expect(plain.stdout).not.toContain('\u001b[')
    const follow = await box.exec([
      'sh',
      '-c',
      'timeout -s INT 2 /usr/local/bin/hermes-node /opt/hermes-install/dist/main.cjs logs alone --scope system --follow',
    ])
    expect(follow.stdout).toContain('alone')
    expect(await system('uninstall', 'alone')).toMatchObject({ code: 0 })
  })

  test('a second one that was started by hand is named before ours starts', { timeout: 60_000 }, async () => {
    await box.exec(['sh', '-c', 'setsid /bin/sleep 100000 >/dev/null 2>&1 &'])
    const { stderr } = await system('apply', '/srv/demo/alone.yaml')
    expect(stderr).toMatch(/the same program runs already, started by hand \(pid \d+\)/)
    expect((await system('doctor', '/srv/demo/alone.yaml')).stdout).toMatch(/warning +strays/)
    expect(await system('uninstall', 'alone')).toMatchObject({ code: 0 })
    await box.exec(['pkill', '-f', 'sleep 100000'])
  })

  test('the install scripts and apply know each other', { timeout: 90_000 }, async () => {
    const before = await snapshot(box)
    expect(await system('render', '/srv/demo/p.yaml', '--out', '/srv/demo/out')).toMatchObject({ code: 0 })
    const script = (name: string) => box.exec(['sh', `/srv/demo/out/demo/linux/${name}`])
    expect(await script('install.sh')).toMatchObject({ code: 0 })
    expect(await system('apply', '/srv/demo/p.yaml')).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to do') as string })
    expect((await system('status')).stdout).toContain('demo')
    await box.exec(['sh', '-c', 'echo "# mine" >>/etc/systemd/system/demo.service'])
    expect(await system('apply', '/srv/demo/p.yaml')).toMatchObject({ code: 1, stderr: expect.stringContaining('somebody changed it') as string })
    expect(await system('apply', '/srv/demo/p.yaml', '--yes')).toMatchObject({ code: 0 })
    // An apply that is killed while it waits is finished by the script; what it put in place goes with the script, too.
    await box.write('/srv/demo/p.yaml', profile('late').replace('stableFor: 200ms', 'stableFor: 3s').replace('timeout: 3s, http', 'timeout: 9s, http'))
    await box.exec([
      'sh',
      '-c',
      'TOKEN=hush /usr/local/bin/hermes-node /opt/hermes-install/dist/main.cjs apply /srv/demo/p.yaml --scope system & sleep 1.5; kill -9 $!',
    ])
    expect((await system('verify', '/srv/demo/p.yaml')).stdout).toContain('an apply was cut short')
    expect(await script('install.sh')).toMatchObject({ code: 0, stdout: expect.stringContaining('cut short; finishing its work') as string })
    expect((await system('status')).stdout).toContain('active (running)')
    expect(await script('uninstall.sh')).toMatchObject({ code: 0 })
    await box.exec(['rm', '-r', '/srv/demo/out'])
    await box.write('/srv/demo/p.yaml', profile('one'))
    expect(await snapshot(box)).toBe(before)
  })
})
