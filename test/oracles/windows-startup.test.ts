// Rendered startup.cmd and startup.js under Wine: one hidden supervisor that starts, restarts, stops and starts at login, without any admin rights.
// Stand-ins: script-host.c (cscript.exe and wscript.exe that take //E:JScript; the JScript is Wine's own), certutil.c (-hashfile, for the copies of
// install.cmd), powershell.c (Ctrl+C) and `tasks` below. Whether no window shows cannot be seen here, nor a priority (test/windows/startup.test.ts).
import { existsSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { nodeExe, startWine, type Wine, type WineResult } from '../beds/wine.ts'
import { made, said } from '../help.ts'

const home = 'C:\\users\\root'
const dataDir = `${home}\\Local Data (1)`
const startupItem = (label: string) => `${home}\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\StartUp\\${label}.lnk`
/** Long enough for a start of everything on a busy machine. */
const soon = { timeout: 30_000, interval: 250 }

// The Nth start does what the Nth word of MODES says: a number is its exit code, `slow` before it makes it run for 3 s; `run` ends when
// stop.txt is there, `polite` at Ctrl+C, `deaf` never; they have a child that does not end by itself.
const program = `
  const fs = require('fs'), folder = process.env.FOLDER + '\\\\', log = (...words) => fs.appendFileSync(folder + 'app.log', words.join(' ') + '\\n')
  const modes = process.env.MODES.split(' '), starts = fs.existsSync(folder + 'app.log') ? fs.readFileSync(folder + 'app.log', 'utf8').match(/^start/gm).length : 0
  const mode = modes[Math.min(starts, modes.length - 1)]
  log('start', Date.now(), mode, process.cwd(), JSON.stringify(process.argv.slice(2)))
  console.log('out ' + mode); console.error('err ' + mode)
  if (/\\d$/.test(mode)) setTimeout(() => process.exit(Number(mode.replace('slow', ''))), mode.startsWith('slow') ? 3000 : 0)
  else {
    const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    log('pids', process.pid, child.pid)
    process.on('SIGINT', () => { log('asked'); if (mode === 'polite') { log('graceful'); process.exit(0) } })
    setInterval(() => { if (mode === 'run' && fs.existsSync(folder + 'stop.txt')) { log('graceful'); process.exit(0) } }, 100)
  }`

// schtasks.exe, as node.exe by that name takes its first word for a script, C:\\Query.js: a task is a line of tasks.txt, one with a "!" is of somebody else.
const tasks = `
  const fs = require('fs'), path = require('path'), file = 'C:\\\\t\\\\tasks.txt', verb = path.basename(__filename, '.js'), [, , , name, option] = process.argv
  const all = fs.readFileSync(file, 'utf8').split(' '), mine = all.find((task) => task.split(':')[0] === name)
  if (verb === 'Query') process.exit(mine ? 0 : 1)
  if (!mine || name.includes('!')) process.exit(1)
  const states = { Change: name + (option === '/DISABLE' ? ':disabled' : ''), Delete: name + ':deleted', End: mine + ':ended' }
  fs.writeFileSync(file, all.map((task) => (task === mine ? states[verb] : task)).join(' '))`

let wine: Wine
beforeAll(async () => {
  wine = await startWine({ scriptHost: 'engines', certutil: 'hashing', powershell: 'ctrl-c' })
  wine.writeFile(
    'C:\\t\\hook.cjs',
    "require('fs').appendFileSync(process.env.FOLDER + '\\\\app.log', ['hook', process.argv[2], process.env.FOO].join(' ') + '\\n'); process.exit(7)",
  )
  wine.writeFile('C:\\t\\app.cjs', program)
  wine.writeFile('C:\\t\\stop.cjs', "require('fs').writeFileSync(process.env.FOLDER + '\\\\stop.txt', process.env.FOO)")
  wine.writeFile(
    'C:\\t\\hang.cjs',
    "require('fs').appendFileSync(process.env.FOLDER + '\\\\app.log', 'pids ' + process.pid + '\\n'); setInterval(() => {}, 1000)",
  )
  wine.writeFile('C:\\t\\call.cmd', '@call %1 %2\r\n') // `cmd /c` itself would stumble over the quotes around a path
})
afterAll(() => wine.stop())

/** A service that lies in the user's folder. */
async function place(name: string, modes: string, more: string) {
  const folder = `C:\\t\\${name} & (1)`
  const { rendered, issues } = await made(
    `version: 1
name: ${name}
command: ['${nodeExe}', 'C:\\t\\app.cjs', 'a b', '100%', '"']
workingDirectory: '${folder}'
environment: { FOLDER: '${folder}', MODES: '${modes}', FOO: 'b "%PATH%" & c' }
logs: { stdout: '${folder}\\logs\\out & 1.log', stderr: '${folder}\\logs\\err.log', rotate: { size: 5B, keep: 2 } }
${more}`,
    { host: { os: 'windows', user: 'root', home, dataDir } },
  )
  expect(said(issues)).toEqual([])
  const where = `${dataDir}\\hermes-install\\${name}`
  for (const { name: source, text } of rendered!.files) {
    wine.writeFile(`C:\\tree\\${name}\\${source}`, text)
    if (source.startsWith('startup.')) wine.writeFile(`${where}\\${source}`, text)
  }
  wine.writeFile(`${folder}\\logs\\.keep`, '')
  const read = (path: string): string | null => {
    try {
      return wine.readFile(path).toString()
    } catch {
      return null
    }
  }
  const lines = (kind: string) => (read(`${folder}\\app.log`) ?? '').split('\n').filter((line) => line.startsWith(kind))
  const startup = (verb: string): Promise<WineResult> =>
    wine.run(['cmd.exe', '/d', '/c', 'C:\\t\\call.cmd', `${where}\\startup.cmd`, verb], { timeoutMs: 90_000 })
  return {
    folder,
    where,
    startup,
    starts: () => lines('start'),
    pids: () => lines('pids'),
    asked: () => lines('asked').length,
    lines,
    graceful: () => lines('graceful').length,
    log: (file: string) => read(`${folder}\\logs\\${file}`),
    journal: () => read(`${where}\\run\\supervisor.log`),
    read,
    isUp: () => vi.waitFor(() => expect(lines('pids').length).toBeGreaterThan(0), soon),
    isDown: async (): Promise<void> => vi.waitFor(async () => expect((await startup('status')).code).toBe(3), soon),
    /** The processes that the program wrote down and that still live. */
    async left(): Promise<string> {
      const pids = lines('pids').flatMap((line) => line.split(' ').slice(1))
      return (
        await wine.node('console.log(process.argv.slice(2).filter((pid) => { try { return process.kill(pid, 0) } catch { return false } }).join())', pids)
      ).output.trim()
    },
  }
}

const stopCommand = `command: ['${nodeExe}', 'C:\\t\\stop.cjs']`

describe.concurrent('startup.cmd', () => {
  test('start, status, stop', { timeout: 120_000 }, async () => {
    const one = await place('plain', 'run', `stop: { ${stopCommand}, timeout: 20s }`)
    expect(await one.startup('status')).toMatchObject({ code: 3 })
    expect(await one.startup('start')).toMatchObject({ code: 0, output: expect.stringContaining('started') as string })
    await one.isUp()
    expect(await one.startup('status')).toMatchObject({ code: 0 })
    expect(await one.startup('start')).toMatchObject({ code: 0, output: expect.stringContaining('already') as string })
    expect(one.starts()).toEqual([expect.stringMatching(/^start \d+ run C:\\t\\plain & \(1\) \["a b","100%","\\""\]$/)])
    expect(await one.startup('stop')).toMatchObject({ code: 0, output: expect.stringContaining('stopped') as string })
    expect([one.graceful(), one.starts().length, await one.left()]).toEqual([1, 1, ''])
    expect(one.read(`${one.folder}\\stop.txt`)).toBe('b "%PATH%" & c')
    expect([one.log('out & 1.log'), one.log('err.log')]).toEqual(['out run\n', 'err run\n'])
    expect([(await one.startup('status')).code, (await one.startup('stop')).code, (await one.startup('frob')).code]).toEqual([3, 0, 2])
  })

  test('neither a deaf program nor a stop command that hangs is left', { timeout: 120_000 }, async () => {
    const one = await place('deaf', 'deaf', `stop: { command: ['${nodeExe}', 'C:\\t\\hang.cjs'], timeout: 3s }`)
    await one.startup('start')
    await one.isUp()
    const began = Date.now()
    expect(await one.startup('stop')).toMatchObject({ code: 0 })
    expect([Date.now() - began > 3000, one.pids().length, await one.left(), one.starts().length]).toEqual([true, 2, '', 1])
  })

  test('without a stop command: Ctrl+C, and patience', { timeout: 120_000 }, async () => {
    const one = await place('polite', 'polite', 'stop: { timeout: 40s }')
    await one.startup('start')
    await one.isUp()
    const began = Date.now()
    expect(await one.startup('stop')).toMatchObject({ code: 0, output: expect.stringContaining('stopped') as string })
    expect([Date.now() - began < 30_000, one.graceful(), await one.left(), one.starts().length]).toEqual([true, 1, '', 1])
  })

  test('without a stop command: the end of the whole tree when the patience is over', { timeout: 120_000 }, async () => {
    const one = await place('stubborn', 'deaf', 'stop: { timeout: 4s }')
    await one.startup('start')
    await one.isUp()
    const began = Date.now()
    expect(await one.startup('stop')).toMatchObject({ code: 0 })
    expect([Date.now() - began > 4000, one.asked(), await one.left(), one.starts().length]).toEqual([true, 1, '', 1])
  })

  test('hooks after the start and before the stop; a failing one is no matter', { timeout: 120_000 }, async () => {
    const hook = (name: string) => `['${nodeExe}', 'C:\\t\\hook.cjs', '${name}']`
    const one = await place(
      'hooks',
      'run',
      `stop: { ${stopCommand}, timeout: 20s }\nhooks: { preStart: ['${nodeExe}', -e, '0'], postStart: ${hook('after start')}, preStop: ${hook('before stop')} }`,
    )
    await one.startup('start')
    await one.isUp()
    await vi.waitFor(() => expect(one.lines('hook')).toEqual(['hook after start b "%PATH%" & c']), soon)
    expect(await one.startup('stop')).toMatchObject({ code: 0 })
    expect(one.lines('').filter((line) => /^(hook|graceful)/.test(line))).toEqual([
      'hook after start b "%PATH%" & c',
      'hook before stop b "%PATH%" & c',
      'graceful',
    ])
    expect([one.starts().length, await one.left()]).toEqual([1, ''])
  })

  test('what does not start by itself has no Startup entry, even after one had', { timeout: 60_000 }, async () => {
    const one = await place('manual', 'run', 'autostart: false')
    wine.writeFile(startupItem('manual'), 'x')
    expect([(await one.startup('install')).code, one.read(startupItem('manual'))]).toEqual([0, null])
  })

  test('the delays grow, and start again after a run that was long enough', { timeout: 120_000 }, async () => {
    const one = await place('ladder', '1 1 1 slow1 1 0', 'restart: { policy: on-failure, delays: [300ms, 2500ms], resetAfter: 2s }')
    await one.startup('start')
    await vi.waitFor(() => expect(one.starts()).toHaveLength(6), { timeout: 60_000, interval: 250 })
    await one.isDown()
    const times = one.starts().map((line) => Number(line.split(' ')[1]))
    const gaps = times.slice(1).map((time, i) => time - times[i]!)
    for (const [i, least] of [300, 2500, 2500, 3300, 2500].entries()) expect(gaps[i]).toBeGreaterThanOrEqual(least)
    // After the long run it is the first delay again: less than the long one.
    expect(gaps[0]).toBeLessThan(2500)
    expect(gaps[3]).toBeLessThan(5500)
    expect(one.starts()).toHaveLength(6)
  })

  test.each([
    ['codes', '0 5 78', 'policy: on-failure, restartExitCodes: [0], stopExitCodes: [78]', 3],
    ['never', '75 1', 'policy: never, restartExitCodes: [75]', 2],
    ['always', '0 0 0 9', 'policy: always, stopExitCodes: [9]', 4],
    ['limit', '0', 'policy: always, limit: { attempts: 3, within: 10m }', 3],
  ])('restarts: %s', { timeout: 120_000 }, async (name, modes, restart, starts) => {
    const one = await place(name, modes, `restart: { ${restart}, delays: [100ms] }`)
    await one.startup('start')
    await vi.waitFor(() => expect(one.starts()).toHaveLength(starts), soon)
    await one.isDown()
    expect(one.starts()).toHaveLength(starts)
    expect(one.journal()!.includes('gave up')).toBe(name === 'limit')
  })

  test('restarts: a code that Windows Script Host counts as negative', { timeout: 60_000 }, async () => {
    const one = await place(
      'signed',
      '3221225786',
      'restart: { policy: always, stopExitCodes: [3221225786], delays: [100ms], limit: { attempts: 3, within: 10m } }',
    )
    await one.startup('start')
    await vi.waitFor(() => expect(one.starts().length).toBeGreaterThan(0), soon)
    await one.isDown()
    expect(one.starts()).toHaveLength(1)
  })

  test('a stop does not wait for the delay', { timeout: 120_000 }, async () => {
    const one = await place('pause', '1', 'restart: { policy: always, delays: [5m] }')
    await one.startup('start')
    await vi.waitFor(() => expect(one.journal()).toContain('ended with 1'), soon)
    const began = Date.now()
    expect(await one.startup('stop')).toMatchObject({ code: 0 })
    expect([Date.now() - began < 20_000, one.starts().length]).toEqual([true, 1])
    await one.isDown()
  })

  test('a missing file is tried again, whatever the lists of codes say', { timeout: 120_000 }, async () => {
    const one = await place(
      'gone',
      '1',
      "environmentFiles: ['C:\\t\\gone.env']\nrestart: { delays: [200ms], stopExitCodes: [78], limit: { attempts: 2, within: 10m } }",
    )
    await one.startup('start')
    await vi.waitFor(() => expect(one.journal()).toContain('gave up'), soon)
    expect([one.starts(), one.journal()!.match(/ended with -78078/g)?.length]).toEqual([[], 2])
    expect(one.log('err.log')).toContain('C:\\t\\gone.env')
  })

  test('log files are put aside between two runs', { timeout: 120_000 }, async () => {
    const one = await place('rotate', '1 2 3 4 0', 'restart: { delays: [50ms] }')
    await one.startup('start')
    await vi.waitFor(() => expect(one.starts()).toHaveLength(5), soon)
    await one.isDown()
    expect(['', '.1', '.2', '.3'].map((end) => one.log(`err.log${end}`))).toEqual(['err 0\n', 'err 4\n', 'err 3\n', null])
  })
})

test('install, login, uninstall', { timeout: 180_000 }, async () => {
  const one = await place('login', 'run', `stop: { ${stopCommand}, timeout: 20s }`)
  expect(await one.startup('install')).toMatchObject({ code: 0 })
  expect(wine.readFile(startupItem('login')).includes(Buffer.from(`//B //Nologo //E:JScript "${one.where}\\startup.js" run`, 'utf16le'))).toBe(true)
  // That it is there already cannot be seen here: Wine's CreateShortcut does not read the file.
  expect(await one.startup('install')).toMatchObject({ code: 0 })
  await wine.reboot()
  await one.isUp()
  expect(await one.startup('uninstall')).toMatchObject({ code: 0 })
  expect([one.graceful(), await one.left(), one.read(startupItem('login')), one.journal()]).toEqual([1, '', null, null])
  expect(await one.startup('uninstall')).toMatchObject({ code: 0 })
})

describe('install.cmd without admin rights', () => {
  beforeAll(() => {
    // Wine's user is always an administrator, and its `net session` always succeeds. A user without rights stands for: no net.exe that could say so.
    rmSync(wine.hostPath('C:\\windows\\system32\\net.exe'))
  })
  const script = (id: string, name: string) => wine.run(['cmd.exe', '/d', '/c', 'C:\\t\\call.cmd', `C:\\tree\\${id}\\${name}`], { timeoutMs: 120_000 })
  /** Only the tree, nothing of it in the user's folder yet. */
  async function tree(...words: Parameters<typeof place>) {
    const one = await place(...words)
    rmSync(wine.hostPath(one.where), { recursive: true })
    return one
  }
  const text = (output: string) => expect.stringContaining(output) as string

  test('installs, changes and takes away the same', { timeout: 180_000 }, async () => {
    const one = await tree('rights', 'run', `stop: { ${stopCommand}, timeout: 3s }`)
    expect(await script('rights', 'install.cmd')).toMatchObject({ code: 0, output: text('no admin rights') })
    await one.isUp()
    expect(one.read(startupItem('rights'))).not.toBeNull()
    expect(await script('rights', 'install.cmd')).toMatchObject({ code: 0, output: text('is running already') })
    expect([one.starts().length, await wine.run(['sc.exe', 'query', 'rights'])]).toEqual([1, expect.objectContaining({ code: 1060 })])
    await place('rights', 'run deaf', `stop: { ${stopCommand}, timeout: 3s }`)
    wine.writeFile(`${one.where}\\startup.cmd`, one.read(`${one.where}\\startup.cmd`)!.replace('run deaf', 'run'))
    expect(await script('rights', 'install.cmd')).toMatchObject({ code: 0 })
    await vi.waitFor(() => expect(one.starts().map((line) => line.split(' ')[2])).toEqual(['run', 'deaf']), soon)
    expect(await script('rights', 'uninstall.cmd')).toMatchObject({ code: 0 })
    expect([await one.left(), one.read(`${one.where}\\startup.cmd`), one.read(startupItem('rights'))]).toEqual(['', null, null])
    expect(await script('rights', 'uninstall.cmd')).toMatchObject({ code: 0, output: text('nothing to do') })
  })

  test('a service of that name, ours or not, is left alone, and nothing is started beside it', { timeout: 60_000 }, async () => {
    const one = await tree('there', 'run', '')
    for (const [image, code, output] of [
      ['C:\\ProgramData\\hermes-install\\there\\there.exe', 4, 'C:\\tree\\there\\install.cmd'],
      ['C:\\other.exe', 1, 'not ours'],
    ] as const) {
      await wine.run(['sc.exe', 'create', 'there', 'binPath=', image])
      expect(await script('there', 'install.cmd')).toMatchObject({ code, output: text(output) })
      expect([one.starts(), existsSync(wine.hostPath(one.where)), one.read(startupItem('there'))]).toEqual([[], false, null])
      await wine.run(['sc.exe', 'delete', 'there'])
    }
  })

  const item = startupItem('x').replace('x.lnk', 'Old (1).vbs')
  const replaces = (more: string) => `stop: { ${stopCommand}, timeout: 3s }\nreplaces: { windows: { startupItems: ['Old (1).vbs'], ${more} } }`

  test('what it replaces is taken away; what it may not touch is named, and nothing is installed', { timeout: 180_000 }, async () => {
    rmSync(wine.hostPath('C:\\windows\\system32\\schtasks.exe'))
    wine.copyFile(nodeExe, 'C:\\windows\\system32\\schtasks.exe')
    for (const verb of ['Query', 'Change', 'End', 'Delete']) wine.writeFile(`C:\\${verb}.js`, tasks)
    wine.writeFile('C:\\t\\tasks.txt', 'mine other')
    await wine.run(['sc.exe', 'create', 'theirs', 'binPath=', 'C:\\old.exe'])
    wine.writeFile(item, 'old')

    // Wine's own sc.exe knows no `config`, which stands for a user who may not.
    const one = await tree('denied', 'run', replaces('tasks: [mine], services: [theirs]'))
    expect(await script('denied', 'install.cmd')).toMatchObject({
      code: 4,
      output: expect.stringMatching(/the service theirs[^]*denied\\install\.cmd/) as string,
    })
    expect([one.read(item), one.read('C:\\t\\tasks.txt'), one.starts()]).toEqual(['old', 'mine other', []])
    expect([existsSync(wine.hostPath(one.where)), one.read(startupItem('denied'))]).toEqual([false, null])

    const ill = await tree('ill', 'run', `${replaces('tasks: [mine]')}\nhealth: { timeout: 3s, file: { path: 'C:\\t\\none' } }`)
    expect(await script('ill', 'install.cmd')).toMatchObject({ code: 1, output: text('not healthy after 4 s\n') })
    expect([ill.read(item), ill.read('C:\\t\\tasks.txt'), ill.starts().length, ill.graceful()]).toEqual(['old', 'mine other', 1, 1])
    expect([existsSync(wine.hostPath(ill.where)), ill.read(startupItem('ill')), await ill.left()]).toEqual([false, null, ''])

    const good = await tree('good', 'run', `${replaces('tasks: [mine, absent]')}\nhealth: { file: { path: 'C:\\t\\app.cjs' } }`)
    expect(await script('good', 'install.cmd')).toMatchObject({ code: 0, output: text('installed and running, for you') })
    expect([good.read(item), good.read('C:\\t\\tasks.txt'), good.starts().length]).toEqual([null, 'mine:deleted other', 1])

    // A change that is not healthy: the one before runs again.
    await place('good', 'deaf', `${replaces('tasks: [mine, absent]')}\nhealth: { timeout: 3s, file: { path: 'C:\\t\\none' } }`)
    wine.writeFile(`${good.where}\\startup.cmd`, good.read(`${good.where}\\startup.cmd`)!.replace('MODES=deaf', 'MODES=run'))
    expect(await script('good', 'install.cmd')).toMatchObject({ code: 1, output: text('going back') })
    await vi.waitFor(() => expect(good.starts().map((line) => line.split(' ')[2])).toEqual(['run', 'deaf', 'run']), soon)
    expect(await script('good', 'uninstall.cmd')).toMatchObject({ code: 0 })
    expect(await good.left()).toBe('')
  })
})
