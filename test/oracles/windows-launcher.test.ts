// Rendered launcher.cmd in a real cmd.exe (Wine's), started by the very line that WinSW is given: what reaches the program, and what the manager sees.
// A stock session: no stand-in takes part. ASCII only: Wine's cmd reads a batch file in the OEM code page, whatever `chcp 65001` said before.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeExe, startWine, type Wine } from '../beds/wine.ts'
import { made, said } from '../help.ts'
import { hand, inProfile, random } from './hostile.ts'

/** What the program saw; null if it was not started. */
interface Seen {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}
interface Run {
  readonly code: number
  readonly output: string
  readonly seen: Seen | null
}
interface Job {
  /** Lines of YAML below `command`. */
  readonly more?: string
  readonly args?: readonly string[]
  /** What the program ends with. */
  readonly code?: number
  readonly change?: (launcher: string) => string
}

let wine: Wine
beforeAll(async () => {
  wine = await startWine()
  wine.writeFile(
    'C:\\t\\app.cjs',
    "require('fs').writeFileSync(process.env.SEEN, JSON.stringify({ argv: process.argv.slice(2), env: process.env })); process.exit(Number(process.env.CODE))",
  )
  wine.writeFile(
    'C:\\t\\touch.cjs',
    "require('fs').writeFileSync(process.argv[2], JSON.stringify(process.argv.slice(3))); process.exit(Number(process.argv[3] || 0))",
  )
})
afterAll(() => wine.stop())

let batches = 0

/** Runs many launchers, three at a time, as a start of Windows' node.exe by each of them is what takes the time. */
async function launch(jobs: readonly Job[]): Promise<Run[]> {
  const folder = `C:\\t\\batch-${(batches += 1)}`
  const starts = await Promise.all(
    jobs.map(async ({ more = 'restart: { policy: always }', args = [], code = 0, change = (text) => text }, i) => {
      const text = `version: 1\nname: job-${batches}-${i}\ncommand: [${[nodeExe, 'C:\\t\\app.cjs', ...args].map(inProfile).join(', ')}]\n${more}`
      const { rendered, issues } = await made(text, { host: { os: 'windows', user: 'root', home: 'C:\\users\\root' } })
      expect(said(issues)).toEqual([])
      const file = (name: string) => rendered!.files.find((candidate) => candidate.name === name)!.text
      for (const { source, target } of rendered!.manifest.files) if (target !== null) wine.writeFile(target, change(file(source)))
      const [, executable, line] = /<executable>(.*)<\/executable>\s*<arguments>(.*)<\/arguments>/.exec(file(`job-${batches}-${i}.xml`))!
      const plain = line!.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
      return { executable, line: plain, env: { SEEN: `${folder}\\${i}.json`, CODE: String(code) } }
    }),
  )
  wine.writeFile(`${folder}\\starts.json`, JSON.stringify(starts))
  const driver = `
    const { spawn } = require('child_process'), fs = require('fs'), starts = JSON.parse(fs.readFileSync(process.argv[2], 'utf8')), runs = []
    const run = ({ executable, line, env }) => new Promise((resolve, reject) => {
      const child = spawn(executable, [line], { argv0: 'cmd.exe', windowsVerbatimArguments: true, windowsHide: true, env: { ...process.env, ...env } })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
      child.on('error', reject).on('close', (code) => resolve({ code, output, seen: fs.existsSync(env.SEEN) ? JSON.parse(fs.readFileSync(env.SEEN, 'utf8')) : null }))
    })
    let next = 0
    const worker = async () => { for (let i; (i = next++) < starts.length; ) runs[i] = await run(starts[i]) }
    Promise.all([worker(), worker(), worker()]).then(() => fs.writeFileSync(process.argv[2], JSON.stringify(runs)))`
  const { code, output } = await wine.node(driver, [`${folder}\\starts.json`], { timeoutMs: 60_000 + 4_000 * jobs.length })
  expect([code, output]).toEqual([0, ''])
  return JSON.parse(wine.readFile(`${folder}\\starts.json`).toString('utf8')) as Run[]
}

const file = (name: string, text: string): string => {
  wine.writeFile(`C:\\t\\${name}`, text)
  return `C:\\t\\${name}`
}

describe('argv', () => {
  const ascii = [...hand, ...random(600, 977)].filter((value) => /^[\t\n\r -~]*$/.test(value))
  const carried = ascii.filter((value) => !/[\r\n]/.test(value) && value.length < 8000)

  test('comes to the program exactly', { timeout: 240_000 }, async () => {
    const chunks = Array.from({ length: Math.ceil(carried.length / 24) }, (_, i) => carried.slice(i * 24, i * 24 + 24))
    const runs = await launch(chunks.map((args) => ({ args })))
    expect(carried.length).toBeGreaterThan(200)
    expect(runs.map(({ seen }) => seen?.argv)).toEqual(chunks)
    for (const { code, seen } of runs) expect([code, Object.keys(seen!.env).filter((name) => /^hi_/i.test(name))]).toEqual([1, []])
  })

  test('what cmd cannot carry is refused by name', async () => {
    for (const value of ascii.filter((one) => !carried.includes(one))) {
      const { issues, rendered } = await made(`version: 1\nname: a\ncommand: ['C:\\x.exe', ${inProfile(value)}]\nrestart: { policy: always }`, {
        os: 'windows',
      })
      expect([said(issues)[0], rendered]).toEqual([expect.stringContaining('p.yaml:3:23 command[1]'), null])
    }
  })

  test('control: without one of its rules another argv arrives', { timeout: 60_000 }, async () => {
    const args = ['a & b', '100%PATH%', '"x" > y']
    const rules: readonly [string, string][] = [['^&', '&'], ['%%PATH%%', '%PATH%'], ['^>', '>'], ['^"', '"']] // prettier-ignore
    const [right, ...wrong] = await launch([{ args }, ...rules.map(([rule, without]) => ({ args, change: (text: string) => text.replaceAll(rule, without) }))])
    expect(right!.seen!.argv).toEqual(args)
    for (const { seen } of wrong) expect(seen?.argv).not.toEqual(args)
  })
})

test('environment files', { timeout: 120_000 }, async () => {
  const set = { A: 'plain', B: '=lead eq', C: 'quoted v', D: '%PATH% & | ^ ! !x! <>', E: 'a"b&c', F: '  sp  ', G: 'a"b', I: 'x=y', J: '"', L: 'last^', M: "single's", N: '"unbal', O: 'a;b', P: ';lead', R: '(x) %%', S: '"a" "b"x', T1: 'y', V: 'trail ' } // prettier-ignore
  const lines = ['A=plain', '# comment', '; semi', '', 'B==lead eq', 'C="quoted v"', 'D=%PATH% & | ^ ! !x! <>', 'E=a"b&c', 'F=  sp  ', 'G="a"b"', 'H=""', 'I=x=y', 'J="', 'noeq', '  #X=1', 'L=last^', "M='single's'", 'N="unbal', 'O=a;b', 'P=;lead', 'R=(x) %%', 'S="a" "b"x', '  T1=y', 'bad name=1', '=novalue', 'W=', 'V=trail '] // prettier-ignore
  const first = file('1.env', 'A=1\nB=1\n')
  const ways = { crlf: `${lines.join('\r\n')}\r\n`, lf: `${lines.join('\n')}\n`, 'no last end': lines.join('\n') }
  const runs = await launch([
    ...Object.entries(ways).map(([name, text]) => ({ more: `environmentFiles: [${inProfile(file(`${name} & (1)%.env`, text))}]` })),
    {
      more: `environmentFiles: [${inProfile(first)}, { path: ${inProfile(file('2.env', 'B=2\n'))}, optional: true }, { path: 'C:\\t\\no.env', optional: true }]`,
    },
    { more: "environmentFiles: ['C:\\t\\no.env']" },
    { more: "environmentFiles: ['C:\\t\\no.env']\nrestart: { policy: never, restartExitCodes: [75] }" },
  ])
  for (const { seen, output } of runs.slice(0, 3)) {
    expect(seen!.env).toMatchObject(set)
    for (const name of ['H', 'W', 'X', '#X', 'noeq', 'bad name']) expect(seen!.env).not.toHaveProperty([name])
    expect(output.match(/is not NAME=VALUE was skipped/g)).toHaveLength(3)
  }
  expect(runs[3]).toMatchObject({ code: 0, seen: { env: { A: '1', B: '2' } } })
  // A file that must be there and is not: the manager tries again, unless it never should.
  expect(runs[4]).toMatchObject({ code: 78, seen: null, output: expect.stringContaining('C:\\t\\no.env') as string })
  expect(runs[5]).toMatchObject({ code: 0, seen: null })
})

test('secrets: from a file, exact and unseen; rendered in, too', { timeout: 120_000 }, async () => {
  const values = ['s3cret', ';semi', '=eq', '"q"', 'a b ', ' lead', '%PATH%', '!x!^&|<>"', '#x', '100%', 'x'.repeat(2000)]
  const ends = ['', '\n', '\r\n']
  const secret = (path: string) => `environment: { TOKEN: { secretFile: ${inProfile(path)} } }`
  const runs = await launch([
    ...values.map((value, i) => ({ more: secret(file(`to k & ${i}.txt`, value + ends[i % 3]!)) })),
    { more: secret('C:\\t\\none') },
    { more: secret(file('two', 'abc\ndef\n')) },
  ])
  expect(runs.slice(0, -2).map(({ seen }) => seen?.env['TOKEN'])).toEqual(values)
  for (const { output } of runs.slice(0, -2)) expect(output).toBe('')
  expect(runs.at(-2)).toMatchObject({ code: 78, seen: null, output: expect.stringContaining('TOKEN') as string })
  expect(runs.at(-1)).toMatchObject({ code: 78, seen: null, output: expect.not.stringMatching(/abc|def/) as string })

  const { rendered } = await made(`version: 1\nname: a\ncommand: ['${nodeExe}', 'C:\\t\\app.cjs']\nenvironment: { KEY: { fromEnv: K, secret: true } }`, {
    os: 'windows',
    env: { K: 'a"b&c % ^ !' },
  })
  for (const { name, text } of rendered!.files) if (/^(launcher|secrets)\.cmd$/.test(name)) wine.writeFile(`C:\\ProgramData\\hermes-install\\a\\${name}`, text)
  const { code } = await wine.run(['cmd.exe', '/d', '/c', 'C:\\ProgramData\\hermes-install\\a\\launcher.cmd'], { env: { SEEN: 'C:\\t\\key.json', CODE: '0' } })
  expect([code, (JSON.parse(wine.readFile('C:\\t\\key.json').toString()) as Seen).env['KEY']]).toEqual([0, 'a"b&c % ^ !'])
})

test('hooks', { timeout: 60_000 }, async () => {
  const hook = (...args: string[]) => `[${[nodeExe, 'C:\\t\\touch.cjs', ...args].map(inProfile).join(', ')}]`
  const runs = await launch([
    { more: `hooks: { preStart: [${hook('C:\\t\\pre', '0', '%A% "x"')}] }` },
    { more: `hooks: { preStart: [${hook('C:\\t\\pre-1', '7')}, ${hook('C:\\t\\pre-2')}] }` },
    { more: `hooks: { postStop: [${hook('C:\\t\\post', '9')}] }`, code: 5 },
  ])
  expect(runs).toMatchObject([
    { code: 0, seen: {} },
    { code: 7, seen: null },
    { code: 5, seen: {} },
  ])
  expect(wine.readFile('C:\\t\\pre').toString()).toBe('["0","%A% \\"x\\""]')
  expect(wine.readFile('C:\\t\\post').toString()).toBe('["9"]')
  expect(() => wine.readFile('C:\\t\\pre-2')).toThrow('ENOENT')
})

test('exit codes mean to the manager what they mean to the profile', { timeout: 120_000 }, async () => {
  const rows: readonly [restart: string, code: number, seenByManager: number][] = [
    ['policy: always, stopExitCodes: [0, 78]', 75, 75],
    ['policy: always, stopExitCodes: [0, 78]', 78, 0],
    ['policy: always, stopExitCodes: [0, 78]', 0, 0],
    ['policy: always', 0, 1],
    ['policy: always', 3, 3],
    ['policy: on-failure, stopExitCodes: [78]', 78, 0],
    ['policy: on-failure, stopExitCodes: [78]', 0, 0],
    ['policy: on-failure, stopExitCodes: [78]', 255, 255],
    ['policy: on-failure, stopExitCodes: [78]', 70_000, 70_000],
    ['policy: on-failure, restartExitCodes: [0]', 0, 1],
    ['policy: never, restartExitCodes: [75]', 75, 75],
    ['policy: never, restartExitCodes: [75]', 3, 0],
    ['policy: never, restartExitCodes: [0]', 0, 1],
  ]
  const runs = await launch(rows.map(([restart, code]) => ({ more: `restart: { ${restart} }`, code })))
  expect(runs.map(({ code }, i) => [rows[i]![0], rows[i]![1], code])).toEqual(rows)
  for (const { seen } of runs) expect(seen).not.toBeNull()
})

test('an exit code that cmd.exe counts as negative is the one of the profile', { timeout: 60_000 }, async () => {
  // 0xC000013A, ended by Ctrl+C; %ERRORLEVEL% is -1073741510.
  const [run] = await launch([{ more: 'restart: { policy: on-failure, stopExitCodes: [3221225786] }', code: 3_221_225_786 }])
  expect(run!.code).toBe(0)
})
