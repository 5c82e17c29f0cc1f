import { expect, test } from 'vitest'
import { quoteArgument } from '../../src/escape/windows-argv.ts'
import { splitArguments, splitCommandLine } from '../../src/import/command-line.ts'
import { expanding, winswMs } from '../../src/import/winsw-values.ts'
import { about, imported } from './help.ts'

const xml = (...elements: readonly string[]): string =>
  `<service>\n<id>App</id>\n<executable>C:\\app\\app.exe</executable>\n${elements.join('\n')}\n</service>\n`
const path = 'C:\\services\\App.xml'
const read = async (...elements: readonly string[]): Promise<Record<string, unknown>> => (await imported(path, xml(...elements))).profile

test('what WinSW does unless told is written down', async () => {
  expect(await read()).toEqual({
    version: 1,
    name: 'app',
    label: 'App',
    command: ['C:\\app\\app.exe'],
    workingDirectory: 'C:\\services',
    stop: { timeout: '15s' },
    restart: { policy: 'never' },
    logs: { stdout: 'C:\\services\\App.out.log', stderr: 'C:\\services\\App.err.log' },
  })
})

test.each<[elements: string, expected: object]>([
  ['<name>My App</name><description>Does it</description>', { displayName: 'My App', description: 'Does it' }],
  ['<arguments>-x "a b" \\"q\\"</arguments>', { command: ['C:\\app\\app.exe', '-x', 'a b', '"q"'] }],
  [
    '<arguments>ignored</arguments><startarguments>run</startarguments><stoparguments>stop now</stoparguments>',
    { command: ['C:\\app\\app.exe', 'run'], stop: { command: ['C:\\app\\app.exe', 'stop', 'now'] } },
  ],
  ['<argument>a b</argument><argument>c</argument>', { command: ['C:\\app\\app.exe', 'a b', 'c'], windows: { winsw: { version: 2 } } }],
  ['<env name="A" value="%BASE%\\x"/><env name="B" value="%A%;y"/>', { environment: { A: 'C:\\services\\x', B: 'C:\\services\\x;y' } }],
  ['<env name="MY_SECRET" value="x"/>', { environment: { MY_SECRET: { fromEnv: 'MY_SECRET', secret: true } } }],
  ['<startmode>Manual</startmode>', { autostart: false }],
  ['<delayedAutoStart>true</delayedAutoStart>', { windows: { delayedStart: true } }],
  ['<depend>Tcpip</depend><depend>Eventlog</depend>', { after: ['network', 'Eventlog'] }],
  ['<stoptimeout>1 min</stoptimeout>', { stop: { timeout: '1m' } }],
  [
    '<onfailure action="restart" delay="1 sec"/><onfailure action="restart" delay="20 sec"/><resetfailure>1 hour</resetfailure>',
    { restart: { policy: 'on-failure', delays: ['1s', '20s'], resetAfter: '1h' } },
  ],
  ['<onfailure action="restart"/><onfailure action="none"/>', { restart: { delays: '0s', limit: { attempts: 2, within: '1d' } } }],
  ['<prestart><executable>C:\\a.exe</executable><arguments>b c</arguments></prestart>', { hooks: { preStart: ['C:\\a.exe', 'b', 'c'] } }],
  ['<priority>idle</priority>', { priority: 19 }],
  ['<serviceaccount><username>DOM\\svc</username></serviceaccount>', { windows: { account: { name: 'DOM\\svc' } } }],
  [
    '<serviceaccount><domain>DOM</domain><user>svc</user><password>hunter2</password></serviceaccount>',
    { windows: { account: { name: 'DOM\\svc', password: { secretFile: 'C:\\ProgramData\\App\\password' } } } },
  ],
  [
    '<logpath>C:\\logs</logpath><log mode="roll-by-size"><sizeThreshold>1024</sizeThreshold><keepFiles>3</keepFiles></log>',
    { logs: { stdout: 'C:\\logs\\App.out.log', rotate: { size: '1MiB', keep: 3 } } },
  ],
  ['<beeponshutdown/><hidewindow>true</hidewindow>', { native: { windows: { beeponshutdown: 'true', hidewindow: 'true' } } }],
])('%s', async (elements, expected) => {
  const written = await imported(path, xml(elements))
  expect(written.profile).toMatchObject(expected)
  expect(JSON.stringify(written)).not.toContain('hunter2')
})

test.each([
  ['<download from="http://x" to="y"/>', '', 'nothing is fetched'],
  ['<extensions><extension/></extensions>', '', 'no extensions'],
  ['<log mode="append"/>', 'logs', 'mode="append"'],
  ['<onfailure action="reboot"/>', 'restart.limit', 'only restarts the service'],
  ['<startmode>Disabled</startmode>', 'autostart', 'disabled'],
  ['<env name="P" value="%PATH%;C:\\x"/>', 'environment', '%PATH% is a variable of the machine'],
  ['<arguments>a\\"b</arguments><priority>realtime</priority>', 'priority', 'realtime'],
  ["<arguments>/c 'x'   y</arguments>", 'command', 'quoted in another way'],
  ['<workingdirectory>%ProgramData%\\app</workingdirectory>', '', '%ProgramData% is written out'],
])('%s is told of', async (elements, key, words) => {
  expect(about(await imported(path, xml(elements)), key).join('\n')).toContain(words)
})

test.each([
  ['<service><id>a</id></service>', 'names no program'],
  ['<service><id>a</id><executable>%JAVA_HOME%\\bin\\java.exe</executable></service>', '%JAVA_HOME% is a variable of the machine'],
  ['<service><id>a</id><executable>java</executable></service>', 'no whole path'],
  ['<service><id>a</service>', 'not closed'],
  ['<service><id>&x;</id></service>', 'not defined'],
])('%s: %s', async (text, words) => {
  await expect(imported(path, text)).rejects.toMatchObject({ code: 'NOT_IMPORTED', message: expect.stringContaining(words) as string })
})

test('what is quoted is taken apart into the same words', () => {
  for (const words of [
    ['a b', ''],
    ['"', '\\', 'a\\', 'a\\"b', 'a\\\\ b\\'],
    ["it's", '%x%', '  '],
  ])
    expect(splitArguments(words.map(quoteArgument).join(' '))).toEqual(words)
  expect(splitCommandLine('"C:\\a b\\x.exe" c "d e"')).toEqual(['C:\\a b\\x.exe', 'c', 'd e'])
  expect(splitCommandLine('C:\\x.exe c')).toEqual(['C:\\x.exe', 'c'])
})

test('durations and variables of WinSW', () => {
  expect(['15 sec', '250', '2 mins', '1hour', '1 day', '5s'].map(winswMs)).toEqual([15_000, 250, 120_000, 3_600_000, 86_400_000, null])
  const { expand } = expanding('C:\\b', 'id')
  expect(expand('%BASE%|%SERVICE_ID%|100% a|50% b %|%%')).toBe('C:\\b|id|100% a|50% b %|%%')
})

const registry = (...values: readonly string[]): string =>
  ['', 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Thing', ...values.map((value) => `    ${value.replaceAll('|', '    ')}`), ''].join('\r\n')

test('a service that WinSW does not run, from the registry', async () => {
  const written = await imported(
    'HKLM\\SYSTEM\\CurrentControlSet\\Services\\Thing',
    registry(
      'Type|REG_DWORD|0x10',
      'Start|REG_DWORD|0x2',
      'DelayedAutostart|REG_DWORD|0x1',
      'ImagePath|REG_EXPAND_SZ|"%ProgramFiles%\\Thing\\thing.exe" --serve "a b"',
      'DisplayName|REG_SZ|The Thing',
      'ObjectName|REG_SZ|NT AUTHORITY\\LocalService',
      'DependOnService|REG_MULTI_SZ|Tcpip\\0Dnscache',
      'FailureActions|REG_BINARY|80510100000000000000000003000000140000000100000060EA00000100000060EA00000000000000000000',
    ),
    { name: 'Thing' },
  )
  expect(written.profile).toMatchObject({
    name: 'thing',
    label: 'Thing',
    displayName: 'The Thing',
    command: ['C:\\Program Files\\Thing\\thing.exe', '--serve', 'a b'],
    after: ['network', 'Dnscache'],
    restart: { policy: 'on-failure', delays: ['1m', '1m'], limit: { attempts: 3, within: '1d' } },
    windows: { delayedStart: true, account: { name: 'NT AUTHORITY\\LocalService' } },
  })
  expect(about(written, 'command').join()).toContain('Service Control Manager itself')
})

test('one of NSSM', async () => {
  const text = `${registry('Type|REG_DWORD|0x10', 'Start|REG_DWORD|0x3', 'ImagePath|REG_EXPAND_SZ|C:\\nssm.exe')}\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Thing\\Parameters\r\n    Application    REG_EXPAND_SZ    C:\\py\\python.exe\r\n    AppParameters    REG_EXPAND_SZ    -m "my app"\r\n    AppDirectory    REG_EXPAND_SZ    C:\\w\r\n    AppEnvironmentExtra    REG_MULTI_SZ    A=1\\0API_KEY=hunter2\r\n    AppExit    REG_SZ    Restart\r\n`
  const written = await imported('HKLM', text, { name: 'Thing' })
  expect(written.profile).toMatchObject({
    command: ['C:\\py\\python.exe', '-m', 'my app'],
    workingDirectory: 'C:\\w',
    environment: { A: '1' },
    autostart: false,
  })
  expect(JSON.stringify(written)).not.toContain('hunter2')
  expect(about(written, '').join()).toContain('appexit')
})

test.each([
  [registry('Type|REG_DWORD|0x1', 'ImagePath|REG_SZ|x.sys'), 'a driver'],
  [registry('Type|REG_DWORD|0x20', 'ImagePath|REG_SZ|C:\\Windows\\System32\\svchost.exe -k netsvcs'), 'a part of Windows'],
])('%#: %s', async (text, words) => {
  await expect(imported('HKLM', text, { name: 'Thing' })).rejects.toMatchObject({ message: expect.stringContaining(words) as string })
})
