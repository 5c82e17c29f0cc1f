import { expect, test } from 'vitest'
import { plistValue, type Plist } from '../../src/escape/plist.ts'
import { readPlist } from '../../src/import/plist-text.ts'
import { made } from '../help.ts'
import { about, imported } from './help.ts'

const plist = (job: { readonly [key: string]: Plist }): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n${plistValue({ Label: 'com.example.app', ProgramArguments: ['/usr/local/bin/app'], ...job })}\n</plist>\n`
const read = async (job: { readonly [key: string]: Plist }, path = '/Users/ann/Library/LaunchAgents/com.example.app.plist'): Promise<Record<string, unknown>> =>
  (await imported(path, plist(job))).profile

test('what launchd does unless told is written down', async () => {
  expect(await read({ RunAtLoad: true })).toEqual({
    version: 1,
    name: 'com-example-app',
    label: 'com.example.app',
    scope: 'user',
    command: ['/usr/local/bin/app'],
    restart: { policy: 'never', delays: '10s' },
    stop: { timeout: '20s' },
    macos: { sessions: ['Aqua'] },
  })
})

test.each<[job: { readonly [key: string]: Plist }, expected: object]>([
  [{ KeepAlive: true }, { restart: { policy: 'always' } }],
  [{ KeepAlive: { SuccessfulExit: false } }, { restart: { policy: 'on-failure' } }],
  [{ KeepAlive: { Crashed: true } }, { restart: { policy: 'never' }, native: { macos: { KeepAlive: { Crashed: true } } } }],
  [{ Program: '/usr/local/bin/app', ProgramArguments: ['app', '-x'] }, { command: ['/usr/local/bin/app', '-x'] }],
  [
    { ThrottleInterval: 30, ExitTimeOut: 5 },
    { restart: { delays: '30s' }, stop: { timeout: '5s' } },
  ],
  [{ EnvironmentVariables: { A: 'b ${c}', N_TOKEN: 'x' } }, { environment: { A: 'b $${c}', N_TOKEN: { fromEnv: 'N_TOKEN', secret: true } } }],
  [{ StandardOutPath: '/tmp/o', StandardErrorPath: '/tmp/e' }, { logs: { stdout: '/tmp/o', stderr: '/tmp/e' } }],
  [{ SoftResourceLimits: { NumberOfFiles: 9 }, HardResourceLimits: { NumberOfFiles: 9 } }, { limits: { openFiles: 9 } }],
  [{ SoftResourceLimits: { NumberOfFiles: 9 } }, { native: { macos: { SoftResourceLimits: { NumberOfFiles: 9 } } } }],
  [{ Umask: 18 }, { umask: '0022' }],
  [{ Umask: '022' }, { umask: '0022' }],
  [{ Nice: 10 }, { priority: 'low' }],
  [{ Nice: -3 }, { native: { macos: { Nice: -3 } } }],
  [{ Disabled: true }, { autostart: false }],
  [{ LimitLoadToSessionType: 'Background' }, { macos: { sessions: ['Background'] } }],
  [{ WatchPaths: ['/etc/x'], MachServices: { 'com.example': true } }, { native: { macos: { WatchPaths: ['/etc/x'], MachServices: { 'com.example': true } } } }],
])('%j', async (job, expected) => {
  expect(await read({ RunAtLoad: true, ...job })).toMatchObject(expected)
})

test('a daemon has an account', async () => {
  expect(await read({ UserName: 'www', GroupName: 'www' }, '/Library/LaunchDaemons/com.example.app.plist')).toMatchObject({
    scope: 'system',
    user: 'www',
    group: 'www',
  })
})

test.each<[job: { readonly [key: string]: Plist }, key: string, words: string]>([
  [{}, 'restart.policy', 'only when something asks for it'],
  [{ Program: '/a', ProgramArguments: ['b'] }, 'command', 'called "b"'],
  [{ OnDemand: false }, '', 'KeepAlive replaced it'],
  [{ NoSuchKey: 1 }, '', 'launchd has no key NoSuchKey'],
  [{ RunAtLoad: 'true' }, '', 'RunAtLoad must be a boolean'],
  [{ EnvironmentVariables: { A: 1 } }, 'environment', 'no text'],
  [{}, 'logs', 'threw its stdout away'],
])('%j is told of at %j', async (job, key, words) => {
  expect(about(await imported('/Users/ann/Library/LaunchAgents/a.plist', plist(job)), key).join('\n')).toContain(words)
})

test.each([
  [plist({ StartInterval: 60 }), 'runs at times and ends'],
  [plist({ ProgramArguments: [] }), 'names no program'],
  [plist({ ProgramArguments: ['a', 1] }), 'no list of texts'],
  ['<plist version="1.0"><array/></plist>', 'a job is a <dict>'],
  ['<plist version="1.0"><dict><key>A</key></dict></plist>', 'has no value'],
  ['bplist00\u0001', 'binary property list'],
])('%#: %s', async (text, words) => {
  await expect(imported('a.plist', text)).rejects.toMatchObject({ code: 'NOT_IMPORTED', message: expect.stringContaining(words) as string })
})

test('what is rendered has every key of the source as it was, but for what is told of', async () => {
  const jobs: readonly { readonly [key: string]: Plist }[] = [
    { RunAtLoad: true, KeepAlive: { SuccessfulExit: false }, StandardOutPath: '/tmp/o', StandardErrorPath: '/tmp/e', Umask: 18, Nice: 5 },
    { RunAtLoad: true, KeepAlive: { NetworkState: true, PathState: { '/x': true } }, ThrottleInterval: 3, ExitTimeOut: 7, ProcessType: 'Background' },
    {
      KeepAlive: true,
      EnvironmentVariables: { A: 'x & <y>', B: '' },
      WorkingDirectory: '/srv',
      LimitLoadToSessionType: ['Aqua', 'Background'],
      WatchPaths: ['/a'],
    },
    { RunAtLoad: true, SoftResourceLimits: { NumberOfFiles: 9, Core: 0 }, HardResourceLimits: { NumberOfFiles: 99 }, Sockets: { L: { SockServiceName: 80 } } },
  ]
  for (const job of jobs) {
    const source = plist(job)
    const { rendered } = await made((await imported('/Users/ann/Library/LaunchAgents/a.plist', source)).text, { os: 'macos' })
    const again = readPlist(rendered!.files.find(({ name }) => name.endsWith('.plist'))!.text)
    expect(again).toMatchObject(readPlist(source) as object)
  }
})
