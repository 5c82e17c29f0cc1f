// `export` as a user runs it, and `--inventory` where it cannot begin; the runs themselves are in test/oracles/fleet*.test.ts.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const main = join(import.meta.dirname, '../../dist/main.cjs')
let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'hermes-install-export-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function run(args: readonly string[], env: Record<string, string> = {}): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: '/nonexistent', HOME: folder, ...env },
  })
  return { code: status, out: stdout, err: stderr }
}
const put = (name: string, text: string): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}
const tree = (root: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(folder, root), { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, root, name)).isFile())
      .sort()
      .map((name) => [name, readFileSync(join(folder, root, name), 'utf8')]),
  )
const app = (more = ''): string => `version: 1
name: app
parameters: { port: { default: "8080" } }
command: [/usr/bin/app, "\${port}", "\${home}"]
windows: { command: ['C:\\app.exe', "\${port}"] }
${more}`
const facts = { os: 'linux', user: 'ann', uid: 1001, home: '/home/ann' }
const hosts = (all: object): void => put('hosts.json', JSON.stringify({ hosts: all }))

describe('export ansible', () => {
  test('twice the same bytes; --check sees what differs', () => {
    put('profiles/app.yaml', app('extends: ../base/base.yaml\n'))
    put('base/base.yaml', 'version: 1\nname: base\ncommand: [/x]\ndescription: From the base\n')
    const args = ['export', 'ansible', 'profiles/app.yaml', '--set', 'port=9090', '--scope', 'system', '--out', 'out']
    expect(run([...args, '--check']).code).toBe(3)
    expect(run(args).code).toBe(0)
    const first = tree('out')
    expect(JSON.parse(run([...args, '--json']).out)).toMatchObject({ command: 'export ansible', ok: true, changed: false })
    expect(tree('out')).toEqual(first)
    expect(run([...args, '--check']).code).toBe(0)
    expect(first['roles/hermes_install/files/profiles/profiles/app.yaml']).toContain('extends: ../base/base.yaml')
    expect(first['roles/hermes_install/files/profiles/base/base.yaml']).toContain('From the base')
    expect(first['roles/hermes_install/defaults/main.yml']).toContain(
      'hermes_install_arguments:\n  - "profiles/profiles/app.yaml"\n  - "--scope"\n  - "system"\n  - "--set"\n  - "port=9090"\nhermes_install_scope: system\n',
    )
    writeFileSync(join(folder, 'out/apply.yml'), 'mine')
    const { code, out } = run([...args, '--check'])
    expect([code, out]).toEqual([3, `changed  ${join('out', 'apply.yml')}\n1 files differ from out\n`])
    // What the role calls finds what went along.
    hosts({ web: { facts } })
    expect(run('export hosts out/roles/hermes_install/files/profiles/profiles/app.yaml --hosts hosts.json --out made'.split(' ')).code).toBe(0)
    expect(tree('made')['web/app/app.service']).toContain('From the base')
  })

  test('a shipped profile needs no file', () => {
    expect(run(['export', 'ansible', '--out', 'out']).code).toBe(0)
    expect(tree('out')['roles/hermes_install/defaults/main.yml']).toContain('- "hermes-gateway"')
  })

  test.each([
    ['a base by the path of this machine', app('extends: /srv/base.yaml\n'), /profile has mistakes|path of this machine/],
    ['a mistake', app('nonsense: 1\n'), /nonsense/],
    ['two scopes', app('macos: { scope: system }\n'), /some of the machine/],
  ])('%s is refused', (_, text, message) => {
    put('app.yaml', text)
    const { code, err } = run(['export', 'ansible', 'app.yaml', '--out', 'out'])
    expect([code, err]).toEqual([2, expect.stringMatching(message)])
    expect(readdirSync(folder)).toEqual(['app.yaml'])
  })

  test('no secret is ever in it', () => {
    put('app.yaml', app('environment: { TOKEN: { fromEnv: TOKEN, secret: true } }\n'))
    hosts({ web: { facts } })
    expect(run(['export', 'ansible', 'app.yaml', '--out', 'out'], { TOKEN: 'hush' }).code).toBe(0)
    expect(Object.values(tree('out')).join('')).not.toContain('hush')
    const { code, err } = run(['export', 'ansible', 'app.yaml', '--out', 'out', '--hosts', 'hosts.json'], { TOKEN: 'hush' })
    expect([code, err]).toEqual([1, expect.stringContaining('must not lie in an export')])
    expect(Object.values(tree('out')).join('')).not.toContain('hush')
  })
})

describe('export hosts', () => {
  test('each host by its own facts and values, all in one go', () => {
    put('app.yaml', app())
    hosts({
      a: { facts, values: { port: '1' } },
      b: { facts: { os: 'macos', user: 'bob', uid: 502, home: '/Users/bob' }, values: { port: '2' } },
      c: { facts },
    })
    expect(run('export hosts app.yaml --hosts hosts.json --out made --set port=7'.split(' ')).code).toBe(0)
    const made = tree('made')
    expect(made['a/app/app.service']).toContain('"/usr/bin/app" "1" "/home/ann"')
    expect(made['b/app/app.plist']).toContain('<string>/Users/bob</string>')
    expect(made['c/app/app.service']).toContain('"/usr/bin/app" "7" "/home/ann"')
    expect(JSON.parse(made['a/services/services.json']!)).toMatchObject({
      error: null,
      services: [{ id: 'app', os: 'linux', scope: 'user', unit: 'app.service', sensitive: false }],
    })
    // The same files as a render for that host.
    put('ann.json', JSON.stringify(facts))
    expect(run('render app.yaml --host ann.json --set port=1 --out rendered'.split(' ')).code).toBe(0)
    for (const [name, text] of Object.entries(tree('rendered/app/linux'))) expect(made[`a/app/${name}`]).toBe(text)
  })

  test.each([
    ['facts that are missing', {}, 'facts'],
    ['a fact that is none', { facts: { ...facts, hme: 1 } }, 'unknown fact'],
    ['an unknown parameter', { facts, values: { prot: '1' } }, 'prot'],
    ['a number', { facts, values: { port: 1 } }, 'put it in quotes'],
    ['what Ansible would read as a template', { facts: { ...facts, home: '/home/{{ ann }}' } }, 'template of its own'],
  ])('%s: that host is named, the others are rendered', (_, bad, message) => {
    put('app.yaml', app())
    hosts({ bad, good: { facts } })
    const { code, err } = run('export hosts app.yaml --hosts hosts.json --out made'.split(' '))
    expect([code, err]).toEqual([0, expect.stringMatching(/^failed bad: /)])
    const made = tree('made')
    expect((JSON.parse(made['bad/services/services.json']!) as { error: string }).error).toContain(message)
    expect(made['good/app/app.service']).toContain('/home/ann')
  })

  test('a host cannot write outside of its folder', () => {
    put('app.yaml', app())
    hosts({ '../evil': { facts } })
    expect(run('export hosts app.yaml --hosts hosts.json --out made/deep'.split(' ')).code).toBe(2)
    expect(readdirSync(folder).sort()).toEqual(['app.yaml', 'hosts.json'])
  })
})

describe('--inventory', () => {
  test('without Ansible: how to get it, and 2', () => {
    put('app.yaml', app())
    put('hosts.yml', 'all: {}')
    const { code, out, err } = run(['apply', 'app.yaml', '--inventory', 'hosts.yml', '--json'])
    expect([code, err]).toEqual([2, expect.stringContaining('pipx install ansible-core')])
    expect(JSON.parse(out)).toMatchObject({ command: 'apply', ok: false, error: { code: 'USAGE' } })
  })

  test('its flags mean nothing without it, and say so', () => {
    put('app.yaml', app())
    for (const flag of [['--limit', 'web'], ['--forks', '3'], ['--check'], ['--serial', '25%']]) {
      const { code, err } = run(['apply', 'app.yaml', ...flag])
      expect([code, err]).toEqual([2, expect.stringContaining(`${flag[0]} goes with --inventory`)])
    }
    expect(run(['apply', 'app.yaml', '--inventory', 'x', '--serial', 'all']).code).toBe(2)
  })
})
