// The built program and launchd: install, converge, change, fail, every race that the field knows, uninstall. On macOS against the real one (it installs and takes
// away jobs of this user: .github/workflows/macos.yml); elsewhere against the stand-in (fake-launchd.mjs), where files, processes and the program are real.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { background, gui, label, plistOf } from './launchd-box.ts'
import { Machine, real } from './launchd-machine.ts'

/** A program that says who it is, and one that ends at once. */
const profile = (version: string, more = ''): string => `version: 1
name: demo
label: ${label}
command: [/bin/sh, -c, ${version === 'broken' ? 'exit 3' : `'trap "exit 0" TERM; sleep 1000 & wait'`}, ${version}]
restart: { policy: always, delays: [1s] }
stop: { timeout: 2s }
health: { stableFor: ${real ? '1s, timeout: 20s' : '200ms, timeout: 2s'} }
${more}`

/** What only a stand-in can be made to do; on a real launchd these are left out, as nobody can ask it to fail. */
const withStandIn = it.skipIf(real)

const machines: Machine[] = []
const machine = (domains?: string[]): Machine => {
  const made = new Machine(domains)
  machines.push(made)
  return made
}
// One after the other: the real launchd has one job of that name.
afterEach(async () => {
  for (const made of machines.splice(0)) await made.close()
})

/** The calls, where there is a stand-in that counts them. */
const expectCalls = (m: Machine, expected: readonly (string | RegExp)[]): void => {
  const calls = m.calls()
  if (calls !== null) expect(calls).toEqual(expected.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))))
}
const status = async (m: Machine) =>
  (JSON.parse((await m.program(['status', '--json'])).out) as { services: { id: string }[] }).services.find(({ id }) => id === 'demo')

describe('apply on launchd', () => {
  it('installs, converges, changes and leaves nothing', { timeout: 120_000 }, async () => {
    const m = machine()
    const before = m.files()
    m.write(profile('one'))
    const planned = await m.hermes('plan', '--detailed-exitcode')
    expect([planned.code, planned.out]).toEqual([
      3,
      expect.stringMatching(/create .*org\.example\.demo\.plist[^]*plutil -lint[^]*launchctl enable gui\/\d+\/org\.example\.demo[^]*launchctl bootstrap gui/),
    ])
    expect(m.files()).toEqual(before)

    const first = await m.hermes('apply')
    expect([first.code, first.out]).toEqual([0, expect.stringContaining('applied, and healthy')])
    expect(await m.argv()).toContain('one')
    const pid = await m.pid()
    m.calls()
    expect(await m.hermes('apply')).toMatchObject({ code: 0, out: expect.stringContaining('nothing to do') as string })
    expectCalls(m, [])
    expect(await m.pid()).toBe(pid)
    expect((await m.hermes('verify')).code).toBe(0)
    expect(await status(m)).toMatchObject({ running: true, enabled: true, pid })

    // A crash comes back.
    process.kill(pid!, 'SIGKILL')
    await vi.waitFor(async () => expect([null, pid]).not.toContain(await m.pid()), { timeout: 30_000, interval: 100 })

    // A changed definition goes through the whole cycle; a restart by hand does not.
    m.calls()
    expect(await m.applied(profile('two'))).toMatchObject({ code: 0 })
    expectCalls(m, [/^bootout/, /^enable/, /^bootstrap/])
    expect(await m.argv()).toContain('two')
    expect(await m.hermes('restart')).toMatchObject({ code: 0 })
    expectCalls(m, [`kickstart -k ${gui}/${label}`])
    expect(await m.hermes('stop')).toMatchObject({ code: 0 })
    expect([await m.loaded(), (await m.hermes('verify')).code]).toEqual([false, 3])
    expect(await m.hermes('start')).toMatchObject({ code: 0 })

    expect(await m.program(['uninstall', 'demo'])).toMatchObject({ code: 0, out: expect.stringContaining('uninstalled') as string })
    expect([await m.loaded(), m.files()]).toEqual([false, before])
    expect(await m.hermes('uninstall')).toMatchObject({ code: 0, out: expect.stringContaining('was not installed') as string })
  })

  it('a secret alone that changes restarts the job in its place', { timeout: 60_000 }, async () => {
    const m = machine()
    const text = profile('one', 'environment: { TOKEN: { fromEnv: TOKEN, secret: true } }\n')
    const applied = await m.applied(text, { TOKEN: 'first' })
    expect([applied.code, applied.out + applied.err]).toEqual([0, expect.not.stringContaining('first')])
    m.calls()
    const pid = await m.pid()
    expect(await m.applied(text, { TOKEN: 'second' })).toMatchObject({ code: 0 })
    expectCalls(m, [`kickstart -k ${gui}/${label}`])
    expect([(await m.pid()) === pid, JSON.stringify(m.files())]).toEqual([false, expect.stringContaining('second')])
  })

  it('puts everything back when the new version does not run, earlier installs included', { timeout: 120_000 }, async () => {
    const m = machine()
    const old = join(m.home, 'Library/LaunchAgents/org.example.old.plist')
    mkdirSync(dirname(old), { recursive: true })
    writeFileSync(
      old,
      plistOf({ Label: 'org.example.old', ProgramArguments: ['/bin/sleep', '1000'], RunAtLoad: true, LimitLoadToSessionType: ['Aqua', 'Background'] }),
    )
    expect(await m.launchctl('bootstrap', gui, old)).toBe(0)
    const replaces = 'replaces: { macos: { labels: [org.example.old] } }\n'
    const before = m.files()
    const failed = await m.applied(profile('broken', replaces))
    expect([failed.code, failed.err]).toEqual([1, expect.stringContaining('Everything is as it was before')])
    expect([await m.loaded('org.example.old'), await m.disabled('org.example.old'), await m.loaded(), m.files()]).toEqual([true, false, false, before])

    expect(await m.applied(profile('one', replaces))).toMatchObject({ code: 0 })
    expect([await m.loaded('org.example.old'), await m.disabled('org.example.old')]).toEqual([false, true])
    const plist = readFileSync(m.plist, 'utf8')
    expect(await m.applied(profile('broken', replaces))).toMatchObject({ code: 1 })
    expect([(await m.argv()).includes('one'), readFileSync(m.plist, 'utf8')]).toEqual([true, plist])
    const gone = await m.hermes('uninstall')
    expect(gone.out).toMatch(/launchctl enable gui\/\d+\/org\.example\.old && [^]*launchctl bootstrap gui\/\d+ .*org\.example\.old\.plist/)
  })

  it('gets past a record of being switched off, and clears it without a restart', { timeout: 60_000 }, async () => {
    const m = machine()
    expect(await m.launchctl('disable', `${gui}/${label}`)).toBe(0)
    expect(await m.applied(profile('one'))).toMatchObject({ code: 0 })
    expect(await m.disabled()).toBe(false)
    await m.launchctl('disable', `${gui}/${label}`)
    expect((await m.hermes('verify')).out).toContain('disabled')
    m.calls()
    const pid = await m.pid()
    expect(await m.hermes('apply')).toMatchObject({ code: 0 })
    expectCalls(m, [`enable ${gui}/${label}`])
    expect(await m.pid()).toBe(pid)
  })

  withStandIn('gets past a slow bootout', { timeout: 60_000 }, async () => {
    const m = machine()
    expect(await m.applied(profile('one'))).toMatchObject({ code: 0 })
    expect(await m.applied(profile('two'), { FAKE_LAUNCHD_BOOTOUT_MS: '1500' })).toMatchObject({ code: 0 })
    expect(await m.argv()).toContain('two')
  })

  // Still leaving (5, 36, 37), or a session that is being rebuilt (124).
  withStandIn.each(['bootstrap:5:2', 'bootstrap:36:2', 'bootstrap:37:2', 'bootstrap:124:2'])('tries again: %s', { timeout: 60_000 }, async (fail) => {
    const m = machine()
    expect(await m.applied(profile('one'), { FAKE_LAUNCHD_FAIL: fail })).toMatchObject({ code: 0 })
    expect(await m.argv()).toContain('one')
  })

  withStandIn.each([
    ['bootstrap:122:99', /the property list, or a folder above it, belongs to somebody else/],
    ['bootstrap:161:99', /Login Items/],
    ['bootstrap:125:99', /no session on the screen/],
    ['bootstrap:109:99', /mistake of hermes-install/],
  ])('a code of launchctl becomes what to do: %s', { timeout: 60_000 }, async (fail, words) => {
    const m = machine()
    const before = m.files()
    const failed = await m.applied(profile('one'), { FAKE_LAUNCHD_FAIL: fail })
    expect([failed.code, failed.err]).toEqual([1, expect.stringMatching(words)])
    expect(m.files()).toEqual(before)
  })

  withStandIn('uses the background session where nobody is logged in at the screen, and says when there is none at all', { timeout: 30_000 }, async () => {
    const m = machine([background])
    expect(await m.applied(profile('one'))).toMatchObject({ code: 0 })
    expect(await m.loaded(label, background)).toBe(true)
    const none = machine([])
    expect(await none.applied(profile('one'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/launchd has no session for .*[^]*log in at the screen once/) as string,
    })
  })

  it('a run that was killed is finished by the next, by the program or by the script', { timeout: 120_000 }, async () => {
    const m = machine()
    expect(await m.applied(profile('one'))).toMatchObject({ code: 0 })
    for (const finish of ['program', 'script', 'broken'] as const) {
      m.write(profile(`next-${finish}`).replace(/stableFor: \S+ timeout: \S+/, 'stableFor: 2s, timeout: 15s'))
      const child = m.start(['apply', 'p.yaml'])
      while (!existsSync(join(m.home, 'Library/Application Support/hermes-install/state/demo/undo/touched'))) await sleep(10)
      await sleep(150)
      child.kill('SIGKILL')
      if (finish === 'program') expect(await m.hermes('apply')).toMatchObject({ code: 0 })
      else if (finish === 'script') {
        expect(await m.hermes('render', '--out', 'out')).toMatchObject({ code: 0 })
        expect(await m.script(join(m.folder, 'out/demo/macos/install.sh'))).toMatchObject({
          code: 0,
          out: expect.stringContaining('finishing its work') as string,
        })
      } else {
        expect(await m.applied(profile('broken'))).toMatchObject({ code: 1 })
        expect(await m.argv()).toContain('next-script')
        continue
      }
      expect(await m.argv()).toContain(`next-${finish}`)
    }
  })
})
