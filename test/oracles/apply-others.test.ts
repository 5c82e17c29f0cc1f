// What an apply or an uninstall of one service must not do to others, and what is left when things are not as they were: inside a real systemd 252.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installProgram, type Hermes } from '../beds/program.ts'
import { startBox, type Box, type ExecOptions } from '../beds/systemd.ts'

let box: Box
let hermes: Hermes
beforeAll(async () => {
  box = await startBox()
  hermes = installProgram(box)
  await box.addUser('ann')
  await box.addUser('bob', { linger: false })
  await box.write('/srv/run.sh', '#!/bin/sh\n[ "$1" != broken ] || exit 3\nexec sleep 100000\n', 0o755)
})
afterAll(() => box.stop())

/** Writes a profile; `version` is what differs between two of them. */
const profile = async (name: string, version: string, more = ''): Promise<string> => {
  const path = `/srv/${name}.yaml`
  await box.write(path, `version: 1\nname: ${name}\ncommand: [/srv/run.sh, "${version}"]\nhealth: { stableFor: 100ms, timeout: 2s }\n${more}`)
  return path
}
const system = (verb: string, ...args: string[]) => hermes([verb, ...args, '--scope', 'system'])
const ctl = async (...args: string[]) => (await box.exec(['systemctl', ...args])).stdout.trim()
/** Kills an apply while it waits for health. */
const killed = (args: string, options: ExecOptions = {}) =>
  box.exec(['sh', '-c', `/usr/local/bin/hermes-node /opt/hermes-install/dist/main.cjs apply ${args} >/dev/null 2>&1 & sleep 1.5; kill -9 $!; wait`], options)
const waiting = 'health: { stableFor: 5s, timeout: 9s }'

test("lingering that one service switched on is there for the user's others", { timeout: 60_000 }, async () => {
  const [one, two] = [await profile('one', 'x'), await profile('two', 'x')]
  for (const path of [one, two]) expect(await hermes(['apply', path, '--user', 'bob'])).toMatchObject({ code: 0 })
  expect(await hermes(['uninstall', one, '--user', 'bob'])).toMatchObject({ code: 0 })
  expect((await hermes(['status', '--user', 'bob'])).stdout).toMatch(/two .*active \(running\)/)
  // A first apply that was killed, and then fails, takes its own lingering back, and no more.
  await profile('one', 'x', waiting.replace('health', 'description: waits\n# '))
  expect(await hermes(['apply', await profile('one', 'broken'), '--user', 'bob'])).toMatchObject({ code: 1 })
  expect((await hermes(['status', '--user', 'bob'])).stdout).toMatch(/two .*active \(running\)/)
  expect(await hermes(['uninstall', 'two', '--user', 'bob'])).toMatchObject({ code: 0 })
  expect((await box.exec(['ls', '/var/lib/systemd/linger'])).stdout).not.toContain('bob')
})

test('a label that changed: what is installed is what is stopped and taken away', { timeout: 60_000 }, async () => {
  await system('apply', await profile('named', 'x', 'label: first\n'))
  const path = await profile('named', 'x', 'label: second\n')
  expect(await system('apply', path)).toMatchObject({ code: 1, stderr: expect.stringContaining('installed as first and would now be second') as string })
  expect((await system('status', path)).stdout).toMatch(/first .*active \(running\)/)
  expect(await system('uninstall', path)).toMatchObject({ code: 0 })
  expect([await ctl('is-active', 'first'), (await box.exec(['sh', '-c', 'find /etc/systemd/system -name "first*"'])).stdout]).toEqual(['inactive', ''])
})

test('what a first apply that was killed had stopped is back after an uninstall', { timeout: 60_000 }, async () => {
  await box.write('/etc/systemd/system/old-app.service', '[Service]\nExecStart=/bin/sleep 100000\n[Install]\nWantedBy=multi-user.target\n')
  await ctl('daemon-reload')
  await ctl('enable', '--now', 'old-app')
  const path = await profile('fresh', 'x', 'replaces: { linux: { units: [old-app] } }\n')
  await box.exec(['sed', '-i', `s/^health.*/${waiting}/`, path])
  await killed(`${path} --scope system`)
  expect((await system('status')).stdout).toContain('an apply was cut short')
  expect(await system('uninstall', 'fresh')).toMatchObject({ code: 0 })
  expect([await ctl('is-active', 'old-app'), await ctl('is-enabled', 'old-app'), await ctl('is-active', 'fresh')]).toEqual(['active', 'enabled', 'inactive'])
})

test('what --no-start wrote is started by the next apply, and named until then', { timeout: 60_000 }, async () => {
  expect(await system('apply', await profile('later', 'one'))).toMatchObject({ code: 0 })
  const pid = await ctl('show', '-p', 'MainPID', '--value', 'later')
  const path = await profile('later', 'two')
  expect(await system('apply', path, '--no-start')).toMatchObject({ code: 0 })
  expect(await ctl('show', '-p', 'MainPID', '--value', 'later')).toBe(pid)
  expect(await system('verify', path)).toMatchObject({ code: 3, stdout: expect.stringContaining('restart-pending') as string })
  expect(await system('apply', path)).toMatchObject({ code: 0 })
  expect(await ctl('show', '-p', 'MainPID', '--value', 'later')).not.toBe(pid)
  expect(await system('verify', path)).toMatchObject({ code: 0 })
})

test('without root a service of the machine is looked at as it is, or it is said what may not be read', { timeout: 60_000 }, async () => {
  const user = { user: 'ann' }
  expect(await hermes(['verify', '/srv/later.yaml', '--scope', 'system'], user)).toMatchObject({ code: 0 })
  expect(await hermes(['plan', '/srv/later.yaml', '--scope', 'system', '--detailed-exitcode'], user)).toMatchObject({ code: 0 })
  const path = await profile('hushed', 'x', 'environment: { TOKEN: { fromEnv: TOKEN, secret: true } }\n')
  expect(await hermes(['apply', path, '--scope', 'system'], { env: { TOKEN: 'hush' } })).toMatchObject({ code: 0 })
  expect((await hermes(['status'], user)).stdout).toMatch(/hushed +system +active/)
  const verified = await hermes(['verify', path, '--scope', 'system'], { ...user, env: { TOKEN: 'hush' } })
  expect([verified.code, verified.stderr]).toEqual([4, expect.stringMatching(/may not read .*secrets\.env[^]*run: sudo --preserve-env=TOKEN /)])
  expect(await hermes(['logs', 'hushed', '--scope', 'system', '--json'], user)).toMatchObject({ code: 4 })
  // Day 2 needs no secret.
  expect(await system('restart', path)).toMatchObject({ code: 0 })
  expect(await system('uninstall', path)).toMatchObject({ code: 0 })
})

test('every drop-in that is loaded is named, but for those of the distribution for all', async () => {
  await box.write('/etc/systemd/system/la-.service.d/x.conf', '[Service]\nEnvironment=X=1\n')
  await box.write('/etc/systemd/system/service.d/y.conf', '[Service]\nEnvironment=Y=1\n')
  await ctl('daemon-reload')
  expect((await system('verify', '/srv/later.yaml')).stdout).toContain('/etc/systemd/system/service.d/y.conf')
  await box.exec(['rm', '-r', '/etc/systemd/system/la-.service.d', '/etc/systemd/system/service.d'])
  await ctl('daemon-reload')
})

test('a mode that was put right leaves nothing to do', { timeout: 60_000 }, async () => {
  await box.exec(['chmod', '0600', '/etc/systemd/system/later.service'])
  expect(await system('apply', '/srv/later.yaml')).toMatchObject({ code: 0, stderr: expect.stringContaining('set mode and owner') as string })
  expect(await system('apply', '/srv/later.yaml')).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to do') as string })
})

test('uninstall: a unit that is gone already, a name that is nothing, a deep log folder', { timeout: 60_000 }, async () => {
  await box.exec(['rm', '/etc/systemd/system/later.service'])
  await ctl('daemon-reload')
  expect(await system('uninstall', 'later')).toMatchObject({ code: 0 })
  expect((await box.exec(['sh', '-c', 'find /etc/systemd/system -name "later*"'])).stdout).toBe('')
  expect(await system('uninstall', 'later', '--json')).toMatchObject({ code: 0, stdout: expect.stringContaining('"changed": false') as string })
  const path = await profile('logged', 'x', 'user: ann\nlogs: { stdout: /var/log/deep/er/out.log }\n')
  expect(await system('apply', path)).toMatchObject({ code: 0 })
  expect((await box.exec(['stat', '-c', '%U', '/var/log/deep', '/var/log/deep/er'])).stdout).toBe('root\nann\n')
  expect(await system('uninstall', path)).toMatchObject({ code: 0, stdout: expect.stringContaining('its logs stay in /var/log/deep/er') as string })
})

test('an account that is not there stands in the way of an apply, and not of an uninstall', async () => {
  const path = await profile('nobodys', 'x', 'user: ann\ngroup: no-such-group\n')
  expect(await system('apply', path)).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no group no-such-group') as string })
  expect(await system('uninstall', path)).toMatchObject({ code: 0 })
})

test("the same program as the other manager's service is named", { timeout: 60_000 }, async () => {
  const path = '/srv/both.yaml'
  await box.write(path, 'version: 1\nname: both\ncommand: [/bin/sleep, "200001"]\nhealth: { stableFor: 100ms }\n')
  expect(await hermes(['apply', path, '--user', 'ann'])).toMatchObject({ code: 0 })
  const applied = await system('apply', path)
  expect([applied.code, applied.stderr]).toEqual([
    0,
    expect.stringMatching(/as both\.service of a user's manager \(pid \d+\)[^]*systemctl --user disable --now both\.service/),
  ])
  expect(await system('uninstall', path)).toMatchObject({ code: 0 })
  expect(await hermes(['uninstall', path, '--user', 'ann'])).toMatchObject({ code: 0 })
})

test('Ctrl+C while systemd starts something slow goes back at once', { timeout: 60_000 }, async () => {
  expect(await system('apply', await profile('slow', 'one'))).toMatchObject({ code: 0 })
  const path = await profile('slow', 'two', 'hooks: { preStart: [/bin/sleep, "40"] }\n')
  const start = Date.now()
  const { code, stderr } = await box.exec([
    'sh',
    '-c',
    `timeout -s INT 2 /usr/local/bin/hermes-node /opt/hermes-install/dist/main.cjs apply ${path} --scope system`,
  ])
  expect([code, stderr]).toEqual([124, expect.stringContaining('Everything is as it was before')])
  expect(Date.now() - start).toBeLessThan(20_000)
  expect(await ctl('is-active', 'slow')).toBe('active')
  expect(await system('uninstall', 'slow')).toMatchObject({ code: 0 })
})

test('a plan is stale when what root would run for health is another', async () => {
  const path = await profile('checked', 'x')
  expect(await system('plan', path, '--out', '/srv/checked.plan')).toMatchObject({ code: 0 })
  await box.exec(['sed', '-i', 's#^health: {#health: { command: [/usr/bin/touch, /srv/touched],#', path])
  expect(await hermes(['apply', '/srv/checked.plan'])).toMatchObject({ code: 1, stderr: expect.stringContaining('has changed since') as string })
  // One that root made for a user is applied as that user.
  expect(await hermes(['plan', await profile('anns', 'x'), '--user', 'ann', '--out', '/tmp/ann.plan'])).toMatchObject({ code: 0 })
  expect(await hermes(['apply', '/tmp/ann.plan', '--user', 'ann'])).toMatchObject({ code: 0 })
  expect(await hermes(['uninstall', 'anns', '--user', 'ann'])).toMatchObject({ code: 0 })
})
