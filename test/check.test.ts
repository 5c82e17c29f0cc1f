// `render --check` and `validate` as CI runs them: what a reader sees of a difference, what GitHub marks in the code, and that a profile means the same wherever it lies.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { annotation } from '../src/cli/annotations.ts'
import { minimal } from './help.ts'

const main = join(import.meta.dirname, '../dist/main.cjs')
let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hermes-install-check-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (name: string, text: string): void => {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), text)
}
const run = (args: readonly string[], env: Record<string, string> = {}, cwd = folder) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, TOKEN: 'hunter2', ...env },
  })
  return { code: status, out: stdout, err: stderr }
}
const edit = (name: string, from: string, to: string): void => {
  const text = readFileSync(join(folder, name), 'utf8')
  expect(text).toContain(from)
  writeFileSync(join(folder, name), text.replace(from, to))
}
const tree = (path: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(path, name)).isFile())
      .sort()
      .map((name) => [name, readFileSync(join(path, name), 'utf8')]),
  )
const host = 'os: linux\nuser: alice\nhome: /home/alice\n'
const check = ['render', 'profiles', '--host', 'host.yaml', '--out', 'rendered', '--check']

describe('--check', () => {
  beforeEach(() => {
    put('host.yaml', host)
    put('profiles/web.yaml', minimal('description: "100%"\nenvironment: { T: { fromEnv: TOKEN, secret: true } }\n').replace('my-app', 'web'))
    put('profiles/api.yaml', minimal().replace('my-app', 'api'))
    expect(run(check.slice(0, -1))).toMatchObject({ code: 0 })
  })

  test('shows a difference as diff -u does, from what is there to what is rendered', () => {
    edit('rendered/api/linux/api.service', 'Restart=on-failure', 'Restart=always')
    const { code, out, err } = run(check)
    expect(code).toBe(3)
    expect(out).toMatch(/^changed {2}rendered\/api\/linux\/api\.service\n[^]*2 rendered, 1 differ from rendered\n$/)
    expect(err).toContain('--- rendered/api/linux/api.service\n+++ rendered/api/linux/api.service (rendered)\n@@ -')
    expect(err).toContain('\n-Restart=always\n+Restart=on-failure\n')
    expect(JSON.parse(run([...check, '--json']).out)).toMatchObject({
      rendered: [
        { differences: [{ name: 'api.service', how: 'changed', diff: expect.stringContaining('\n-Restart=always\n+Restart=on-failure\n') }] },
        { differences: [] },
      ],
    })
    expect(run(check).err).not.toContain('::')
  })

  test('one mark in the pull request for each file, on its line, with the command that mends it', () => {
    edit('rendered/api/linux/api.service', 'Restart=on-failure', 'Restart=always')
    rmSync(join(folder, 'rendered/api/linux/uninstall.sh'))
    put('rendered/web/linux/a, b:c', '')
    const line = readFileSync(join(folder, 'rendered/api/linux/api.service'), 'utf8').split('\n').indexOf('Restart=always') + 1
    const mend = 'To mend it, run this and commit what it writes: hermes-install render profiles --host host.yaml --out rendered'
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: folder }
    const marks = run(check, env)
      .err.split('\n')
      .filter((text) => text.startsWith('::error'))
    expect(marks).toEqual([
      `::error file=rendered/api/linux/api.service,line=${line},title=hermes-install::rendered/api/linux/api.service: not what its profile renders to. ${mend}`,
      `::error file=profiles/api.yaml,line=1,title=hermes-install::rendered/api/linux/uninstall.sh: it is rendered, and not there. ${mend}`,
      `::error file=rendered/web/linux/a%2C b%3Ac,line=1,title=hermes-install::rendered/web/linux/a, b:c: nothing renders it. ${mend}`,
    ])
    // From a folder of the repository, paths are still those of the repository; stdout is the document alone.
    const below = run(['render', '.', '--host', '../host.yaml', '--out', '../rendered', '--check', '--json'], env, join(folder, 'profiles'))
    expect(below.err).toContain('\n::error file=rendered/api/linux/api.service,line=')
    expect(JSON.parse(below.out)).toMatchObject({ differs: true })
  })

  test('no text of a file is taken for a command', () => {
    edit('rendered/api/linux/api.service', '[Service]', '::error::forged\n[Service]\n  ::add-mask::x')
    const lines = run(check, { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: folder }).err.split('\n')
    const [, token] = /^::stop-commands::(\S{20,})$/.exec(lines.find((text) => text.startsWith('::stop-commands'))!)!
    const [open, close] = [lines.indexOf(`::stop-commands::${token}`), lines.indexOf(`::${token}::`)]
    for (const forged of ['forged', 'add-mask']) {
      const at = lines.findIndex((text) => text.includes(forged))
      expect(open < at && at < close).toBe(true)
    }
    expect(lines.slice(close + 1).filter((text) => text.startsWith('::'))).toHaveLength(1)
  })

  test('a secret is not in it, nor its hash; not one of an earlier render either', () => {
    edit('rendered/web/linux/secrets.env', 'hunter2', 'hunter3')
    edit('rendered/web/linux/manifest.json', '"sha256": "', '"sha256": "0')
    for (const more of [[], ['--json'], ['--verbose']]) {
      const { code, out, err } = run([...check, ...more], { GITHUB_ACTIONS: 'true' })
      expect(code).toBe(3)
      expect(out + err).not.toMatch(/hunter|@@/)
      if (more.length === 0) expect(err).toMatch(/secrets\.env \(rendered\)\n {4}it holds secrets[\s\S]*manifest\.json \(rendered\)\n {4}it has the hash/)
    }
    // What was a secret and is rendered as something else now.
    run(check.slice(0, -1))
    edit('rendered/api/linux/manifest.json', '"sensitive": false', '"sensitive": true')
    edit('rendered/api/linux/api.service', 'Restart=on-failure', 'Environment=T=hunter2')
    const { out, err } = run([...check, '--json'])
    expect(out + err).not.toContain('hunter')
  })

  test('line ends that a checkout has changed are said to be just that', () => {
    for (const [name, text] of Object.entries(tree(join(folder, 'rendered/api')))) put(`rendered/api/${name}`, text.replaceAll('\n', '\r\n'))
    const { code, err } = run(check)
    expect(code).toBe(3)
    expect(err.match(/only the line ends differ: "-text" in \.gitattributes/g)).toHaveLength(4)
    expect(err).not.toContain('@@')
  })

  test('what is no text, or far too long, is named only', () => {
    writeFileSync(join(folder, 'rendered/api/linux/api.service'), Buffer.alloc(300_000, 0x41))
    rmSync(join(folder, 'rendered/api/linux/install.sh'))
    mkdirSync(join(folder, 'rendered/api/linux/install.sh'))
    const { code, err } = run(check)
    expect(code).toBe(3)
    expect(err.match(/it is no text file of ours/g)).toHaveLength(2)
  })

  test('hundreds of differing files, through threads: the first are shown, all are named', () => {
    for (let i = 0; i < 220; i++) put(`profiles/p${i}.yaml`, minimal().replace('my-app', `p${i}`))
    run(['render', 'profiles', '--os', 'all', '--out', 'rendered'])
    for (let i = 0; i < 220; i++) edit(`rendered/p${i}/linux/p${i}.service`, 'Restart=on-failure', 'Restart=always')
    const { code, out, err } = run(['render', 'profiles', '--os', 'all', '--out', 'rendered', '--check'])
    expect(code).toBe(3)
    expect(out.match(/^changed/gm)).toHaveLength(220)
    expect(err.match(/^\+\+\+ /gm)).toHaveLength(50)
    expect(err).toContain('... and 170 more files (--verbose shows them)')
  })
})

test('mistakes of profiles, values and hosts are marked on their line and column', () => {
  put('repo/profiles/web.yaml', minimal('comand: x\n'))
  put('repo/values.yaml', 'a: [1]\n')
  const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: join(folder, 'repo') }
  const mark = '::error file=profiles/web.yaml,line=5,col=1,title=hermes-install::comand: unknown key "comand" (did you mean "command"?)'
  for (const command of ['validate', 'render', 'plan']) {
    const { code, err } = run([command, 'profiles'], env, join(folder, 'repo'))
    if (command !== 'plan') expect([command, code]).toEqual([command, 2])
    if (code === 2) expect(err.split('\n')).toContain(mark)
  }
  expect(run(['validate', '--values', 'values.yaml'], env, join(folder, 'repo')).err).toMatch(
    /^::error file=values\.yaml,line=1,col=\d+,title=hermes-install::a: /m,
  )
  // What lies elsewhere cannot be marked, and is said all the same.
  put('elsewhere.yaml', minimal('comand: x\n'))
  expect(run(['validate', '../elsewhere.yaml'], env, join(folder, 'repo')).err).toContain('\n::error title=hermes-install::comand: unknown key')
})

test.each([
  [{ file: '/w/a b.yaml', line: 1, column: 2 }, 'x', '::error file=a b.yaml,line=1,col=2,title=hermes-install::x'],
  [{ file: '/w/50%,a:b', line: 1, column: null }, 'a\r\nb%0A::error::', '::error file=50%25%2Ca%3Ab,line=1,title=hermes-install::a%0D%0Ab%250A::error::'],
  [{ file: '/w', line: 1, column: 1 }, 'x', '::error title=hermes-install::x'],
  [{ file: '/wide/a', line: 1, column: 1 }, 'x', '::error title=hermes-install::x'],
  [{ file: '/w/..a', line: null, column: null }, 'x', '::error file=..a,title=hermes-install::x'],
  [{ file: '<hermes-install>/profiles/hermes-gateway.yaml', line: 1, column: 1 }, 'x', '::error title=hermes-install::x'],
])('%j is marked as GitHub reads it', (place, message, line) => {
  expect(annotation(place, message, { GITHUB_WORKSPACE: '/w' })).toBe(line)
})

test('a tree of profiles gives the same bytes wherever it lies, by whatever way it is reached', () => {
  put('host.yaml', host)
  put('one/team/web/web.yaml', `extends: ["../../_bases/_common.yaml", "./_own.yaml"]\n${minimal('displayName: "${who}"\n').replace('my-app', 'web')}`)
  put('one/team/web/_own.yaml', 'extends: []\nenvironment: { A: "own ${home}" }\n')
  put('one/_bases/_common.yaml', 'extends: "_root.yaml"\nrestart: { delays: [1s] }\nparameters: { who: { default: nobody } }\n')
  put('one/_bases/_root.yaml', 'extends: []\nlimits: { openFiles: 77 }\nenvironment: { A: root, B: root }\n')
  put('prod.yaml', 'who: Prod\n')
  const render = (profiles: string, out: string, cwd = folder): Record<string, string> => {
    const up = cwd === folder ? '' : join(folder, '/')
    expect(
      run(['render', profiles, '--os', 'linux', '--host', `${up}host.yaml`, '--values', `${up}prod.yaml`, '--out', join(folder, out)], {}, cwd),
    ).toMatchObject({ code: 0, err: '' })
    return tree(join(folder, out))
  }
  const first = render('one/team/web', 'out-1')
  expect(first['web/linux/web.service']).toMatch(/Prod[\s\S]*own \/home\/alice/)
  // By its file, from inside, by an absolute path, through links to the folder and (relative paths being those of the link) to the whole tree.
  expect(render('one/team/web/web.yaml', 'out-2')).toEqual(first)
  expect(render('.', 'out-3', join(folder, 'one/team/web'))).toEqual(first)
  expect(render(join(folder, 'one/team/web/web.yaml'), 'out-4')).toEqual(first)
  symlinkSync(join(folder, 'one'), join(folder, 'link'))
  expect(render('link/team/web', 'out-5')).toEqual(first)
  // Moved, copied with other rights and times, and with the line ends and byte order mark of another OS.
  cpSync(join(folder, 'one'), join(folder, 'ö ther/deep'), { recursive: true })
  for (const [name, text] of Object.entries(tree(join(folder, 'ö ther/deep')))) {
    put(`ö ther/deep/${name}`, `\ufeff${text.replaceAll('\n', '\r\n')}`)
    chmodSync(join(folder, 'ö ther/deep', name), 0o600)
  }
  expect(render('ö ther/deep/team/web', 'out-6')).toEqual(first)
  renameSync(join(folder, 'one'), join(folder, 'two'))
  expect(render('two/team/web', 'out-7')).toEqual(first)
  // And --check agrees, from anywhere.
  expect(run(['render', 'two/team/web', '--os', 'linux', '--host', 'host.yaml', '--values', 'prod.yaml', '--out', 'out-1', '--check'])).toMatchObject({
    code: 0,
    err: '',
  })
})
