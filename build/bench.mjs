// @ts-check
// `npm run bench`: what the built program costs, as ratios, each against something that does the least possible.
// Medians of paired runs; folders in memory where there are any, as disks are noisy. Not part of the tests: time is no property of the code alone.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const main = join(root, 'dist/main.cjs')
const work = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hermes-install-bench-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))

/** @param {string[]} args @param {string} program @returns {number} milliseconds */
function timed(args, program = process.execPath) {
  const start = process.hrtime.bigint()
  const { status, stderr } = spawnSync(program, args, { cwd: work, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')}: ${status}\n${stderr}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}
/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
/** @param {string} what @param {number} ratio @param {string} goal */
const tell = (what, ratio, goal) => console.log(`${what.padEnd(64)} ${ratio.toFixed(2)}x   (${goal})`)

/** @param {string[]} args @param {number} runs how many times; each run is paired with one of `node -e 0` right beside it */
function against(args, runs) {
  const ratios = []
  for (let i = 0; i < runs; i++) {
    rmSync(join(work, 'out'), { recursive: true, force: true })
    const base = timed(['-e', '0'])
    ratios.push(timed(args) / base)
  }
  return median(ratios)
}
const runs = Number(process.env.BENCH_RUNS ?? 31)
tell('hermes-install --version', against([main, '--version'], runs), 'against node -e 0')
tell('render --os all, shipped profile, cold', against([main, 'render', '--os', 'all', '--out', 'out'], runs), 'against node -e 0; at most 1.4, aim 1.25')
tell('a completion, while somebody types', against([main, '__complete', 'bash', 'restart', '='], runs), 'against node -e 0; at most 1.3')

const executable = join(work, 'hermes-install')
const built = spawnSync(process.execPath, [join(root, 'build/sea.mjs'), executable], { encoding: 'utf8' })
if (built.status !== 0) throw new Error(built.stderr)
/** The single executable beside the npm one. @param {string[]} args */
function alone(...args) {
  const ratios = []
  for (let i = 0; i < runs; i++) {
    rmSync(join(work, 'out'), { recursive: true, force: true })
    const npm = timed([main, ...args])
    rmSync(join(work, 'out'), { recursive: true, force: true })
    ratios.push(timed(args, executable) / npm)
  }
  return median(ratios)
}
tell('single executable: --version', alone('--version'), 'against the npm one; at most 1')
tell('single executable: render --os all', alone('render', '--os', 'all', '--out', 'out'), 'against the npm one; at most 1')
tell('single executable: a completion', alone('__complete', 'bash', 'restart', '='), 'against the npm one; at most 1')
console.log(`${' '.repeat(8)}${(statSync(executable).size / 2 ** 20).toFixed()} MiB, of which Node ${(statSync(process.execPath).size / 2 ** 20).toFixed()}`)
rmSync(executable)

const profile = (/** @type {number} */ i) => `version: 1
name: app-${i}
displayName: Application ${i}
command: [/usr/bin/node, /srv/app-${i}/server.js, --port, "${1024 + (i % 60_000)}"]
workingDirectory: /srv/app-${i}
environment:
  NODE_ENV: production
  PORT: "${1024 + (i % 60_000)}"
restart: { policy: always, delays: [1s, 5s, 30s] }
stop: { timeout: 20s }
windows:
  command: ['C:\\Program Files\\nodejs\\node.exe', 'C:\\app-${i}\\server.js']
  workingDirectory: C:\\app-${i}
`
const copier = join(work, 'copy.mjs')
// A plain script that writes the same bytes to the same files, and nothing else: what it reads beforehand is not counted.
writeFileSync(
  copier,
  `import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
let spent = 0n, files = 0
for (const id of readdirSync('out')) for (const os of readdirSync('out/' + id)) {
  const from = 'out/' + id + '/' + os + '/', to = 'plain/' + id + '/' + os
  const tree = readdirSync(from).map((name) => [name, readFileSync(from + name)])
  files += tree.length
  const start = process.hrtime.bigint()
  mkdirSync(to, { recursive: true })
  for (const [name, bytes] of tree) writeFileSync(to + '/' + name, bytes)
  spent += process.hrtime.bigint() - start
}
console.error(files)
console.log(Number(spent) / 1e6)
`,
)

let last = 0
for (const count of [1000, 10_000]) {
  const folder = join(work, `profiles-${count}`)
  mkdirSync(folder)
  for (let i = 0; i < count; i++) writeFileSync(join(folder, `app-${i}.yaml`), profile(i))
  /** @type {number[]} */ const ours = []
  /** @type {number[]} */ const plain = []
  for (let i = 0; i < 3; i++) {
    rmSync(join(work, 'out'), { recursive: true, force: true })
    rmSync(join(work, 'plain'), { recursive: true, force: true })
    ours.push(timed(['--expose-gc', main, 'render', folder, '--os', 'all', '--out', 'out']))
    plain.push(Number(spawnSync(process.execPath, [copier], { cwd: work, encoding: 'utf8' }).stdout))
  }
  const files = Number(spawnSync(process.execPath, [copier], { cwd: work, encoding: 'utf8' }).stderr)
  tell(`${count} profiles for three OSes (${files} files)`, median(ours) / median(plain), 'against a script that writes the same bytes; at most 4, aim 2')
  console.log(`${' '.repeat(8)}${(median(ours) / count).toFixed(2)} ms a profile, the plain script ${(median(plain) / count).toFixed(2)}`)
  if (last > 0) tell('10 times the profiles', median(ours) / last, 'time; 10 is linear')
  last = median(ours)
  const memory = spawnSync(
    '/usr/bin/env',
    [
      'node',
      '-e',
      `process.argv.splice(1,0,'x');process.on('exit',()=>console.error('RSS '+Math.round(process.resourceUsage().maxRSS/1024)));process.argv=[process.argv[0],${JSON.stringify(main)},'render',${JSON.stringify(folder)},'--os','all','--out','out'];import(${JSON.stringify(main)})`,
    ],
    { cwd: work, encoding: 'utf8' },
  )
  console.log(`${' '.repeat(8)}peak memory ${/RSS (\d+)/.exec(memory.stderr)?.[1]} MB`)
  rmSync(folder, { recursive: true })
}
console.log(`dist: ${readdirSync(join(root, 'dist')).reduce((sum, name) => sum + statSync(join(root, 'dist', name)).size, 0) >> 10} KiB`)

// sd_booted(3): without a systemd there is nothing to apply to.
if (existsSync('/run/systemd/system')) await import('./bench-apply.mjs')
else console.log('apply: not measured, as no systemd runs here')
await import('./bench-fleet.mjs')
