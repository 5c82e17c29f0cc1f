// `hermes-install import` as a user runs it: what is printed where, what is written, and the exit code.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const main = join(import.meta.dirname, '../../dist/main.cjs')
let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hermes-install-import-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (name: string, text: string): void => {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), text)
}
/** @param node words before the program, @param path folders with stand-ins, before the system's */
function run(
  args: readonly string[],
  { node = [], path = '' }: { node?: readonly string[]; path?: string } = {},
): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, main, 'import', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${path}:${process.env['PATH']}`, HOME: folder },
  })
  return { code: status, out: stdout, err: stderr }
}
const unit = '[Service]\nExecStart=/usr/bin/app\nEnvironment=API_TOKEN=hunter2 A=1\n'

test('the profile is on stdout, and nothing is written', () => {
  put('app.service', unit)
  const { code, out, err } = run(['app.service'])
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('name: app\n')
  expect(out).toContain('# API_TOKEN looks like a secret')
  expect(out).not.toContain('hunter2')
  expect(readdirSync(folder)).toEqual(['app.service'])
})

test('--out writes it, and replaces nothing without --yes', () => {
  put('app.service', unit)
  expect(run(['app.service', '--out', 'app.yaml'])).toMatchObject({ code: 0, out: 'wrote app.yaml\n' })
  const first = readFileSync(join(folder, 'app.yaml'), 'utf8')
  expect(first).toBe(run(['app.service']).out)
  put('app.yaml', 'mine')
  expect(run(['app.service', '--out', 'app.yaml'])).toMatchObject({ code: 1, err: expect.stringContaining('--yes') as string })
  expect(readFileSync(join(folder, 'app.yaml'), 'utf8')).toBe('mine')
  expect(run(['app.service', '--out', 'app.yaml', '--yes'])).toMatchObject({ code: 0 })
  expect(readFileSync(join(folder, 'app.yaml'), 'utf8')).toBe(first)
  expect(readdirSync(folder).sort()).toEqual(['app.service', 'app.yaml'])
})

test('--json is one document', () => {
  put('app.service', unit)
  const { code, out, err } = run(['app.service', '--json'])
  expect([code, err]).toEqual([0, ''])
  const document = JSON.parse(out) as { comments: { key: string }[] }
  expect(document).toMatchObject({ command: 'import', ok: true, changed: false, os: 'linux', profile: { name: 'app', environment: { A: '1' } } })
  expect(document.comments.map(({ key }) => key)).toContain('environment.API_TOKEN')
  expect(out).not.toContain('hunter2')
})

test('drop-ins beside the file lie over it', () => {
  put('app.service', unit)
  put('app.service.d/20-b.conf', '[Service]\nNice=5\n')
  put('app.service.d/10-a.conf', '[Service]\nNice=10\n')
  put('app.service.d/readme', '[Service]\nNice=15\n')
  expect(run(['app.service']).out).toContain('priority: 5\n')
})

test.each([
  ['once.service', '[Service]\nType=oneshot\nExecStart=/bin/true\n', 'runs once'],
  ['bad.service', '[Service]\nExecStart=/bin/true "\n', 'a quote is not closed'],
  ['note.txt', 'hello', 'no service that is known'],
])('%s: a reason, and nothing on stdout', (name, text, words) => {
  put(name, text)
  expect(run([name])).toEqual({ code: 1, out: '', err: expect.stringMatching(new RegExp(`error:.*${words}[^]*hint:`)) })
  expect(JSON.parse(run([name, '--json']).out)).toMatchObject({ command: 'import', ok: false, error: { code: 'NOT_IMPORTED' } })
})

test('a file that is not there, and a name that nobody knows', () => {
  expect(run(['./gone.service'])).toMatchObject({ code: 1, err: expect.stringContaining('there is no file ./gone.service') as string })
  expect(run(['no-such-service'])).toMatchObject({ code: 1, out: '' })
  expect(run([]).code).toBe(2)
  expect(run(['.'])).toMatchObject({ code: 2, err: expect.stringContaining('is a folder') as string })
  expect(run(['--help']).out).toContain('Examples:')
})

test('a binary property list is converted by plutil, or refused', () => {
  writeFileSync(join(folder, 'a.plist'), Buffer.from('62706c697374303080ff', 'hex'))
  expect(run(['a.plist'])).toMatchObject({ code: 1, err: expect.stringContaining('plutil -convert xml1') as string })
  put(
    'bin/plutil',
    `#!/bin/sh\n[ "$*" = "-convert xml1 -o - -- a.plist" ] && echo '<plist version="1.0"><dict><key>Label</key><string>a</string><key>Program</key><string>/bin/a</string><key>RunAtLoad</key><true/></dict></plist>'\n`,
  )
  chmodSync(join(folder, 'bin/plutil'), 0o755)
  expect(run(['a.plist'], { path: join(folder, 'bin') })).toMatchObject({ code: 0, out: expect.stringContaining('command: [/bin/a]') as string })
})

test('by name, launchd is asked where the job came from', () => {
  const plist = join(folder, 'elsewhere/com.example.app.plist')
  put(
    'elsewhere/com.example.app.plist',
    '<plist version="1.0"><dict><key>Label</key><string>com.example.app</string><key>Program</key><string>/bin/a</string><key>KeepAlive</key><true/></dict></plist>',
  )
  put(
    'bin/launchctl',
    `#!/bin/sh\ncase "$*" in "print gui/"*"/com.example.app") printf 'gui/501/com.example.app = {\\n\\tpath = ${plist}\\n}\\n' ;; *) exit 113 ;; esac\n`,
  )
  chmodSync(join(folder, 'bin/launchctl'), 0o755)
  const mac = { node: ['-r', join(import.meta.dirname, '../posix/as-macos.cjs')], path: join(folder, 'bin') }
  expect(run(['com.example.app'], mac)).toMatchObject({ code: 0, out: expect.stringMatching(/name: com-example-app\n[^]*policy: always/) as string })
  expect(run(['com.example.other'], mac)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/no service of that name[^]*launchctl print gui\/[^]*LaunchDaemons/) as string,
  })
  expect(existsSync(join(folder, 'out'))).toBe(false)
})
