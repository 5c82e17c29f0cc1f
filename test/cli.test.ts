// The built program as a user runs it: what is printed where, what is written, and the exit code.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { minimal } from './help.ts'

const main = join(import.meta.dirname, '../dist/main.cjs')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hermes-install-cli-'))
  chmodSync(folder, 0o777)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}
function run(args: readonly string[], options: { env?: Record<string, string>; uid?: number; shell?: string } = {}): Ran {
  const [node, file] = options.uid === undefined ? [process.execPath, main] : readableBy(options.uid)
  const [program, argv] = options.shell === undefined ? [node, [file, ...args]] : ['/bin/sh', ['-c', options.shell, 'sh', node, file, ...args]]
  const { status, stdout, stderr } = spawnSync(program, argv, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid }),
  })
  return { code: status, out: stdout, err: stderr }
}
/** Node and the program where another user may read them: a checkout often lies in a closed home. */
function readableBy(uid: number): [node: string, main: string] {
  const open = spawnSync(process.execPath, [main, '--version'], { uid }).status === 0
  if (open) return [process.execPath, main]
  cpSync(join(main, '..'), join(folder, '.dist'), { recursive: true })
  if (spawnSync(process.execPath, ['-e', '0'], { uid }).status === 0) return [process.execPath, join(folder, '.dist/main.cjs')]
  cpSync(process.execPath, join(folder, '.node'))
  return [join(folder, '.node'), join(folder, '.dist/main.cjs')]
}
const put = (name: string, text: string): void => {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), text)
}
const json = ({ out }: Ran): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>
/** Every file of a tree with its bytes and mode. */
const tree = (root: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(root, name)).isFile())
      .sort()
      .map((name) => [name, `${(statSync(join(root, name)).mode & 0o777).toString(8)} ${readFileSync(join(root, name), 'utf8')}`]),
  )
const host = 'os: linux\nuser: alice\nuid: 1234\nhome: /home/alice\n'

describe('render', () => {
  test('without a profile it is the shipped gateway, whatever lies in the folder', () => {
    put('hermes-gateway/x.yaml', 'nonsense: [')
    put('hermes-gateway.yaml', 'nonsense: [')
    const ran = run(['render', '--os', 'all'])
    expect(ran).toMatchObject({ code: 0 })
    expect(ran.out).toContain('HermesGateway')
    expect(ran.err).toContain('assumed for macos: user=user home=/Users/user uid=501')
    expect(readdirSync(join(folder, 'out/hermes-gateway'))).toEqual(['linux', 'macos', 'windows'])
    expect(existsSync(join(folder, 'out/hermes-gateway/windows/HermesGateway.xml'))).toBe(true)
    for (const os of ['linux', 'macos', 'windows']) {
      const manifest = JSON.parse(readFileSync(join(folder, `out/hermes-gateway/${os}/manifest.json`), 'utf8')) as { files: { source: string }[] }
      expect(manifest).toMatchObject({ version: 1, id: 'hermes-gateway', os })
      expect([...manifest.files.map(({ source }) => source), 'manifest.json'].sort()).toEqual(readdirSync(join(folder, `out/hermes-gateway/${os}`)).sort())
    }
  })

  test('a second run writes nothing; --check says so, and says what differs', () => {
    put('p.yaml', minimal())
    put('host.yaml', host)
    const args = ['render', 'p.yaml', '--host', 'host.yaml', '--out', 'tree']
    expect(json(run([...args, '--json']))).toMatchObject({ command: 'render', ok: true, changed: true })
    expect(json(run([...args, '--json']))).toMatchObject({ ok: true, changed: false, rendered: [{ id: 'my-app', written: [] }] })
    expect(run([...args, '--check'])).toMatchObject({ code: 0 })
    put('tree/my-app/linux/my-app.service', 'edited')
    put('tree/my-app/linux/stranger', '')
    const checked = run([...args, '--check'])
    expect(checked).toMatchObject({ code: 3 })
    expect(checked.out).toContain('changed  tree/my-app/linux/my-app.service')
    expect(checked.out).toContain('extra    tree/my-app/linux/stranger')
    expect(json(run([...args, '--check', '--json']))).toMatchObject({ ok: true, changed: false, differs: true })
    expect(readFileSync(join(folder, 'tree/my-app/linux/my-app.service'), 'utf8')).toBe('edited')
    expect(run(args)).toMatchObject({ code: 0 })
    expect(readFileSync(join(folder, 'tree/my-app/linux/stranger'), 'utf8')).toBe('')
    rmSync(join(folder, 'tree/my-app/linux/stranger'))
    expect(run([...args, '--check'])).toMatchObject({ code: 0 })
  })

  test('a file that is no longer rendered goes, and nothing half-written stays', () => {
    put('p.yaml', minimal('environment: { T: { secretFile: /s } }'))
    expect(run(['render', 'p.yaml', '--os', 'linux'])).toMatchObject({ code: 0 })
    expect(readdirSync(join(folder, 'out/my-app/linux'))).toContain('launcher.sh')
    put('p.yaml', minimal())
    expect(run(['render', 'p.yaml', '--os', 'linux'])).toMatchObject({ code: 0 })
    expect(readdirSync(join(folder, 'out/my-app/linux'))).not.toContain('launcher.sh')
    expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.tmp'))).toEqual([])
  })

  test('the same bytes whatever the time zone, locale, umask, user, folder and place of the profile', () => {
    put('host.yaml', host)
    put('a/p.yaml', minimal('displayName: é\nlogs: { stdout: "${logDir}/x" }'))
    put('deep/er/b/p.yaml', minimal('displayName: é\nlogs: { stdout: "${logDir}/x" }').replaceAll('\n', '\r\n'))
    run(['render', 'a/p.yaml', '--os', 'all', '--host', 'host.yaml', '--out', 'one'])
    expect(
      run(['render', 'deep/er/b/p.yaml', '--os', 'all', '--host', 'host.yaml', '--out', join(folder, 'two')], {
        shell: 'umask 077; exec "$@"',
        env: { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', HOME: '/nowhere', USER: 'mallory', XDG_CONFIG_HOME: '/x' },
      }),
    ).toMatchObject({ code: 0 })
    expect(tree(join(folder, 'two'))).toEqual(tree(join(folder, 'one')))
    expect(JSON.stringify(tree(join(folder, 'one')))).not.toContain(folder)
    if (process.getuid?.() === 0) {
      expect(run(['render', 'a/p.yaml', '--os', 'all', '--host', 'host.yaml', '--out', 'three'], { uid: 65_534 })).toMatchObject({ code: 0 })
      expect(tree(join(folder, 'three'))).toEqual(tree(join(folder, 'one')))
    }
  })

  test('a secret of the environment is in one file, mode 0600, marked sensitive, and nowhere else', () => {
    put('p.yaml', minimal('environment: { T: { fromEnv: MY_TOKEN, secret: true } }'))
    const ran = run(['render', 'p.yaml', '--os', 'all', '--json'], { env: { MY_TOKEN: 'hunter2-é' } })
    expect(ran).toMatchObject({ code: 0 })
    expect(ran.out + ran.err).not.toContain('hunter2')
    expect(run(['render', 'p.yaml', '--os', 'linux'], { env: { MY_TOKEN: 'hunter2-é' } }).out).toContain(
      'secrets.env holds secrets: keep it, and its manifest.json, out of version control',
    )
    const holders = Object.entries(tree(join(folder, 'out'))).filter(([, text]) => text.includes('hunter2'))
    expect(holders.map(([name, text]) => [name.split('/').at(-1), text.slice(0, 3)])).toEqual([
      ['secrets.env', '600'],
      ['secrets.sh', '600'],
      ['secrets.cmd', '600'],
    ])
    for (const { files } of (json(ran) as { rendered: { files: { source: string; sensitive: boolean; sha256: string | null }[] }[] }).rendered) {
      expect(files.filter(({ sensitive }) => sensitive)).toHaveLength(1)
      // Of a weak secret, the hash is as good as the secret.
      for (const { sensitive, sha256 } of files) expect(sha256 === null).toBe(sensitive)
    }
  })

  test('a folder of profiles: sorted, without drafts; every mistake at once, and then nothing is written', () => {
    put('profiles/b.yaml', minimal().replace('my-app', 'b'))
    put('profiles/a.yml', minimal().replace('my-app', 'a'))
    put('profiles/_base.yaml', 'nonsense: 1')
    put('profiles/notes.txt', 'x')
    expect(json(run(['render', 'profiles', '--os', 'linux', '--json']))).toMatchObject({ rendered: [{ id: 'a' }, { id: 'b' }] })
    put('profiles/c.yaml', 'version: 1\nname: c\ncomand: [/x]')
    put('profiles/d.yaml', 'version: 2\nname: d\ncommand: [/x]')
    put('profiles/e.yaml', minimal().replace('my-app', 'b'))
    const ran = run(['render', 'profiles', '--os', 'all', '--out', 'other'])
    expect(ran).toMatchObject({ code: 2 })
    expect(ran.err).toMatch(/profiles\/c.yaml:3:1 comand: unknown key "comand"\n {2}hint: did you mean "command"\?/)
    expect(ran.err).toContain('profiles/d.yaml:1:1 version: expected 1, got the number 2')
    expect(ran.err).toContain('profiles/e.yaml:2:1 name: b is rendered from profiles/b.yaml already')
    expect(ran.err.match(/comand/g)).toHaveLength(2)
    expect(ran.err).toContain('error: 4 mistakes in the profiles')
    expect(ran.out).toBe('')
    expect(existsSync(join(folder, 'other'))).toBe(false)
    // What is there already stays as it is too.
    const before = tree(join(folder, 'out'))
    put('profiles/a.yml', minimal('description: new').replace('my-app', 'a'))
    expect(json(run(['render', 'profiles', '--os', 'linux', '--json']))).toMatchObject({ ok: false, changed: false, error: { code: 'PROFILE_INVALID' } })
    expect(tree(join(folder, 'out'))).toEqual(before)
  })

  test('--strict refuses what is not exact, says it to programs too, and writes nothing', () => {
    put('p.yaml', minimal('linux: { restart: { delays: [1s, 5s] } }'))
    const args = ['render', 'p.yaml', '--os', 'all', '--strict']
    const ran = run(args)
    expect(ran).toMatchObject({ code: 5, out: '' })
    expect(ran.err).toContain('my-app linux: restart.delays is approximate')
    expect(ran.err).toContain('--strict: 1 of 3 would not be exact; nothing was written')
    expect(json(run([...args, '--json']))).toMatchObject({
      ok: false,
      changed: false,
      error: { code: 'NOT_EXACT' },
      limits: [{ profile: 'p.yaml', id: 'my-app', os: 'linux', key: 'restart.delays', fidelity: 'approximate' }],
    })
    expect(readdirSync(folder)).toEqual(['p.yaml'])
    put('p.yaml', minimal())
    expect(run(args)).toMatchObject({ code: 0 })
  })

  test.runIf(process.platform !== 'win32')(
    'modes count: --check names wrong ones and render mends them, but not those of a checkout under another umask',
    () => {
      put('p.yaml', minimal('environment: { T: { fromEnv: MY_TOKEN, secret: true } }'))
      const check = (): Ran => run(['render', 'p.yaml', '--os', 'linux', '--check', '--json'], { env: { MY_TOKEN: 'x' } })
      const place = join(folder, 'out/my-app/linux')
      const mend = (): Ran => run(['render', 'p.yaml', '--os', 'linux', '--json'], { env: { MY_TOKEN: 'x' } })
      mend()
      expect(check()).toMatchObject({ code: 0 })
      for (const [name, wrong, right] of [
        ['secrets.env', 0o644, 0o600],
        ['my-app.service', 0o666, 0o644],
        ['install.sh', 0o644, 0o755],
        ['manifest.json', 0o640, 0o600],
      ] as const) {
        chmodSync(join(place, name), wrong)
        const found = check()
        expect([name, found.code, (json(found)['rendered'] as [{ differences: unknown }])[0].differences]).toEqual([name, 3, [{ name, how: 'mode' }]])
        expect(json(mend())).toMatchObject({ changed: true, rendered: [{ written: [name] }] })
        expect((statSync(join(place, name)).mode & 0o777).toString(8)).toBe(right.toString(8))
      }
      chmodSync(place, 0o775)
      chmodSync(join(place, 'my-app.service'), 0o664)
      chmodSync(join(place, 'install.sh'), 0o775)
      expect(check()).toMatchObject({ code: 0 })
      chmodSync(join(place, 'secrets.env'), 0o664)
      expect(check()).toMatchObject({ code: 3 })
    },
  )

  test.runIf(process.getuid?.() === 0)('--check by a user who may not read a file says so; no rights to look at all is exit 4', () => {
    put('p.yaml', minimal('environment: { T: { fromEnv: MY_TOKEN, secret: true } }'))
    const env = { MY_TOKEN: 'x' }
    run(['render', 'p.yaml', '--os', 'linux'], { env })
    const args = ['render', 'p.yaml', '--os', 'linux', '--check']
    expect(run(args, { env, uid: 65_534 })).toMatchObject({ code: 3, out: expect.stringContaining('unreadable out/my-app/linux/secrets.env') })
    chmodSync(join(folder, 'out'), 0o700)
    const ran = run(args, { env, uid: 65_534 })
    expect(ran).toMatchObject({ code: 4, err: expect.stringContaining('cannot read out: this user may not read it') })
    expect(ran.err).toMatch(/run: sudo chown -R \S+ out; /)
  })

  test('what is in the way of one folder keeps all of them from being written', () => {
    for (const name of ['a', 'b']) put(`profiles/${name}.yaml`, minimal().replace('my-app', name))
    const args = ['render', 'profiles', '--os', 'linux', '--json']
    put('out/b', 'a file')
    expect(json(run(args))).toMatchObject({ changed: false, error: { code: 'WRITE_FAILED', message: 'cannot write out/b: a file is in the way' } })
    rmSync(join(folder, 'out/b'))
    mkdirSync(join(folder, 'out/b/linux/install.sh'), { recursive: true })
    expect(json(run(args))).toMatchObject({ changed: false, error: { message: 'cannot write out/b/linux/install.sh: a folder is in the way' } })
    expect(readdirSync(join(folder, 'out'), { recursive: true, encoding: 'utf8' })).toEqual(['b', 'b/linux', 'b/linux/install.sh'])
    rmSync(join(folder, 'out/b/linux/install.sh'), { recursive: true })
    // A folder of somebody else's on another disk.
    const elsewhere = mkdtempSync(existsSync('/dev/shm') ? '/dev/shm/hermes-install-' : join(tmpdir(), 'hermes-install-'))
    rmSync(join(folder, 'out/b'), { recursive: true })
    symlinkSync(elsewhere, join(folder, 'out/b'))
    expect(run(args)).toMatchObject({ code: 0 })
    expect(readdirSync(join(elsewhere, 'linux'))).toEqual(readdirSync(join(folder, 'out/a/linux')).map((name) => name.replace('a.service', 'b.service')))
    rmSync(elsewhere, { recursive: true })
    expect(readdirSync(join(folder, 'out'))).toEqual(['a', 'b'])
  })

  test('the next step can be copied into a shell, for each service, and only where it belongs here', () => {
    for (const name of ['a', 'b']) put(`profiles/${name}.yaml`, minimal().replace('my-app', name))
    const own = { linux: 'linux', darwin: 'macos' }[process.platform as string]
    if (own !== undefined) {
      const next = (args: readonly string[]): string => run(['render', ...args]).out.split('Next: ')[1]!
      expect(next(['profiles', '--out', "o 'x"])).toBe(`sh 'o '\\''x/a/${own}/install.sh'\n      sh 'o '\\''x/b/${own}/install.sh'\n`)
      put('host.yaml', host.replace('linux', own))
      expect(next(['profiles', '--host', 'host.yaml'])).toBe('copy a folder to its machine and run its install script\n')
    }
  })

  test('parameters come from --set, --values and the environment, in that order', () => {
    put('p.yaml', minimal('parameters: { port: { pattern: "[0-9]+" } }\ndescription: on ${port}'))
    put('v.yaml', 'port: "2"')
    const unit = (): string => readFileSync(join(folder, 'out/my-app/linux/my-app.service'), 'utf8')
    const args = ['render', 'p.yaml', '--os', 'linux']
    expect(run(args, { env: { HERMES_INSTALL_port: '1' } }).code).toBe(0)
    expect(unit()).toContain('Description=on 1')
    expect(run([...args, '--values', 'v.yaml'], { env: { HERMES_INSTALL_port: '1' } }).code).toBe(0)
    expect(unit()).toContain('Description=on 2')
    expect(run([...args, '--values', 'v.yaml', '--set', 'port=3']).code).toBe(0)
    expect(unit()).toContain('Description=on 3')
    expect(run(args)).toMatchObject({ code: 2, err: expect.stringContaining('parameter "port" has no value') })
    expect(run([...args, '--set', 'prot=3'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no profile here has a parameter "prot"; did you mean "port"?'),
    })
    expect(run([...args, '--set', 'port'])).toMatchObject({ code: 2, err: expect.stringContaining('not of the form k=v') })
    put('v.yaml', 'port: 2')
    expect(run([...args, '--values', 'v.yaml'])).toMatchObject({ code: 2, err: expect.stringContaining('v.yaml:1:1 port: expected a text') })
  })

  test('host facts: for their OS only, every mistake said', () => {
    put('p.yaml', minimal())
    put('host.json', JSON.stringify({ os: 'windows', user: 'bob', home: 'D:\\Users\\bob' }))
    expect(json(run(['render', 'p.yaml', '--host', 'host.json', '--json']))).toMatchObject({
      hosts: { windows: { home: 'D:\\Users\\bob', dataDir: 'D:\\Users\\bob\\AppData\\Local' } },
      rendered: [{ os: 'windows' }],
    })
    expect(run(['render', 'p.yaml', '--host', 'host.json', '--os', 'linux'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('the --host file is for windows'),
    })
    put('host.yaml', 'os: linx\nhom: /x\nuser: 5')
    const ran = run(['render', 'p.yaml', '--host', 'host.yaml'])
    expect(ran).toMatchObject({ code: 2 })
    for (const words of [
      'host.yaml:2:1 hom: unknown fact "hom"',
      'host.yaml:1:1 os: expected one of linux, macos, windows',
      'host.yaml:3:1 user: expected a string',
    ])
      expect(ran.err).toContain(words)
    put('host.yaml', 'os: macos\nuser: "a/b"\nhome: Users/ann\nlogDir: "/a\\nb"\nversions: { foo: 1 }')
    const paths = run(['render', 'p.yaml', '--host', 'host.yaml'])
    expect(paths.code).toBe(2)
    for (const words of [
      'host.yaml:3:1 home: expected an absolute path of macos',
      'user: "a/b" cannot be an account',
      'logDir: control characters',
      'versions.foo: unknown version "foo"',
    ])
      expect(paths.err).toContain(words)
  })

  test('what cannot be written is said with its exit code, and nothing is left', () => {
    put('p.yaml', minimal())
    put('file', 'x')
    expect(run(['render', 'p.yaml', '--os', 'linux', '--out', 'file'])).toMatchObject({ code: 1, err: expect.stringContaining('a file is in the way') })
    mkdirSync(join(folder, 'closed'), { mode: 0o555 })
    const uid = process.getuid?.() === 0 ? { uid: 65_534 } : {}
    expect(run(['render', 'p.yaml', '--os', 'linux', '--out', 'closed'], uid)).toMatchObject({ code: 4, err: expect.stringContaining('may not write closed') })
    expect(readdirSync(join(folder, 'closed'))).toEqual([])
    expect(run(['render', 'p.yaml', '--os', 'linux', '--out', 'closed'], uid).err).toMatch(/run: sudo install -d -o \S+ closed; or choose another place/)
    // Node's own recursive mkdir never ends here.
    if (process.platform === 'linux')
      expect(run(['render', 'p.yaml', '--os', 'linux', '--out', '/proc/hermes-install'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('cannot write /proc/hermes-install'),
      })
  })

  test('what never ends is not read: a pipe, a device', () => {
    spawnSync('mkfifo', [join(folder, 'pipe.yaml')])
    for (const path of ['pipe.yaml', '/dev/zero'])
      expect(run(['validate', path])).toMatchObject({ code: 2, err: expect.stringContaining('it is not a regular file') })
  })

  test('a reader that has seen enough is no error', () => {
    const { stderr } = spawnSync('/bin/sh', ['-c', '"$0" "$1" schema | head -c 10; "$0" "$1" render --help | true', process.execPath, main], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
  })
})

describe('usage', () => {
  test.each([
    [['rendr'], 2, "unknown command 'rendr'"],
    [['render', '--ot', 'x'], 2, "unknown option '--ot'"],
    [['render', '--os', 'beos'], 2, 'beos'],
    [['render', 'nowhere.yaml'], 2, 'there is no profile nowhere.yaml'],
    [['render', 'hermes-gatway'], 2, 'did you mean the shipped profile hermes-gateway?'],
    [['render', '--instance', 'A b'], 2, 'cannot be an instance'],
    [['render', '--host', 'nowhere'], 2, 'cannot read nowhere'],
    [[], 2, 'Usage'],
  ] as const)('%j ends with %i', (args, code, words) => {
    const ran = run(args)
    expect(ran.code).toBe(code)
    expect(ran.out + ran.err).toContain(words)
    expect(ran.err).not.toMatch(/\n\s+at /)
  })

  test('with --json a mistake is one document on stdout too', () => {
    put('p.yaml', 'version: 1\nname: x\ncomand: [/x]')
    const ran = run(['render', 'p.yaml', '--json'])
    expect(ran.code).toBe(2)
    expect(json(ran)).toMatchObject({
      command: 'render',
      ok: false,
      changed: false,
      error: { code: 'PROFILE_INVALID', issues: [{ file: 'p.yaml', line: 3, column: 1, key: 'comand', hint: 'did you mean "command"?' }] },
    })
    expect(json(run(['render', '--nope', '--json']))).toMatchObject({ ok: false, error: { code: 'USAGE' } })
  })

  test('no colours but on a terminal', () => {
    expect(run(['render', '--os', 'linux', '--out', 'o']).out).not.toContain('\u001b')
  })

  test('a profile cannot move the cursor of who reads its mistakes', () => {
    put('p.yaml', 'version: 1\nname: x\ncommand: ["\\e[2Jx"]\n"\\e]0;evil\\a": 1')
    const ran = run(['validate', 'p.yaml'])
    expect(ran.code).toBe(2)
    expect(ran.err).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/)
  })
})

test('validate finds what any OS would refuse', () => {
  put('p.yaml', 'version: 1\nname: x\ncommand: [/x, "\\u0001"]')
  expect(run(['validate', 'p.yaml', '--os', 'linux'])).toMatchObject({ code: 0 })
  const ran = run(['validate', 'p.yaml'])
  expect(ran).toMatchObject({ code: 2 })
  expect(ran.err).toContain('p.yaml:3:15 command[1]: XML cannot carry a control character (macos)')
  expect(ran.err).toContain('p.yaml:3:11 command[0]: the program must be absolute on windows')
})

test('validate says why a key is not exact where that matters, and tells programs always', () => {
  put('p.yaml', minimal('restart: { delays: [1s, 5s] }'))
  const args = ['validate', 'p.yaml', '--os', 'linux']
  const brief = run(args)
  expect(brief).toMatchObject({ code: 0 })
  expect(brief.out).toContain('(not exact: restart.delays)')
  expect(brief.out).not.toContain('~ restart.delays')
  const reason = /^ {2}~ restart\.delays: systemd .*\n {4}-> RestartSec= is the first delay/m
  expect(run([...args, '--verbose'])).toMatchObject({ code: 0, out: expect.stringMatching(reason) })
  expect(run([...args, '--strict'])).toMatchObject({ code: 5, out: expect.stringMatching(reason) })
  const checked = [{ os: 'linux', exact: false, limits: [{ key: 'restart.delays', fidelity: 'approximate' }] }]
  expect(json(run([...args, '--json']))).toMatchObject({ ok: true, checked })
  expect(json(run([...args, '--json', '--strict']))).toMatchObject({ ok: false, error: { code: 'NOT_EXACT' }, checked })
})

test('one mistake is one, however many OSes find it', () => {
  put('p.yaml', 'version: 2\nname: x\ncommand: ["${home}/x"]')
  put('host.yaml', host)
  expect(run(['render', 'p.yaml', '--os', 'all'])).toMatchObject({ code: 2, err: expect.stringContaining('error: one mistake in the profile\n') })
})

test('a path that cannot be read is a mistake of who typed it, not of this program', () => {
  symlinkSync('loop.yaml', join(folder, 'loop.yaml'))
  put('file', '')
  mkdirSync(join(folder, 'closed'), { mode: 0o700 })
  put('closed/p.yaml', minimal())
  put('p.yaml', minimal())
  const other = process.getuid?.() === 0 ? { uid: 65_534 } : {}
  chmodSync(join(folder, 'closed'), process.getuid?.() === 0 ? 0o700 : 0)
  for (const [path, words] of [
    ['loop.yaml', 'cannot read loop.yaml: its symbolic links lead in a circle'],
    ['file/p.yaml', 'there is no profile file/p.yaml'],
    [`${'x'.repeat(300)}.yaml`, 'the name is too long'],
    ['closed/p.yaml', 'cannot read closed/p.yaml: this user may not read it, or a folder above it'],
    ['closed', 'cannot read closed: this user may not read it, or a folder above it'],
  ] as const)
    for (const command of ['render', 'validate'])
      expect(json(run([command, path, '--json'], other))).toMatchObject({ error: { code: 'PROFILE_NOT_FOUND', message: expect.stringContaining(words) } })
  for (const flag of ['--values', '--host'])
    expect(run(['render', 'p.yaml', flag, 'closed/p.yaml'], other)).toMatchObject({ code: 2, err: expect.stringContaining('may not read it') })
  chmodSync(join(folder, 'closed'), 0o700)
})

test('init writes a profile that validates once, and never over another', () => {
  expect(run(['init', '9.yaml'])).toMatchObject({ code: 0 })
  expect(run(['validate', '9.yaml'])).toMatchObject({ code: 0 })
  expect(run(['init', 'My App.yaml'])).toMatchObject({ code: 0, out: expect.stringContaining("then: hermes-install validate 'My App.yaml'\n") })
  expect(run(['validate', 'My App.yaml'])).toMatchObject({ code: 0 })
  expect(readFileSync(join(folder, 'My App.yaml'), 'utf8')).toContain('name: my-app\n')
  expect(readFileSync(join(folder, 'My App.yaml'), 'utf8')).toContain("['C:\\Program Files\\my-app\\my-app.exe', --serve]")
  expect(run(['init', 'My App.yaml'])).toMatchObject({ code: 1, err: expect.stringContaining('is there already') })
  expect(run(['init', 'My App.yaml', '--force'])).toMatchObject({ code: 0 })
  expect(json(run(['init', '--json']))).toEqual({ command: 'init', ok: true, changed: true, file: 'profile.yaml' })
  symlinkSync('/nowhere/x', join(folder, 'link.yaml'))
  expect(run(['init', 'link.yaml'])).toMatchObject({ code: 1 })
})

test('schema prints the schema that is shipped', () => {
  expect(run(['schema']).out).toBe(readFileSync(join(import.meta.dirname, '../profiles/profile.schema.json'), 'utf8'))
})

test('hundreds of profiles go through threads, with the same result, and a name that two of them bear is found', () => {
  for (let i = 0; i < 260; i++) put(`many/p${String(i).padStart(3, '0')}.yaml`, minimal(`description: number ${i}`).replace('my-app', `app-${i}`))
  put('many/p259.yaml', minimal().replace('my-app', 'app-0'))
  put('many/p258.yaml', 'version: 1\nname: x\ncomand: [/x]')
  const ran = run(['render', 'many', '--os', 'all', '--out', 'all'])
  expect(ran.code).toBe(2)
  expect(ran.err).toContain('many/p258.yaml:3:1 comand: unknown key "comand"')
  expect(ran.err).toContain('many/p259.yaml:2:1 name: app-0 is rendered from many/p000.yaml already')
  expect(readdirSync(folder)).toEqual(['many'])
  rmSync(join(folder, 'many/p258.yaml'))
  rmSync(join(folder, 'many/p259.yaml'))
  expect(run(['render', 'many', '--os', 'all', '--out', 'all'])).toMatchObject({ code: 0, out: expect.stringContaining('774 rendered into all, 774 changed') })
  expect(run(['render', 'many/p257.yaml', '--os', 'all', '--out', 'one'])).toMatchObject({ code: 0 })
  expect(tree(join(folder, 'all/app-257'))).toEqual(tree(join(folder, 'one/app-257')))
  expect(readdirSync(join(folder, 'all'))).toHaveLength(258)
  put('many/p000.yaml', minimal('description: new').replace('my-app', 'app-0'))
  rmSync(join(folder, 'all/app-200'), { recursive: true })
  put('all/app-200', 'in the way')
  expect(json(run(['render', 'many', '--os', 'all', '--out', 'all', '--json']))).toMatchObject({
    changed: false,
    error: { message: 'cannot write all/app-200: a file is in the way' },
  })
  expect(readdirSync(join(folder, 'all'))).toHaveLength(258)
  put('many/p000.yaml', minimal('description: number 0').replace('my-app', 'app-0'))
  rmSync(join(folder, 'all/app-200'))
  expect(run(['render', 'many', '--os', 'all', '--out', 'all'])).toMatchObject({ code: 0, out: expect.stringContaining('774 rendered into all, 3 changed') })
  expect(run(['render', 'many', '--os', 'all', '--out', 'all', '--check'])).toMatchObject({ code: 0, out: expect.stringContaining('774 rendered, 0 differ') })
}, 60_000)

test.skipIf(process.platform === 'win32')('uninstalling what is not there is no failure, whether there is a service manager or not', () => {
  put('never.yaml', minimal().replace('name: my-app', 'name: hermes-install-never-installed'))
  expect(json(run(['uninstall', 'never.yaml', '--json']))).toMatchObject({ command: 'uninstall', ok: true, changed: false })
  expect(json(run(['uninstall', 'hermes-install-never-installed', '--json']))).toMatchObject({ command: 'uninstall', ok: true, changed: false })
})
