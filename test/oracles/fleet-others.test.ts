// The role on macOS and Windows as far as it runs here, under the real Ansible: launchd is the tests' stand-in; of Windows every task and every expression runs, and each
// module call is held against the documented arguments of the real ansible.windows, but no module of it does anything. ansible-lint judges the whole export.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bedFile } from '../beds/paths.ts'
import { Box, gui } from '../posix/launchd-box.ts'

const main = join(import.meta.dirname, '../../dist/main.cjs')
const work = mkdtempSync(join(tmpdir(), 'hermes-fleet-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

const profile = (word: string): string => `version: 1
name: demo
displayName: Demo
description: A demo
command: [/bin/sh, -c, '[ ${word} != bad ] || exit 3; exec sleep 1000']
environment: { SECRET: { fromEnv: TOKEN, secret: true } }
restart: { policy: always, delays: [1s, 5s] }
health: { stableFor: 200ms, timeout: 3s, command: [/bin/sh, -c, 'true'] }
replaces: { windows: { tasks: [OldDemo], services: [OldService], startupItems: [old.cmd] } }
windows:
  label: Demo
  command: ['C:\\Program Files\\demo\\demo.exe', ${word}]
  health: { tcp: '127.0.0.1:8080', command: ['C:\\Windows\\System32\\where.exe', cmd] }
`

/** Stands where ansible.windows would: says what it was called with, if the real module takes that. */
const stand = `
import json, os
import yaml
from ansible.plugins.action import ActionBase

REAL = "/usr/lib/python3/dist-packages/ansible_collections/ansible/windows/plugins/modules"
ANSWERS = {
    "win_stat": {"stat": {"exists": False}},
    "win_service_info": {"services": [{"state": "started", "process_id": 7}]},
    "win_command": {"rc": 0},
    "win_copy": {"changed": True},
    "win_file": {"changed": True},
}

class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        name = self._task.action.split(".")[-1]
        with open(os.path.join(REAL, name + ".py")) as file:
            options = yaml.safe_load(file.read().split("DOCUMENTATION = r'''")[1].split("'''")[0])["options"]
        args = dict(self._task.args)
        for key, value in args.items():
            option = options.get(key)
            if option is None:
                return {"failed": True, "msg": "%s has no argument %s" % (name, key)}
            kind = option.get("type", "str")
            fits = {"list": isinstance(value, list), "bool": isinstance(value, bool) or value in ("yes", "no", "true", "false", "True", "False")}.get(kind, not isinstance(value, (list, dict)))
            if not fits or ("choices" in option and value not in option["choices"]):
                return {"failed": True, "msg": "%s does not take %s: %r" % (name, key, value)}
            for item in value if "suboptions" in option else []:
                for sub, subvalue in item.items():
                    if sub not in option["suboptions"] or subvalue not in option["suboptions"][sub].get("choices", [subvalue]):
                        return {"failed": True, "msg": "%s: %s does not take %s: %r" % (name, key, sub, subvalue)}
        for key, option in options.items():
            if option.get("required") and key not in args:
                return {"failed": True, "msg": "%s needs %s" % (name, key)}
        with open(os.environ["CALLS"], "a") as calls:
            calls.write(json.dumps([name, args]) + "\\n")
        if name == "win_copy" and not args.get("remote_src") and not os.path.exists(args["src"]):
            return {"failed": True, "msg": "there is no " + args["src"]}
        return dict(ANSWERS.get(name, {"changed": False}))
`

const calls = join(work, 'calls')
let box: Box
const env = (): NodeJS.ProcessEnv => ({
  ...process.env,
  ...box.environment,
  HOME: work,
  PATH: `${join(box.root, 'bin')}:/usr/bin:/bin:${process.env['PATH']}`,
  TOKEN: 'hush-hush',
  CALLS: calls,
  ANSIBLE_COLLECTIONS_PATH: join(work, 'collections'),
  ANSIBLE_LOCALHOST_WARNING: '0',
  HERMES_INSTALL_WINSW: bedFile('wine', 'wine/root/opt/win/WinSW3.exe'),
})

interface Document {
  readonly hosts: readonly { readonly host: string; readonly state: string; readonly tasks: readonly string[]; readonly message: string | null }[]
}
function hermes(verb: string, limit: string, ...more: string[]): { code: number; document: Document; text: string } {
  const args = [main, verb, join(work, 'demo.yaml'), '--inventory', join(work, 'hosts.yml'), '--limit', limit, '--json', ...more]
  try {
    const stdout = execFileSync(process.execPath, args, { env: env(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    return { code: 0, document: JSON.parse(stdout) as Document, text: stdout }
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string }
    return { code: status, document: JSON.parse(stdout) as Document, text: stdout + stderr }
  }
}

beforeAll(() => {
  box = new Box()
  mkdirSync(join(box.home, 'Library'), { recursive: true })
  const plugins = join(work, 'collections/ansible_collections/ansible/windows/plugins/action')
  mkdirSync(plugins, { recursive: true })
  for (const name of ['stat', 'file', 'copy', 'command', 'service', 'service_info']) writeFileSync(join(plugins, `win_${name}.py`), stand)
  // The arguments of the real one are in its documentation; the modules themselves must be found, too.
  const modules = join(plugins, '../modules')
  mkdirSync(modules, { recursive: true })
  for (const name of ['stat', 'file', 'copy', 'command', 'service', 'service_info']) writeFileSync(join(modules, `win_${name}.py`), '')
  const local = { ansible_connection: 'local', ansible_python_interpreter: '/usr/bin/python3' }
  const mac = { ...local, hermes_install_host: { os: 'macos', user: box.username, uid: box.uid, home: box.home, versions: {} } }
  const win = { ...local, hermes_install_host: { os: 'windows', user: 'ann', home: 'C:\\Users\\ann', arch: 'x64', versions: {} } }
  writeFileSync(join(work, 'hosts.yml'), JSON.stringify({ all: { hosts: { mac, win } } }))
  writeFileSync(join(work, 'demo.yaml'), profile('hello'))
})
afterAll(() => box.close())

describe('macOS, with a stand-in for launchd', () => {
  test('converges, changes, goes back, and goes', { timeout: 180_000 }, () => {
    const states = (result: ReturnType<typeof hermes>): unknown => [result.code, result.document.hosts?.map(({ state }) => state) ?? result.text]
    expect(states(hermes('apply', 'mac', '--check'))).toEqual([0, ['changed']])
    expect(box.job('demo', gui)).toBeNull()
    const first = hermes('apply', 'mac')
    expect(states(first), first.text).toEqual([0, ['changed']])
    expect(first.text).not.toContain('hush-hush')
    const running = box.job('demo', gui)!.pid
    expect(running).toBeGreaterThan(0)
    expect(states(hermes('apply', 'mac'))).toEqual([0, ['unchanged']])
    expect(box.job('demo', gui)!.pid).toBe(running)

    writeFileSync(join(work, 'demo.yaml'), profile('other'))
    expect(states(hermes('apply', 'mac'))).toEqual([0, ['changed']])
    expect(box.job('demo', gui)!.pid).not.toBe(running)
    const files = box.files()

    writeFileSync(join(work, 'demo.yaml'), profile('bad'))
    const bad = hermes('apply', 'mac')
    expect(states(bad)).toEqual([1, ['failed']])
    expect(bad.document.hosts[0]!.message).toContain('Everything is as it was before')
    expect(box.files()).toEqual(files)
    expect(box.job('demo', gui)!.pid).toBeGreaterThan(0)

    expect(states(hermes('doctor', 'mac'))).toEqual([0, ['unchanged']])
    expect(states(hermes('uninstall', 'mac'))).toEqual([0, ['changed']])
    expect(box.job('demo', gui)).toBeNull()
    expect(states(hermes('uninstall', 'mac'))).toEqual([0, ['unchanged']])
    writeFileSync(join(work, 'demo.yaml'), profile('hello'))
  })
})

describe('Windows, with modules that only look at their arguments', () => {
  test('every module of ansible.windows is called with what it takes', { timeout: 120_000 }, () => {
    writeFileSync(calls, '')
    expect(hermes('apply', 'win', '--check').code).toBe(0)
    writeFileSync(calls, '')
    const { code, document, text } = hermes('apply', 'win')
    expect([code, document.hosts?.map(({ state, message }) => [state, message])], text).toEqual([0, [['changed', null]]])
    const made = readFileSync(calls, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as [string, Record<string, unknown>])
    const service = made.find(([name, args]) => name === 'win_service' && args['path'] !== undefined)![1]
    expect(service).toMatchObject({
      name: 'Demo',
      path: '"C:\\ProgramData\\hermes-install\\Demo\\Demo.exe"',
      display_name: 'Demo',
      description: 'A demo',
      start_mode: 'auto',
      username: 'LocalSystem',
      failure_actions: [
        { type: 'restart', delay_ms: 1000 },
        { type: 'restart', delay_ms: 5000 },
      ],
      failure_actions_on_non_crash_failure: true,
      failure_reset_period_sec: '60',
      state: 'started',
    })
    const copied = made.filter(([name]) => name === 'win_copy').map(([, args]) => String(args['dest']))
    for (const file of ['Demo.exe', 'Demo.xml', 'recovery.cmd', 'secrets.cmd', 'launcher.cmd'])
      expect(copied).toContain(`C:\\ProgramData\\hermes-install\\Demo\\${file}`)
    const commands = made.filter(([name]) => name === 'win_command').map(([, args]) => (args['argv'] as string[]).slice(0, 3).join(' '))
    expect(commands).toContain('C:\\Windows\\System32\\icacls.exe C:\\ProgramData\\hermes-install\\Demo /inheritance:r')
    expect(commands).toContain('C:\\Windows\\System32\\schtasks.exe /Change /TN')
    expect(commands).toContain('C:\\Windows\\System32\\sc.exe delete OldService')
    // Closed before anything is put there.
    const order = made.map(([name, args]) => (name === 'win_command' && String((args['argv'] as string[])[0]).endsWith('icacls.exe') ? 'close' : name))
    expect(order.indexOf('close')).toBeLessThan(order.indexOf('win_copy'))
    expect(text).not.toContain('hush-hush')
  })

  test('uninstall and doctor, too', { timeout: 120_000 }, () => {
    expect(hermes('uninstall', 'win').code).toBe(0)
    expect(hermes('doctor', 'win').code).toBe(0)
  })
})

describe('the export', () => {
  test('ansible-lint finds nothing, at its production profile, and shellcheck nothing in the phases', { timeout: 120_000 }, () => {
    const out = join(work, 'export')
    execFileSync(process.execPath, [main, 'export', 'ansible', join(work, 'demo.yaml'), '--out', out])
    const told = execFileSync('ansible-lint', ['--offline', '--nocolor', '-p', '--profile', 'production'], {
      cwd: out,
      env: { ...process.env, HOME: work },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect(told).toBe('')
    const facts = { linux: { os: 'linux', user: 'ann', home: '/home/ann' }, macos: { os: 'macos', user: 'ann', home: '/Users/ann' } }
    writeFileSync(join(work, 'two.json'), JSON.stringify({ hosts: { linux: { facts: facts.linux }, macos: { facts: facts.macos } } }))
    execFileSync(process.execPath, [main, 'export', 'hosts', join(work, 'demo.yaml'), '--hosts', join(work, 'two.json'), '--out', join(work, 'two')], {
      env: { ...process.env, TOKEN: 'x' },
    })
    for (const os of Object.keys(facts)) execFileSync('shellcheck', ['--shell=sh', join(work, 'two', os, 'demo/phases.sh')], { encoding: 'utf8' })
    for (const verb of ['apply', 'uninstall', 'doctor'])
      execFileSync('ansible-playbook', ['--syntax-check', '-i', 'localhost,', join(out, `${verb}.yml`)], { env: { ...process.env, HOME: work } })
  })

  test('what was rendered beforehand needs no program on the controller', { timeout: 120_000 }, () => {
    const out = join(work, 'rendered')
    const hosts = join(work, 'facts.json')
    const facts = { os: 'macos', user: box.username, uid: box.uid, home: box.home }
    writeFileSync(join(work, 'plain.yaml'), profile('hello').replace(/^environment.*\n/m, ''))
    writeFileSync(hosts, JSON.stringify({ hosts: { mac: { facts }, broken: { facts: { os: 'linux' } } } }))
    const run = (): unknown => {
      try {
        return execFileSync(process.execPath, [main, 'export', 'ansible', join(work, 'plain.yaml'), '--out', out, '--hosts', hosts], {
          encoding: 'utf8',
          stdio: 'pipe',
        })
      } catch (error) {
        return (error as { status: number }).status
      }
    }
    expect(run()).toBe(1)
    expect(readdirSync(join(out, 'rendered/mac')).sort()).toEqual(['demo', 'services'])
    expect(readFileSync(join(out, 'rendered/broken/services/services.json'), 'utf8')).toContain('facts')
    const play = (): string =>
      execFileSync(
        'ansible-playbook',
        ['-i', join(work, 'hosts.yml'), '--limit', 'mac', '-e', 'hermes_install_command=["/bin/false"]', join(out, 'apply.yml')],
        {
          env: env(),
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
    expect(play()).toMatch(/mac .*failed=0/)
    expect(play()).toMatch(/mac .*changed=0 .*failed=0/)
    expect(box.job('demo', gui)).not.toBeNull()
  })
})
