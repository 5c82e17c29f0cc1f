// `apply` is stopped in every way and at every place, inside a real systemd: test/beds/faults/driver.mjs says how, and what must hold.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { installProgram } from '../beds/program.ts'
import { startBox, type Box } from '../beds/systemd.ts'

const faults = join(import.meta.dirname, '../beds/faults')
/** For each scope; FAULT_TRIES for a shorter or longer look, FAULT_SEED for other tries than those of every day. */
const tries = Number(process.env['FAULT_TRIES'] ?? 260)
const seed = Number(process.env['FAULT_SEED'] ?? 4711)

async function prepared(scope: 'user' | 'system'): Promise<{ box: Box; home: string }> {
  const box = await startBox()
  installProgram(box)
  const { home } = await box.addUser('alice')
  await box.write('/srv/faults/driver.mjs', readFileSync(join(faults, 'driver.mjs')))
  await box.write('/srv/faults/bin/systemctl', readFileSync(join(faults, 'systemctl')), 0o755)
  await box.write('/srv/faults/run.sh', '#!/bin/sh\ntrap "exit 0" TERM\n[ "$1" != X ] || exit 3\nwhile :; do sleep 1000 & wait $!; done\n', 0o755)
  const units = scope === 'user' ? `${home}/.config/systemd/user` : '/etc/systemd/system'
  const script = [
    `mkdir -p /srv/faults/${scope}`,
    // Small file systems, so that a full disk is only theirs.
    ...(scope === 'user'
      ? [
          `mkdir -p ${units} ${home}/.local/state`,
          `mount -t tmpfs -o size=256k,mode=700 small ${units}`,
          `mount -t tmpfs -o size=512k,mode=700 small ${home}/.local/state`,
        ]
      : []),
    `printf '[Service]\\nExecStart=/bin/sleep 100000\\n[Install]\\nWantedBy=${scope === 'user' ? 'default' : 'multi-user'}.target\\n' >${units}/old-demo.service`,
    ...(scope === 'user' ? [`chown -R alice:alice ${home} /srv/faults/user`] : []),
  ]
  const made = await box.exec(['sh', '-ec', script.join('\n')])
  if (made.code !== 0) throw new Error(made.stderr)
  return { box, home }
}

/** After a power cut only what is on the disk is left: the box's own files outlive it, its processes do not. */
test('a power cut at a random moment: the service is back with the machine, and the next run converges', { timeout: 600_000 }, async () => {
  const { box } = await prepared('system')
  try {
    const node = '/usr/local/bin/hermes-node'
    const main = '/opt/hermes-install/dist/main.cjs'
    const profile = (version: string): string =>
      `version: 1\nname: demo\ncommand: [/srv/faults/run.sh, ${version}]\nrestart: { policy: always, delays: [100ms] }\nhealth: { stableFor: 200ms, timeout: 2s }\nreplaces: { linux: { units: [old-demo] } }\n`
    for (const version of ['A', 'B', 'X']) await box.write(`/srv/faults/${version}.yaml`, profile(version))
    const hermes = (verb: string, version: string) => box.exec([node, main, verb, `/srv/faults/${version}.yaml`, '--scope', 'system'])
    const active = async (unit: string) => (await box.exec(['systemctl', 'is-active', unit])).stdout.trim() === 'active'
    let current = ''
    for (let i = 0; i < 14; i++) {
      // Every other time from an earlier install, and now and then towards what never works.
      const first = i % 2 === 0
      const version = i % 5 === 4 ? 'X' : current === 'A' ? 'B' : 'A'
      if (first) {
        if (current !== '') expect(await hermes('uninstall', current)).toMatchObject({ code: 0 })
        await box.exec(['systemctl', 'enable', '--now', 'old-demo'])
      }
      const after = Math.round(50 + Math.random() * 900)
      const story = `${i}: ${first ? 'first' : current} -> ${version}, after ${after} ms`
      await box.exec(['sh', '-c', `setsid ${node} ${main} apply /srv/faults/${version}.yaml --scope system >/dev/null 2>&1 & sleep ${after / 1000}`])
      await box.reboot({ powerCut: true })
      await expect.poll(async () => (await active('demo')) || (await active('old-demo')) || version === 'X', { timeout: 8000, message: story }).toBe(true)
      const then = version === 'A' ? 'B' : 'A'
      const next = await hermes('apply', then)
      expect([next.code, await active('demo'), await active('old-demo')], `${story}: ${next.stderr}`).toEqual([0, true, false])
      expect((await hermes('verify', then)).code, story).toBe(0)
      current = then
    }
  } finally {
    await box.stop()
  }
})

test.concurrent.each(['system', 'user'] as const)(
  '%s scope: never without a service that worked, never a half-written file, always converging',
  { timeout: 1_500_000 },
  async (scope) => {
    const { box } = await prepared(scope)
    try {
      const argv = ['/usr/local/bin/hermes-node', '/srv/faults/driver.mjs', scope, String(tries), String(seed)]
      const { code, stdout, stderr } = await box.exec(argv, { timeoutMs: 1_400_000, ...(scope === 'user' ? { user: 'alice' } : {}) })
      expect([code, stdout.slice(0, 20_000), stderr]).toEqual([0, expect.stringContaining('SIGKILL'), ''])
      console.log(`${scope}, seed ${seed}: ${stdout.trim()}`)
    } finally {
      await box.stop()
    }
  },
)
