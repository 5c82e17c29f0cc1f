// The built doctor and launchd: on macOS the real one, elsewhere the stand-in (fake-launchd.mjs).
import { afterEach, expect, it } from 'vitest'
import type { Finding } from '../../src/doctor/check.ts'
import { gui, label } from './launchd-box.ts'
import { Machine, real } from './launchd-machine.ts'

const machines: Machine[] = []
afterEach(async () => {
  for (const made of machines.splice(0)) await made.close()
})

async function says(m: Machine, id: string): Promise<readonly string[]> {
  const { out, err } = await m.hermes('doctor', '--json')
  expect(err).toBe('')
  const { checks } = JSON.parse(out) as { checks: readonly Finding[] }
  return checks.filter((one) => one.id === id).map(({ level, text, fix }) => `${level}: ${text}${fix === '' ? '' : ` | ${fix}`}`)
}

it('a job that is well, and one that launchd has a record against', { timeout: 120_000 }, async () => {
  const m = new Machine()
  machines.push(m)
  const profile = `version: 1\nname: demo\nlabel: ${label}\ncommand: [/bin/sh, -c, 'trap "exit 0" TERM; sleep 1000 & wait']\nrestart: { policy: always, delays: [1s] }\nstop: { timeout: 2s }\nhealth: { stableFor: ${real ? '1s, timeout: 20s' : '200ms, timeout: 2s'} }\n`
  m.write(profile)
  expect((await m.hermes('apply')).code).toBe(0)
  m.calls()
  expect(await says(m, 'service')).toEqual([expect.stringMatching(/^ok: running/)])
  expect(await says(m, 'disabled')).toEqual(['ok: it starts by itself'])
  expect(await says(m, 'strays')).toEqual([])
  expect((m.calls() ?? []).filter((call) => !call.startsWith('getenv '))).toEqual([])

  await m.launchctl('disable', `${gui}/${label}`)
  expect(await says(m, 'disabled')).toEqual([
    `warning: launchd has a record that it is switched off: it does not start, now or at the next login | launchctl enable ${gui}/${label}`,
  ])
  expect(await m.launchctl('enable', `${gui}/${label}`)).toBe(0)
  expect(await says(m, 'disabled')).toEqual(['ok: it starts by itself'])
})
