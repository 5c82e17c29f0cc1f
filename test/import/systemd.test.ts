import { expect, test } from 'vitest'
import { made } from '../help.ts'
import { about, imported, unit } from './help.ts'

const read = async (...lines: readonly string[]): Promise<Record<string, unknown>> =>
  (await imported('/etc/systemd/system/app.service', unit(...lines))).profile

test('what systemd does unless told is written down', async () => {
  expect(await read()).toEqual({
    version: 1,
    name: 'app',
    description: 'app.service',
    scope: 'system',
    command: ['/usr/bin/app'],
    autostart: false,
    restart: { policy: 'never', delays: '100ms', limit: { attempts: 5, within: '10s' } },
    stop: { signal: 'SIGTERM', timeout: '90s' },
    native: { linux: { Service: { Type: 'simple', KillMode: 'control-group' } } },
  })
})

test.each<[line: string, expected: object]>([
  ['Restart=always', { restart: { policy: 'always' } }],
  ['Restart=on-failure', { restart: { policy: 'on-failure' } }],
  ['Restart=on-success', { restart: { policy: 'never', restartExitCodes: [0] } }],
  ['RestartSec=1min 30', { restart: { delays: '90s' } }],
  ['RestartSec=5\nRestartSteps=2\nRestartMaxDelaySec=20', { restart: { delays: ['5s', '10s', '20s'] }, linux: { systemd: { version: 254 } } }],
  ['StartLimitInterval=0', { restart: { policy: 'never', delays: '100ms' } }],
  ['RestartPreventExitStatus=78 SIGKILL', { native: { linux: { Service: { RestartPreventExitStatus: '78 SIGKILL' } } } }],
  ['RestartForceExitStatus=75\nSuccessExitStatus=75', { restart: { restartExitCodes: [75] } }],
  ['SuccessExitStatus=143', { native: { linux: { Service: { SuccessExitStatus: '143' } } } }],
  ['KillSignal=INT', { stop: { signal: 'SIGINT' } }],
  ['KillSignal=2', { stop: { signal: 'SIGINT' } }],
  ['TimeoutSec=20', { stop: { timeout: '20s' }, native: { linux: { Service: { TimeoutStartSec: '20' } } } }],
  ['TimeoutStopSec=infinity', { stop: { timeout: '3650d' } }],
  ['User=www-data\nGroup=adm', { user: 'www-data', group: 'adm' }],
  ['WorkingDirectory=/srv/%p', { workingDirectory: '/srv/app' }],
  ['WorkingDirectory=-/srv/app', { native: { linux: { Service: { WorkingDirectory: '-/srv/app' } } } }],
  ['Environment="A=b c" D=%% E=${F}', { environment: { A: 'b c', D: '%', E: '$${F}' } }],
  ['Environment=A=1\nEnvironment=\nEnvironment=B=2', { environment: { B: '2' } }],
  ['EnvironmentFile=-/etc/default/app\nEnvironmentFile=/etc/app.env', { environmentFiles: [{ path: '/etc/default/app', optional: true }, '/etc/app.env'] }],
  ['ExecStartPre=/bin/a "b c"\nExecStartPre=/bin/d', { hooks: { preStart: [['/bin/a', 'b c'], ['/bin/d']] } }],
  ['ExecStartPre=-/bin/a', { native: { linux: { Service: { ExecStartPre: '-/bin/a' } } } }],
  ['ExecStop=-/bin/a\nExecStop=-/bin/b', { hooks: { preStop: ['/bin/a'] }, stop: { command: ['/bin/b'] } }],
  ['ExecReload=/bin/kill -HUP $MAINPID', { reload: { signal: 'SIGHUP' } }],
  ['ExecReload=/bin/kill -s SIGUSR2 ${MAINPID}', { reload: { signal: 'SIGUSR2' } }],
  ['ExecReload=/usr/bin/app reload', { reload: { command: ['/usr/bin/app', 'reload'] } }],
  ['ExecReload=/usr/bin/app -s $MAINPID', { native: { linux: { Service: { ExecReload: '/usr/bin/app -s $MAINPID' } } } }],
  ['StandardOutput=append:/var/log/app.log', { logs: { stdout: '/var/log/app.log', stderr: '/var/log/app.log' } }],
  ['StandardOutput=append:/var/log/app.log\nStandardError=journal', { logs: { stdout: '/var/log/app.log' } }],
  ['StandardOutput=null', { native: { linux: { Service: { StandardOutput: 'null' } } } }],
  ['LimitNOFILE=4096\nTasksMax=10\nMemoryMax=512M\nCPUQuota=150%', { limits: { openFiles: 4096, processes: 10, memory: '512MiB', cpuPercent: 150 } }],
  ['LimitNOFILE=1024:4096\nTasksMax=80%', { native: { linux: { Service: { LimitNOFILE: '1024:4096', TasksMax: '80%' } } } }],
  ['Nice=10\nUMask=027', { priority: 'low', umask: '0027' }],
  ['Type=notify\nKillMode=mixed', { native: { linux: { Service: { Type: 'notify' } } } }],
  ['Type=exec\nKillMode=mixed\nProtectSystem=full\nProtectSystem=strict', { native: { linux: { Service: { ProtectSystem: 'strict' } } } }],
  ['CapabilityBoundingSet=', { native: { linux: { Service: { CapabilityBoundingSet: '' } } } }],
  ['[Unit]\nAfter=network-online.target db.service\nWants=network-online.target', { after: ['network', 'db.service'] }],
  ['[Unit]\nAfter=network-online.target', { native: { linux: { Unit: { After: 'network-online.target' } } } }],
  ['[Install]\nWantedBy=multi-user.target', { scope: 'system' }],
  ['[Install]\nWantedBy=graphical.target', { autostart: false, native: { linux: { Install: { WantedBy: 'graphical.target' } } } }],
])('%j', async (lines, expected) => {
  expect(await read(...lines.split('\n'))).toMatchObject(expected)
})

test('a preset is found again, and nothing short of all of it', async () => {
  const { rendered } = await made('version: 1\nname: app\nscope: system\ncommand: [/usr/bin/app]\nhardening: strict\nworkingDirectory: /srv/app')
  const text = rendered!.files.find(({ name }) => name === 'app.service')!.text
  expect((await imported('app.service', text)).profile).toMatchObject({ hardening: 'strict' })
  const { profile } = await imported('app.service', text.replace('ProtectHome=read-only', 'ProtectHome=yes'))
  expect(profile['hardening']).toBeUndefined()
  expect(profile).toMatchObject({ native: { linux: { Service: { ProtectHome: 'yes', NoNewPrivileges: 'yes' } } } })
})

test('variables of the environment are filled in by a shell, and told of', async () => {
  const written = await imported('app.service', '[Service]\nExecStart=/usr/bin/app -c ${CONF}/x $OPTS "a\'b" $$HOME\n')
  expect(written.profile['command']).toEqual(['/bin/sh', '-c', `set -f; exec /usr/bin/app -c "$\${CONF}/x" $OPTS 'a'\\''b' "\\$HOME"`])
  expect(about(written, 'command')).toHaveLength(1)
})

test.each([
  ['-/usr/bin/app', 'counted as a success'],
  ['@/usr/bin/app other', 'called "other"'],
  ['+/usr/bin/app', 'more privileges'],
  ['app', 'has no folder'],
  ['/usr/bin/app --token=abc', 'looks like a secret'],
])('ExecStart=%s: %s', async (line, words) => {
  const written = await imported('app.service', `[Service]\nExecStart=${line}\n`)
  expect(about(written, 'command').join()).toContain(words)
})

test.each([
  ['[Service]\nType=oneshot\nExecStart=/usr/bin/app\n', 'runs once'],
  ['[Service]\nExecStop=/usr/bin/app\n', 'no ExecStart='],
  ['[Service]\nExecStart=/a\nExecStart=/b\n', 'names 2 programs'],
  ['[Service]\nExecStart=/usr/bin/app "open\n', 'a quote is not closed'],
  ['[Service]\nExecStart=/usr/bin/app %m\n', '%m stands for something'],
  ['[Timer]\nOnCalendar=daily\n[Service]\n', 'no ExecStart='],
  ['hello', 'no service that is known'],
  ['<html></html>', 'no service that is known'],
])('%j: %s', async (text, words) => {
  await expect(imported('x', text)).rejects.toMatchObject({ code: 'NOT_IMPORTED', message: expect.stringContaining(words) as string })
})

test('a timer is named for what it is', async () => {
  await expect(imported('x.timer', '[Unit]\nDescription=x\n')).rejects.toMatchObject({ message: expect.stringContaining('a timer unit') as string })
})

test('secrets are not copied, wherever they stand', async () => {
  const written = await imported(
    'app.service',
    unit('Environment=API_TOKEN=hunter2 DB=postgres://u:hunter2@h/d TLS_KEY=/etc/key.pem KEYBOARD=us', 'SetCredential=x:hunter2'),
  )
  expect(written.text).not.toContain('hunter2')
  expect(JSON.stringify(written)).not.toContain('hunter2')
  expect(written.profile['environment']).toEqual({
    API_TOKEN: { fromEnv: 'API_TOKEN', secret: true },
    DB: { fromEnv: 'DB', secret: true },
    TLS_KEY: '/etc/key.pem',
    KEYBOARD: 'us',
  })
  expect(about(written, 'environment.API_TOKEN')).toHaveLength(1)
  expect(about(written, '').join()).toContain('SetCredential')
})

test('drop-ins lie over the unit in their order', async () => {
  const { profile } = await imported('app.service', unit('Environment=A=1', 'Restart=no'), {
    dropIns: [
      { path: '10.conf', text: '[Service]\nEnvironment=B=2\nRestart=always\n' },
      { path: '20.conf', text: '[Service]\nExecStart=\nExecStart=/usr/bin/other\n' },
    ],
  })
  expect(profile).toMatchObject({ command: ['/usr/bin/other'], environment: { A: '1', B: '2' }, restart: { policy: 'always' } })
})

test('a template becomes a profile for --instance', async () => {
  const written = await imported('/lib/systemd/system/app@.service', '[Service]\nExecStart=/usr/bin/app --name %i %j\n')
  expect(written.profile).toMatchObject({ name: 'app', label: 'app@${instance}', command: ['/usr/bin/app', '--name', '${instance}', 'app'] })
  expect(written.remarks.some(({ text }) => text.includes('--instance'))).toBe(true)
  const { rendered } = await made(written.text, { instance: 'one' })
  expect(rendered!.files[0]).toMatchObject({ name: 'app@one.service', text: expect.stringContaining('"--name" "one" "app"') as string })
})

test('a user unit keeps to its user', async () => {
  const { profile } = await imported('/home/ann/.config/systemd/user/app.service', '[Service]\nExecStart=%h/bin/app\n[Install]\nWantedBy=default.target\n')
  expect(profile).toMatchObject({ scope: 'user', command: ['${home}/bin/app'] })
  expect(profile['autostart']).toBeUndefined()
})

test('what no rule of a profile takes is left out and told of', async () => {
  const written = await imported('app.service', unit('User=a b', 'TemporaryFileSystem=/x\u2028y'))
  expect(written.remarks.map(({ text }) => text).join('\n')).toContain('not carried: native.linux.Service.TemporaryFileSystem')
  expect(written.profile).toMatchObject({ native: { linux: { Service: { User: 'a b' } } } })
})

test('the same text twice', async () => {
  const text = unit('Environment=B=1 A=2', 'Nice=3')
  expect((await imported('a.service', text)).text).toBe((await imported('a.service', text)).text)
})

test('native.linux may set the two directives that no key stands for, and no other', async () => {
  const profile = (service: string): string => `version: 1\nname: a\ncommand: [/bin/a]\nnative: { linux: { Service: { ${service} } } }`
  const { rendered } = await made(profile('Type: forking, KillMode: process, PIDFile: /run/a.pid'))
  const text = rendered!.files[0]!.text
  expect(text.match(/^(?:Type|KillMode)=.*$/gm)).toEqual(['Type=forking', 'KillMode=process'])
  const { issues } = await made(profile('KillSignal: SIGINT'))
  expect(issues.map(({ message }) => message).join()).toContain('already writes KillSignal=')
})
