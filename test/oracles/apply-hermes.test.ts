// The shipped profile, as a user of Hermes would apply it: beside an install of Hermes' own. The gateway is a stand-in (test/beds/hermes/gateway.py).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installProgram, type Hermes } from '../beds/program.ts'
import { startBox, type Box } from '../beds/systemd.ts'

const user = 'alice'
const home = '/home/alice/.hermes'
const python = `${home}/hermes-agent/venv/bin/python`
let box: Box
let hermes: Hermes
beforeAll(async () => {
  box = await startBox()
  const installed = installProgram(box)
  hermes = (args, options) => installed(args, { user, ...options })
  await box.addUser(user)
  await box.write('/opt/gateway.py', readFileSync(join(import.meta.dirname, '../beds/hermes/gateway.py')))
  // `python -m hermes_cli.main ...`, told apart from others by its argv, as Hermes itself does.
  await box.write(python, '#!/bin/sh\nexec python3 /opt/gateway.py "$@"\n', 0o755, user)
  await box.write(`${home}/profiles/coder/.env`, '', 0o600, user)
  await box.write(
    '/home/alice/.config/systemd/user/hermes-gateway.service',
    `[Service]\nEnvironment=HERMES_HOME=${home}\nExecStart=${python} -m hermes_cli.main gateway run\nRestart=always\nRestartForceExitStatus=75\nRestartPreventExitStatus=78\n[Install]\nWantedBy=default.target\n`,
    0o644,
    user,
  )
  await ctl('daemon-reload')
  await ctl('enable', '--now', 'hermes-gateway')
})
afterAll(() => box.stop())

const ctl = (...args: string[]) => box.execAs(user, ['systemctl', '--user', ...args])
const property = async (name: string) => (await ctl('show', '-p', name, '--value', 'hermes-agent-gateway')).stdout.trim()
const log = async () => (await box.read(`${home}/gateway.log`)).trim().split('\n')
const state = async () => (JSON.parse(await box.read(`${home}/gateway_state.json`)) as { gateway_state: string }).gateway_state

test("Hermes' own install is found, stopped, disabled and remembered; health is what the gateway says of itself", { timeout: 60_000 }, async () => {
  const planned = await hermes(['plan'])
  expect([planned.code, planned.stdout]).toEqual([
    0,
    expect.stringMatching(/stop hermes-gateway\.service[^]*disable hermes-gateway\.service[^]*start hermes-agent-gateway\.service/),
  ])
  const { code, stderr } = await hermes(['apply'])
  expect([code, stderr]).toEqual([0, expect.stringContaining('gateway_state.json says so')])
  expect([await state(), (await ctl('is-active', 'hermes-gateway')).code, (await ctl('is-enabled', 'hermes-gateway')).stdout]).toEqual([
    'running',
    3,
    'disabled\n',
  ])
  // What Hermes rewrites at each start is its own unit, not ours.
  expect((await hermes(['verify'])).code).toBe(0)
  expect((await hermes(['apply'])).stdout).toContain('nothing to do')
})

test('75 restarts, 78 stays down, a stop is a planned one', { timeout: 60_000 }, async () => {
  const pid = await property('MainPID')
  await ctl('kill', '--kill-whom=main', '--signal=USR1', 'hermes-agent-gateway')
  await expect
    .poll(async () => [await property('ActiveState'), await state(), (await property('MainPID')) !== pid], { timeout: 10_000 })
    .toEqual(['active', 'running', true])
  expect(await log()).toContain('ended 75')
  expect(await hermes(['stop', 'hermes-gateway'])).toMatchObject({ code: 0 })
  expect([(await log()).at(-1), await property('Result')]).toEqual(['ended 0', 'success'])
  await box.write(`${home}/no-config`, '', 0o644, user)
  const failed = await hermes(['start', 'hermes-gateway'])
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('code 78')])
  await box.exec(['rm', `${home}/no-config`])
  expect(await hermes(['start', 'hermes-gateway'])).toMatchObject({ code: 0 })
})

test('a gateway that was started by hand is named before ours starts beside it, and ours goes back', { timeout: 60_000 }, async () => {
  await hermes(['uninstall', 'hermes-gateway'])
  await box.execAs(user, ['sh', '-c', `HERMES_HOME=${home} setsid ${python} -m hermes_cli.main gateway run >/dev/null 2>&1 &`])
  await expect.poll(state, { timeout: 5000 }).toBe('running')
  const short = await hermes(['apply', 'hermes-gateway', '--set', 'python=/nonexistent/python'])
  expect([short.code, short.stderr]).toEqual([
    1,
    expect.stringMatching(/warning: a Hermes gateway of the same profile runs already, started by hand \(pid \d+\)[^]*To stop it: kill \d+/),
  ])
  expect(short.stderr).toContain('Everything is as it was before.')
  await box.exec(['pkill', '-f', 'gateway run'])
})

test('an instance has a service of its own, and uninstalling says how the earlier install comes back', { timeout: 60_000 }, async () => {
  expect(await hermes(['apply'])).toMatchObject({ code: 0 })
  expect(await hermes(['apply', '--instance', 'coder'])).toMatchObject({ code: 0 })
  expect((await hermes(['status'])).stdout).toMatch(/hermes-agent-gateway +user +active[^]*hermes-agent-gateway-coder +user +active/)
  expect(await box.read(`${home}/profiles/coder/gateway.log`)).toContain('--profile coder gateway run --force')
  expect(await hermes(['uninstall', '--instance', 'coder'])).toMatchObject({ code: 0 })
  await ctl('enable', '--now', 'hermes-gateway')
  expect((await hermes(['verify', '--json'])).stdout).toContain('replaced-back')
  expect(await hermes(['apply'])).toMatchObject({ code: 0 })
  expect((await hermes(['uninstall'])).stdout).toContain('systemctl --user enable hermes-gateway.service && systemctl --user start hermes-gateway.service')
})

test('as a service of the machine it is for somebody: their folders, their account, never root', { timeout: 60_000 }, async () => {
  const root = { user: 'root' }
  const applied = await hermes(['apply', '--scope', 'system', '--user', user], root)
  expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('runs as root')])
  const pid = (await box.exec(['systemctl', 'show', '-p', 'MainPID', '--value', 'hermes-agent-gateway'])).stdout.trim()
  expect((await box.exec(['stat', '-c', '%U', `/proc/${pid}`])).stdout).toBe(`${user}\n`)
  expect(await hermes(['uninstall', '--scope', 'system', '--user', user], root)).toMatchObject({ code: 0 })
})
