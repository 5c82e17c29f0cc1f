// What programs print, read. Nothing here ran on a real Windows or macOS: the outputs are as Microsoft documents them, or as public reports show them, and
// each says which.
import { describe, expect, test } from 'vitest'
import { loginItem } from '../../src/doctor/btm.ts'
import { journalExits, launchdExits, scmCrashes } from '../../src/doctor/exits.ts'
import { journalLimit, noexecMount } from '../../src/doctor/journald.ts'
import { launcherArgv } from '../../src/doctor/launcher.ts'
import { proxiesOf, proxyAddress, setsVariable, shownEnvironment } from '../../src/doctor/proxy.ts'
import { dword, parseFailureActions, parseRegistry, text } from '../../src/doctor/registry.ts'
import { writers } from '../../src/doctor/sddl.ts'
import { versioned } from '../../src/doctor/versions.ts'
import { size } from '../../src/doctor/words.ts'
import { fileOf, minimal } from '../help.ts'
import { failureActions } from './known.ts'

describe('Windows', () => {
  // reg.exe of Windows 10 and 11; the unnamed value is "(Standard)" in German.
  test('reg.exe query', () => {
    const key = parseRegistry(
      '\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\X\r\n    (Standard)    REG_SZ    \r\n    Two  Words    REG_SZ    a    b\r\n    Start    REG_DWORD    0x2\r\n    Empty    REG_SZ\r\n\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\X\\Sub\r\n',
    )
    expect([dword(key, 'START'), text(key, 'two  words'), text(key, 'empty'), text(key, 'nothing'), dword(key, 'Empty')]).toEqual([2, 'a    b', '', null, null])
  })

  // SERVICE_FAILURE_ACTIONSW by its documented layout: 5 s, 5 s, nothing, reset after an hour.
  test('FailureActions', () => {
    expect(parseFailureActions('100E0000000000000000000003000000140000000100000088130000010000008813000000000000'.concat('0'.repeat(8)))).toEqual({
      resetSeconds: 3600,
      actions: [
        { type: 'restart', delayMs: 5000 },
        { type: 'restart', delayMs: 5000 },
        { type: 'none', delayMs: 0 },
      ],
    })
    expect(parseFailureActions('FFFFFFFF00000000000000000000000014000000')).toEqual({ resetSeconds: null, actions: [] })
    expect(parseFailureActions(failureActions(60, 1000, 64_000))).toEqual({
      resetSeconds: 60,
      actions: [1000, 64_000].map((delayMs) => ({ type: 'restart', delayMs })),
    })
    for (const broken of ['', '00', 'zz', failureActions(60, 1000).slice(0, 48), '000000000000000000000000FFFFFFFF14000000'])
      expect(parseFailureActions(broken)).toBeNull()
  })

  // "Security Descriptor String Format" (Microsoft Learn); ProgramData of Windows 10.
  test.each<[string, string | null, readonly string[] | null]>([
    ['D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)(A;CIID;DCLCRPCR;;;BU)', null, ['BU']],
    ['D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;LS)', null, []],
    ['O:BAG:SYD:(A;;0x1301bf;;;AU)(D;;FA;;;WD)S:AI(AU;SA;FA;;;WD)', null, ['AU']],
    ['D:(A;;FA;;;S-1-5-21-1-2-3-1001)(A;;FR;;;WD)', 'S-1-5-21-1-2-3-1001', []],
    ['D:NO_ACCESS_CONTROL', null, null],
    ['O:BAG:SY', null, null],
  ])('SDDL %s', (sddl, own, expected) => expect(writers(sddl, own)).toEqual(expected))

  // An event of a German Windows 11, as `wevtutil qe System /f:xml` prints it.
  test('crashes that the Service Control Manager wrote down', () => {
    const event = (name: string) =>
      `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Service Control Manager' Guid='{555908d1-a6d7-4695-8e1e-26931d2012f4}' EventSourceName='Service Control Manager'/><EventID Qualifiers='49152'>7031</EventID></System><EventData><Data Name='param1'>${name}</Data><Data Name='param2'>1</Data><Data Name='param5'>Neustart des Dienstes</Data></EventData></Event>`
    expect(scmCrashes(event('My &amp; App') + event('Druckwarteschlange') + event('My &amp; App'), 'My & App')).toBe(2)
    expect(scmCrashes('', 'x')).toBe(0)
  })
})

describe('macOS', () => {
  // sfltool dumpbtm of macOS 13 to 26, as public reports show it: the numbers in brackets differ, and so do some lines.
  const dump = ` Items:

 #1:
                 UUID: 22222222-2222-2222-2222-222222222222
                 Name: node
       Developer Name: (null)
                 Type: legacy agent (0x10008)
          Disposition: [enabled, disallowed, notified] (0x9)
           Identifier: 8.org.example.app
                  URL: file:///Users/ann/Library/LaunchAgents/org.example.app.plist
      Executable Path: /usr/local/bin/node

 #2:
                 UUID: BE38FF3E-994C-457B-8A21-D647E2A177A3
                 Name: sh
                 Type: legacy daemon (0x10010)
          Disposition: [enabled, allowed, visible, notified] (11)
           Identifier: 16.org.example.app.more
                  URL: file:///Library/LaunchDaemons/org.example.app.more.plist
`
  test('Login Items', () => {
    expect([loginItem(dump, 'org.example.app'), loginItem(dump, 'org.example.app.more'), loginItem(dump, 'example.app')]).toEqual([
      { allowed: false },
      { allowed: true },
      null,
    ])
  })

  test('launchctl print', () => {
    expect(launchdExits('\tstate = spawn scheduled\n\truns = 12\n\tlast exit code = 78: EX_CONFIG\n')).toEqual([78])
    expect(launchdExits('\tlast exit code = (never exited)\n')).toEqual([])
  })
})

describe('Linux', () => {
  test('the journal: ends of the program, and of nothing else', () => {
    const line = (fields: object) => JSON.stringify({ __CURSOR: 'x', COMMAND: 'ExecStart', EXIT_CODE: 'exited', EXIT_STATUS: '78', ...fields })
    const stdout = [
      line({}),
      line({ COMMAND: 'ExecStop', EXIT_STATUS: '1' }),
      line({ EXIT_CODE: 'killed', EXIT_STATUS: 'KILL' }),
      line({ EXIT_STATUS: '1' }),
      '',
    ].join('\n')
    expect(journalExits(stdout, 5)).toEqual([78, null, 1])
    expect(journalExits(stdout, 1)).toEqual([78])
    expect(journalExits('-- No entries --\n', 5)).toEqual([])
  })

  test('journald.conf', () => {
    expect(journalLimit(['[Journal]\n#SystemMaxUse=1G\n', 'SystemMaxUse=500M\n', 'SystemMaxUse=1.5G\nRuntimeMaxUse=8M\n'], 'SystemMaxUse')).toBe(
      1.5 * 1024 ** 3,
    )
    expect(journalLimit(['SystemMaxUse=500M\n', 'SystemMaxUse=\n'], 'SystemMaxUse')).toBeNull()
    expect(journalLimit(['[Journal]\n#RuntimeMaxUse=\n'], 'RuntimeMaxUse')).toBeNull()
  })

  test('mounts: the longest that fits, the last of two, blanks', () => {
    const mounts = [
      '22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw',
      '30 22 0:1 / /mnt/a\\040b rw,noexec,nosuid - tmpfs x rw',
      '31 30 0:2 / /mnt/a\\040b/bin rw - tmpfs x rw',
      '32 22 0:3 / /x rw,noexec - tmpfs x rw',
      '33 22 0:4 / /x rw - tmpfs x rw',
      '',
    ].join('\n')
    expect(['/mnt/a b/x', '/mnt/a b/bin/x', '/mnt/a bc/x', '/x/y', '/usr'].map((path) => noexecMount(mounts, path))).toEqual([
      '/mnt/a b',
      null,
      null,
      null,
      null,
    ])
    expect(noexecMount('', '/x')).toBeNull()
  })

  test('show-environment, and the files that set variables', () => {
    expect(shownEnvironment("LANG=C\nhttp_proxy=$'http://a:it\\'s@h:1'\nno line\n")).toEqual({ LANG: 'C', http_proxy: "http://a:it's@h:1" })
    for (const line of ['http_proxy=x', '  export http_proxy=x', 'DefaultEnvironment="A=b" "http_proxy=x"'])
      expect(setsVariable(`# a\n${line}\n`, 'http_proxy')).toBe(true)
    for (const line of ['#http_proxy=x', 'no_http_proxy=x', 'https_proxy=x']) expect(setsVariable(line, 'http_proxy')).toBe(false)
  })

  test('a launcher of ours says what it starts, whatever characters that has; another script says nothing', async () => {
    const argv = ['/opt/my app/run', "it's", 'a\nb', '$x `y` \\ "z"', '', '--k=v']
    const command = `command: ${JSON.stringify(argv)}\n`
    for (const more of ['environment: { A: { secretFile: /s } }\n', 'hooks: { postStop: [[/bin/echo, "exec /x"]] }\nenvironment: { A: { secretFile: /s } }\n'])
      expect(launcherArgv(await fileOf(minimal(more).replace(/^command.*\n/m, command), 'launcher.sh'))).toEqual(argv)
    for (const os of ['macos'] as const)
      expect(launcherArgv(await fileOf(minimal('restart: { stopExitCodes: [78] }\n').replace(/^command.*\n/m, command), 'launcher.sh', { os }))).toEqual(argv)
    expect(launcherArgv('#!/bin/sh\nexec /x\n')).toBeNull()
  })
})

test('proxies: an address without its password, whatever way it is written', () => {
  expect(
    proxiesOf(
      { http_proxy: 'http://user:hush@[::1]:3128/', HTTPS_PROXY: 'proxy:8080', ALL_PROXY: 'socks5h://127.0.0.1', no_proxy: 'x', https_proxy: '' },
      'user',
    ).map(({ name, address, secret }) => [name, address, secret]),
  ).toEqual([
    ['http_proxy', '[::1]:3128', true],
    ['HTTPS_PROXY', 'proxy:8080', false],
    ['ALL_PROXY', '127.0.0.1:1080', false],
  ])
  expect([proxyAddress('not a url'), proxyAddress('http://')]).toEqual([null, null])
})

test.each([
  ['/home/u/.nvm/versions/node/v22.1.0/bin/node', 'nvm', null],
  ['/run/user/1000/fnm_multishells/12_34/bin/node', 'fnm', null],
  ['/home/u/.local/share/fnm/node-versions/v22.1.0/installation/bin/node', 'fnm', '/home/u/.local/share/fnm/aliases/default/bin/node'],
  ['/home/u/.volta/tools/image/node/22.1.0/bin/node', 'Volta', '/home/u/.volta/bin/node'],
  ['/home/u/.asdf/installs/nodejs/22.1.0/bin/node', 'asdf', null],
  ['/home/u/.local/share/mise/installs/python/3.12/bin/python', 'mise', null],
  ['/home/u/.pyenv/shims/python', 'pyenv', null],
  ['/home/u/.rbenv/versions/3.3.0/bin/ruby', 'rbenv', null],
  ['/home/u/.sdkman/candidates/java/21.0.1-tem/bin/java', 'SDKMAN', '/home/u/.sdkman/candidates/java/current/bin/java'],
  ['/usr/local/Cellar/python@3.12/3.12.4/bin/python3.12', 'Homebrew', '/usr/local/opt/python@3.12/bin/python3.12'],
  ['/home/linuxbrew/.linuxbrew/Cellar/node/22.1.0/bin', 'Homebrew', '/home/linuxbrew/.linuxbrew/opt/node/bin'],
  ['/nix/store/abc-nodejs-22/bin/node', 'Nix', '/run/current-system/sw/bin/node'],
  ['/snap/node/8922/bin/node', 'Snap', '/snap/node/current/bin/node'],
  ['C:\\Users\\u\\AppData\\Local\\fnm_multishells\\1_2\\node.exe', 'fnm', null],
  ['C:\\Users\\u\\.pyenv\\pyenv-win\\versions\\3.12.1\\python.exe', 'pyenv', null],
])('%s is of %s', (path, manager, stays) => expect(versioned(path)).toMatchObject({ manager, stays }))

test.each([
  '/usr/bin/node',
  '/opt/homebrew/opt/node/bin/node',
  '/home/u/.volta/bin/node',
  '/home/u/.sdkman/candidates/java/current/bin/java',
  'C:\\Users\\u\\scoop\\apps\\nodejs\\current\\node.exe',
  '/srv/nvm/app',
  'C:\\Program Files\\nodejs\\node.exe',
])('%s stays', (path) => expect(versioned(path)).toBeNull())

test.each([
  [0, '0 bytes'],
  [1536, '1.5 KiB'],
  [20 * 1024 ** 2, '20 MiB'],
  [1024 ** 4 * 2048, '2048 TiB'],
])('%d is %s', (bytes, words) => expect(size(bytes)).toBe(words))
