// @ts-nocheck: a script of its own, for tests only
// A STAND-IN for macOS's launchd, behind the stand-in for its launchctl (fake-launchctl), for machines that have neither. Not launchd: a registry in a folder, the exit codes
// that launchctl is known for, and jobs that are really started, watched and restarted. What it imitates is in the comments; what
// it does not know ends with 64.
//
// $FAKE_LAUNCHD is the folder. A domain `gui/501` is there if its folder `gui_501` is. In it, <label>.json is a loaded job,
// <label>.print what `launchctl print` says of it, `record/<label>` whether it is disabled, which outlives jobs and plists.
// Every call that changes something is a line in $FAKE_LAUNCHD/calls.
// $FAKE_LAUNCHD_BOOTOUT_MS: how long a job stays listed after it has ended (bootout is asynchronous).
// $FAKE_LAUNCHD_THROTTLE_MS: instead of ThrottleInterval. $FAKE_LAUNCHD_FAIL="bootstrap:5:2": the first 2 calls of it exit with 5.
import { spawn } from 'node:child_process'
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync, lstatSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = process.env.FAKE_LAUNCHD
if (!root) {
  console.error('fake-launchd: FAKE_LAUNCHD is not set')
  process.exit(64)
}
const [command, ...args] = process.argv.slice(2)
const folder = (domain) => join(root, domain.replace('/', '_'))
const jobFile = (domain, label) => join(folder(domain), `${label}.json`)
const write = (path, value) => {
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(value))
  renameSync(`${path}.${process.pid}`, path)
}
const read = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
/** The job as JSON for us and as text for `print`; the JSON counts. */
const writeJob = (domain, label, job) => {
  const text = `${domain}/${label} = {\n\tactive count = ${job.pid ? 1 : 0}\n\tpath = ${job.path}\n\ttype = LaunchAgent\n\tstate = ${job.pid ? 'running' : 'not running'}\n\n\truns = ${job.runs}${job.pid ? `\n\tpid = ${job.pid}` : ''}\n\tlast exit code = ${job.lastExit ?? '(never exited)'}\n}\n`
  writeFileSync(join(folder(domain), `.${label}.new`), text)
  renameSync(join(folder(domain), `.${label}.new`), join(folder(domain), `${label}.print`))
  write(jobFile(domain, label), job)
}
const disabled = (domain, label) => {
  const path = join(folder(domain), 'record', label)
  return existsSync(path) && readFileSync(path, 'utf8').trim() === 'disabled'
}
/** `gui/501/label` or `system/label`. */
const split = (target) => {
  const parts = target.split('/')
  const n = parts[0] === 'system' ? 1 : 2
  return { domain: parts.slice(0, n).join('/'), label: parts.slice(n).join('/') }
}
const texts = {
  3: 'No such process',
  5: 'Input/output error',
  36: 'Operation now in progress',
  37: 'Operation already in progress',
  108: 'Invalid path',
  109: 'Invalid property list',
  112: 'Could not find specified domain',
  113: 'Could not find specified service',
  119: 'Service is disabled',
  122: 'Path had bad ownership/permissions',
  125: 'Domain does not support specified action',
}
const end = (code, what = command) => {
  if (code) console.error(`${what} failed: ${code}: ${texts[code] ?? 'unknown'}`)
  process.exit(code)
}
const sleep = (ms) => new Promise((r) => setTimeout(r, ms))

/** Enough of a property list for a job; XML only. */
function parse(text) {
  const tokens = [...text.replace(/<!--.*?-->/gs, '').matchAll(/<(\/?)(\w+)[^>]*?(\/?)>([^<]*)/g)].map(([, close, tag, self, body]) => ({
    close,
    tag,
    self,
    body,
  }))
  const decode = (s) =>
    s.replace(
      /&(lt|gt|quot|apos|amp|#(\d+)|#x([0-9a-fA-F]+));/g,
      (_, n, d, h) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[n] ?? String.fromCodePoint(d ? Number(d) : parseInt(h, 16)),
    )
  let i = tokens.findIndex((t) => t.tag === 'plist') + 1
  if (i === 0) return null
  const value = () => {
    const t = tokens[i++]
    if (t.tag === 'true' || t.tag === 'false') {
      if (!t.self) i++
      return t.tag === 'true'
    }
    if (t.self) return { string: '', array: [], dict: {} }[t.tag]
    if (t.tag === 'dict' || t.tag === 'array') {
      const out = t.tag === 'dict' ? {} : []
      while (!tokens[i].close) {
        if (t.tag === 'array') out.push(value())
        else {
          const key = decode(tokens[i].body)
          i += 2
          out[key] = value()
        }
      }
      i++
      return out
    }
    i++
    return t.tag === 'integer' ? Number(t.body) : decode(t.body)
  }
  try {
    return value()
  } catch {
    return null
  }
}

/** launchd's side of one job: a process of its own, told what to do by signals. */
async function keep(domain, label) {
  const path = jobFile(domain, label)
  const { plist, ...rest } = read(path)
  const job = { ...rest, plist, keeper: process.pid, pid: null, runs: 0, lastExit: null, leaving: false }
  const save = () => writeJob(domain, label, job)
  const throttle = Number(process.env.FAKE_LAUNCHD_THROTTLE_MS ?? (plist.ThrottleInterval ?? 10) * 1000)
  let again = Boolean(plist.RunAtLoad || plist.KeepAlive) // any KeepAlive implies a first start
  let child = null
  let started = 0
  const killGroup = (signal) => {
    try {
      process.kill(-job.pid, signal)
    } catch {}
  }
  const run = () => {
    const argv = plist.ProgramArguments ?? [plist.Program]
    const out = (p) => (p ? openSync(p, 'a') : 'ignore')
    const [o, e] = [out(plist.StandardOutPath), out(plist.StandardErrorPath)]
    started = Date.now()
    // launchd gives a job nearly nothing of an environment.
    child = spawn(plist.Program ?? argv[0], argv.slice(1), {
      argv0: argv[0],
      cwd: plist.WorkingDirectory ?? '/',
      env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', XPC_SERVICE_NAME: label, ...plist.EnvironmentVariables },
      stdio: ['ignore', o, e],
      detached: true,
    })
    for (const fd of [o, e]) if (typeof fd === 'number') closeSync(fd)
    const over = (code, signal) => {
      // The rest of the process group goes with the job (AbandonProcessGroup is false).
      killGroup('SIGKILL')
      Object.assign(job, { pid: null, lastExit: signal ?? code })
      child = null
      const k = plist.KeepAlive
      again ||= k === true || (typeof k === 'object' && (k.SuccessfulExit === false ? code !== 0 : k.SuccessfulExit === true ? code === 0 : false))
      if (!job.leaving) save()
    }
    child.once('error', () => over(78, null)) // xpcproxy: EX_CONFIG
    child.once('exit', over)
    Object.assign(job, { pid: child.pid ?? null, runs: job.runs + 1 })
    save()
  }
  const stop = () => {
    if (!child) return
    child.kill('SIGTERM')
    const pid = job.pid
    setTimeout(() => job.pid === pid && killGroup('SIGKILL'), (plist.ExitTimeOut ?? 5) * 1000).unref()
  }
  process.on('SIGTERM', () => ((job.leaving = true), save(), stop()))
  process.on('SIGUSR1', () => ((again ||= !child), (started = 0)))
  process.on('SIGUSR2', () => ((again = true), (started = 0), stop()))
  save()
  // eslint-disable-next-line no-unmodified-loop-condition -- in the callbacks above
  while (!job.leaving || child) {
    if (!child && again && !job.leaving && Date.now() - started >= throttle) {
      again = false
      run()
    }
    await sleep(10)
  }
  await sleep(Number(process.env.FAKE_LAUNCHD_BOOTOUT_MS ?? 300))
  rmSync(path)
  rmSync(join(folder(domain), `${label}.print`))
}

if (command === '__keep') {
  await keep(args[0], args[1])
  process.exit(0)
}

appendFileSync(join(root, 'calls'), `${[command, ...args].join(' ')}\n`)
if (process.env.FAKE_LAUNCHD_FAIL) {
  const [what, code, times] = process.env.FAKE_LAUNCHD_FAIL.split(':')
  const counter = join(root, 'failed')
  const done = Number(read(counter) ?? 0)
  if (what === command && done < Number(times)) {
    write(counter, done + 1)
    end(Number(code))
  }
}

switch (command ?? '') {
  case 'bootstrap': {
    const [domain, path] = args
    if (!existsSync(folder(domain))) end(domain.startsWith('gui/') ? 125 : 112)
    if (!existsSync(path)) end(108)
    if (lstatSync(path).isSymbolicLink() || statSync(path).mode & 0o022) end(122)
    const plist = parse(readFileSync(path, 'utf8'))
    if (!plist?.Label || !(plist.ProgramArguments ?? plist.Program)) end(109)
    if (disabled(domain, plist.Label)) end(119)
    // 134, which a caller sees as 5: an Aqua agent in a Background session.
    if (domain.startsWith('user/') && ![plist.LimitLoadToSessionType].flat().includes('Background')) end(5)
    const old = read(jobFile(domain, plist.Label))
    if (old) end(old.leaving ? 37 : 5)
    writeJob(domain, plist.Label, { path, plist, pid: null, runs: 0, lastExit: null, leaving: false })
    const keeper = spawn(process.execPath, [fileURLToPath(import.meta.url), '__keep', domain, plist.Label], { detached: true, stdio: 'ignore' })
    keeper.unref()
    for (let i = 0; i < 500 && !read(jobFile(domain, plist.Label))?.keeper; i++) await sleep(5)
    break
  }
  case 'bootout': {
    const { domain, label } = split(args[0])
    const job = read(jobFile(domain, label))
    if (!job) end(3)
    if (job.leaving) end(36)
    process.kill(job.keeper, 'SIGTERM')
    for (let i = 0; i < 500 && read(jobFile(domain, label))?.leaving === false; i++) await sleep(2)
    break // and returns before the job is gone
  }
  case 'kickstart': {
    const { domain, label } = split(args.at(-1))
    const job = read(jobFile(domain, label))
    if (!job) end(113)
    if (job.leaving) end(37)
    process.kill(job.keeper, args.includes('-k') ? 'SIGUSR2' : 'SIGUSR1')
    for (let i = 0; i < 300; i++) {
      const { pid, runs } = read(jobFile(domain, label)) ?? {}
      if (pid && (runs > job.runs || (job.pid && !args.includes('-k')))) break
      await sleep(5)
    }
    break
  }
  default:
    console.error(`fake-launchctl does not know: ${command}`)
    process.exit(64)
}
