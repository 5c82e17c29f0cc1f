// The rendered install.sh and uninstall.sh on real systemds, for the system and for a user: converge, change, fail, come back, leave nothing.
import { describe, expect, test } from 'vitest'
import { startBox, type Box, type SystemdVersion } from '../beds/systemd.ts'
import { made, said } from '../help.ts'

const versions: readonly SystemdVersion[] = ['252', '254', '257']
const scopes = ['system', 'user'] as const

const server = (message: string, more = ''): string => `version: 1
name: demo
displayName: "Demo's service"
command: [/bin/sh, -c, 'echo ${message} >> "$STATE/log"; echo "{\\"state\\": \\"running\\"}" > "$STATE/state.json"; exec sleep 100000']
environment: { STATE: /srv/demo, SECRET: { secretFile: /srv/demo/secret } }
restart: { policy: always, delays: [200ms], stopExitCodes: [78] }
health: { stableFor: 1s, timeout: 8s, file: { path: /srv/demo/state.json, json: /state, equals: [running] } }
replaces: { linux: { units: [old-demo.service] } }
${more}`

/** Everything below the folders that an install may touch, with modes and contents. */
const snapshot = (box: Box): Promise<string> =>
  box
    .exec([
      'sh',
      '-c',
      'find /etc /usr/local /var/lib/hermes-install /var/lib/systemd/linger /home -xdev \\( -path "*/.cache" -o -name random-seed \\) -prune -o -printf "%M %u %p " -type f -exec md5sum {} \\; -o -printf "\\n" 2>/dev/null | sort',
    ])
    .then(({ stdout }) => stdout)

describe.each(versions)('systemd %s', (version) => {
  test.each(scopes)('%s scope: install, again, change, fail, reboot, uninstall', { timeout: 180_000 }, async (scope) => {
    const box = await startBox({ root: version })
    try {
      const user = scope === 'user' ? await box.addUser('alice', { linger: false }) : undefined
      const owner = user?.name
      await box.exec(['mkdir', '-p', '/srv/demo'])
      await box.write('/srv/demo/secret', 'hush\n', 0o600)
      await box.exec(['chown', '-R', owner ?? 'root', '/srv/demo'])
      const host = { os: 'linux' as const, user: owner ?? 'root', uid: user?.uid ?? 0, home: user?.home ?? '/root' }
      const place = async (text: string, folder: string): Promise<void> => {
        const { rendered, issues } = await made(text, { host, scope })
        expect(said(issues)).toEqual([])
        for (const file of rendered!.files) await box.write(`/opt/${folder}/${file.name}`, file.text, file.mode)
      }
      const run = (script: string) => (owner === undefined ? box.exec(['sh', script]) : box.execAs(owner, ['sh', script]))
      const ctl = (...args: string[]) => (owner === undefined ? box.exec(['systemctl', ...args]) : box.execAs(owner, ['systemctl', '--user', ...args]))
      const log = async (): Promise<string> => (await box.exec(['cat', '/srv/demo/log'])).stdout

      // An earlier install, enabled and running.
      const folder = scope === 'system' ? '/etc/systemd/system' : '/home/alice/.config/systemd/user'
      if (owner !== undefined) {
        await box.exec(['loginctl', 'enable-linger', owner])
        await box.exec([
          'sh',
          '-c',
          `for i in $(seq 100); do [ -S /run/user/${user!.uid}/systemd/private ] && break; sleep 0.05; done; loginctl disable-linger ${owner}; loginctl enable-linger ${owner}`,
        ])
      }
      await box.write(
        `${folder}/old-demo.service`,
        `[Service]\nExecStart=/bin/sleep 100000\n[Install]\nWantedBy=${scope === 'system' ? 'multi-user' : 'default'}.target\n`,
        0o644,
        owner ?? 'root',
      )
      if (owner !== undefined) await box.exec(['chown', '-R', owner, '/home/alice/.config'])
      await ctl('daemon-reload')
      expect(await ctl('enable', '--now', 'old-demo')).toMatchObject({ code: 0 })
      const before = await snapshot(box)

      // A service that crashes at once: everything as it was.
      await place(server('one').replace('exec sleep 100000', 'exit 7'), 'broken')
      const broken = await run('/opt/broken/install.sh')
      expect([broken.code, broken.stdout + broken.stderr]).toEqual([1, expect.stringContaining('Everything is as it was before')])
      expect(await ctl('is-active', 'old-demo')).toMatchObject({ stdout: 'active\n' })
      expect(await ctl('is-enabled', 'old-demo')).toMatchObject({ stdout: 'enabled\n' })
      expect(await snapshot(box)).toBe(before)

      // Install, and again.
      await box.exec(['rm', '-f', '/srv/demo/log'])
      await place(server('one'), 'one')
      const first = await run('/opt/one/install.sh')
      expect([first.code, first.stderr]).toEqual([0, ''])
      expect(await ctl('is-active', 'demo', 'old-demo')).toMatchObject({ stdout: 'active\ninactive\n' })
      expect(await ctl('is-enabled', 'demo', 'old-demo')).toMatchObject({ stdout: 'enabled\ndisabled\n' })
      const pid = (await ctl('show', '-p', 'MainPID', '--value', 'demo')).stdout.trim()
      expect((await box.exec(['sh', '-c', `tr '\\0' '\\n' < /proc/${pid}/environ`])).stdout).toContain('SECRET=hush\n')
      const second = await run('/opt/one/install.sh')
      expect([second.code, second.stdout]).toEqual([0, expect.stringMatching(/nothing to do/i)])
      expect((await ctl('show', '-p', 'MainPID', '--value', 'demo')).stdout.trim()).toBe(pid)
      expect(await log()).toBe('one\n')

      // One change restarts once; a change that breaks it brings the former one back, running.
      await place(server('two'), 'two')
      expect(await run('/opt/two/install.sh')).toMatchObject({ code: 0 })
      expect(await log()).toBe('one\ntwo\n')
      await place(server('three').replace('exec sleep 100000', 'exit 7'), 'three')
      expect(await run('/opt/three/install.sh')).toMatchObject({ code: 1 })
      expect(await ctl('is-active', 'demo')).toMatchObject({ stdout: 'active\n' })
      expect((await log()).trim().split('\n').at(-1)).toBe('two')

      // A crash comes back, a reboot too.
      await ctl('kill', '--signal=KILL', 'demo')
      await new Promise((done) => setTimeout(done, 900))
      expect(await ctl('is-active', 'demo')).toMatchObject({ stdout: 'active\n' })
      await box.reboot()
      expect(await ctl('is-active', 'demo', 'old-demo')).toMatchObject({ stdout: 'active\ninactive\n' })

      // Uninstall, twice: only what was there before is left.
      const gone = await run('/opt/two/uninstall.sh')
      expect([gone.code, gone.stderr]).toEqual([0, ''])
      expect(await ctl('is-active', 'demo')).toMatchObject({ stdout: 'inactive\n' })
      expect((await run('/opt/two/uninstall.sh')).code).toBe(0)
      await ctl('enable', 'old-demo')
      expect(await snapshot(box)).toBe(before)
    } finally {
      await box.stop()
    }
  })
})
