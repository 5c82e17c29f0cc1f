// What is asked of Windows and macOS, and what becomes of the answers: recorded ones, as documented or as public reports show them; none of these programs runs here.
import { expect, test } from 'vitest'
import type { Ran, System } from '../../src/apply/system.ts'
import * as macos from '../../src/system/doctor/macos.ts'
import * as windows from '../../src/system/doctor/windows.ts'
import { make, minimal } from '../help.ts'
import { running } from './known.ts'

/** A machine that answers some commands, by how they begin; all others end with 1. */
function answering(answers: Readonly<Record<string, string>>): { system: System; asked: string[] } {
  const asked: string[] = []
  const run = (argv: readonly string[]): Promise<Ran> => {
    const line = argv.join(' ').replaceAll('C:\\Windows\\System32\\', '')
    asked.push(line)
    const found = Object.entries(answers).find(([start]) => line.startsWith(start))
    return Promise.resolve({ code: found === undefined ? 1 : 0, stdout: found?.[1] ?? '', stderr: '' })
  }
  return { system: { run } as unknown as System, asked }
}
const service = (os: 'macos' | 'windows') => make(minimal('displayName: My App\n'), { os }).service!

// `whoami /groups /fo csv /nh` of a German Windows 11: an administrator before UAC has asked, and after.
const administrators = '"VORDEFINIERT\\Administratoren","Alias","S-1-5-32-544","Gruppe wird nur für Ablehnungen verwendet"\r\n'
const medium = '"Verbindliche Beschriftung\\Mittlere Verbindlichkeitsstufe","Bezeichnung","S-1-16-8192",""\r\n'
const high = '"Verbindliche Beschriftung\\Hohe Verbindlichkeitsstufe","Bezeichnung","S-1-16-12288",""\r\n'
const whoami = '"laptop\\ann","S-1-5-21-1004336348-1177238915-682003330-1001"\r\n'

test.each([
  [administrators + medium, { admin: true, elevated: false }],
  [administrators + high, { admin: true, elevated: true }],
  [medium, { admin: false, elevated: false }],
])('Windows: who asks, by SIDs alone (%#)', async (groups, expected) => {
  const { system } = answering({ 'whoami.exe /groups': groups, 'whoami.exe /user': whoami })
  expect(await windows.token(system)).toEqual({ ...expected, sid: 'S-1-5-21-1004336348-1177238915-682003330-1001' })
})

test('Windows: who may write what a service runs', async () => {
  const token = { admin: true, elevated: true, sid: 'S-1-5-21-1-2-3-1001' }
  const folder = 'C:\\ProgramData\\hermes-install\\my-app'
  const { system, asked } = answering({
    [`cacls.exe ${folder} /S`]: `${folder} "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)" \r\n\r\n`,
    'cacls.exe C:\\app.exe /S': 'C:\\app.exe "D:AI(A;ID;FA;;;SY)\r\n   (A;ID;0x1301bf;;;AU)" \r\n',
  })
  const of = (account: string) =>
    windows.acls(
      system,
      service('windows'),
      ['C:\\app.exe', '--port', '80'],
      new Map([['objectname', { name: 'ObjectName', type: 'REG_SZ', text: account }]]),
      token,
    )
  const entries = [
    { path: folder, sddl: 'D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)' },
    { path: 'C:\\app.exe', sddl: 'D:AI(A;ID;FA;;;SY)(A;ID;0x1301bf;;;AU)' },
  ]
  expect(await of('LocalSystem')).toEqual({ value: { entries, sid: null } })
  expect(await of('.\\ann')).toEqual({ value: { entries, sid: token.sid } })
  expect(asked.filter((line) => !line.startsWith('cacls.exe'))).toEqual([])
  expect(await windows.acls(answering({}).system, service('windows'), [], null, token)).toMatchObject({
    unknown: 'this user may not look at who may change its folder',
  })
})

test('Windows: crashes of the last hour; an event log that nobody may read', async () => {
  const { system, asked } = answering({ 'wevtutil.exe qe System': "<Event><EventData><Data Name='param1'>My App</Data></EventData></Event>" })
  expect(await windows.exits(system, service('windows'))).toEqual({ value: { codes: [], lastHour: 1 } })
  expect(asked[0]).toMatch(/EventID=7031 or EventID=7034.*timediff\(@SystemTime\) <= 3600000/)
  expect(await windows.exits(answering({}).system, service('windows'))).toMatchObject({ unknown: 'the event log cannot be read' })
})

test('Windows without reg.exe says so', async () => {
  const system = { run: () => Promise.resolve({ code: null, stdout: '', stderr: '' }) } as unknown as System
  await expect(windows.serviceKey(system, service('windows'))).rejects.toThrow('reg.exe cannot be run')
})

test('macOS: its version, the variables of launchd, what is installed', async () => {
  const { system, asked } = answering({
    'sw_vers -productVersion': '26.5.1\n',
    'launchctl getenv https_proxy': 'http://u:hush@proxy:3128\n',
    'plutil -convert json':
      '{"Label":"my-app","ProgramArguments":["/opt/homebrew/Cellar/node/22.1.0/bin/node","/x.js"],"EnvironmentVariables":{"PATH":"/bin"}}',
    'launchctl print gui/501/my-app': 'my-app = {\n\tstate = spawn scheduled\n\truns = 12\n\tlast exit code = 78: EX_CONFIG\n}\n',
  })
  expect(await macos.version(system)).toBe(26)
  expect(await macos.proxies(system)).toMatchObject([{ name: 'https_proxy', address: 'proxy:3128', secret: true, file: null }])
  expect(await macos.installed(system, service('macos'))).toEqual({
    argv: ['/opt/homebrew/Cellar/node/22.1.0/bin/node', '/x.js'],
    environment: { PATH: '/bin' },
    folder: null,
  })
  expect(await macos.exits(system, service('macos'), running)).toEqual({ value: { codes: [78], lastHour: null } })
  expect(asked).toContain('plutil -convert json -o - /Users/user/Library/LaunchAgents/my-app.plist')
  const none = answering({}).system
  expect(await macos.installed(none, service('macos'))).toBeNull()
  await expect(macos.version(none)).rejects.toThrow('sw_vers does not say')
})
