// The single executable on a machine without Node: the same bytes, words and documents as the program of npm, threads and all; and in a box, as another user.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBox } from '../beds/systemd.ts'

const root = join(import.meta.dirname, '../..')
const main = join(root, 'dist/main.cjs')
let folder: string
let executable: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hermes-install-sea-'))
  chmodSync(folder, 0o755)
  // A blank in its path, as on macOS and Windows.
  executable = join(folder, 'my programs/hermes-install')
  execFileSync(process.execPath, [join(root, 'build/sea.mjs'), executable], { stdio: 'pipe' })
  mkdirSync(join(folder, 'bin'))
  for (const name of ['sh', 'id', 'systemctl', 'setpriv']) {
    const from = ['/usr/bin', '/bin'].map((place) => join(place, name)).find((path) => existsSync(path))
    if (from !== undefined) symlinkSync(from, join(folder, 'bin', name))
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}
const run = (program: readonly string[], args: readonly string[], cwd: string): Ran => {
  mkdirSync(join(folder, cwd), { recursive: true })
  const env = { PATH: join(folder, 'bin'), HOME: folder, HERMES_INSTALL_CACHE: join(folder, cwd, 'cache') }
  const { status, stdout, stderr } = spawnSync(program[0]!, [...program.slice(1), ...args], { cwd: join(folder, cwd), env, encoding: 'utf8' })
  return { status, stdout, stderr }
}
/** Both programs, each in a folder of its own. */
const both = (...args: string[]): { alone: Ran; npm: Ran } => ({ alone: run([executable], args, 'alone'), npm: run([process.execPath, main], args, 'npm') })
const tree = (path: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(path, name)).isFile())
      .sort()
      .map((name) => [name, `${(statSync(join(path, name)).mode & 0o777).toString(8)} ${readFileSync(join(path, name), 'utf8')}`]),
  )
const same = (name: string): void => {
  const ours = tree(join(folder, 'alone', name))
  expect(Object.keys(ours).length).toBeGreaterThan(10)
  expect(ours).toEqual(tree(join(folder, 'npm', name)))
}
const profile = (name: string): string =>
  `version: 1\nname: ${name}\ncommand: [/bin/sleep, "1000"]\nwindows: { command: ['C:\\x.exe'] }\nhealth: { stableFor: 10ms }\n`

test('there is no Node but the one in it', () => {
  expect(spawnSync('sh', ['-c', 'command -v node npm'], { env: { PATH: join(folder, 'bin') } }).status).not.toBe(0)
  expect(run([executable], ['--version'], 'alone')).toEqual({
    status: 0,
    stderr: '',
    stdout: `${(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version}\n`,
  })
})

test('renders the shipped profiles and a file to the same bytes', () => {
  const file = join(root, 'test/golden/minimal.yaml')
  const { alone, npm } = both('render', 'hermes-gateway', 'hermes-dashboard', file, '--os', 'all', '--out', 'trees')
  expect(alone).toEqual(npm)
  expect(alone.status).toBe(0)
  same('trees')
})

test('hundreds of profiles go through threads', () => {
  mkdirSync(join(folder, 'profiles'))
  for (let i = 0; i < 250; i++) writeFileSync(join(folder, `profiles/app-${i}.yaml`), profile(`app-${i}`))
  const { alone, npm } = both('render', '../profiles', '--os', 'all', '--out', 'many')
  expect(alone).toEqual(npm)
  expect(alone).toMatchObject({ status: 0, stdout: expect.stringContaining('750 rendered') })
  same('many')
})

test.each([
  ['plan', '--json'],
  ['status', '--json'],
  ['doctor', '--json'],
  ['validate', join(root, 'profiles/examples'), '--verbose'],
  ['schema'],
  ['completion', 'bash'],
  ['__complete', 'fish', 'render', '--set', '='],
  ['winsw', 'fetch', '--offline', '--out', 'winsw'],
  ['render', '--help'],
  ['rende'],
])('%s %s %s', (...args) => {
  const { alone, npm } = both(...args.filter((word) => word !== undefined))
  expect({ ...alone, stderr: alone.stderr.replaceAll('/alone', '/npm') }).toEqual(npm)
})

test('init gives an editor the schema', () => {
  expect(run([executable], ['init', 'web.yaml'], 'fresh')).toMatchObject({ status: 0 })
  const [, url] = /\$schema=(\S+)/.exec(readFileSync(join(folder, 'fresh/web.yaml'), 'utf8'))!
  expect(readFileSync(fileURLToPath(url!), 'utf8')).toBe(readFileSync(join(root, 'profiles/profile.schema.json'), 'utf8'))
  // Where there can be no cache it is done all the same.
  writeFileSync(join(folder, 'fresh/cache-file'), '')
  const { status } = spawnSync(executable, ['init', 'other.yaml'], {
    cwd: join(folder, 'fresh'),
    env: { HERMES_INSTALL_CACHE: join(folder, 'fresh/cache-file') },
  })
  expect(status).toBe(0)
  expect(readFileSync(join(folder, 'fresh/other.yaml'), 'utf8')).toContain('$schema=profile.schema.json\n')
})

test('applies in a box, for the machine and, as root, for a user', { timeout: 180_000 }, async () => {
  const box = await startBox({ root: '257' })
  try {
    copyFileSync(executable, join(box.root, 'usr/local/bin/hermes-alone'))
    await box.addUser('alice')
    await box.write('/srv/p.yaml', profile('web'))
    const hermes = (args: readonly string[], options = {}) => box.exec(['/usr/local/bin/hermes-alone', ...args], { timeoutMs: 60_000, ...options })
    expect(await hermes(['apply', '/srv/p.yaml', '--scope', 'system', '--json'])).toMatchObject({ code: 0 })
    expect(await hermes(['apply', '/srv/p.yaml', '--user', 'alice', '--json'])).toMatchObject({ code: 0 })
    expect((await box.exec(['systemctl', '--user', 'is-active', 'web'], { user: 'alice' })).stdout.trim()).toBe('active')
    // What it says to do can be done.
    const refused = await hermes(['apply', '/srv/p.yaml', '--scope', 'system', '--set', 'x=y'], { user: 'alice' })
    expect(refused.code).toBe(2)
    const told = await hermes(['stop', 'web', '--scope', 'system'], { user: 'alice' })
    expect(told).toMatchObject({ code: 4, stderr: expect.stringContaining('run: sudo /usr/local/bin/hermes-alone stop web --scope system\n') })
    expect(await box.exec(['/usr/local/bin/hermes-alone', 'stop', 'web', '--scope', 'system'])).toMatchObject({ code: 0 })
  } finally {
    await box.stop()
  }
})
