// What `doctor` reads on Windows, by Windows' own node.exe and Wine's reg.exe: values as a real registry has them, not as somebody wrote them down.
// Stand-in: sc-strict.c, which stores FailureActions as Microsoft documents them. Not seen here: whoami, cacls and wevtutil, which Wine lacks or only pretends to have.
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Finding } from '../../src/doctor/check.ts'
import { startWine, type Wine } from '../beds/wine.ts'
import { make, minimal } from '../help.ts'

const label = 'my-app'
const services = `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${label}`
const { service } = make(minimal('restart: { policy: always, delays: [1s, 2s, 4s, 9s], resetAfter: 60s }\n'), {
  os: 'windows',
  host: { os: 'windows', user: 'root', home: 'C:\\users\\root' },
})

/** The part of the program that reads Windows, and the checks that it feeds. */
const source = `
import { judge } from './src/doctor/check.ts'
import { known } from './src/doctor/facts.ts'
import { checks } from './src/doctor/list.ts'
import { fallback, proxies, serviceKey, startup, uac } from './src/system/doctor/windows.ts'
import { run } from './src/system/run.ts'
async function main() {
  const service = { ...JSON.parse(process.argv[2]), set: new Set() }
  const system = { run: (argv, options) => run(argv, {}, options) }
  const [key, own, entries, handed, control] = await Promise.all([
    serviceKey(system, service), fallback(system, service), startup(system, service.host), proxies(system), uac(system, { admin: true, elevated: true, sid: null }),
  ])
  const facts = {
    user: known({ os: 'windows', name: 'root', uid: null, home: service.host.home, elevated: true }),
    service: known(service), profile: known(service), registry: known(key), fallback: known(own), startup: known(entries), proxies: known(handed), uac: known(control),
  }
  console.log(JSON.stringify(checks.flatMap(([id, check]) => (check.platforms.includes('windows') && check.needs.every((name) => name in facts) ? judge(id, check, facts, null) : []))))
}
main()`

let wine: Wine
beforeAll(async () => {
  wine = await startWine({ sc: 'strict' })
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  })
  wine.writeFile('C:\\t\\doctor.cjs', outputFiles[0]!.text)
})
afterAll(() => wine.stop())

async function says(id: string): Promise<readonly Pick<Finding, 'level' | 'text' | 'fix'>[]> {
  const { code, output } = await wine.run(['C:\\Program Files\\nodejs\\node.exe', 'C:\\t\\doctor.cjs', JSON.stringify(service)])
  expect({ code, output }).toMatchObject({ code: 0 })
  return (JSON.parse(output) as Finding[]).filter((one) => one.id === id)
}
async function must(...argv: string[]): Promise<void> {
  expect(await wine.run(argv)).toMatchObject({ code: 0 })
}
/** Runs what a fix says, as somebody would paste it into a prompt. */
async function does(fix: string): Promise<void> {
  wine.writeFile('C:\\t\\fix.cmd', `@echo off\r\n${fix.split(' & ').join(' || exit /b 1\r\n')}\r\n`)
  await must('cmd.exe', '/d', '/c', 'C:\\t\\fix.cmd')
}

test('a service that is not there is no service that is wrong', async () => {
  expect((await says('recovery-ladder'))[0]).toMatchObject({ level: 'skipped', text: 'there is no such service' })
})

test('recovery actions: none, those of the profile by the fix, three as services.msc leaves them', async () => {
  await must('sc.exe', 'create', label, 'binPath=', '"C:\\x\\my-app.exe"', 'start=', 'auto')
  const [none] = await says('recovery-ladder')
  expect(none).toMatchObject({
    level: 'error',
    text: expect.stringMatching(
      /^it recovers by nothing, .*the profile says restart\/1000 restart\/2000 restart\/4000 restart\/9000, reset after 60 s$/,
    ) as string,
  })
  await does(none!.fix)
  expect((await says('recovery-ladder'))[0]).toMatchObject({
    level: 'ok',
    text: 'it recovers by restart/1000 restart/2000 restart/4000 restart/9000, reset after 60 s',
  })
  await must('sc.exe', 'failure', label, 'reset=', '60', 'actions=', 'restart/1000/restart/2000/restart/4000')
  const [three] = await says('recovery-ladder')
  expect(three).toMatchObject({ level: 'error', text: expect.stringContaining('services.msc keeps three') as string })
  await does(three!.fix)
  await must('sc.exe', 'failureflag', label, '0')
  const [flag] = await says('recovery-ladder')
  expect(flag).toMatchObject({ level: 'error', text: 'an exit code that it reports itself does not count as a failure' })
  await does(flag!.fix)
  expect((await says('recovery-ladder'))[0]).toMatchObject({ level: 'ok' })
})

test('a path without quotes', async () => {
  await must('reg.exe', 'add', services, '/v', 'ImagePath', '/t', 'REG_EXPAND_SZ', '/d', 'C:\\Program Files\\My App\\my-app.exe --port 80', '/f')
  const [found] = await says('unquoted-path')
  expect(found).toMatchObject({ level: 'error', text: 'its path is not quoted: C:\\Program Files\\My App\\my-app.exe --port 80' })
  await does(found!.fix)
  expect((await says('unquoted-path'))[0]).toMatchObject({ level: 'ok' })
})

test('what starts at login, what was switched off, proxies, UAC', async () => {
  const explorer = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion'
  await must('reg.exe', 'add', `${explorer}\\Run`, '/v', 'Hermes', '/t', 'REG_SZ', '/d', '"C:\\h\\python.exe" -m hermes_cli.main gateway run', '/f')
  const [window] = await says('console-window')
  expect(window).toMatchObject({ level: 'warning', text: 'Hermes opens a console window at every login, and ends when that is closed' })
  await does(window!.fix)
  expect((await says('console-window'))[0]).toMatchObject({ level: 'ok' })

  wine.writeFile(`C:\\users\\root\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\${label}.lnk`, '')
  expect((await says('service-and-startup'))[0]).toMatchObject({ level: 'warning', text: 'the service and its Startup entry both start it' })
  await must('sc.exe', 'delete', label)
  expect((await says('service-and-startup'))[0]).toMatchObject({ level: 'ok' })
  await must(
    'reg.exe',
    'add',
    `${explorer}\\Explorer\\StartupApproved\\StartupFolder`,
    '/v',
    `${label}.lnk`,
    '/t',
    'REG_BINARY',
    '/d',
    '030000001122334455667788',
    '/f',
  )
  expect((await says('service-and-startup'))[0]).toMatchObject({ level: 'error', text: 'its Startup entry is switched off in the Task Manager' })

  await must(
    'reg.exe',
    'add',
    'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment',
    '/v',
    'HTTP_PROXY',
    '/t',
    'REG_SZ',
    '/d',
    'http://u:hush@proxy:3128',
    '/f',
  )
  const [proxy] = await says('manager-proxy')
  expect(proxy).toMatchObject({ level: 'warning', text: 'every service of the machine is handed HTTP_PROXY (proxy:3128)' })
  expect(JSON.stringify(proxy)).not.toContain('hush')
  await does(proxy!.fix)
  expect((await says('manager-proxy'))[0]).toMatchObject({ level: 'ok' })

  await must('reg.exe', 'add', 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System', '/v', 'EnableLUA', '/t', 'REG_DWORD', '/d', '0', '/f')
  const [off] = await says('uac')
  expect(off).toMatchObject({ level: 'warning', text: 'UAC is off: every program runs with all rights' })
  await does(off!.fix.replace(/, then restart Windows$/, ''))
  expect((await says('uac')).map(({ level }) => level)).toEqual(['info'])
})
