// @ts-check
// `node build/bench-apply.mjs`, part of `npm run bench` where systemd runs: what `apply` costs beside a render, and beside the bare systemctl calls.
// As root for the system, otherwise for this user; its own service, which is gone afterwards.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/main.cjs')
const system = process.getuid?.() === 0
const scope = system ? 'system' : 'user'
const units = system ? '/etc/systemd/system' : join(homedir(), '.config/systemd/user')
const work = mkdtempSync(join(tmpdir(), 'hermes-install-bench-'))
const name = 'hermes-install-bench'
const windowMs = 200
const runs = Number(process.env.BENCH_RUNS ?? 15)

/** @param {string} program @param {string[]} args @returns {number} milliseconds */
function timed(program, ...args) {
  const start = process.hrtime.bigint()
  const { status, stderr } = spawnSync(program, args, { cwd: work, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${status}\n${stderr}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}
/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
const ctl = (/** @type {string[]} */ ...args) => timed('systemctl', ...(system ? [] : ['--user']), ...args)
const hermes = (/** @type {string[]} */ ...args) => timed(process.execPath, main, ...args, '--scope', scope)

const profile = join(work, 'bench.yaml')
writeFileSync(profile, `version: 1\nname: ${name}\ncommand: [/bin/sleep, "100000"]\nhealth: { stableFor: ${windowMs}ms }\n`)
const unit = join(units, `${name}-plain.service`)
try {
  /** @type {Record<string, number[]>} */
  const times = { render: [], nothing: [], created: [], plain: [] }
  for (let i = 0; i < runs; i++) {
    times.render?.push(hermes('render', profile, '--out', join(work, 'out')))
    times.created?.push(hermes('apply', profile))
    times.nothing?.push(hermes('apply', profile))
    timed(process.execPath, main, 'uninstall', profile, '--scope', scope)
    writeFileSync(unit, `[Service]\nType=exec\nExecStart=/bin/sleep 100000\n[Install]\nWantedBy=${system ? 'multi-user' : 'default'}.target\n`)
    times.plain?.push(ctl('daemon-reload') + ctl('enable', '--now', `${name}-plain`))
    ctl('disable', '--now', `${name}-plain`)
    rmSync(unit)
  }
  const [render, nothing, created, plain] = [times.render, times.nothing, times.created, times.plain].map((values) => median(values ?? []))
  const tell = (/** @type {string} */ what, /** @type {number} */ ratio, /** @type {string} */ goal) =>
    console.log(`${what.padEnd(64)} ${ratio.toFixed(2)}x   (${goal})`)
  tell('apply with nothing to do', (nothing ?? 0) / (render ?? 1), 'against a render; at most 1.5')
  tell(
    'apply of a new service',
    (created ?? 0) / ((plain ?? 0) + (render ?? 0) + windowMs),
    'against daemon-reload, enable --now, a render and the health window; at most 1.3',
  )
  console.log(
    `${' '.repeat(8)}render ${render?.toFixed()} ms, nothing ${nothing?.toFixed()} ms, new ${created?.toFixed()} ms; the bare calls ${plain?.toFixed()} ms, the window ${windowMs} ms`,
  )
} finally {
  spawnSync(process.execPath, [main, 'uninstall', profile, '--scope', scope, '--yes'])
  rmSync(unit, { force: true })
  rmSync(work, { recursive: true })
}
