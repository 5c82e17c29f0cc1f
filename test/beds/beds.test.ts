// The beds work, and each oracle says no to what is wrong: an oracle that accepts everything would pass every other test.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { canonicalPlist } from './plist.ts'
import { argvOf, startBox, verifyUnit, type Box, type SystemdVersion } from './systemd.ts'
import { commandLineToArgv, nodeArgv, nodeExe, startWine, winswExe, winswParse, type Wine } from './wine.ts'

const versions: readonly SystemdVersion[] = ['252', '254', '257']

describe.each(versions)('systemd %s', (version) => {
  let box: Box
  beforeAll(async () => void (box = await startBox({ root: version })))
  afterAll(() => box.stop())

  test('is the systemd it says, running as PID 1', async () => {
    expect((await box.exec(['systemctl', '--version'])).stdout).toMatch(new RegExp(`^systemd ${version} `))
    expect((await box.exec(['systemctl', 'is-system-running'])).stdout).toBe('running\n')
    expect((await box.exec(['cat', '/proc/1/comm'])).stdout).toBe('systemd\n')
  })

  test('reads an argv back word by word; wrong quoting gives another argv', async () => {
    const words = ['/bin/sleep', 'a b', '"', '100%', '', 'é', '\\']
    await box.write('/etc/systemd/system/right.service', '[Service]\nExecStart=:/bin/sleep "a b" "\\"" "100%%" "" "é" "\\\\"\n')
    await box.write('/etc/systemd/system/wrong.service', '[Service]\nExecStart=:/bin/sleep a b "\\"" "100%%" "" "é" "\\\\"\n')
    expect(await argvOf(box, 'right.service')).toEqual([words])
    expect(await argvOf(box, 'wrong.service')).toEqual([['/bin/sleep', 'a', 'b', ...words.slice(2)]])
  })

  test('an enabled unit of a lingering user survives a power cut, one that is not enabled does not', async () => {
    const { home, uid } = await box.addUser('alice')
    const unit = '[Service]\nExecStart=/bin/sleep 1000000\n[Install]\nWantedBy=default.target\n'
    for (const name of ['on', 'off']) await box.write(`${home}/.config/systemd/user/${name}.service`, unit, 0o600, 'alice')
    const systemctl = async (...args: string[]) => (await box.execAs('alice', ['systemctl', '--user', ...args])).stdout.trim()
    await systemctl('daemon-reload')
    await systemctl('enable', 'on.service')
    await systemctl('start', 'on.service', 'off.service')
    expect(await systemctl('is-active', 'on.service', 'off.service')).toBe('active\nactive')
    expect(await argvOf(box, 'on.service', { user: 'alice' })).toEqual([['/bin/sleep', '1000000']])
    expect((await box.execAs('alice', ['sh', '-c', 'echo $XDG_RUNTIME_DIR $HOME'])).stdout).toBe(`/run/user/${uid} ${home}\n`)
    await box.reboot({ powerCut: true })
    expect(await systemctl('is-active', 'on.service', 'off.service')).toBe('active\ninactive')
    await box.reboot()
    expect(await systemctl('is-active', 'on.service', 'off.service')).toBe('active\ninactive')
  })

  test('files, input, exit codes and time limits', async () => {
    await box.write('/tmp/deep/er/x', 'né', 0o755)
    expect(await box.read('/tmp/deep/er/x')).toBe('né')
    expect(await box.exec(['sh', '-c', 'cat; pwd; echo $A >&2; exit 7'], { input: 'in ', env: { A: 'b c' }, cwd: '/etc' })).toEqual({
      code: 7,
      stdout: 'in /etc\n',
      stderr: 'b c\n',
    })
    await expect(box.exec(['sleep', '10'], { timeoutMs: 200 })).rejects.toThrow('not done after 200 ms')
    await expect(box.read('/nowhere')).rejects.toThrow('No such file')
  })

  test.each([false, true])('verify (user: %s) passes a good unit and finds what is wrong', async (user) => {
    const good = '[Unit]\nDescription=x\n[Service]\nExecStart=/opt/hermes/bin/hermes run\nRestart=always\n'
    const programs = ['/opt/hermes/bin/hermes']
    const findings = async (text: string) => (await verifyUnit(text, { version, user, programs })).findings.join('\n')
    expect(await verifyUnit(good, { version, user, programs })).toEqual({ ok: true, findings: [], code: 0 })
    expect(await findings(good.replace('Restart', 'Restrat'))).toContain("Unknown key 'Restrat'") // 254 and later: other quotes around the word
    expect(await findings(good.replace('always', 'allways'))).toContain('allways')
    expect(await findings(good.replace(' run', ' "run'))).toContain('nbalanced quot')
    expect(await findings(good.replace('/opt', '/nowhere'))).toContain('is not executable')
  })
})

test('two boxes at once do not see each other', async () => {
  const boxes = await Promise.all([startBox(), startBox()])
  try {
    await boxes[0].write('/etc/only-here', 'x')
    await expect(boxes[1].read('/etc/only-here')).rejects.toThrow('No such file')
  } finally {
    await Promise.all(boxes.map((box) => box.stop()))
  }
})

describe('wine', () => {
  let wine: Wine
  beforeAll(async () => void (wine = await startWine()))
  afterAll(() => wine.stop())

  test('runs Windows programs with whole exit codes, files and time limits', async () => {
    expect((await wine.run(['sc.exe', 'query', 'NoSuchService'])).code).toBe(1060)
    const script =
      "console.log(process.platform, process.cwd(), process.env.A, process.argv[2]); console.log(require('fs').readFileSync('C:\\\\DEEP\\\\er\\\\x', 'utf8')); process.exit(70000)"
    wine.writeFile('C:\\deep\\er\\x', 'né')
    expect(await wine.node(script, ['a "b" \\'], { env: { A: 'é f' }, cwd: 'C:\\deep' })).toEqual({ code: 70000, output: 'win32 C:\\deep é f a "b" \\\nné\n' })
    expect(wine.windowsPath(wine.hostPath('c:\\Deep\\ER\\x'))).toBe('C:\\deep\\er\\x')
    await expect(wine.node('setInterval(() => {}, 1000)', [], { timeoutMs: 1000 })).rejects.toThrow('not done after 1000 ms')
    await expect(wine.run(['no-such-program.exe'])).rejects.toThrow('not started, Windows error 2')
  })

  test("WinSW's parser takes `15 sec` and refuses `15s`; one file's env does not reach the next", async () => {
    const service = (inner: string) => `<service><id>x</id><name>n</name><description>d</description><executable>x.exe</executable>${inner}</service>`
    const [good, bad, none] = await winswParse(
      [
        service('<env name="LEAK" value="v"/><stoptimeout>15 sec</stoptimeout>'),
        service('<stoptimeout>15s</stoptimeout><arguments>%LEAK%</arguments>'),
        '<service>',
      ],
      wine,
    )
    expect(good).toMatchObject({ Name: 'x', StopTimeoutInMs: 15_000, EnvironmentVariables: { LEAK: 'v' } })
    expect(bad).toMatchObject({ StopTimeoutInMs: { $error: expect.stringContaining('15s') as string }, Arguments: '%LEAK%' })
    expect(none).toEqual({ $fatal: expect.stringContaining('XmlException') as string })
  })

  test('splits command lines as Windows does; wrong quoting gives another argv', async () => {
    const tails = ['"a b" c\\"d "" "e\\\\" "f\\\\\\"g"', 'a b', '"é😀" 100% ^&', '']
    const words = [['a b', 'c"d', '', 'e\\', 'f\\"g'], ['a', 'b'], ['é😀', '100%', '^&'], []]
    expect(
      (
        await commandLineToArgv(
          tails.map((tail) => `x ${tail}`),
          wine,
        )
      ).map((argv) => argv.slice(1)),
    ).toEqual(words)
    expect(await nodeArgv(tails, wine)).toEqual(words)
  })

  test('a real WinSW service comes back after a reboot', async () => {
    wine.copyFile(winswExe, 'C:\\svc\\Bed.exe')
    wine.writeFile('C:\\svc\\app.cjs', "require('fs').appendFileSync('C:\\\\svc\\\\log', 'up\\n'); setInterval(() => {}, 1000)")
    wine.writeFile(
      'C:\\svc\\Bed.xml',
      `<service><id>Bed</id><name>n</name><description>d</description><executable>${nodeExe}</executable><arguments>C:\\svc\\app.cjs</arguments></service>`,
    )
    const log = () => wine.readFile('C:\\svc\\log').toString()
    expect((await wine.run(['C:\\svc\\Bed.exe', 'install'])).code).toBe(0)
    expect((await wine.run(['C:\\svc\\Bed.exe', 'start'])).code).toBe(0)
    await vi.waitFor(() => expect(log()).toBe('up\n'), 20_000)
    await wine.reboot()
    await vi.waitFor(() => expect(log()).toBe('up\nup\n'), 30_000)
    expect((await wine.run(['sc.exe', 'query', 'Bed'])).output).toContain('RUNNING')
  })
})

test('the strict sc.exe rejects what Wine lets pass', async () => {
  const malformed = ['sc.exe', 'failure', 'Bed', 'reset=86400', 'actions=restart/5000']
  const [stock, strict] = await Promise.all([startWine(), startWine({ sc: 'strict' })])
  try {
    expect((await strict.run(malformed)).code).toBe(1639)
    for (const wine of [stock, strict]) expect((await wine.run(['sc.exe', 'create', 'Bed', 'binPath=', 'C:\\x.exe'])).code).toBe(0)
    expect((await stock.run(malformed)).code).toBe(0)
    expect((await strict.run(['sc.exe', 'failure', 'Bed', 'reset=', '86400', 'actions=', 'restart/5000'])).code).toBe(0)
    expect((await strict.run(['sc.exe', 'qfailure', 'Bed'])).output).toContain('RESTART -- Delay = 5000 milliseconds')
  } finally {
    await Promise.all([stock.stop(), strict.stop()])
  }
})

test("Apple's parser gives its canonical form and refuses what is no property list", async () => {
  const dict = (inner: string) => `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>${inner}</dict></plist>`
  const verdicts = await canonicalPlist([dict('<key>a</key><string>b &amp; c</string>'), dict('<key>a</key><string>b & c</string>'), dict('<key>a</key>'), ''])
  expect(verdicts[0]).toMatchObject({ ok: true, xml: expect.stringContaining('<key>a</key>\n\t<string>b &amp; c</string>') as string })
  expect(verdicts.slice(1)).toMatchObject([
    { ok: false, error: expect.stringContaining('ampersand') as string },
    { ok: false, error: expect.stringContaining('Value missing') as string },
    { ok: false },
  ])
})

test('a missing bed is an error that names the command', async () => {
  vi.stubEnv('HERMES_INSTALL_BEDS', '/nowhere')
  vi.resetModules()
  try {
    const beds = { ...(await import('./systemd.ts')), ...(await import('./wine.ts')), ...(await import('./plist.ts')) }
    await expect(beds.startBox()).rejects.toThrow('test/beds/setup.sh systemd')
    await expect(beds.verifyUnit('')).rejects.toThrow('test/beds/setup.sh systemd')
    await expect(beds.startWine()).rejects.toThrow('test/beds/setup.sh wine')
    await expect(beds.canonicalPlist([''])).rejects.toThrow('test/beds/setup.sh macos')
  } finally {
    vi.unstubAllEnvs()
    vi.resetModules()
  }
})
