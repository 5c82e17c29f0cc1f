// Rendered install.cmd, uninstall.cmd and recovery.cmd with the real WinSW 3 and Wine's service manager: converge, change, fail, come back, leave nothing.
// Stand-ins: sc-strict.c (`failure`, `failureflag` and `config` as Microsoft documents them; Wine's own accepts anything), script-host.c (//E:JScript for
// stop.js and health.js) and certutil.c (-hashfile). Not seen here: icacls (a stub in Wine), and a recovery, which Wine's service manager does not perform:
// that it was told to, and that the service counts as failed (1067), is what is looked at.
import { connect } from 'node:net'
import { existsSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { nodeExe, startWine, winswExe, type Wine, type WineResult } from '../beds/wine.ts'
import { made, said } from '../help.ts'

const label = 'Hi.Demo'
const dataDir = 'C:\\users\\root\\AppData\\Local\\hermes-install'
const folder = `C:\\ProgramData\\hermes-install\\${label}`
const registry = `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${label}`
const startupItem = 'C:\\users\\root\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\StartUp\\Old_One.vbs'
/** Sessions share the host's network. */
const port = 18_991

// `broken` ends at once, `ill` says it is down and does not hear a stop; each has a child that does not end by itself. A stop asked of an earlier process
// is not meant for this one: `ill` leaves the request behind, and the service that comes back in its place would end by it.
const program = `
  const fs = require('fs'), log = (word) => fs.appendFileSync('C:\\\\t\\\\app.log', word + '\\n')
  fs.rmSync('C:\\\\t\\\\stop', { force: true })
  log(process.argv[2])
  if (process.argv[2] === 'broken') process.exit(3)
  fs.writeFileSync('C:\\\\t\\\\state.json', JSON.stringify({ 'a/b': [1, { state: process.argv[2] === 'ill' ? 'down' : 'up' }] }))
  require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  require('http').createServer((request, response) => response.end(process.pid + ' ' + process.argv[2])).listen(${port}, '127.0.0.1')
  setInterval(() => { if (process.argv[2] !== 'ill' && fs.existsSync('C:\\\\t\\\\stop')) { fs.unlinkSync('C:\\\\t\\\\stop'); log('graceful'); process.exit(0) } }, 100)`

const profile = (message: string, delays = '[1s, 2s, 1500ms]'): string => `version: 1
name: hi-demo
label: ${label}
displayName: "Demo's & service"
command: ['${nodeExe}', 'C:\\t\\app.cjs', ${message}]
restart: { policy: always, delays: ${delays}, resetAfter: 1m30s, stopExitCodes: [78] }
stop: { command: ['${nodeExe}', -e, "require('fs').writeFileSync('C:\\\\\\\\t\\\\\\\\stop', '')"], timeout: 10s }
health: { stableFor: 1s, timeout: 4s, tcp: '127.0.0.1:${port}', http: 'http://127.0.0.1:${port}/ok', file: { path: 'C:\\t\\state.json', json: /a~1b/1/state, equals: [up] } }
replaces: { windows: { services: [hi-old], startupItems: ['Old_One.vbs'] } }
`

let wine: Wine
beforeAll(async () => {
  wine = await startWine({ sc: 'strict', scriptHost: 'engines', certutil: 'hashing' })
  wine.writeFile('C:\\t\\app.cjs', program)
  wine.writeFile('C:\\t\\call.cmd', '@call %1 %2\r\n') // `cmd /c` itself would stumble over the quotes around a path
})
afterAll(() => wine.stop())

async function place(text: string): Promise<void> {
  const { rendered, issues } = await made(text, { host: { os: 'windows', user: 'root', home: 'C:\\users\\root' } })
  expect(said(issues)).toEqual([])
  for (const file of rendered!.files) wine.writeFile(`C:\\tree & x\\${file.name}`, file.text)
}
const script = (path: string, ...verb: string[]): Promise<WineResult> =>
  wine.run(['cmd.exe', '/d', '/c', 'C:\\t\\call.cmd', path, ...verb], { timeoutMs: 150_000 })
const install = () => script('C:\\tree & x\\install.cmd')
const uninstall = () => script('C:\\tree & x\\uninstall.cmd')
const log = (): string[] => (existsSync(wine.hostPath('C:\\t\\app.log')) ? wine.readFile('C:\\t\\app.log').toString().trim().split('\n') : [])
/** What answers on the port. */
const answer = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}`)).text()
const listening = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
    setTimeout(() => socket.destroy(), 200)
  })

/** State and exit code in the service manager: 1 stopped, 4 running. */
async function state(name = label): Promise<readonly [state: string, exitCode: string] | 'absent'> {
  const { code, output } = await wine.run(['sc.exe', 'query', name])
  if (code === 1060) return 'absent'
  return [/STATE +: (\d)/.exec(output)![1]!, /WIN32_EXIT_CODE +: (\d+)/.exec(output)![1]!]
}

const value = async (name: string, key = registry): Promise<string | undefined> =>
  / REG_\w+ +(.*)$/m.exec((await wine.run(['reg.exe', 'query', key, '/v', name])).output)?.[1]

/** SERVICE_FAILURE_ACTIONS as the service manager keeps it: reset in s, then each action's type (1 restart) and delay in ms. */
async function recovery() {
  const bytes = Buffer.from((await value('FailureActions')) ?? '', 'hex')
  const actions = Array.from({ length: bytes.readUInt32LE(12) }, (_, i) => [bytes.readUInt32LE(20 + i * 8), bytes.readUInt32LE(24 + i * 8)])
  return { reset: bytes.readUInt32LE(0), actions, flag: await value('FailureActionsOnNonCrashFailures') }
}
const expected = { reset: 90, actions: [[1, 1000], [1, 2000], [1, 1500]], flag: '0x1' } // prettier-ignore

test('only the pinned WinSW is taken, and nothing is done without it', { timeout: 60_000 }, async () => {
  await place(profile('one'))
  expect(await install()).toMatchObject({ code: 1, output: expect.stringMatching(/WinSW is missing[^]*a2daa6a33a9c2b79/) as string })
  wine.writeFile(`C:\\tree & x\\${label}.exe`, 'another program')
  expect(await install()).toMatchObject({ code: 1, output: expect.stringContaining(`looked at: "C:\\tree & x\\${label}.exe"`) as string })
  expect([existsSync(wine.hostPath('C:\\ProgramData\\hermes-install')), await state()]).toEqual([false, 'absent'])
  wine.copyFile(winswExe, `C:\\tree & x\\${label}.exe`)
})

test('a service of that name that is not ours stays as it is', { timeout: 60_000 }, async () => {
  await wine.run(['sc.exe', 'create', label, 'binPath=', '"C:\\other\\x.exe"'])
  for (const run of [install, uninstall]) expect(await run()).toMatchObject({ code: 1, output: expect.stringContaining('not ours') as string })
  expect([await value('ImagePath'), existsSync(wine.hostPath(folder))]).toEqual(['"C:\\other\\x.exe"', false])
  await wine.run(['sc.exe', 'delete', label])
})

test('a first install that fails leaves what it replaces, and nothing of its own', { timeout: 180_000 }, async () => {
  await wine.run(['sc.exe', 'create', 'hi-old', 'binPath=', 'C:\\old.exe', 'start=', 'auto'])
  wine.writeFile(startupItem, 'x')
  await place(profile('broken'))
  expect(await install()).toMatchObject({ code: 1, output: expect.stringContaining('going back') as string })
  expect([await state(), await state('hi-old'), await value('Start', registry.replace(label, 'hi-old'))]).toEqual(['absent', expect.anything(), '0x2'])
  expect([existsSync(wine.hostPath(startupItem)), readdirSync(wine.hostPath(folder))]).toEqual([true, ['logs']])
})

test('install in the place of the fallback, and again', { timeout: 180_000 }, async () => {
  await place(profile('one'))
  const fallback = `${dataDir}\\${label}`
  for (const name of ['startup.cmd', 'startup.js']) wine.copyFile(`C:\\tree & x\\${name}`, `${fallback}\\${name}`)
  for (const verb of ['install', 'start']) expect(await script(`${fallback}\\startup.cmd`, verb)).toMatchObject({ code: 0 })
  await vi.waitFor(async () => expect(await answer()).toMatch(/^\d+ one$/), 20_000)

  const first = await install()
  expect([first.code, first.output]).toEqual([0, expect.stringContaining('installed and running') as string])
  expect([await state(), await state('hi-old'), existsSync(wine.hostPath(startupItem))]).toEqual([['4', '0'], 'absent', false])
  expect([log().slice(-3), existsSync(wine.hostPath(fallback)), existsSync(wine.hostPath(startupItem.replace('Old_One.vbs', `${label}.lnk`)))]).toEqual([
    ['one', 'graceful', 'one'],
    false,
    false,
  ])
  const running = await answer()
  expect(running).toMatch(/^\d+ one$/)
  expect(await recovery()).toEqual(expected)
  expect([await value('Start'), await value('DisplayName')]).toEqual(['0x2', "Demo's & service"])
  expect(readdirSync(wine.hostPath(folder)).filter((name) => /\.(new|old|none)$/.test(name))).toEqual([])
  expect(await install()).toMatchObject({ code: 0, output: expect.stringContaining('nothing to do') as string })
  expect(await answer()).toBe(running)
})

test('recovery.cmd alone sets exactly that again', { timeout: 60_000 }, async () => {
  const path = `${folder}\\recovery.cmd`
  const text = wine.readFile(path).toString()
  await wine.run(['sc.exe', 'failure', label, 'reset=', '1', 'actions=', 'restart/7'])
  await wine.run(['sc.exe', 'failureflag', label, '0'])
  expect((await recovery()).actions).toEqual([[1, 7]])
  for (let i = 0; i < 2; i++) expect([(await script(path)).code, await recovery()]).toEqual([0, expected])
  // Controls: the blank after "=" is part of the words; a service that is not there.
  for (const [from, to, code] of [
    ['reset= ', 'reset=', 1639],
    ['restart/1000', 'restart1000', 1639],
    [label, 'no-such', 1060],
  ] as const) {
    // prettier-ignore
    wine.writeFile('C:\\t\\recovery.cmd', text.replaceAll(from, to))
    expect((await script('C:\\t\\recovery.cmd')).code).toBe(code)
  }
  expect(await recovery()).toEqual(expected)
})

test('a change restarts once; one that breaks or is not healthy is undone', { timeout: 240_000 }, async () => {
  await place(profile('two'))
  expect(await install()).toMatchObject({ code: 0 })
  expect(log().slice(-3)).toEqual(['one', 'graceful', 'two'])
  const files = () => readdirSync(wine.hostPath(folder)).filter((name) => /\./.test(name) && !/wrapper/.test(name)).map((name) => [name, wine.readFile(`${folder}\\${name}`).toString('latin1')]) // prettier-ignore
  const before = files()
  for (const message of ['broken', 'ill']) {
    await place(profile(message, '[9s]'))
    expect(await install()).toMatchObject({ code: 1, output: expect.stringMatching(/not healthy after 4 s[^]*going back/) as string })
    expect([await state(), await recovery()]).toEqual([['4', '0'], expected])
    await vi.waitFor(async () => expect(await answer()).toMatch(/^\d+ two$/), 10_000)
    expect(files()).toEqual(before)
  }
})

test('a crash is a failure, a stop is not; both leave no process', { timeout: 120_000 }, async () => {
  const tree = async () => (await wine.run(['cmd.exe', '/d', '/c', 'tasklist'])).output.match(/node\.exe/g)?.length ?? 0
  const [pid] = (await answer()).split(' ')
  await wine.run(['taskkill.exe', '/F', '/PID', pid!])
  await vi.waitFor(async () => expect(await state()).toEqual(['1', '1067']), { timeout: 20_000, interval: 500 })
  await vi.waitFor(async () => expect(await tree()).toBe(0), { timeout: 20_000, interval: 500 })

  await place(profile('two'))
  expect(await install()).toMatchObject({ code: 0 })
  expect(log().at(-1)).toBe('two')
  expect(await tree()).toBe(2)
  await wine.run(['sc.exe', 'stop', label])
  await vi.waitFor(async () => expect(await state()).toEqual(['1', '0']), { timeout: 20_000, interval: 500 })
  expect([log().at(-1), await tree(), await listening()]).toEqual(['graceful', 0, false])
})

test('uninstall, twice: the logs are all that is left', { timeout: 120_000 }, async () => {
  expect(await install()).toMatchObject({ code: 0 })
  expect(await uninstall()).toMatchObject({ code: 0, output: expect.stringContaining('removed') as string })
  expect([await state(), await listening(), log().at(-1)]).toEqual(['absent', false, 'graceful'])
  expect((await wine.run(['reg.exe', 'query', registry])).code).toBe(1)
  expect(readdirSync(wine.hostPath(folder))).toEqual(['logs'])
  expect(await uninstall()).toMatchObject({ code: 0, output: expect.stringContaining('nothing to do') as string })
})
