// install.sh and uninstall.sh for systemd, as far as they go without one: the real thing runs in test/beds.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import install from '../../templates/systemd/install.sh.hbs'
import uninstall from '../../templates/systemd/uninstall.sh.hbs'
import { hasShellcheck, shells } from './tools.ts'

const dir = mkdtempSync(join(tmpdir(), 'systemd-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const home = join(dir, 'home')

const c = (...argv: string[]) => [{ argv, why: argv.join(' ') }]
const ctl = ['systemctl', '--user']
const replaced = (name: string) => ({
  name,
  stop: c(...ctl, 'stop', name),
  disable: c(...ctl, 'disable', name),
  enable: c(...ctl, 'enable', name),
  start: c(...ctl, 'start', name),
})
const view = {
  os: 'linux',
  id: 'demo',
  label: 'demo',
  title: "Demo's gateway",
  scope: 'user',
  user: userInfo().username,
  unit: 'demo.service',
  autostart: true,
  linger: true,
  stateDirectory: join(home, 'state'),
  files: [{ source: 'demo.service', target: join(home, 'demo.service'), mode: '0644', owner: null, sensitive: false }],
  ownedDirectories: [] as string[],
  logDirectories: [] as { path: string; owner: string | null }[],
  stopTimeoutSeconds: 15,
  health: {
    stableSeconds: 2,
    timeoutSeconds: 30,
    tcp: null as object | null,
    http: null as string | null,
    command: null as string[] | null,
    file: null as object | null,
  },
  commands: {
    manager: ctl,
    reload: c(...ctl, 'daemon-reload'),
    enable: c(...ctl, 'enable', 'demo.service'),
    disable: c(...ctl, 'disable', 'demo.service'),
    start: c(...ctl, 'start', 'demo.service'),
    restart: c(...ctl, 'restart', 'demo.service'),
    stop: c(...ctl, 'stop', 'demo.service'),
    resetFailed: c(...ctl, 'reset-failed', 'demo.service'),
    logs: c('journalctl', '--user', '-u', 'demo.service', '-n', '20', '--no-pager'),
    lingerOn: c('loginctl', 'enable-linger', 'me'),
    lingerOff: c('loginctl', 'disable-linger', 'me'),
    replaced: [] as object[],
  },
}
const rich = {
  ...view,
  autostart: false,
  linger: false,
  ownedDirectories: ['/a b', "/c'd"],
  logDirectories: [{ path: '/var/log/x', owner: 'alice:staff' }],
  health: {
    stableSeconds: 0,
    timeoutSeconds: 5,
    tcp: { host: '::1', port: 1 },
    http: 'http://[::1]/?a=$b',
    command: ['/bin/test', '$x'],
    file: { path: "/f'", pointer: '/a', equals: ['x', ' '] },
  },
  commands: { ...view.commands, lingerOn: [], lingerOff: [], replaced: [replaced('old.service'), replaced("odd'.service")] },
}
let count = 0
function tree(v: typeof view | typeof rich) {
  const to = join(dir, String(++count))
  mkdirSync(to)
  mkdirSync(home, { recursive: true })
  writeFileSync(join(to, 'demo.service'), '[Service]\n')
  writeFileSync(join(to, 'install.sh'), install(v))
  writeFileSync(join(to, 'uninstall.sh'), uninstall(v))
  return to
}

describe('install.sh for systemd', () => {
  if (hasShellcheck)
    it('is clean for shellcheck', () => {
      const { stdout, error } = spawnSync('shellcheck', ['-s', 'sh', join(tree(rich), 'install.sh'), join(tree(view), 'uninstall.sh')])
      expect({ out: stdout?.toString(), error }).toEqual({ out: '', error: undefined })
    })

  describe.each(Object.entries(shells))('under %s', (_, shell) => {
    const run = (v: typeof view, script: string, ...args: string[]) => {
      const t = tree(v)
      const { status, stdout, stderr, error } = spawnSync(shell[0]!, [...shell.slice(1), join(t, script), ...args], { env: { HOME: home } })
      if (error) throw error
      return { code: status, out: stdout.toString(), err: stderr.toString(), tree: t }
    }
    it('can be read by the shell', () => {
      for (const v of [view, rich])
        for (const script of ['install.sh', 'uninstall.sh']) expect(spawnSync(shell[0]!, [...shell.slice(1), '-n', join(tree(v), script)]).status).toBe(0)
    })
    it.each(['install.sh', 'uninstall.sh'])('%s takes no arguments', (script) => {
      expect(run(view, script, '--help')).toMatchObject({ code: 2, out: '', err: `usage: sh ${script}\n` })
    })
    it.each(['install.sh', 'uninstall.sh'])('%s refuses another user, with the command that works', (script) => {
      const { code, err, tree: t } = run({ ...view, user: 'some one' }, script)
      expect({ code, err }).toEqual({
        code: 4,
        err: `Demo's gateway is a service of the user some one, and this is ${view.user}. Run: sudo -u 'some one' sh '${join(t, script)}'\n`,
      })
      expect(readdirSync(home)).toEqual([])
    })
  })
})
