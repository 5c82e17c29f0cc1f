// What launchctl prints (as quoted by its users; there is no macOS here), and what is understood of it: codes first, text where it is there.
import { expect, test } from 'vitest'
import type { Answer } from '../../src/platform/manager.ts'
import { manager } from '../../src/platform/launchd/manager.ts'
import type { LaunchdState } from '../../src/platform/launchd/status.ts'
import { make } from '../help.ts'

const service = make('version: 1\nname: demo\nlabel: org.example.demo\ncommand: [/bin/demo]\nreplaces: { macos: { labels: [org.example.old] } }\n', {
  os: 'macos',
  host: { os: 'macos', user: 'ann', uid: 501, home: '/Users/ann' },
}).service!
const job = 'gui/501/org.example.demo'
const print = (more: string) =>
  `${job} = {\n\tactive count = 1\n\tpath = /Users/ann/Library/LaunchAgents/org.example.demo.plist\n\ttype = LaunchAgent\n${more}}\n`
const read = (answers: Record<string, Partial<Answer>>) =>
  manager.read(service, new Map(manager.questions(service).map(({ id }) => [id, { code: 113, stdout: '', ...answers[id] }] as const))) as LaunchdState

test('a job that runs in the session on the screen', () => {
  expect(
    read({
      'gui/501': { code: 0 },
      'user/501': { code: 0 },
      [job]: { code: 0, stdout: print('\tstate = running\n\truns = 3\n\tpid = 77\n\tlast exit code = 1\n') },
    }),
  ).toMatchObject({
    missing: null,
    loaded: true,
    running: true,
    pid: 77,
    restarts: 2,
    enabled: true,
    words: 'running',
    at: 'gui/501',
  })
})

test('a job that ended, one that is switched off, and neither session', () => {
  expect(read({ 'gui/501': { code: 0 }, [job]: { code: 0, stdout: print('\tstate = not running\n\tlast exit code = 78\n') } })).toMatchObject({
    loaded: true,
    running: false,
    pid: null,
    words: expect.stringContaining('not running (last exit code 78, as by launchd itself') as string,
  })
  for (const word of ['disabled', 'true'])
    expect(read({ 'gui/501': { code: 0 }, 'gui/501 disabled': { code: 0, stdout: `\t"org.example.demo" => ${word}\n` } })).toMatchObject({
      loaded: false,
      enabled: false,
    })
  expect(read({ 'gui/501': { code: 125 }, 'user/501': { code: 0 } })).toMatchObject({ missing: null, at: 'user/501' })
  expect(read({ 'gui/501': { code: 112 }, 'user/501': { code: 112 } }).missing?.why).toBe('launchd has no session for ann')
  expect(read(Object.fromEntries(manager.questions(service).map(({ id }) => [id, { code: null }]))).missing?.why).toBe('launchctl cannot be run')
})

test('what launchd does not say is not made up: a code that is not known counts as there', () => {
  expect(read({ 'gui/501': { code: 0 }, [job]: { code: 64 } })).toMatchObject({ loaded: true, running: false, pid: null })
})

test('an earlier install in either session', () => {
  const old = read({ 'gui/501': { code: 0 }, 'gui/501/org.example.old': { code: 0, stdout: '\tpath = /opt/old.plist\n' }, 'file org.example.old': { code: 0 } })
  expect([old.replaced, manager.facts(service, old)]).toEqual([
    [{ name: 'org.example.old', live: true, enabled: true }],
    ['replaced-loaded gui/501 org.example.old /opt/old.plist', 'replaced-enabled gui/501 org.example.old'],
  ])
})
