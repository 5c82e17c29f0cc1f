// A LaunchDaemon by the built program, as root in a box of its own: /Library, root's files and accounts are real there; launchctl, plutil and dscacheutil are the
// stand-ins of test/posix.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installProgram } from '../beds/program.ts'
import { startBox, type Box } from '../beds/systemd.ts'

const posix = join(import.meta.dirname, '../posix')
const bin = '/opt/fake/bin'
const env = { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`, FAKE_LAUNCHD: '/opt/fake/registry', FAKE_LAUNCHD_BOOTOUT_MS: '60', FAKE_LAUNCHD_THROTTLE_MS: '100' }
let box: Box
const hermes = (...args: string[]) =>
  box.exec(['/usr/local/bin/hermes-node', '-r', '/opt/fake/as-macos.cjs', '/opt/hermes-install/dist/main.cjs', ...args, '--scope', 'system'], { env })
const stat = async (path: string) => (await box.exec(['stat', '-c', '%U:%G %a', path])).stdout.trim()
const profile = (more: string) =>
  `version: 1\nname: demo\nlabel: org.example.demo\ncommand: [/bin/sleep, "100000"]\nrestart: { policy: always, delays: [1s] }\nhealth: { stableFor: 200ms, timeout: 3s }\n${more}`

beforeAll(async () => {
  box = await startBox()
  installProgram(box)
  await box.addUser('ann')
  await box.write('/opt/fake/as-macos.cjs', readFileSync(join(posix, 'as-macos.cjs')))
  await box.write(`${bin}/fake-launchd.mjs`, readFileSync(join(posix, 'fake-launchd.mjs')))
  await box.write(`${bin}/launchctl`, readFileSync(join(posix, 'fake-launchctl')), 0o755)
  await box.write(`${bin}/plutil`, readFileSync(join(posix, 'fake-plutil')), 0o755)
  // `wheel` is macOS' group 0; nothing else is asked for.
  await box.write(`${bin}/dscacheutil`, '#!/bin/sh\n[ "$5" = wheel ] || exit 0\nprintf "name: wheel\\ngid: 0\\n"\n', 0o755)
  await box.exec(['sh', '-c', `ln -s /usr/local/bin/hermes-node ${bin}/node; mkdir -p /opt/fake/registry/system`])
})
afterAll(() => box.stop())

test('a daemon: files of root, logs and secrets of its account, and nothing left', { timeout: 60_000 }, async () => {
  await box.write('/srv/p.yaml', profile('user: ann\nenvironment: { TOKEN: { fromEnv: TOKEN, secret: true } }\n'))
  const applied = await box.exec(
    ['/usr/local/bin/hermes-node', '-r', '/opt/fake/as-macos.cjs', '/opt/hermes-install/dist/main.cjs', 'apply', '/srv/p.yaml', '--scope', 'system'],
    { env: { ...env, TOKEN: 'hush' } },
  )
  expect([applied.code, applied.stdout + applied.stderr]).toEqual([
    0,
    expect.stringContaining('launchctl bootstrap system /Library/LaunchDaemons/org.example.demo.plist'),
  ])
  const own = '/Library/Application Support/hermes-install/org.example.demo'
  expect(
    await Promise.all([stat('/Library/LaunchDaemons/org.example.demo.plist'), stat(`${own}/launcher.sh`), stat(`${own}/secrets.sh`), stat('/Library/Logs')]),
  ).toEqual(['root:root 644', 'root:root 755', 'ann:ann 600', 'ann:ann 755'])
  expect(await hermes('status')).toMatchObject({ code: 0, stdout: expect.stringMatching(/org\.example\.demo +system +running/) as string })
  expect(await hermes('restart', 'demo')).toMatchObject({ code: 0 })
  expect(await hermes('uninstall', 'demo')).toMatchObject({ code: 0 })
  expect((await box.exec(['sh', '-c', 'find /Library -type f -not -path "/Library/Logs/*"; ls /opt/fake/registry/system'])).stdout.trim()).toBe('record')
})

test('an account or a group that is not there stands in the way before anything is done', async () => {
  await box.write('/srv/p.yaml', profile('user: ann\ngroup: no-such\n'))
  expect(await hermes('apply', '/srv/p.yaml')).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no group no-such') as string })
  await box.write('/srv/p.yaml', profile('user: nobody-here\n'))
  expect(await hermes('apply', '/srv/p.yaml')).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no account nobody-here') as string })
  expect((await box.exec(['sh', '-c', 'find /Library -name "*demo*" -not -path "/Library/Logs/*"'])).stdout).toBe('')
})
