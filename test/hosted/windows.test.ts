// On a real Windows, with admin rights, where the project is hosted (.github/workflows/windows.yml): what Wine has none of. The whole life of a service is in
// test/oracles/windows-apply.test.ts; here are the recovery by the Service Control Manager, access rights, and a user without admin rights.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

const main = join(import.meta.dirname, '../../dist/main.cjs')
const system32 = 'C:\\Windows\\System32'
const label = 'HiHosted'
const folder = `C:\\ProgramData\\hermes-install\\${label}`
const port = 18_995
// Where every user may read: a user without rights runs it, too.
const own = mkdtempSync(join(process.env['PUBLIC'] ?? tmpdir(), 'hi & ü '))
const profile = join(own, 'p.yaml')

const program = `
  const fs = require('fs'), path = require('path')
  fs.appendFileSync(path.join(__dirname, 'starts'), Date.now() + '\\n')
  if (process.argv[2] === 'broken') process.exit(3)
  require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  require('http').createServer((request, response) => response.end(String(process.pid))).listen(${port}, '127.0.0.1')`

const write = (word = 'one'): void =>
  writeFileSync(
    profile,
    `version: 1
name: hi-hosted
label: ${label}
command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(join(own, 'app.cjs'))}, ${word}]
restart: { policy: always, delays: [1s, 2s, 4s], resetAfter: 60s }
stop: { timeout: 5s }
health: { stableFor: 1s, timeout: 30s, tcp: '127.0.0.1:${port}' }
`,
  )

function hi(...argv: string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], { encoding: 'utf8' })
  return { status, output: stdout + stderr }
}
/** The process that answers. */
const pid = async (): Promise<number> => Number(await (await fetch(`http://127.0.0.1:${port}`)).text())
const until = <T>(ask: () => T | Promise<T>, timeout = 60_000): Promise<T> => vi.waitFor(ask, { timeout, interval: 100 })
const sc = (...argv: string[]): { readonly code: number | null; readonly text: string } => {
  const { status, stdout } = spawnSync(`${system32}\\sc.exe`, argv, { encoding: 'utf8' })
  return { code: status, text: stdout }
}

beforeAll(() => {
  mkdirSync(own, { recursive: true })
  writeFileSync(join(own, 'app.cjs'), program)
})
afterAll(() => {
  hi('uninstall', 'hi-hosted', '--yes')
  rmSync(own, { recursive: true, force: true })
})

test('a service that is killed is back after the first delay, and later after the next', { timeout: 180_000 }, async () => {
  write()
  const applied = hi('apply', profile)
  expect(applied.output).toContain('applied, and healthy')
  expect(hi('apply', profile).output).toContain('nothing to do')
  for (const least of [1000, 2000, 4000]) {
    const before = await pid()
    const killed = Date.now()
    execFileSync(`${system32}\\taskkill.exe`, ['/F', '/PID', String(before)])
    await until(async () => expect(await pid()).not.toBe(before))
    const took = Date.now() - killed
    // WinSW and Node take their time to start; the delay is the least.
    expect(took).toBeGreaterThan(least)
    expect(took).toBeLessThan(least + 8000)
  }
})

test('what the service manager has is what the profile says', () => {
  expect(hi('verify', profile).status).toBe(0)
  expect(sc('qfailure', label, '5000').text).toMatch(/1000[^]*2000[^]*4000/)
  sc('failure', label, 'reset=', '60', 'actions=', 'restart/1000/restart/1000/restart/1000')
  expect(hi('verify', profile)).toMatchObject({ status: 3, output: expect.stringContaining('recovery') as string })
  expect(hi('apply', profile).status).toBe(0)
  expect(hi('verify', profile).status).toBe(0)
})

test('only administrators and the service may look into its folder, and its owner may start and stop it', () => {
  const file = join(own, 'acl')
  execFileSync(`${system32}\\icacls.exe`, [folder, '/save', file])
  const sddl = readFileSync(file, 'utf16le')
  expect(sddl).toMatch(/D:P/)
  expect(sddl).not.toMatch(/;;;(?:WD|BU|AU)\)/)
  expect(sc('sdshow', label).text).toMatch(/A;;CCLCSWRPWPLOCRRC;;;S-1-5-21-/)
})

test('a stop ends the tree, and no delay starts it again', { timeout: 120_000 }, async () => {
  const before = await pid()
  expect(hi('stop', profile).status).toBe(0)
  await sleep(10_000)
  await expect(pid()).rejects.toThrow()
  expect(() => process.kill(before, 0)).toThrow()
  expect(hi('start', profile).status).toBe(0)
})

test('one that does not get well leaves the old one as it was; an uninstall leaves its logs and nothing else', { timeout: 180_000 }, async () => {
  write('broken')
  expect(hi('apply', profile)).toMatchObject({ status: 1, output: expect.stringContaining('Everything is as it was before.') as string })
  await until(pid)
  expect(hi('uninstall', 'hi-hosted').status).toBe(0)
  expect([sc('query', label).code, existsSync(`${folder}\\${label}.exe`), existsSync('C:\\Program Files\\hermes-install')]).toEqual([1060, false, false])
})

test('without admin rights it runs from the Startup folder, comes back after a crash, and is replaced by the service', { timeout: 240_000 }, async () => {
  write()
  const out = join(own, 'out.txt')
  /** Basic User: this user without the rights of an administrator (runas /showtrustlevels). */
  const less = (...argv: string[]): void => {
    writeFileSync(
      join(own, 'less.cmd'),
      `@"${process.execPath}" "${main}" ${argv.map((word) => `"${word}"`).join(' ')} > "${out}" 2>&1\r\n@echo ended %ERRORLEVEL%>> "${out}"\r\n`,
    )
    const machine = process.arch === 'arm64' ? ['/machine:arm64'] : []
    spawnSync(`${system32}\\runas.exe`, [...machine, '/trustlevel:0x20000', `${system32}\\cmd.exe /c "${join(own, 'less.cmd')}"`])
  }
  const said = (text: string): Promise<void> => until(() => expect(readFileSync(out, 'utf8')).toContain(text), 120_000)
  less('apply', profile)
  await said('ended 0')
  expect(sc('query', label).code).toBe(1060)
  const before = await pid()
  process.kill(before)
  await until(async () => expect(await pid()).not.toBe(before))
  rmSync(out)
  less('apply', profile, '--require-service')
  await said('ended 4')
  expect(hi('apply', profile).output).toContain('applied, and healthy')
  expect(sc('query', label).code).toBe(0)
  expect(existsSync(join(process.env['APPDATA']!, 'Microsoft\\Windows\\Start Menu\\Programs\\Startup', `${label}.lnk`))).toBe(false)
})
