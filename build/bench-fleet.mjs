// @ts-check
// `node build/bench-fleet.mjs`, part of `npm run bench`: what an export for many hosts costs beside a render of as many profiles, and, where Ansible is installed, what this
// program's own share of a run is.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/main.cjs')
const work = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hermes-install-bench-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
const runs = Number(process.env.BENCH_RUNS ?? 5)

/** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} [env] @returns {number} milliseconds */
function timed(program, args, env = {}) {
  const start = process.hrtime.bigint()
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: work, encoding: 'utf8', env: { ...process.env, ...env } })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${status}\n${stdout}${stderr}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}
/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
/** @param {string} what @param {number} ratio @param {string} goal */
const tell = (what, ratio, goal) => console.log(`${what.padEnd(64)} ${ratio.toFixed(2)}x   (${goal})`)

/** @param {string} name @param {string} command */
const profile = (name, command) => `version: 1
name: ${name}
displayName: The application
parameters: { port: { default: "8080" } }
command: [${command}, --port, "\${port}"]
workingDirectory: /srv/app
environment: { NODE_ENV: production, PORT: "\${port}" }
restart: { policy: always, delays: [1s, 5s, 30s] }
stop: { timeout: 20s }
`
writeFileSync(join(work, 'app.yaml'), profile('app', '/usr/bin/node'))

let last = 0
for (const count of [1000, 10_000]) {
  const folder = join(work, `profiles-${count}`)
  mkdirSync(folder)
  /** @type {Record<string, object>} */ const hosts = {}
  for (let i = 0; i < count; i++) {
    writeFileSync(join(folder, `app-${i}.yaml`), profile(`app-${i}`, '/usr/bin/node'))
    hosts[`host-${i}`] = {
      facts: { os: 'linux', user: `user${i}`, uid: 1000 + i, home: `/home/user${i}`, versions: { systemd: 252 } },
      values: { port: String(1024 + i) },
    }
  }
  writeFileSync(join(work, 'hosts.json'), JSON.stringify({ hosts }))
  /** @type {number[]} */ const exported = []
  /** @type {number[]} */ const rendered = []
  for (let i = 0; i < (count > 1000 ? 1 : runs); i++) {
    for (const name of ['out', 'export']) rmSync(join(work, name), { recursive: true, force: true })
    rendered.push(timed(process.execPath, [main, 'render', folder, '--os', 'linux', '--out', 'out']))
    exported.push(timed(process.execPath, [main, 'export', 'ansible', 'app.yaml', '--hosts', 'hosts.json', '--out', 'export']))
  }
  tell(`export for ${count} hosts`, median(exported) / median(rendered), 'against a render of as many profiles for that OS; at most 2')
  console.log(`${' '.repeat(8)}${(median(exported) / count).toFixed(2)} ms a host`)
  if (last > 0) tell('10 times the hosts', median(exported) / last, 'time; 10 is linear')
  last = median(exported)
  rmSync(folder, { recursive: true })
}

// A run needs hosts: this machine is as many as are asked for, over local connections. `doctor` changes nothing, and needs no service manager where nothing is installed.
if (spawnSync('ansible-playbook', ['--version']).status === 0) {
  const count = 8
  const hosts = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`host-${i}`, { ansible_connection: 'local', ansible_python_interpreter: '/usr/bin/python3' }]),
  )
  writeFileSync(join(work, 'inventory.json'), JSON.stringify({ all: { hosts } }))
  // Processor time, and not what a clock says: the rest of a run is waiting for Ansible, and a busy machine makes that longer. The renderer, which Ansible calls, counts as ours.
  const spent = join(work, 'spent')
  writeFileSync(
    join(work, 'spent.cjs'),
    `process.on('exit', () => { const { user, system } = process.cpuUsage(); require('node:fs').appendFileSync(${JSON.stringify(spent)}, (user + system) / 1000 + '\\n') })`,
  )
  const took = timed(process.execPath, [main, 'doctor', 'app.yaml', '--inventory', 'inventory.json'], {
    HOME: work,
    NODE_OPTIONS: `--require ${join(work, 'spent.cjs')}`,
  })
  const own = readFileSync(spent, 'utf8').trim().split('\n').map(Number)
  tell(`doctor on ${count} hosts: our own share`, own.reduce((sum, ms) => sum + ms, 0) / took, 'processor time against all of the run; small')
  console.log(`${' '.repeat(8)}${own.map((ms) => ms.toFixed()).join(' + ')} ms of ${(took / 1000).toFixed(1)} s`)
} else console.log('a run on a fleet: not measured, as Ansible is not installed')
