// @ts-check
// Runs inside a box: `node driver.mjs SCOPE TRIES SEED`. Stops `apply` in every way and at every place, and looks whether a service that worked is lost, a file
// is half-written, or the next run does not converge. Prints a JSON line for each kind of fault, and ends with 1 at the first try that breaks a promise.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'

const [scope = 'system', tries = '10', seed = '1'] = process.argv.slice(2)
const user = scope === 'user'
const home = process.env['HOME'] ?? '/root'
const main = '/opt/hermes-install/dist/main.cjs'
const units = user ? `${home}/.config/systemd/user` : '/etc/systemd/system'
const secrets = user ? `${home}/.config/hermes-install/demo` : '/etc/hermes-install/demo'
const states = user ? `${home}/.local/state/hermes-install/state` : '/var/lib/hermes-install/state'
const work = `/srv/faults/${scope}`

// mulberry32: the same seed, the same tries.
let random = Number(seed)
const next = () => {
  random = (random + 0x6d2b79f5) | 0
  let t = Math.imul(random ^ (random >>> 15), 1 | random)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}
/** @template T @param {readonly T[]} list @returns {T} */
const pick = (list) => /** @type {T} */ (list[Math.floor(next() * list.length)])

/** A and B work, X ends at once. @param {string} version */
const profile = (version) => {
  const path = `${work}/${version}.yaml`
  writeFileSync(
    path,
    `version: 1
name: demo
command: [/srv/faults/run.sh, ${version}]
environment: { TOKEN: { fromEnv: TOKEN, secret: true }, PADDING: "${version.repeat(3000)}" }
restart: { policy: always, delays: [100ms] }
stop: { timeout: 2s }
health: { stableFor: 100ms, timeout: 1500ms }
replaces: { linux: { units: [old-demo] } }
`,
  )
  return path
}
const profiles = { A: profile('A'), B: profile('B'), X: profile('X') }

/** @param {string[]} args @param {string} version @param {Record<string, string>} env @param {(child: import('node:child_process').ChildProcess) => void} [meddle] @returns {Promise<{code: number | null, text: string}>} */
const hermes = (args, version, env = {}, meddle) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args, '--scope', scope], {
      env: { ...process.env, TOKEN: `secret-${version}`, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let text = ''
    child.stdout.on('data', (data) => (text += data))
    child.stderr.on('data', (data) => (text += data))
    child.once('close', (code) => resolve({ code, text }))
    meddle?.(child)
  })
/** @param {'A' | 'B' | 'X'} version @param {Record<string, string>} [env] @param {Parameters<typeof hermes>[3]} [meddle] */
const apply = (version, env, meddle) => hermes(['apply', profiles[version]], version, env, meddle)

/** @param {string[]} args */
const ctl = (...args) => {
  try {
    return execFileSync('systemctl', [...(user ? ['--user'] : []), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch (error) {
    return (/** @type {{ stdout?: string }} */ (error).stdout ?? '').trim()
  }
}
/** The version that runs; null if none does. @param {string} unit */
const running = (unit = 'demo') => {
  const pid = ctl('show', '-p', 'MainPID', '--value', unit)
  if (ctl('is-active', unit) !== 'active' || pid === '0') return null
  return unit === 'demo' ? (/run\.sh\0([A-Z])\0/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1] ?? '?') : 'old'
}
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms))
/** @param {() => unknown} holds @param {number} ms */
const within = async (ms, holds) => {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(30)) if (holds()) return true
  return Boolean(holds())
}

const files = [`${units}/demo.service`, `${secrets}/secrets.env`]
const read = (/** @type {string} */ path) => (existsSync(path) ? readFileSync(path, 'utf8') : null)
/** What each version's files are, whole. @type {Record<string, (string | null)[]>} */
const whole = {}
/** @type {string[]} */
let story = []
/** @param {boolean} holds @param {string} what */
const must = (holds, what) => {
  if (holds) return
  console.log(
    JSON.stringify({
      broken: what,
      story,
      running: running(),
      old: running('old-demo'),
      status: ctl('status', 'demo'),
      state: existsSync(`${states}/demo`) ? readdirSync(`${states}/demo`) : null,
    }),
  )
  process.exit(1)
}
/** Every file is wholly what some version has, or is not there. @param {boolean} absent whether not being there is right */
const mustBeWhole = (absent) => {
  files.forEach((path, i) => {
    const text = read(path)
    must(text === null ? absent : Object.values(whole).some((version) => version[i] === text), `${path} is ${text === null ? 'gone' : 'half-written'}`)
    if (text !== null) must((statSync(path).mode & 0o777) === (i === 0 ? 0o644 : 0o600), `${path} has mode ${(statSync(path).mode & 0o777).toString(8)}`)
  })
}
const leftovers = () =>
  [units, secrets, `${states}/demo`].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).filter((name) => /hermes-install-new|^undo|\.new$/.test(name)) : [],
  )

/** A disk without room: the box has small file systems for that, made by root. @param {string} folder */
const fill = (folder) => {
  try {
    writeFileSync(`${folder}/filler`, Buffer.alloc(1024 * 1024))
  } catch {
    // It is full: that is the point.
  }
}

/** @type {Record<string, (version: 'A' | 'B' | 'X') => Promise<{ code: number | null, text: string, killed: boolean }>>} */
const faults = {
  'SIGKILL at a random moment': async (version) => {
    const after = next() * 900
    story.push(`after ${after.toFixed()} ms`)
    const result = await apply(version, {}, (child) => void setTimeout(() => child.kill('SIGKILL'), after))
    return { ...result, killed: result.code === null }
  },
  'SIGKILL before a call': (version) => atCall(version, 'kill-before'),
  'SIGKILL after a call': (version) => atCall(version, 'kill-after'),
  'a call that fails': (version) => atCall(version, 'fail'),
  'SIGINT or SIGTERM': async (version) => {
    const after = 60 + next() * 700
    story.push(`after ${after.toFixed()} ms`)
    const result = await apply(version, {}, (child) => void setTimeout(() => child.kill(pick(['SIGINT', 'SIGTERM', 'SIGHUP'])), after))
    // Before its first line has run, a signal ends any program.
    return { ...result, killed: result.code === null }
  },
  'no fault': async (version) => ({ ...(await apply(version)), killed: false }),
  'two at once': async (version) => {
    const other = version === 'A' ? 'B' : 'A'
    const [one, two] = await Promise.all([apply(version), sleep(next() * 300).then(() => apply(other))])
    story.push(`the other: ${two.code} ${two.text}`)
    if (one.code === 0 || version === 'X') must(two.code === 0 || /is running \(pid/.test(two.text), 'the other one failed for another reason than the lock')
    return { code: one.code === 0 && running() !== version ? null : one.code, text: one.text, killed: true }
  },
  ...(user
    ? {
        'no room for the unit': (version) => withFull(units, version),
        'no room for the state': (version) => withFull(`${home}/.local/state`, version),
        'no right to write the unit': (version) => without(units, version),
        'no right to write the state': (version) => without(existsSync(`${states}/demo`) ? `${states}/demo` : `${home}/.local/state`, version),
      }
    : {}),
}
/** @param {'A' | 'B' | 'X'} version @param {string} how */
async function atCall(version, how) {
  const call = 1 + Math.floor(next() * 12)
  story.push(`call ${call}`)
  rmSync(`${work}/calls`, { force: true })
  const result = await apply(version, { PATH: `/srv/faults/bin:${process.env['PATH']}`, FAULT_CALL: String(call), FAULT: how, FAULT_COUNT: `${work}/calls` })
  return { ...result, killed: result.code === null }
}
/** @param {string} folder @param {'A' | 'B' | 'X'} version */
async function withFull(folder, version) {
  fill(folder)
  const result = await apply(version)
  rmSync(`${folder}/filler`, { force: true })
  return { ...result, killed: false }
}
/** @param {string} folder @param {'A' | 'B' | 'X'} version */
async function without(folder, version) {
  chmodSync(folder, 0o500)
  const result = await apply(version)
  chmodSync(folder, 0o700)
  return { ...result, killed: false }
}

// --- the ground: both versions once, so that their files are known ------------------------------------------------------
for (const version of /** @type {const} */ (['A', 'B'])) {
  const result = await apply(version)
  story = [result.text]
  must(result.code === 0 && running() === version, `the first apply of ${version}`)
  whole[version] = files.map(read)
}
const [unitOfA, secretsOfA] = /** @type {[string, string]} */ (whole['A'])
whole['X'] = [unitOfA.replace('"A"', '"X"').replace(/=A{3000}/, `=${'X'.repeat(3000)}`), secretsOfA.replace('secret-A', 'secret-X')]

/** @type {Record<string, number>} */
const counts = {}
/** @type {'A' | 'B'} */
let current = 'B'
for (let i = 0; i < Number(tries); i++) {
  const kind = pick(Object.keys(faults))
  const version = pick(/** @type {const} */ (['A', 'B', 'X'])) === 'X' ? 'X' : current === 'A' ? 'B' : 'A'
  const first = next() < 0.2
  story = [`try ${i}, seed ${seed}: ${kind}, ${first ? 'first install' : current} -> ${version}`]
  if (first) {
    const gone = await hermes(['uninstall', profiles[current]], current)
    story.push(gone.text)
    must(gone.code === 0 && !files.some((path) => existsSync(path)) && !existsSync(states), 'uninstall leaves nothing')
    ctl('enable', '--now', 'old-demo')
    must(running('old-demo') === 'old', 'the earlier install runs')
  }
  const { code, text, killed } = await /** @type {(typeof faults)[string]} */ (faults[kind])(version)
  counts[kind] = (counts[kind] ?? 0) + 1
  story.push(`${code}: ${text}`)

  mustBeWhole(first)
  if (kind !== 'two at once') {
    if (code === 0) {
      must(version !== 'X' && running() === version, 'it says that it runs')
      must(leftovers().length === 0, `left over: ${leftovers().join()}`)
    } else if (!killed) {
      // It says that everything is as it was before.
      must(first ? running('old-demo') === 'old' && ctl('is-enabled', 'old-demo') === 'enabled' : running() === current, 'what worked before works again')
      must(first ? !files.some((path) => existsSync(path)) : files.every((path, n) => read(path) === whole[current]?.[n]), 'the files are those of before')
      must(leftovers().length === 0, `left over: ${leftovers().join()}`)
    } else if (!first) {
      // Whatever was killed: the manager still has the service, and starts it by itself.
      must(ctl('is-enabled', 'demo') === 'enabled', 'it is still enabled')
      if (version !== 'X') must(await within(3000, () => running() !== null), 'it still runs')
    } else {
      must(ctl('is-enabled', 'old-demo') === 'enabled' || ctl('is-enabled', 'demo') === 'enabled', 'one of the two starts at the next boot')
    }
  }

  // A run that was cut short may be followed by one that fails: then what worked before it all works again.
  if (killed && next() < 0.3) {
    const bad = await apply('X')
    story.push(`then X: ${bad.code} ${bad.text}`)
    must(bad.code === 1, 'X fails')
    if (kind !== 'two at once')
      must(
        first && running('old-demo') === 'old' ? true : running() !== null && running() !== 'X',
        'what worked before works after a run that was cut short and one that failed',
      )
    mustBeWhole(first)
  }
  const then = pick(/** @type {const} */ (['A', 'B']))
  const after = await apply(then)
  story.push(`then ${then}: ${after.code} ${after.text}`)
  must(after.code === 0 && running() === then && running('old-demo') === null, 'the next run converges')
  must(leftovers().length === 0, `left over: ${leftovers().join()}`)
  mustBeWhole(false)
  if (next() < 0.3) {
    const again = await apply(then, { PATH: `/srv/faults/bin:${process.env['PATH']}`, FAULT: 'no-change', FAULT_COUNT: `${work}/calls` })
    story.push(`again: ${again.code} ${again.text}`)
    must(again.code === 0 && /nothing to do/.test(again.text), 'a second run changes nothing')
    const verified = await hermes(['verify', profiles[then]], then)
    story.push(`verify: ${verified.text}`)
    must(verified.code === 0, 'verify agrees')
  }
  current = then
}
console.log(JSON.stringify(counts))
