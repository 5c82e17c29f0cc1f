// The built program and the real launchd: install, again, crash, change, fail, stop, start, uninstall. The same walk as test/posix/apply-launchd.test.ts makes
// with a stand-in; not run where there is no macOS.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'

const label = 'org.example.hermes-install-test'
const folder = mkdtempSync(join(tmpdir(), 'hermes-install-'))
const plist = join(homedir(), `Library/LaunchAgents/${label}.plist`)
const file = join(folder, 'p.yaml')
const hermes = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../../dist/main.cjs'), ...args], { encoding: 'utf8', timeout: 100_000 })
const write = (version: string): void =>
  writeFileSync(
    file,
    `version: 1
name: hermes-install-test
label: ${label}
command: [/bin/sh, -c, ${version === 'broken' ? 'exit 3' : `'trap "exit 0" TERM; while :; do sleep 1; done'`}, ${version}]
restart: { policy: always, delays: [1s] }
stop: { timeout: 3s }
health: { stableFor: 1s, timeout: 15s }
`,
  )
const status = () => (JSON.parse(hermes('status', file, '--json').stdout) as { services: [{ running: boolean; pid: number | null }] }).services[0]
const argv = (pid: number | null): string => spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout

afterAll(() => {
  hermes('uninstall', file, '--yes')
  rmSync(folder, { recursive: true })
})

test('the life of a job', { timeout: 300_000 }, async () => {
  write('one')
  expect(hermes('apply', file)).toMatchObject({ status: 0 })
  const first = status()
  expect([first.running, argv(first.pid)]).toEqual([true, expect.stringContaining('one')])
  expect(hermes('apply', file)).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing to do') as string })
  expect(status().pid).toBe(first.pid)
  expect(hermes('verify', file)).toMatchObject({ status: 0 })

  process.kill(first.pid!, 'SIGKILL')
  for (let i = 0; i < 150 && (status().pid ?? first.pid) === first.pid; i++) await sleep(200)
  expect(status().running).toBe(true)

  write('two')
  expect(hermes('apply', file)).toMatchObject({ status: 0 })
  expect(argv(status().pid)).toContain('two')
  const text = readFileSync(plist, 'utf8')
  write('broken')
  expect(hermes('apply', file)).toMatchObject({ status: 1, stderr: expect.stringContaining('Everything is as it was before') as string })
  expect([argv(status().pid).includes('two'), readFileSync(plist, 'utf8')]).toEqual([true, text])

  write('two')
  expect(hermes('stop', file)).toMatchObject({ status: 0 })
  expect(status().running).toBe(false)
  expect(hermes('start', file)).toMatchObject({ status: 0 })
  spawnSync('launchctl', ['disable', `gui/${process.getuid!()}/${label}`])
  expect(hermes('apply', file)).toMatchObject({ status: 0 })
  expect(hermes('uninstall', file)).toMatchObject({ status: 0 })
  expect([existsSync(plist), spawnSync('launchctl', ['print', `gui/${process.getuid!()}/${label}`]).status]).toEqual([false, 113])
})
