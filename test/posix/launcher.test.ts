// The launcher as a program: rendered from its template, run by every shell that a machine's /bin/sh may be.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import launcher from '../../templates/posix/launcher.sh.hbs'
import { hasShellcheck, shells } from './tools.ts'

interface View {
  label: string
  argv: string[]
  environmentFiles: { path: string; optional: boolean }[]
  secrets: { name: string; path: string }[]
  secretsFile: string | null
  preStart: string[][]
  postStart: string[][]
  preStop: string[][]
  postStop: string[][]
  stop: { signal: string; command: string[] | null }
  exit: { restart: number[]; stop: number[]; otherwise: 'restart' | 'stop' | 'on-failure' } | null
  failCode: number
  supervise: boolean
}

/** A shell that is missing is a failure: a skipped shell would be a promise nobody checked. */

const dir = mkdtempSync(join(tmpdir(), 'launcher-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

let count = 0
const fresh = (suffix = '') => join(dir, `${++count}${suffix}`)
const file = (content: string | Buffer, mode = 0o644) => {
  const path = fresh()
  writeFileSync(path, content, { mode })
  return path
}
const base: View = {
  label: 'test-label',
  argv: ['/bin/true'],
  environmentFiles: [],
  secrets: [],
  secretsFile: null,
  preStart: [],
  postStart: [],
  preStop: [],
  postStop: [],
  stop: { signal: 'TERM', command: null },
  exit: null,
  failCode: 78,
  supervise: false,
}
const script = (view: Partial<View>) => file(launcher({ ...base, ...view }), 0o755)
const sh = (code: string, ...rest: string[]) => ['/bin/sh', '-c', code, 'sh', ...rest]

function run(shell: string[], view: Partial<View>, env: NodeJS.ProcessEnv = process.env) {
  const { status, signal, stdout, stderr } = spawnSync(shell[0]!, [...shell.slice(1), script(view)], { env, timeout: 10_000 })
  return { code: status, signal, out: stdout.toString(), err: stderr.toString() }
}

/** Writes its argv, and its environment, NUL-separated, as the kernel has them. */
const argvDumper = (to: string) => [
  process.execPath,
  '-e',
  `require('fs').writeFileSync(${JSON.stringify(to)}, require('fs').readFileSync('/proc/self/cmdline'))`,
  '--',
]
const envDumper = (to: string) => ['/bin/cp', '/proc/self/environ', to]
const words = (path: string) =>
  readFileSync(path)
    .toString('latin1')
    .split('\0')
    .slice(0, -1)
    .map((w) => Buffer.from(w, 'latin1').toString('utf8'))
const environment = (path: string) => Object.fromEntries(words(path).map((w) => [w.slice(0, w.indexOf('=')), w.slice(w.indexOf('=') + 1)]))

const hostile = [
  '',
  ' ',
  'a b',
  '"',
  "'",
  "''",
  `"'"'`,
  '\\',
  '\\\\',
  '\\n',
  'a\nb',
  '\n',
  'a\n',
  '\t',
  '$HOME',
  '${HOME}',
  '$(id)',
  '`id`',
  '%h',
  '%%',
  '*',
  '~',
  '-n',
  '--',
  'a=b',
  ';',
  '&',
  '|',
  '>x',
  '#',
  '!',
  '{a,b}',
  'é',
  'ā\u0081\u0088',
  '😀',
  '\u00a0',
  '\u2028',
  '\u0001\u001b\u007f',
  'x'.repeat(8192),
]
const lines = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [])
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
async function until(condition: () => boolean, what: string) {
  for (const end = Date.now() + 5000; !condition(); await sleep(5)) if (Date.now() > end) throw new Error(`waited too long for: ${what}`)
}

/** A program that writes `pid N`, then a line for each signal it gets; TERM ends it with `code`. */
const program = (log: string, code = 0, signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGWINCH', 'SIGTTIN', 'SIGTTOU']) => [
  process.execPath,
  '-e',
  `const fs = require('fs'), [, log, code, signals] = process.argv
   for (const s of signals.split(' ')) process.on(s, () => { fs.appendFileSync(log, s + '\\n'); if (s === 'SIGTERM') process.exit(+code) })
   setInterval(() => {}, 1000); fs.appendFileSync(log, 'pid ' + process.pid + '\\n')`,
  log,
  String(code),
  signals.join(' '),
]
const pidIn = (log: string) =>
  Number(
    lines(log)
      .find((l) => l.startsWith('pid '))
      ?.slice(4),
  )

/** Starts a launcher in a process group of its own, so that nothing it leaves behind can hide. */
function start(shell: string[], view: Partial<View>) {
  const child = spawn(shell[0]!, [...shell.slice(1), script({ supervise: true, ...view })], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let err = ''
  child.stderr.on('data', (d: Buffer) => (err += d.toString()))
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null, err: () => err }))
  return {
    pid: child.pid!,
    kill: (s: NodeJS.Signals) => child.kill(s),
    ended,
    groupGone: () => until(() => !groupAlive(child.pid!), 'the process group to be gone'),
  }
}
const groupAlive = (pgid: number) => {
  try {
    process.kill(-pgid, 0)
    return execFileSync('ps', ['-eo', 'pgid=,stat='])
      .toString()
      .split('\n')
      .some((l) => l.trim().split(/\s+/)[0] === String(pgid) && !/\sZ/.test(l))
  } catch {
    return false
  }
}

describe.concurrent.each(Object.entries(shells))('launcher under %s', (name, shell) => {
  beforeAll(() => {
    expect(spawnSync(shell[0]!, [...shell.slice(1), '-c', 'exit 7']).status, `${name} must be installed for these tests`).toBe(7)
  })

  for (const supervise of [false, true]) {
    it(`gives every argument as it is (supervise: ${supervise})`, () => {
      const to = fresh()
      const argv = [...argvDumper(to), ...hostile]
      expect(run(shell, { argv, supervise })).toMatchObject({ code: 0, err: '' })
      expect(words(to)).toEqual(argv)
    })

    it(`leaves the environment alone (supervise: ${supervise})`, () => {
      const to = fresh()
      const env = {
        PATH: process.env['PATH']!,
        line: 'mine',
        value: 'v',
        name: 'n',
        child: 'c',
        code: '5',
        IFS: 'x',
        EMPTY: '',
        ODD: hostile.slice(1).join(' ').replaceAll('\0', ''),
      }
      expect(run(shell, { argv: envDumper(to), supervise, environmentFiles: [{ path: file('A=1\n'), optional: false }] }, env)).toMatchObject({
        code: 0,
        err: '',
      })
      const { PWD: _p, _: _u, OLDPWD: _o, SHLVL: _s, POSIXLY_CORRECT: _c, ...seen } = environment(to)
      const { IFS: _i, ...expected } = env
      expect(seen).toMatchObject({ ...expected, A: '1' })
      expect(Object.keys(seen).filter((k) => k.startsWith('__') || k.startsWith('PERL'))).toEqual([])
    })

    it(`keeps the standard input (supervise: ${supervise})`, () => {
      const { stdout } = spawnSync(shell[0]!, [...shell.slice(1), script({ argv: ['/bin/cat'], supervise })], { input: 'from the manager' })
      expect(stdout.toString()).toBe('from the manager')
    })

    it(`says what is wrong with a program that cannot be run (supervise: ${supervise})`, () => {
      const missing = run(shell, { argv: ['/nonexistent/program'], supervise })
      expect(missing.code).toBe(127)
      expect(missing.err).toContain('/nonexistent/program')
      expect(run(shell, { argv: ['/etc'], supervise }).code).toBe(126)
    })

    it(`reads environment files (supervise: ${supervise})`, () => {
      const to = fresh()
      const path = file(
        [
          '# comment',
          '; comment',
          '',
          '   ',
          'PLAIN=a b',
          '  \tLEADING=x',
          'DQ="a b"',
          "SQ='a b'",
          'HALF="a',
          `MIXED="a'`,
          'LONE="',
          'EQ=a=b=c',
          'DOLLAR=$HOME ${HOME} $(id) `id`',
          'BACK=a\\nb\\',
          'INNER="a"b"',
          'EMPTY=',
          'QEMPTY=""',
          'TRAIL=a  ',
          'NONASCII=āé😀\u0088',
          'PRESET=new',
          'OVER=1',
          'OVER=2',
          'CRLF=a b\r',
          'CRLFQ="a b"\r',
          '1BAD=x',
          'not an assignment',
          'A-B=x',
          'É=x',
          'export E=x',
          '=x',
          `LONG=${'y'.repeat(8192)}`,
          'line=program',
          'IFS=abc',
          'LAST=no newline',
        ].join('\n'),
      )
      const { code, err } = run(
        shell,
        { argv: envDumper(to), supervise, environmentFiles: [{ path, optional: false }] },
        { PATH: process.env['PATH'], PRESET: 'old' },
      )
      expect(code).toBe(0)
      expect(environment(to)).toMatchObject({
        PLAIN: 'a b',
        LEADING: 'x',
        DQ: 'a b',
        SQ: 'a b',
        HALF: '"a',
        MIXED: `"a'`,
        LONE: '"',
        EQ: 'a=b=c',
        DOLLAR: '$HOME ${HOME} $(id) `id`',
        BACK: 'a\\nb\\',
        INNER: 'a"b',
        EMPTY: '',
        QEMPTY: '',
        TRAIL: 'a  ',
        NONASCII: 'āé😀\u0088',
        PRESET: 'new',
        OVER: '2',
        CRLF: 'a b',
        CRLFQ: 'a b',
        LONG: 'y'.repeat(8192),
        line: 'program',
        IFS: 'abc',
        LAST: 'no newline',
      })
      expect(err.trimEnd().split('\n')).toEqual([25, 26, 27, 28, 29, 30].map((n) => `test-label: ${path}:${n}: not NAME=VALUE with a valid name, skipped`))
    })
  }

  it('never shows a value of an environment file, and survives the names a shell keeps for itself', () => {
    const to = fresh()
    const { code, err } = run(shell, {
      argv: envDumper(to),
      environmentFiles: [{ path: file('UID=s3cret\nPPID=s3cret\nOPTIND=s3cret\nEUID=s3cret\nSHELLOPTS=s3cret\nAFTER=1\n'), optional: false }],
    })
    expect(code).toBe(0)
    expect(err).not.toContain('s3cret')
    expect(environment(to)).toMatchObject({ AFTER: '1' })
  })

  it('takes a missing environment file for an error unless it is optional', () => {
    const path = fresh()
    const { code, err } = run(shell, { environmentFiles: [{ path, optional: false }] })
    expect({ code, err }).toEqual({ code: 78, err: `test-label: the environment file is missing or unreadable: ${path}\n` })
    expect(run(shell, { environmentFiles: [{ path, optional: true }] })).toMatchObject({ code: 0, err: '' })
    expect(run(shell, { environmentFiles: [{ path: dir, optional: false }] }).code).toBe(78)
  })

  it('reads secrets, taking away one newline at the end and no more', () => {
    const to = fresh()
    const values = { A: 'plain', B: 'one\n', C: 'two\n\n', D: '', E: '\n', F: 'q\'"$`\\', G: 'a\nb\nc', H: ' lead\ttrail ', I: '😀ā\u0088'.repeat(1000) }
    expect(run(shell, { argv: envDumper(to), secrets: Object.entries(values).map(([name, v]) => ({ name, path: file(v) })) })).toMatchObject({
      code: 0,
      err: '',
    })
    expect(environment(to)).toMatchObject(Object.fromEntries(Object.entries(values).map(([k, v]) => [k, v.replace(/\n$/, '')])))
  })

  it('names the variable and the file of a missing secret', () => {
    const path = fresh()
    const { code, err } = run(shell, { secrets: [{ name: 'TOKEN', path }] })
    expect({ code, err }).toEqual({ code: 78, err: `test-label: the secret file for TOKEN is missing or unreadable: ${path}\n` })
  })

  it('lets environment files win over the secrets file', () => {
    const to = fresh()
    run(shell, {
      argv: envDumper(to),
      secretsFile: file(`export S='it'\\''s'\nexport T='old'\n`, 0o600),
      environmentFiles: [{ path: file('T=new'), optional: false }],
    })
    expect(environment(to)).toMatchObject({ S: "it's", T: 'new' })
    expect(run(shell, { secretsFile: fresh() }).code).toBe(78)
  })

  it('stays out of the way without supervise: the pid is the program', async () => {
    const log = fresh()
    const child = spawn(shell[0]!, [...shell.slice(1), script({ argv: program(log, 9), preStart: [['/bin/true']] })], { stdio: 'ignore' })
    const exit = once(child, 'exit')
    await until(() => pidIn(log) > 0, 'the program')
    expect(pidIn(log)).toBe(child.pid)
    child.kill('SIGTERM')
    expect((await exit)[0]).toBe(9)
  })

  it.each([false, true])('does not start the program after a failed preStart (supervise: %s)', (supervise) => {
    const log = fresh()
    const { code, err } = run(shell, {
      supervise,
      argv: sh('echo program >>"$1"', log),
      preStart: [sh('echo one >>"$1"', log), sh('exit 5'), sh('echo three >>"$1"', log)],
    })
    expect({ code, log: lines(log) }).toEqual({ code: 5, log: ['one'] })
    expect(err).toBe('test-label: a preStart hook failed with 5: /bin/sh\n')
  })

  it('runs the hooks in order', async () => {
    const log = fresh()
    const note = (what: string) => sh('echo "$2" >>"$1"', log, what)
    const p = start(shell, {
      argv: program(log),
      preStart: [note('preStart')],
      postStart: [sh('until grep -q pid "$1"; do sleep 0.02; done; echo postStart >>"$1"', log)],
      preStop: [note('preStop'), ['/bin/false'], note('preStop2')],
      postStop: [note('postStop')],
      stop: { signal: 'TERM', command: note('command') },
    })
    await until(() => lines(log).includes('postStart'), 'postStart')
    p.kill('SIGTERM')
    const end = await p.ended
    expect(end).toMatchObject({ code: 0 })
    expect(lines(log).map((l) => l.replace(/\d{2,}/, 'N'))).toEqual(['preStart', 'pid N', 'postStart', 'preStop', 'preStop2', 'command', 'SIGTERM', 'postStop'])
    expect(end.err()).toBe('test-label: a preStop hook failed with 1\n')
    await p.groupGone()
  })

  it('takes a failing postStart for a failed start', () => {
    const log = fresh()
    const { code, err } = run(shell, {
      supervise: true,
      argv: program(log),
      postStart: [sh('until grep -q pid "$1"; do sleep 0.02; done; exit 6', log), sh('echo never >>"$1"', log)],
    })
    expect({ code, log: lines(log).slice(1) }).toEqual({ code: 6, log: ['SIGTERM'] })
    expect(err).toContain('a postStart hook failed with 6')
  })

  it('hands each signal on, once', async () => {
    const log = fresh()
    const p = start(shell, { argv: program(log, 3) })
    await until(() => pidIn(log) > 0, 'the program')
    const signals = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGWINCH', 'SIGTTIN', 'SIGTTOU', 'SIGHUP', 'SIGUSR2'] as const
    for (const [i, s] of signals.entries()) {
      p.kill(s)
      await until(() => lines(log).length === i + 2, `${s}, the ${i + 1}th signal`)
    }
    p.kill('SIGTERM')
    p.kill('SIGTERM')
    expect(await p.ended).toMatchObject({ code: 3 })
    expect(lines(log).slice(1)).toEqual([...signals, 'SIGTERM'])
    await p.groupGone()
  })

  it.each(['INT', 'QUIT', 'USR1', 'KILL'] as const)('dies as the program died: SIG%s', async (signal) => {
    const log = fresh()
    const p = start(shell, { argv: sh('echo pid $$ >"$1"; exec sleep 30', log), stop: { signal, command: null } })
    await until(() => pidIn(log) > 0, 'the program')
    await sleep(30)
    p.kill('SIGTERM')
    expect(await p.ended).toMatchObject({ code: { INT: 130, QUIT: 131, USR1: 138, KILL: 137 }[signal] })
    await p.groupGone()
  })

  it('waits for a program that takes its time to stop, however many signals come', async () => {
    const log = fresh()
    const p = start(shell, {
      argv: sh('trap "sleep 0.4; echo bye >>$1; exit 42" TERM; trap : USR1 HUP; echo pid $$ >>"$1"; while :; do sleep 0.02; done', log),
    })
    await until(() => pidIn(log) > 0, 'the program')
    p.kill('SIGTERM')
    for (let i = 0; i < 20; i++) {
      await sleep(15)
      p.kill(i % 2 ? 'SIGUSR1' : 'SIGHUP')
    }
    expect(await p.ended).toMatchObject({ code: 42 })
    expect(lines(log)).toContain('bye')
  })

  it.each([
    // code, restart, stop, otherwise, expected
    [0, [], [], 'on-failure', 0],
    [3, [], [], 'on-failure', 3],
    [0, [], [], 'restart', 1],
    [3, [], [], 'restart', 3],
    [3, [], [], 'stop', 0],
    [75, [75], [78], 'stop', 75],
    [78, [75], [78], 'restart', 0],
    [0, [0], [], 'stop', 1],
    [5, [75, 75], [7, 8], 'on-failure', 5],
    [143, [], [143], 'on-failure', 0],
  ] as const)('maps the exit code %i, restart %j, stop %j, otherwise %s to %i', (code, restart, stop, otherwise, expected) => {
    const argv = code === 143 ? sh('kill -TERM $$') : sh(`exit ${code}`)
    expect(run(shell, { argv, supervise: true, exit: { restart: [...restart], stop: [...stop], otherwise } }).code).toBe(expected)
  })

  it('maps the code of a failed preStart, but not its own failures', () => {
    const exit = { restart: [], stop: [78], otherwise: 'on-failure' } as const
    const view = { supervise: true, exit: { ...exit, restart: [], stop: [78] } }
    expect(run(shell, { ...view, preStart: [sh('exit 78')] }).code).toBe(0)
    expect(run(shell, { ...view, secrets: [{ name: 'A', path: fresh() }] }).code).toBe(78)
    expect(run(shell, { ...view, exit: { ...view.exit, otherwise: 'stop' }, secrets: [{ name: 'A', path: fresh() }] }).code).toBe(0)
  })

  it('ends a preStart hook when it is told to stop, and starts nothing', async () => {
    const log = fresh()
    const p = start(shell, {
      argv: sh('echo program >>"$1"', log),
      preStart: [sh('echo pid $$ >>"$1"; exec sleep 30', log)],
      postStop: [sh('echo postStop >>"$1"', log)],
    })
    await until(() => pidIn(log) > 0, 'the hook')
    await sleep(30)
    p.kill('SIGUSR1')
    p.kill('SIGTERM')
    expect(await p.ended).toMatchObject({ code: 143 })
    expect(lines(log)).toHaveLength(1)
    await p.groupGone()
  })

  it('never loses a stop, whenever it comes', { timeout: 20_000 }, async () => {
    // Stopped at a different moment each time, from before the first line of the script to well after the start.
    await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const log = fresh()
        const p = start(shell, { argv: sh('echo pid $$ >>"$1"; exec sleep 30', log), postStop: [sh('echo postStop >>"$1"', log)] })
        await sleep(i * 2)
        p.kill('SIGTERM')
        const { code, signal } = await p.ended
        expect([code, signal]).toBeOneOf([
          [143, null],
          [null, 'SIGTERM'],
        ])
        await p.groupGone()
        if (pidIn(log)) expect(alive(pidIn(log))).toBe(false)
      }),
    )
  })

  it('is short when nothing is asked for', () => {
    expect(launcher(base).split('\n').length).toBeLessThan(25)
  })
})

describe('launcher', () => {
  if (hasShellcheck)
    it('is clean for shellcheck in every shape', () => {
      const all: View = {
        ...base,
        secretsFile: '/s',
        environmentFiles: [{ path: '/e', optional: true }],
        secrets: [{ name: 'A', path: '/a' }],
        preStart: [['/a']],
        postStart: [['/a']],
        preStop: [['/a']],
        postStop: [['/a']],
        stop: { signal: 'INT', command: ['/a'] },
        exit: { restart: [75], stop: [78], otherwise: 'restart' },
        supervise: true,
      }
      const shapes = [base, { ...base, supervise: true }, all, { ...all, supervise: false }, { ...all, exit: null }]
      const { status, stdout, error } = spawnSync('shellcheck', ['-s', 'sh', ...shapes.map((s) => file(launcher(s)))])
      expect({ status, out: stdout?.toString(), error }).toEqual({ status: 0, out: '', error: undefined })
    })

  it('refuses a view that lacks a name', () => {
    const { secretsFile: _, ...rest } = base
    expect(() => launcher(rest)).toThrow(/secretsFile|if/)
  })
})
