// Hermes' own installs, as hermes_cli/gateway*.py writes them: a profile that extends the shipped one and holds only what somebody changed.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { made, said, type Options } from '../help.ts'
import { imported } from './help.ts'

const folder = join(import.meta.dirname, 'hermes')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const base = { version: 1, name: 'hermes-gateway', extends: 'hermes-gateway' }

test.each<[file: string, expected: object]>([
  ['hermes-gateway.service', base],
  ['Hermes_Gateway.cmd', base],
  ['Hermes_Gateway_work.vbs', { ...base, windows: { parameters: { hermesHome: { default: 'D:\\My Hermes' } } } }],
  [
    'ai.hermes.gateway.plist',
    { ...base, macos: { environment: { PATH: '/Users/ann/.hermes/node/bin:/Users/ann/.nvm/versions/node/v22.1.0/bin:/opt/homebrew/bin:/usr/bin:/bin' } } },
  ],
  [
    'hermes-gateway-coder.service',
    {
      ...base,
      linux: {
        scope: 'system',
        user: 'ann',
        parameters: { hermesHome: { default: '/srv/hermes' }, checkout: { default: '/opt/hermes' } },
        stop: { command: ['/opt/hermes/.hermes/bin/hermes', '--run-module', 'gateway.systemd_stop_mark'], timeout: '4m10s' },
        restart: { delays: '2m' },
        limits: { memory: '2GiB' },
        environment: {
          PATH: '/opt/node-22/bin:/usr/local/bin:/usr/bin:/bin',
          OPENAI_API_KEY: { fromEnv: 'OPENAI_API_KEY', secret: true },
          HTTPS_PROXY: 'http://proxy.example:3128',
        },
        native: { linux: { Service: { ExecStopPost: '-/opt/hermes/.hermes/bin/hermes --run-module gateway.cgroup_cleanup' } } },
      },
      instance: { command: ['/opt/hermes/.hermes/bin/hermes', '--profile', '${instance}', 'gateway', 'run', '--force'] },
    },
  ],
])('%s', async (file, expected) => {
  const { profile, text } = await imported(join(folder, file), read(file))
  expect(profile).toEqual(expected)
  expect(text).not.toContain('sk-abc')
})

test.each<[file: string, options: Options & { os: 'linux' | 'macos' | 'windows' }]>([
  ['hermes-gateway.service', { os: 'linux', host: { os: 'linux', user: 'ann', home: '/home/ann' } }],
  ['ai.hermes.gateway.plist', { os: 'macos', host: { os: 'macos', user: 'ann', home: '/Users/ann' } }],
  ['Hermes_Gateway.cmd', { os: 'windows', host: { os: 'windows', user: 'ann', home: 'C:\\Users\\ann' } }],
  ['hermes-gateway-coder.service', { os: 'linux', instance: 'coder', env: { OPENAI_API_KEY: 'x' } }],
  ['Hermes_Gateway_work.vbs', { os: 'windows', instance: 'work' }],
])('%s: what is rendered has the same home, and replaces the old install', async (file, options) => {
  const { text } = await imported(join(folder, file), read(file))
  const { service, issues } = await made(text, options)
  expect(said(issues)).toEqual([])
  const home = /HERMES_HOME"?(?:=|\) = "|<\/key>\s*<string>)([^"<\r\n]+)/.exec(read(file))![1]!
  expect(service!.environment).toContainEqual({ kind: 'plain', name: 'HERMES_HOME', value: home })
  expect(service!.workingDirectory).toBe(home)
  const { units, labels, tasks } = service!.replaces
  expect([...units, ...labels, ...tasks].map((name) => name.replace(/\.service$/, ''))).toContain(file.replace(/\.\w+$/, ''))
})

test('a home of its own has a label of its own, and replaces the install of that home', async () => {
  const text = read('hermes-gateway.service').replaceAll('/home/ann/.hermes', '/data/hermes')
  const { profile } = await imported('hermes-gateway-1a2b3c4d.service', text)
  expect(profile).toMatchObject({
    name: 'hermes-gateway-1a2b3c4d',
    extends: 'hermes-gateway',
    linux: {
      label: 'hermes-agent-gateway-1a2b3c4d',
      parameters: { hermesHome: { default: '/data/hermes' }, profileHome: { default: '/data/hermes' } },
      replaces: { linux: { units: ['hermes-gateway-1a2b3c4d.service'] } },
    },
  })
})

test('the item in the Startup folder leads to the script of the task', async () => {
  const item = `' Hermes Agent Gateway\r\nOption Explicit\r\nDim fso, sh, target\r\ntarget = "D:\\My Hermes\\gateway-service\\Hermes_Gateway_work.vbs"\r\n`
  const { profile } = await imported('Hermes_Gateway_work.vbs', item, {
    files: { 'D:\\My Hermes\\gateway-service\\Hermes_Gateway_work.vbs': read('Hermes_Gateway_work.vbs') },
  })
  expect(profile).toMatchObject({ windows: { parameters: { hermesHome: { default: 'D:\\My Hermes' } } } })
})

test('a service of WinSW, and one of NSSM', async () => {
  const xml = `<service><id>HermesGateway</id><name>HermesGateway</name><executable>D:\\h\\venv\\Scripts\\python.exe</executable><arguments>-m hermes_cli.main gateway run</arguments><env name="HERMES_HOME" value="D:\\hermes"/><onfailure action="restart" delay="3 sec"/></service>`
  const profile = { ...base, windows: { parameters: { hermesHome: { default: 'D:\\hermes' }, checkout: { default: 'D:\\h' } } } }
  expect((await imported('D:\\s\\HermesGateway.xml', xml)).profile).toEqual({ ...profile, windows: { ...profile.windows, restart: { delays: '3s' } } })
  const key = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\HermesGateway'
  const registry = [
    key,
    '    Type    REG_DWORD    0x10',
    '    ImagePath    REG_EXPAND_SZ    C:\\nssm.exe',
    `${key}\\Parameters`,
    '    Application    REG_EXPAND_SZ    D:\\h\\venv\\Scripts\\python.exe',
    '    AppParameters    REG_EXPAND_SZ    -m hermes_cli.main gateway run',
    '    AppEnvironmentExtra    REG_MULTI_SZ    HERMES_HOME=D:\\hermes\\0PYTHONIOENCODING=utf-8',
    '',
  ]
  expect((await imported('HKLM', registry.join('\r\n'), { name: 'HermesGateway' })).profile).toEqual(profile)
})

test('another script is refused, and another service that mentions Hermes stays as it is', async () => {
  await expect(imported('x.cmd', '@echo off\r\necho hi\r\n')).rejects.toMatchObject({ code: 'NOT_IMPORTED' })
  const { profile } = await imported('hermes-backup.service', '[Service]\nExecStart=/usr/bin/backup /srv/hermes\n')
  expect(profile['extends']).toBeUndefined()
})

test('all of them are looked at', () => {
  expect(readdirSync(folder)).toHaveLength(5)
})
