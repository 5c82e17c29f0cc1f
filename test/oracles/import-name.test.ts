// `import NAME` of the built program inside a real systemd: the unit and the drop-ins that systemd has loaded, of a user or of the machine.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installProgram, type Hermes } from '../beds/program.ts'
import { startBox, type Box } from '../beds/systemd.ts'

let box: Box
let hermes: Hermes
beforeAll(async () => {
  box = await startBox()
  hermes = installProgram(box)
  await box.addUser('ann')
  await box.write(
    '/etc/systemd/system/demo.service',
    '[Service]\nExecStart=/bin/sleep 1000\nEnvironment=A=1\n[Install]\nWantedBy=multi-user.target\nAlias=other.service\n',
  )
  await box.write('/etc/systemd/system/demo.service.d/20.conf', '[Service]\nEnvironment=A=2 B=%p\n')
  await box.write('/run/systemd/system/demo.service.d/10.conf', '[Service]\nRestart=always\nEnvironment=C=3\n')
  await box.write('/etc/systemd/system/service.d/all.conf', '[Service]\nNice=7\n')
  await box.write('/etc/systemd/system/tmpl@.service', '[Service]\nExecStart=/bin/sleep %i\n')
  await box.write('/etc/systemd/user/demo.service', '[Service]\nExecStart=/bin/sleep 2000\n[Install]\nWantedBy=default.target\n')
  await box.write('/etc/systemd/user/mine.service', '[Service]\nExecStart=%h/bin/mine\n[Install]\nWantedBy=default.target\n')
  await box.exec(['systemctl', 'daemon-reload'])
  await box.exec(['systemctl', 'enable', 'demo.service'])
  await box.exec(['systemctl', 'mask', 'masked.service'])
  await box.exec(['systemctl', '--user', 'daemon-reload'], { user: 'ann' })
})
afterAll(() => box.stop())

const read = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await hermes(['import', ...args, '--json'])
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Record<string, unknown>
}

test('every drop-in that is loaded, in the order of systemd', async () => {
  expect(await read('demo', '--scope', 'system')).toMatchObject({
    source: '/etc/systemd/system/demo.service',
    profile: { name: 'demo', scope: 'system', environment: { A: '2', B: 'demo', C: '3' }, restart: { policy: 'always' }, priority: 7 },
  })
})

test('an alias leads to the unit itself', async () => {
  expect(await read('other.service')).toMatchObject({ source: '/etc/systemd/system/demo.service', profile: { name: 'demo' } })
})

test('an instance of a template has its name', async () => {
  expect(await read('tmpl@1000')).toMatchObject({ profile: { name: 'tmpl-1000', label: 'tmpl@1000', command: ['/bin/sleep', '1000'] } })
})

test("a user's own", async () => {
  const { code, stdout } = await hermes(['import', 'mine'], { user: 'ann' })
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/scope: user\ncommand: \["\$\{home\}\/bin\/mine"\]|scope: user\ncommand: \[\$\{home\}\/bin\/mine\]/),
  ])
})

test('two of one name: choose', async () => {
  expect(await hermes(['import', 'demo'], { user: 'ann' })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--scope user or --scope system') as string,
  })
  expect((await hermes(['import', 'demo', '--scope', 'user'], { user: 'ann' })).stdout).toContain('command: [/bin/sleep, "2000"]')
})

test.each(['nothing-here', 'masked', 'cron.timer'])('%s: what was looked at', async (name) => {
  expect(await hermes(['import', name])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/no service of that name[^]*looked at: systemctl --user show|is a timer unit/) as string,
  })
})

test('what `apply` installed is read back to the same unit', { timeout: 120_000 }, async () => {
  const profile =
    'version: 1\nname: own\nscope: system\ncommand: [/bin/sleep, "1000"]\nenvironment: { A: "%n $x ${home}", S: { secretFile: /etc/secret } }\nrestart: { policy: always, stopExitCodes: [78] }\nhealth: { stableFor: 100ms }\n'
  // What lies over all services would become part of this one.
  await box.exec(['rm', '-r', '/etc/systemd/system/service.d'])
  await box.write('/etc/secret', 'hush\n', 0o600)
  await box.write('/srv/own.yaml', profile)
  expect(await hermes(['apply', '/srv/own.yaml'])).toMatchObject({ code: 0 })
  const before = await box.read('/etc/systemd/system/own.service')
  const { stdout } = await hermes(['import', 'own'])
  expect(stdout).toContain('secretFile: /etc/secret')
  await box.write('/srv/again.yaml', stdout)
  expect(await hermes(['plan', '/srv/again.yaml', '--detailed-exitcode'])).toMatchObject({ code: 0 })
  expect(await box.read('/etc/systemd/system/own.service')).toBe(before)
})
