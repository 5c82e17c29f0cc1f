// The built program on the real Windows Node under Wine, with the real WinSW 3 and Wine's service manager: the whole life of a service, as a user has it.
// Stand-ins, each named in its source: sc-strict.c (`failure`, `config` and the questions; labels in another language, on purpose), script-host.c (//E:JScript),
// schtasks.c (a task is a file), powershell.c and net.c (UAC and the account of a service; the account is set, not used). Not seen here, as Wine has none of it:
// a recovery by the service manager, access rights (icacls is a stub), a real UAC prompt. .github/workflows/windows.yml runs this on a real Windows.
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { nodeExe, startWine, winswExe, winswParse, type StandIns, type Wine } from '../beds/wine.ts'

const root = join(import.meta.dirname, '../..')
const label = 'Hi.Apply'
/** Wine's cmd.exe follows no `chcp`, so that the batch files of the fallback cannot be tried with letters beyond ASCII here. */
const places = { service: "C:\\t & 100% ü^! (x)'s", fallback: "C:\\t & x^! (x)'s" }
let own = places.service
let p = `${own}\\p.yaml`
const service = `C:\\ProgramData\\hermes-install\\${label}`
const state = 'C:\\Program Files\\hermes-install\\state\\hi-apply'
const fallback = `C:\\users\\root\\AppData\\Local\\hermes-install\\${label}`
const startup = 'C:\\users\\root\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup'
const key = `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${label}`
/** Sessions share the host's network. */
const port = 18_993

const program = `
  const fs = require('fs'), path = require('path')
  if (process.argv[2] === 'broken') process.exit(3)
  const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  fs.writeFileSync(path.join(__dirname, 'child'), String(child.pid))
  fs.rmSync(path.join(__dirname, 'stop'), { force: true })
  require('http').createServer((request, response) => {
    if (request.url === '/crash') process.exit(9)
    response.end(JSON.stringify({ pid: process.pid, word: process.argv[2], value: process.env.VALUE ?? null, cwd: process.cwd(), supervisor: process.env.HERMES_GATEWAY_EXTERNAL_SUPERVISOR ?? null }))
  }).listen(${port}, '127.0.0.1')
  console.log('hello from', process.argv[2])
  setInterval(() => { if (fs.existsSync(path.join(__dirname, 'stop'))) { fs.unlinkSync(path.join(__dirname, 'stop')); console.log('graceful'); process.exit(0) } }, 100)`

interface Demo {
  readonly word?: string
  readonly more?: string
  readonly restart?: string
}
const profile = ({ word = 'one', more = '', restart = '{ delays: [1s, 2s, 4s, 9s] }' }: Demo = {}): string => `version: 1
name: hi-apply
label: ${label}
displayName: "Démo's & service"
command: ['${nodeExe}', ${JSON.stringify(`${own}\\app.cjs`)}, ${word}]
workingDirectory: ${JSON.stringify(own)}
restart: ${restart}
stop: { command: ['${nodeExe}', -e, "require('fs').writeFileSync(process.argv[1], '')", ${JSON.stringify(`${own}\\stop`)}], timeout: 3s }
health: { stableFor: 500ms, timeout: 10s, tcp: '127.0.0.1:${port}' }
${more}`

interface Ran {
  readonly code: number
  readonly output: string
}
interface Bed {
  readonly wine: Wine
  readonly place: (demo?: Demo) => void
  readonly hi: (...argv: string[]) => Promise<Ran>
}

/**
 * Wine sometimes has no start time of a process that has ended, which WinSW asks for while it stops (System.Diagnostics.Process.StartTime); WinSW ends then, and
 * Wine's service manager goes on waiting for it, where that of Windows sees a service that has failed.
 */
function stumbled(wine: Wine): boolean {
  const log = `${service}\\logs\\${label}.wrapper.log`
  const lines = exists(wine, log) ? wine.readFile(log).toString() : ''
  return lines.slice(lines.lastIndexOf(' service - Stopping ')).includes('Not a valid Win32 FileTime')
}

async function boot(where: string, more: StandIns = {}): Promise<Bed> {
  own = where
  p = `${own}\\p.yaml`
  const wine = await startWine({ sc: 'strict', scriptHost: 'engines', schtasks: 'files', powershell: 'ctrl-c', ...more })
  for (const name of readdirSync(join(root, 'dist')).filter((file) => file.endsWith('.cjs')))
    wine.writeFile(`C:\\program files\\hi\\dist\\${name}`, readFileSync(join(root, 'dist', name)))
  wine.writeFile(`${own}\\app.cjs`, program)
  wine.writeFile('C:\\windows\\bed\\tasks\\calls', '')
  const once = (argv: readonly string[]): Promise<Ran> =>
    // A PATH with nothing in it: whatever is called is called by its full path.
    wine.run([nodeExe, 'C:\\program files\\hi\\dist\\main.cjs', ...argv], {
      timeoutMs: 120_000,
      env: { HERMES_INSTALL_WINSW: winswExe, WINEPATH: 'C:\\nothing' },
    })
  async function hi(...argv: string[]): Promise<Ran> {
    for (let tries = 3; ; tries--) {
      const ran = await once(argv)
      if (tries === 0 || !/sc\.exe stop [^`]*` (?:was not done|failed \(1061\))/.test(ran.output) || !stumbled(wine)) return ran
      // As after any reboot: what was cut short is for the same command to finish.
      await wine.reboot()
    }
  }
  return { wine, hi, place: (demo) => wine.writeFile(`${own}\\p.yaml`, profile(demo)) }
}

const answer = async (): Promise<{ pid: number; word: string; value: string | null; cwd: string }> =>
  (await (await fetch(`http://127.0.0.1:${port}`)).json()) as { pid: number; word: string; value: string | null; cwd: string }
const silent = async (): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}`).then(
    () => false,
    () => true,
  )
const value = async (wine: Wine, name: string, of = key): Promise<string | undefined> =>
  / REG_\w+ +(.*)$/m.exec((await wine.run(['reg.exe', 'query', of, '/v', name])).output)?.[1]?.trim()
const exists = (wine: Wine, path: string): boolean => existsSync(wine.hostPath(path))
const alive = async (wine: Wine, pid: number): Promise<boolean> =>
  (await wine.node(`try { process.kill(${pid}, 0); console.log('alive') } catch { console.log('dead') }`)).output.includes('alive')
/** SERVICE_FAILURE_ACTIONS: reset in s, then the delays in ms. */
async function recovery(wine: Wine): Promise<readonly number[]> {
  const bytes = Buffer.from((await value(wine, 'FailureActions')) ?? '', 'hex')
  return [bytes.readUInt32LE(0), ...Array.from({ length: bytes.readUInt32LE(12) }, (_, i) => bytes.readUInt32LE(24 + i * 8))]
}
/** Every key of services and of event sources. */
const keys = async (wine: Wine): Promise<readonly string[]> =>
  (await wine.run(['reg.exe', 'query', 'HKLM\\SYSTEM\\CurrentControlSet\\Services', '/s'])).output.split('\n').filter((line) => line.startsWith('HKEY'))

describe('a service', () => {
  let bed: Bed
  let before: readonly string[]
  beforeAll(async () => {
    bed = await boot(places.service)
    before = await keys(bed.wine)
  })
  afterAll(() => bed.wine.stop())

  test('is planned, installed, seen, and then left alone', { timeout: 400_000 }, async () => {
    const { wine, hi, place } = bed
    place()
    const plan = await hi('plan', p, '--json')
    expect(JSON.parse(plan.output)).toMatchObject({ ok: true, differs: true })
    expect([exists(wine, 'C:\\ProgramData\\hermes-install'), exists(wine, state)]).toEqual([false, false])
    const first = await hi('apply', p)
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining('applied, and healthy') as string })
    const { pid, ...said } = await answer()
    expect(said).toEqual({ word: 'one', value: null, cwd: own, supervisor: null })
    expect(readdirSync(wine.hostPath(service)).sort()).toEqual([`${label}.exe`, `${label}.xml`, 'logs', 'recovery.cmd', 'stop.js'])
    expect(wine.readFile(`${service}\\${label}.exe`).equals(wine.readFile(winswExe))).toBe(true)
    const [config] = await winswParse([wine.readFile(`${service}\\${label}.xml`)], wine)
    expect(config).toMatchObject({ Name: label, DisplayName: "Démo's & service", Executable: nodeExe, WorkingDirectory: own })
    expect([await value(wine, 'Start'), await value(wine, 'ObjectName'), await value(wine, 'FailureActionsOnNonCrashFailures'), await recovery(wine)]).toEqual([
      '0x2',
      'LocalSystem',
      '0x1',
      [60, 1000, 2000, 4000, 9000],
    ])
    // Who applied may start and stop it.
    expect(await value(wine, 'BedSecurity')).toMatch(/^D:\(.*\(A;;CCLCSWRPWPLOCRRC;;;S-1-5-21-[\d-]+\)$/)
    const again = JSON.parse((await hi('apply', p, '--json')).output) as object
    expect(again).toMatchObject({ ok: true, changed: false })
    expect((await answer()).pid).toBe(pid)
    const status = JSON.parse((await hi('status', '--json')).output) as object
    expect(status).toMatchObject({ services: [{ id: 'hi-apply', label, running: true, enabled: true, installed: true, scope: 'system' }] })
    expect(await hi('verify', p)).toMatchObject({ code: 0 })
    expect((await hi('logs', 'hi-apply')).output).toContain('hello from one')
  })

  test('its settings are changed one by one, and only what a new process needs restarts it', { timeout: 400_000 }, async () => {
    const { wine, hi, place } = bed
    const { pid } = await answer()
    place({ more: 'description: Größer\nafter: [network]\nautostart: false\n', restart: '{ delays: [3s], resetAfter: 2m }' })
    const quiet = await hi('apply', p)
    expect(quiet.code).toBe(0)
    expect(quiet.output).toContain('set start, depends')
    expect([await value(wine, 'Start'), await value(wine, 'DependOnService'), await recovery(wine)]).toEqual(['0x3', 'Tcpip', [120, 3000]])
    // The XML has changed with them, and only a new WinSW reads it.
    expect((await answer()).pid).not.toBe(pid)
    const second = (await answer()).pid
    place({ more: 'description: Größer\nafter: [network]\nautostart: false\n', restart: '{ delays: [4s], resetAfter: 2m }' })
    expect(await hi('apply', p)).toMatchObject({ code: 0, output: expect.stringContaining('applied') as string })
    expect([await recovery(wine), (await answer()).pid]).toEqual([[120, 4000], second])

    place({ more: 'environment: { VALUE: "50% of %PATH%" }\nwindows: { account: { name: LocalService } }\n' })
    expect(await hi('apply', p)).toMatchObject({ code: 0, output: expect.stringContaining('applied') as string })
    // What is gone from the profile is gone from the service: a refresh by WinSW would have kept it.
    expect([await value(wine, 'Start'), await value(wine, 'DependOnService'), await value(wine, 'ObjectName'), (await answer()).value]).toEqual([
      '0x2',
      undefined,
      'NT AUTHORITY\\LocalService',
      '50% of %PATH%',
    ])
    wine.writeFile('C:\\secret', 'right\r\n')
    place({ more: "windows: { account: { name: '.\\bob', password: { secretFile: 'C:\\secret' } } }\n" })
    const account = await hi('apply', p)
    expect([account.code, await value(wine, 'ObjectName'), account.output.includes('right')]).toEqual([0, '.\\bob', false])
    wine.writeFile('C:\\secret', 'wrong')
    place({ word: 'two', more: "windows: { account: { name: '.\\eve', password: { secretFile: 'C:\\secret' } } }\n" })
    const refused = await hi('apply', p)
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('its password is another') as string })
    expect([await value(wine, 'ObjectName'), (await answer()).word]).toEqual(['.\\bob', 'one'])
    place()
    expect(await hi('apply', p)).toMatchObject({ code: 0, output: expect.stringContaining('applied') as string })
    expect(await value(wine, 'ObjectName')).toBe('LocalSystem')
  })

  test('one that does not get well leaves the old one as it was', { timeout: 400_000 }, async () => {
    const { wine, hi, place } = bed
    const xml = wine.readFile(`${service}\\${label}.xml`)
    place({ word: 'broken', restart: '{ delays: [7s] }' })
    const failed = await hi('apply', p)
    expect(failed).toMatchObject({ code: 1, output: expect.stringContaining('Everything is as it was before.') as string })
    expect([(await answer()).word, await recovery(wine), wine.readFile(`${service}\\${label}.xml`).equals(xml)]).toEqual([
      'one',
      [60, 1000, 2000, 4000, 9000],
      true,
    ])
    expect(readdirSync(wine.hostPath(state)).sort()).not.toContain('undo')
    place()
    expect(JSON.parse((await hi('apply', p, '--json')).output)).toMatchObject({ changed: false })
  })

  test('a stop ends the whole tree, and nothing starts it again', { timeout: 400_000 }, async () => {
    const { wine, hi } = bed
    const child = Number(wine.readFile(`${own}\\child`).toString())
    expect(await alive(wine, child)).toBe(true)
    expect(await hi('stop', p)).toMatchObject({ code: 0, output: expect.stringContaining('stopped') as string })
    expect([await silent(), await alive(wine, child)]).toEqual([true, false])
    expect((await hi('logs', p)).output).toMatch(/graceful/)
    expect(await hi('stop', p)).toMatchObject({ code: 0 })
    expect(await hi('verify', p)).toMatchObject({ code: 3, output: expect.stringContaining('not-running') as string })
    expect(await hi('start', p)).toMatchObject({ code: 0, output: expect.stringContaining('running') as string })
    const { pid } = await answer()
    expect(await hi('restart', p)).toMatchObject({ code: 0 })
    expect((await answer()).pid).not.toBe(pid)
  })

  test('a crash is a failure that the service manager acts on, and a start mends it here', { timeout: 400_000 }, async () => {
    const { wine, hi } = bed
    await fetch(`http://127.0.0.1:${port}/crash`).catch(() => undefined)
    await vi.waitFor(async () => expect((await wine.run(['sc.exe', 'query', label])).output).toMatch(/WIN32_EXIT_CODE +: 1067/), 15_000)
    expect((await hi('status')).output).toContain('failed (1067), will be started again')
    expect(await hi('apply', p)).toMatchObject({ code: 0, output: expect.stringContaining('applied') as string })
    expect((await answer()).word).toBe('one')
  })

  test('what others changed is named, and set right again', { timeout: 400_000 }, async () => {
    const { wine, hi } = bed
    await wine.run(['sc.exe', 'failure', label, 'reset=', '60', 'actions=', 'restart/1000/restart/2000/restart/4000'])
    await wine.run(['sc.exe', 'failureflag', label, '0'])
    await wine.run(['sc.exe', 'config', label, 'start=', 'demand', 'DisplayName=', 'Another'])
    wine.writeFile(`${service}\\${label}.xml`, '<service/>')
    const drift = JSON.parse((await hi('verify', p, '--json')).output) as { services: { drift: { code: string }[] }[] }
    expect(drift.services[0]!.drift.map(({ code }) => code).sort()).toEqual(['file-changed', 'recovery-collapsed', 'service-displayname', 'service-start'])
    expect(await hi('apply', p)).toMatchObject({ code: 1, output: expect.stringContaining('somebody changed it since it was written') as string })
    expect(await hi('apply', p, '--yes')).toMatchObject({ code: 0 })
    expect(await hi('verify', p)).toMatchObject({ code: 0 })
    expect([await recovery(wine), await value(wine, 'DisplayName')]).toEqual([[60, 1000, 2000, 4000, 9000], expect.stringMatching(/^D.*mo's & service$/)])
  })

  test('it comes back after a reboot, and goes without a trace', { timeout: 400_000 }, async () => {
    const { wine, hi } = bed
    await wine.reboot()
    await vi.waitFor(async () => expect((await answer()).word).toBe('one'), { timeout: 40_000, interval: 500 })
    expect(await hi('uninstall', 'hi-apply')).toMatchObject({ code: 0, output: expect.stringContaining('uninstalled') as string })
    expect([
      await silent(),
      (await wine.run(['sc.exe', 'query', label])).code,
      readdirSync(wine.hostPath(service)),
      exists(wine, 'C:\\Program Files\\hermes-install'),
    ]).toEqual([true, 1060, ['logs'], false])
    expect((await keys(wine)).filter((line) => !before.includes(line))).toEqual([])
    expect(JSON.parse((await hi('uninstall', 'hi-apply', '--json')).output)).toMatchObject({ ok: true, changed: false })
  })

  test('a service of that name that is not ours stays as it is', { timeout: 400_000 }, async () => {
    const { wine, hi } = bed
    await wine.run(['sc.exe', 'create', label, 'binPath=', '"C:\\other\\x.exe"'])
    expect(await hi('apply', p)).toMatchObject({ code: 1, output: expect.stringContaining('it is not ours: "C:\\other\\x.exe"') as string })
    expect(await value(wine, 'ImagePath')).toBe('"C:\\other\\x.exe"')
    await wine.run(['sc.exe', 'delete', label])
  })

  test('nothing that lies beside the program is loaded into it', { timeout: 400_000 }, async () => {
    const { wine, hi } = bed
    wine.writeFile(`${service}\\version.dll`, 'planted')
    expect(await hi('apply', p)).toMatchObject({ code: 1, output: expect.stringContaining('version.dll') as string })
    rmSync(wine.hostPath(`${service}\\version.dll`))
  })

  test('earlier installs are stopped first, come back with a failure, and go for good with success', { timeout: 400_000 }, async () => {
    const { wine, hi, place } = bed
    const replaces = 'replaces: { windows: { tasks: [Hermes_Old], services: [hi-old], startupItems: [Old_One.vbs] } }\n'
    const task =
      '<?xml version="1.0"?><Task><Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers><Settings><Hidden>true</Hidden></Settings></Task>'
    wine.writeFile('C:\\windows\\bed\\tasks\\Hermes_Old.xml', task)
    wine.writeFile(`${startup}\\Old_One.vbs`, 'old')
    await wine.run(['sc.exe', 'create', 'hi-old', 'binPath=', 'C:\\old.exe', 'start=', 'auto'])
    const old = (): Promise<string | undefined> => value(wine, 'Start', key.replace(label, 'hi-old'))
    place({ word: 'broken', more: replaces })
    expect(await hi('apply', p)).toMatchObject({ code: 1 })
    expect([await old(), exists(wine, `${startup}\\Old_One.vbs`), (await wine.run(['sc.exe', 'query', label])).code]).toEqual(['0x2', true, 1060])
    expect(wine.readFile('C:\\windows\\bed\\tasks\\Hermes_Old.xml').toString()).toContain('<Settings><Enabled>true</Enabled>')
    const calls = wine.readFile('C:\\windows\\bed\\tasks\\calls').toString()
    expect(calls).toMatch(/\/End \/TN Hermes_Old\n[^]*\/Change \/TN Hermes_Old \/DISABLE\n[^]*\/Change \/TN Hermes_Old \/ENABLE\n/)
    expect(calls).not.toContain('/Delete')

    place({ more: replaces })
    expect(await hi('apply', p)).toMatchObject({ code: 0, output: expect.stringContaining('applied') as string })
    expect([await old(), exists(wine, `${startup}\\Old_One.vbs`), exists(wine, 'C:\\windows\\bed\\tasks\\Hermes_Old.xml')]).toEqual([undefined, false, false])
    expect(JSON.parse((await hi('apply', p, '--json')).output)).toMatchObject({ changed: false })
    wine.writeFile('C:\\windows\\bed\\tasks\\Hermes_Old.xml', task)
    expect(await hi('verify', p)).toMatchObject({ code: 3, output: expect.stringContaining('replaced-back') as string })
    rmSync(wine.hostPath('C:\\windows\\bed\\tasks\\Hermes_Old.xml'))
  })

  test('killed anywhere, the next run finishes the work', { timeout: 400_000 }, async () => {
    const { wine, hi, place } = bed
    await hi('uninstall', 'hi-apply')
    // The times of an apply here; the bed ends the program, and what it started, at each of them.
    for (const [i, timeoutMs] of [2200, 5600].entries()) {
      place({ word: `w${i}`, restart: `{ delays: [${i + 1}s] }` })
      const argv = [nodeExe, 'C:\\program files\\hi\\dist\\main.cjs', 'apply', p]
      await wine.run(argv, { timeoutMs, env: { HERMES_INSTALL_WINSW: winswExe } }).catch(() => undefined)
      const mended = await hi('apply', p)
      expect([timeoutMs, mended.code, mended.output]).toEqual([timeoutMs, 0, expect.any(String)])
      expect([(await answer()).word, await recovery(wine)]).toEqual([`w${i}`, [60, (i + 1) * 1000]])
    }
    expect(await hi('verify', p)).toMatchObject({ code: 0 })
    expect(await hi('uninstall', 'hi-apply')).toMatchObject({ code: 0 })
  })
})

describe('without admin rights', () => {
  let bed: Bed
  beforeAll(async () => {
    bed = await boot(places.fallback, { rights: 'asked' })
  })
  afterAll(() => bed.wine.stop())

  test('nobody is asked without a terminal: the fallback, or 4 where a service is required', { timeout: 400_000 }, async () => {
    const { wine, hi, place } = bed
    place()
    expect(await hi('apply', p, '--require-service')).toMatchObject({ code: 4, output: expect.stringContaining('run as administrator') as string })
    expect([exists(wine, service), exists(wine, fallback)]).toEqual([false, false])
    const applied = await hi('apply', p)
    expect(applied).toMatchObject({ code: 0, output: expect.stringContaining('it is no service') as string })
    expect([(await answer()).word, (await wine.run(['sc.exe', 'query', label])).code, exists(wine, `${startup}\\${label}.lnk`)]).toEqual(['one', 1060, true])
    const { pid } = await answer()
    expect(JSON.parse((await hi('apply', p, '--json')).output.replace(/^[^{]*/, ''))).toMatchObject({ changed: false })
    expect((await answer()).pid).toBe(pid)
    // It restarts after a crash, with the same delays.
    await fetch(`http://127.0.0.1:${port}/crash`).catch(() => undefined)
    await vi.waitFor(async () => expect((await answer()).pid).not.toBe(pid), { timeout: 20_000, interval: 200 })
    expect(JSON.parse((await hi('status', '--json')).output)).toMatchObject({ services: [{ id: 'hi-apply', scope: 'user', running: true, enabled: true }] })
    expect(await hi('verify', p)).toMatchObject({ code: 0 })
    expect(await hi('stop', p)).toMatchObject({ code: 0 })
    expect(await silent()).toBe(true)
    expect(await hi('start', p)).toMatchObject({ code: 0 })
    place({ word: 'broken' })
    expect(await hi('apply', p)).toMatchObject({ code: 1, output: expect.stringContaining('Everything is as it was before.') as string })
    await vi.waitFor(async () => expect((await answer()).word).toBe('one'), { timeout: 20_000, interval: 200 })
  })

  test('declined, the fallback stays; given, the service takes its place, with output and exit code brought back', { timeout: 400_000 }, async () => {
    const { wine, hi, place } = bed
    place({ word: 'two' })
    wine.writeFile('C:\\windows\\bed\\uac-declined', '')
    const declined = await hi('apply', p, '--elevate')
    expect(declined).toMatchObject({ code: 0, output: expect.stringContaining('no admin rights were given') as string })
    expect([(await answer()).word, exists(wine, service)]).toEqual(['two', false])
    expect(await hi('apply', p, '--elevate', '--require-service')).toMatchObject({ code: 4 })
    rmSync(wine.hostPath('C:\\windows\\bed\\uac-declined'))

    place({ word: 'broken' })
    const failed = await hi('apply', p, '--elevate')
    expect(failed).toMatchObject({ code: 1, output: expect.stringContaining('Everything is as it was before.') as string })
    await vi.waitFor(async () => expect((await answer()).word).toBe('two'), { timeout: 20_000, interval: 200 })
    expect((await wine.run(['sc.exe', 'query', label])).code).toBe(1060)

    place({ word: 'three' })
    const given = await hi('apply', p, '--elevate')
    expect(given).toMatchObject({ code: 0, output: expect.stringMatching(/sc\.exe start [^]*applied, and healthy/) as string })
    expect([(await answer()).word, exists(wine, `${startup}\\${label}.lnk`), exists(wine, `${fallback}\\startup.js`), await value(wine, 'Start')]).toEqual([
      'three',
      false,
      false,
      '0x2',
    ])
    expect(JSON.parse((await hi('status', '--json')).output)).toMatchObject({ services: [{ id: 'hi-apply', scope: 'system', running: true }] })
    // No rights are needed to see that nothing is to be done, nor to start and stop it.
    expect(JSON.parse((await hi('apply', p, '--json')).output)).toMatchObject({ ok: true, changed: false })
    expect(await hi('restart', p)).toMatchObject({ code: 0, output: expect.stringContaining('running') as string })
    place({ word: 'four' })
    expect(await hi('apply', p)).toMatchObject({ code: 4, output: expect.stringContaining('only an administrator may change that') as string })
    expect((await answer()).word).toBe('three')
    expect(await hi('uninstall', 'hi-apply')).toMatchObject({ code: 4 })
    expect(await hi('uninstall', 'hi-apply', '--elevate')).toMatchObject({ code: 0, output: expect.stringContaining('uninstalled') as string })
    expect([await silent(), (await wine.run(['sc.exe', 'query', label])).code]).toEqual([true, 1060])
  })
})
