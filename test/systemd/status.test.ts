// What systemctl and busctl 252 printed (recorded in a box of test/beds), and what is understood of it.
import { expect, test } from 'vitest'
import type { Answer } from '../../src/platform/manager.ts'
import { manager } from '../../src/platform/systemd/manager.ts'
import type { SystemdState } from '../../src/platform/systemd/status.ts'
import { make } from '../help.ts'

const service = (more = '') =>
  make(`version: 1\nname: demo\ncommand: [/bin/demo, "a b", "50%"]\n${more}`, { host: { os: 'linux', user: 'ann', uid: 1000, home: '/home/ann' } }).service!
const block = (values: Record<string, string> = {}): string =>
  Object.entries({
    Result: 'success',
    NRestarts: '0',
    MainPID: '143',
    ExecMainStatus: '0',
    LoadState: 'loaded',
    ActiveState: 'active',
    SubState: 'running',
    FragmentPath: '/home/ann/.config/systemd/user/demo.service',
    DropInPaths: '',
    UnitFileState: 'enabled',
    ActiveEnterTimestamp: 'Sat 2026-11-21 07:42:59 UTC',
    NeedDaemonReload: 'no',
    ...values,
  })
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')
const answer = (stdout: string, code: number | null = 0): Answer => ({ code, stdout })
const read = (show: Answer, exists: readonly string[] = ['booted', 'linger'], more = '') =>
  manager.read(
    service(more),
    new Map([['show', show], ...['booted', 'wsl', 'wsl2', 'docker', 'podman', 'linger'].map((id) => [id, answer('', exists.includes(id) ? 0 : 1)] as const)]),
  ) as SystemdState

test('a unit that runs, and what it replaces', () => {
  const both = `${block()}\n\n${block({ ActiveState: 'activating', SubState: 'auto-restart', MainPID: '0', UnitFileState: 'disabled' })}\n`
  expect(read(answer(both), undefined, 'replaces: { linux: { units: [old] } }\n')).toMatchObject({
    missing: null,
    loaded: true,
    live: true,
    running: true,
    failed: false,
    words: 'active (running)',
    pid: 143,
    enabled: true,
    stale: false,
    lingering: true,
    replaced: [{ name: 'old.service', live: true, enabled: false }],
  })
})

test.each<[string, Record<string, string>, Partial<SystemdState>]>([
  [
    'not there',
    { LoadState: 'not-found', ActiveState: 'inactive', SubState: 'dead', MainPID: '0', UnitFileState: '', FragmentPath: '' },
    { loaded: false, live: false, words: 'not installed', pid: null },
  ],
  [
    'failed',
    { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code', ExecMainStatus: '7', MainPID: '0' },
    { failed: true, live: false, words: 'failed (exit-code, code 7)' },
  ],
  ['between two starts', { ActiveState: 'activating', SubState: 'auto-restart', MainPID: '0' }, { live: true, running: false }],
  ['masked', { LoadState: 'masked', UnitFileState: 'masked' }, { masked: true, enabled: false }],
  ['stale', { NeedDaemonReload: 'yes' }, { stale: true }],
  [
    'drop-ins',
    { DropInPaths: '/usr/lib/systemd/user/service.d/10-all.conf /home/ann/.config/systemd/user/demo.service.d/x.conf' },
    { dropIns: ['/home/ann/.config/systemd/user/demo.service.d/x.conf'] },
  ],
])('%s', (_, values, expected) => {
  expect(read(answer(block(values)))).toMatchObject(expected)
})

test('nobody to ask, each with what to do', () => {
  const bus = answer('', 1)
  expect(read(bus, ['booted'])).toMatchObject({ missing: null, asleep: true })
  expect(read(bus, ['booted'], 'linux: { linger: false }\n').missing).toMatchObject({
    why: 'the user manager of ann does not run',
    hint: expect.stringContaining('enable-linger ann') as string,
  })
  expect(read(bus, ['wsl']).missing?.hint).toContain('/etc/wsl.conf')
  expect(read(bus, ['docker']).missing?.why).toContain('container')
  expect(read(bus, []).missing?.why).toBe('no systemd runs on this machine')
  expect(read(answer('', null), ['booted']).missing?.why).toContain('systemctl cannot be run')
})

test('the argv that systemd has, word by word', () => {
  const loaded = (argv: string[]) =>
    new Map([['argv', answer(JSON.stringify({ type: 'a(sasbttttuii)', data: [['/bin/demo', argv, false, 0, 0, 0, 0, 0, 0, 0]] }))]])
  const codes = (argv: string[]) => manager.drift(service(), read(answer(block())), loaded(argv)).map(({ code }) => code)
  expect(codes(['/bin/demo', 'a b', '50%'])).toEqual([])
  expect(codes(['/bin/demo', 'a', 'b', '50%'])).toEqual(['command'])
  expect(manager.driftQuestions(service('label: my-1.x\n'))[0]).toMatchObject({
    argv: expect.arrayContaining(['/org/freedesktop/systemd1/unit/my_2d1_2ex_2eservice']) as string[],
  })
})

test('the version', () => {
  expect(manager.version(answer('systemd 252 (252.38-1~deb12u1)\n+PAM +AUDIT\n'))).toEqual({ systemd: 252 })
  expect(manager.version(answer('systemd 257~rc1-2 (x)\n'))).toEqual({ systemd: 257 })
  expect(manager.version(answer('', null))).toBeUndefined()
})
