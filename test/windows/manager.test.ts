// What the Windows manager makes of answers: row by row, without a machine. The export is one of Windows' own reg.exe (Microsoft's format), the numbers are those of a
// German Windows; the real programs are in test/oracles/windows-apply.test.ts and, on a real Windows, test/hosted.
import { describe, expect, test } from 'vitest'
import type { Answer } from '../../src/platform/manager.ts'
import { manager } from '../../src/platform/windows/manager.ts'
import { parseRecovery, recoveryOf, sameRecovery } from '../../src/platform/windows/recovery.ts'
import { bytesIn, listIn, numberIn, parseRegistry, textIn } from '../../src/platform/windows/registry.ts'
import { differences, encodedCommand, foundSettings, hasPassword, settingCommands, wantedSettings, type Settings } from '../../src/platform/windows/settings.ts'
import type { ServiceState } from '../../src/platform/windows/status.ts'
import type { Service } from '../../src/resolve/service.ts'
import { elevationScript } from '../../src/system/elevate.ts'
import { make, minimal } from '../help.ts'

const ladder = '0a,00,00,00,00,00,00,00,00,00,00,00,03,00,00,00,14,00,00,00,01,00,00,00,e8,03,00,00,01,00,00,00,d0,07,00,00,\\\r\n  01,00,00,00,a0,0f,00,00'
const exported = (values: readonly string[]): string =>
  `\uFEFFWindows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\my-app]\r\n${values.join('\r\n')}\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\my-app\\Security]\r\n"Start"=dword:00000004\r\n`
const values = [
  '"Type"=dword:00000010',
  '"Start"=dword:00000002',
  '"DelayedAutostart"=dword:00000001',
  '"ImagePath"=hex(2):22,00,43,00,3a,00,5c,00,78,00,22,00,00,00',
  '"DisplayName"="Größe \\"x\\" \\\\ y"',
  '"DependOnService"=hex(7):54,00,63,00,70,00,69,00,70,00,00,00,4e,00,00,00,00,00',
  '"ObjectName"="NT AUTHORITY\\\\LocalService"',
  `"FailureActions"=hex:${ladder}`,
  '"FailureActionsOnNonCrashFailures"=dword:00000001',
]

describe('a registry export', () => {
  const key = parseRegistry(exported(values))!
  test('is read value by value, and what lies below it is not', () => {
    expect([numberIn(key, 'start'), textIn(key, 'ImagePath'), textIn(key, 'displayname'), listIn(key, 'DependOnService')]).toEqual([
      2,
      '"C:\\x"',
      'Größe "x" \\ y',
      ['Tcpip', 'N'],
    ])
    expect(bytesIn(key, 'FailureActions')).toHaveLength(44)
    expect([textIn(key, 'nothing'), numberIn(key, 'DisplayName'), listIn(key, 'Start')]).toEqual(['', null, []])
  })
  test('is none without a key', () => expect(parseRegistry('')).toBeNull())
  test('becomes settings', () =>
    expect(foundSettings(key)).toEqual({
      image: '"C:\\x"',
      start: 2,
      delayed: true,
      depends: ['Tcpip', 'N'],
      displayName: 'Größe "x" \\ y',
      description: '',
      account: 'NT AUTHORITY\\LocalService',
      recovery: {
        resetSeconds: 10,
        actions: [
          { type: 1, delayMs: 1000 },
          { type: 1, delayMs: 2000 },
          { type: 1, delayMs: 4000 },
        ],
        flag: true,
      },
    }))
})

test('a damaged FailureActions is read as far as it goes', () => {
  expect(parseRecovery(new Uint8Array(7), true)).toEqual({ resetSeconds: 0, actions: [], flag: true })
  expect(parseRecovery(Uint8Array.from([9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 20, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]), false).actions).toEqual([
    { type: 1, delayMs: 1 },
  ])
})

/** JSON is YAML: a key a line. */
const service = (more: object = {}): Service =>
  make(
    minimal(
      Object.entries(more)
        .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
        .join(''),
    ),
    { os: 'windows' },
  ).service!

test('the ladder of the profile is that of the service manager', () => {
  const wanted = recoveryOf(service({ restart: { policy: 'always', delays: ['1s', '2s'], limit: { attempts: 4, within: '5m' } } }))
  expect(wanted).toEqual({
    resetSeconds: 300,
    actions: [
      { type: 1, delayMs: 1000 },
      { type: 1, delayMs: 2000 },
      { type: 1, delayMs: 2000 },
      { type: 0, delayMs: 0 },
    ],
    flag: true,
  })
  expect([sameRecovery(wanted, wanted), sameRecovery(wanted, { ...wanted, flag: false }), sameRecovery(wanted, { ...wanted, resetSeconds: 1 })]).toEqual([
    true,
    false,
    false,
  ])
})

describe('settings', () => {
  const want = wantedSettings(service())
  const argv = (have: Partial<Settings>, other: Partial<Settings> = {}): readonly string[] =>
    settingCommands('my-app', { ...want, ...have }, { ...want, ...other }, 'C:\\secret').map((call) => call.argv.slice(1).join(' '))
  test('that are right need no call', () => expect(argv({})).toEqual([]))
  test('spelt in other letters are the same', () => expect(differences(want, { ...want, account: 'LOCALSYSTEM', image: want.image.toUpperCase() })).toEqual([]))
  test.each<readonly [Partial<Settings>, readonly string[]]>([
    [{ start: 4 }, ['config my-app start= auto']],
    [{ delayed: true }, ['config my-app start= auto']],
    [{ depends: ['Tcpip'] }, ['config my-app depend= /']],
    [{ displayName: 'x' }, ['config my-app DisplayName= my-app']],
    [{ description: 'x' }, ['description my-app my-app']],
    [{ account: '.\\bob' }, ['config my-app obj= LocalSystem password= ']],
    [{ image: 'C:\\x.exe' }, [`config my-app binPath= ${want.image}`]],
    [{ recovery: { ...want.recovery, flag: false } }, ['failure my-app reset= 60 actions= restart/5000', 'failureflag my-app 1']],
  ])('%j is set right, and nothing else', (have, calls) => expect(argv(have)).toEqual(calls))
  test('a password is in no word of a call', () => {
    const [call] = settingCommands('my-app', want, { ...want, account: ".\\o'neil" }, 'C:\\secret')
    const script = Buffer.from(call!.argv.at(-1)!, 'base64').toString('utf16le')
    expect([call!.input, script.includes("'.\\o''neil'"), script.includes('ReadToEnd')]).toEqual(['C:\\secret', true, true])
  })
  test.each([
    ['LocalSystem', false],
    ['NT AUTHORITY\\NetworkService', false],
    ['NT SERVICE\\x', false],
    ['CORP\\gmsa$', false],
    ['CORP\\bob', true],
    ['.\\bob', true],
  ])('%s has a password of its own: %s', (name, has) => expect(hasPassword(name)).toBe(has))
})

describe('what PowerShell gets', () => {
  test('is one word', () => expect(Buffer.from(encodedCommand('exit 1')[5]!, 'base64').toString('utf16le')).toBe('exit 1'))
  test('holds a path as it is, whatever quotes it has', () =>
    expect(elevationScript(['C:\\it’s\\node.exe', "C:\\a 'b'\\main.cjs", 'elevated', 'p'], "C:\\it's")).toBe(
      "try { Start-Process -FilePath 'C:\\it’’s\\node.exe' -ArgumentList '\"C:\\a ''b''\\main.cjs\" elevated p' -WorkingDirectory 'C:\\it''s' -Verb RunAs -WindowStyle Hidden -ErrorAction Stop | Out-Null; exit 0 } catch { exit 1223 }",
    ))
})

describe('answers', () => {
  const queried = (state: number, exit: number, pid = 0): string =>
    `\nDIENSTNAME: my-app \n        TYP                : 10  WIN32_OWN_PROCESS  \n        ZUSTAND            : ${state}  X \n                                (STOPPABLE, NOT_PAUSABLE)\n        WIN32_BEENDIGUNGSCODE : ${exit}  (0x0)\n        DIENST_BEENDIGUNGSCODE : 7  (0x7)\n        PRÜFPUNKT          : 0x0\n        WARTEHINWEIS       : 0x0\n        PID                : ${pid}\n        KENNZEICHEN        : \n`
  function read(some: Readonly<Record<string, Partial<Answer>>>, profile: object = {}): ServiceState {
    const own = { ...service(profile), scope: 'system' as const }
    const all = new Map(manager.questions(own).map(({ id }) => [id, { code: 1, stdout: '', ...some[id] }]))
    return manager.read(own, all) as ServiceState
  }
  const there = { key: { code: 0, stdout: exported(values) } }
  test.each([
    [4, 0, 123, { running: true, live: true, failed: false, words: 'running', pid: 123 }],
    [2, 0, 5, { running: false, live: true, words: 'starting' }],
    [1, 1077, 0, { running: false, live: false, failed: false, words: 'stopped', pid: null }],
    [1, 0, 0, { live: false, failed: false, words: 'stopped' }],
    [1, 1067, 0, { live: true, failed: true, words: 'failed (1067), will be started again' }],
    [1, 1066, 0, { failed: true, words: 'failed (7), will be started again' }],
  ])('state %d, code %d', (state, exit, pid, expected) =>
    expect(read({ ...there, service: { code: 0, stdout: queried(state, exit, pid) } })).toMatchObject({ loaded: true, missing: null, ...expected }),
  )
  test('there is no such service', () =>
    expect(read({ service: { code: 1060 } })).toMatchObject({ loaded: false, live: false, missing: null, words: 'not installed' }))
  test.each([
    ['a failure to ask', { ...there, service: { code: 5 } }],
    ['no registry', { service: { code: 0, stdout: queried(4, 0, 1) } }],
    ['no sc.exe', { ...there, service: { code: null } }],
  ])('%s is not "there is none"', (_, some) => expect(read(some)).toMatchObject({ missing: { why: expect.any(String) as string } }))
  test('a task is on or off by its settings, not by a trigger', () => {
    const replaces = { replaces: { windows: { tasks: ['A', 'B', 'C'] } } }
    const xml = (settings: string): Partial<Answer> => ({
      code: 0,
      stdout: `<?xml version="1.0"?><Task><Triggers><Enabled>false</Enabled></Triggers><Settings>${settings}</Settings></Task>`,
    })
    const { earlier } = read({ service: { code: 1060 }, 'task-0': xml(''), 'task-1': xml('<Enabled>false</Enabled>') }, replaces)
    expect(earlier).toEqual([
      { kind: 'task', name: 'A', enabled: true },
      { kind: 'task', name: 'B', enabled: false },
    ])
  })
  test('drift names what services.msc did to the ladder', () => {
    const own = { ...service({ restart: { delays: ['1s', '2s', '4s', '9s'] } }), scope: 'system' as const }
    const state = read({ ...there, service: { code: 0, stdout: queried(4, 0, 1) } })
    const codes = manager.drift(own, state, new Map()).map(({ code }) => code)
    expect(codes).toContain('recovery-collapsed')
    expect(codes).toContain('service-account')
  })
})
