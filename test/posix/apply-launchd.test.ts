// The built program against the stand-in for launchd (fake-launchd.mjs): install, converge, change, fail, every race that the field knows, uninstall.
// Real are the files, the jobs' processes and the program; launchd itself is not here. The same verbs run against the real one where there is a macOS.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Box, background, gui, plistOf } from './launchd-box.ts'

const label = 'org.example.demo'

/** A program that says who it is, and one that ends at once. */
const profile = (version: string, more = ''): string => `version: 1
name: demo
label: ${label}
command: [/bin/sh, -c, ${version === 'broken' ? 'exit 3' : `'trap "exit 0" TERM; sleep 1000 & wait'`}, ${version}]
restart: { policy: always, delays: [1s] }
stop: { timeout: 2s }
health: { stableFor: 200ms, timeout: 2s }
${more}`

class Machine {
  readonly box: Box
  constructor(domains?: string[]) {
    this.box = new Box(domains)
    mkdirSync(join(this.box.home, 'Library'))
  }
  write(text: string): void {
    writeFileSync(join(this.box.root, 'p.yaml'), text)
  }
  hermes(verb: string, ...more: string[]) {
    return this.box.program([verb, 'p.yaml', ...more])
  }
  async applied(text: string, env?: NodeJS.ProcessEnv) {
    this.write(text)
    return this.box.program(['apply', 'p.yaml'], env)
  }
  get plist(): string {
    return join(this.box.home, `Library/LaunchAgents/${label}.plist`)
  }
}

describe('apply on launchd', () => {
  it('installs, converges, changes and leaves nothing', { timeout: 60_000 }, async () => {
    const m = new Machine()
    const { box } = m
    const before = box.files()
    m.write(profile('one'))
    const planned = await m.hermes('plan', '--detailed-exitcode')
    expect([planned.code, planned.out]).toEqual([
      3,
      expect.stringMatching(/create .*org\.example\.demo\.plist[^]*plutil -lint[^]*launchctl enable gui\/\d+\/org\.example\.demo[^]*launchctl bootstrap gui/),
    ])
    expect(box.files()).toEqual(before)

    const first = await m.hermes('apply')
    expect([first.code, first.out]).toEqual([0, expect.stringContaining('applied, and healthy')])
    expect(box.commandLine()).toContain('one')
    const { pid } = box.job()!
    box.forgetCalls()
    expect(await m.hermes('apply')).toMatchObject({ code: 0, out: expect.stringContaining('nothing to do') as string })
    expect([box.calls(), box.job()!.pid]).toEqual([[], pid])
    expect((await m.hermes('verify')).code).toBe(0)
    expect(JSON.parse((await box.program(['status', '--json'])).out)).toMatchObject({ services: [{ id: 'demo', running: true, enabled: true, pid }] })

    // A changed definition goes through the whole cycle; a restart by hand does not.
    expect(await m.applied(profile('two'))).toMatchObject({ code: 0 })
    expect(box.calls().map((line) => line.split(' ')[0])).toEqual(['bootout', 'enable', 'bootstrap'])
    expect(box.commandLine()).toContain('two')
    box.forgetCalls()
    expect(await m.hermes('restart')).toMatchObject({ code: 0 })
    expect(box.calls()).toEqual([`kickstart -k ${gui}/${label}`])
    expect(await m.hermes('stop')).toMatchObject({ code: 0 })
    expect([box.job(), (await m.hermes('verify')).code]).toEqual([null, 3])
    expect(await m.hermes('start')).toMatchObject({ code: 0 })

    expect(await box.program(['uninstall', 'demo'])).toMatchObject({ code: 0, out: expect.stringContaining('uninstalled') as string })
    expect([box.job(), box.files()]).toEqual([null, before])
    expect(await m.hermes('uninstall')).toMatchObject({ code: 0, out: expect.stringContaining('was not installed') as string })
  })

  it('a secret alone that changes restarts the job in its place', { timeout: 30_000 }, async () => {
    const m = new Machine()
    const text = profile('one', 'environment: { TOKEN: { fromEnv: TOKEN, secret: true } }\n')
    const applied = await m.applied(text, { TOKEN: 'first' })
    expect([applied.code, applied.out + applied.err]).toEqual([0, expect.not.stringContaining('first')])
    m.box.forgetCalls()
    expect(await m.applied(text, { TOKEN: 'second' })).toMatchObject({ code: 0 })
    expect(m.box.calls()).toEqual([`kickstart -k ${gui}/${label}`])
    expect(readFileSync(`/proc/${m.box.job()!.pid}/environ`, 'utf8') + JSON.stringify(m.box.files())).toContain('second')
  })

  it('puts everything back when the new version does not run, earlier installs included', { timeout: 60_000 }, async () => {
    const m = new Machine()
    const { box } = m
    const old = join(box.home, 'Library/LaunchAgents/org.example.old.plist')
    expect(await m.applied(profile('one'))).toMatchObject({ code: 0 })
    expect(await m.hermes('uninstall')).toMatchObject({ code: 0 })
    mkdirSync(join(box.home, 'Library/LaunchAgents'))
    writeFileSync(
      old,
      plistOf({ Label: 'org.example.old', ProgramArguments: ['/bin/sleep', '1000'], RunAtLoad: true, LimitLoadToSessionType: ['Aqua', 'Background'] }),
    )
    expect(await box.launchctl('bootstrap', gui, old)).toBe(0)
    const replaces = 'replaces: { macos: { labels: [org.example.old] } }\n'
    const before = box.files()
    const failed = await m.applied(profile('broken', replaces))
    expect([failed.code, failed.err]).toEqual([1, expect.stringContaining('Everything is as it was before')])
    expect([box.job('org.example.old') !== null, box.isDisabled('org.example.old'), box.job(), box.files()]).toEqual([true, false, null, before])

    expect(await m.applied(profile('one', replaces))).toMatchObject({ code: 0 })
    expect([box.job('org.example.old'), box.isDisabled('org.example.old')]).toEqual([null, true])
    const plist = readFileSync(m.plist, 'utf8')
    expect(await m.applied(profile('broken', replaces))).toMatchObject({ code: 1 })
    expect([box.commandLine().includes('one'), readFileSync(m.plist, 'utf8')]).toEqual([true, plist])
    const gone = await m.hermes('uninstall')
    expect(gone.out).toMatch(/launchctl enable gui\/\d+\/org\.example\.old && [^]*launchctl bootstrap gui\/\d+ .*org\.example\.old\.plist/)
  })

  it('gets past a disabled record, a slow bootout and a bootstrap that says 5', { timeout: 60_000 }, async () => {
    const m = new Machine()
    expect(await m.box.launchctl('disable', `${gui}/${label}`)).toBe(0)
    expect(await m.applied(profile('one'))).toMatchObject({ code: 0 })
    expect(m.box.isDisabled()).toBe(false)
    expect(await m.applied(profile('two'), { FAKE_LAUNCHD_BOOTOUT_MS: '1500' })).toMatchObject({ code: 0 })
    expect(await m.applied(profile('three'), { FAKE_LAUNCHD_FAIL: 'bootstrap:5:2' })).toMatchObject({ code: 0 })
    expect(m.box.commandLine()).toContain('three')
    await m.box.launchctl('disable', `${gui}/${label}`)
    expect((await m.hermes('verify')).out).toContain('disabled')
    m.box.forgetCalls()
    const { pid } = m.box.job()!
    expect(await m.hermes('apply')).toMatchObject({ code: 0 })
    expect([m.box.calls(), m.box.job()!.pid]).toEqual([[`enable ${gui}/${label}`], pid])
  })

  it.each([
    ['bootstrap:122:99', /the property list, or a folder above it, belongs to somebody else/],
    ['bootstrap:161:99', /Login Items/],
    ['bootstrap:125:99', /no session on the screen/],
  ])('a code of launchctl becomes what to do: %s', { timeout: 60_000 }, async (fail, words) => {
    const m = new Machine()
    const before = m.box.files()
    const failed = await m.applied(profile('one'), { FAKE_LAUNCHD_FAIL: fail })
    expect([failed.code, failed.err]).toEqual([1, expect.stringMatching(words)])
    expect(m.box.files()).toEqual(before)
  })

  it('uses the background session where nobody is logged in at the screen, and says when there is none at all', { timeout: 30_000 }, async () => {
    const m = new Machine([background])
    expect(await m.applied(profile('one'))).toMatchObject({ code: 0 })
    expect(m.box.job(label, background)).not.toBeNull()
    const none = new Machine([])
    expect(await none.applied(profile('one'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/launchd has no session for .*[^]*log in at the screen once/) as string,
    })
  })

  it('a run that was killed is finished by the next, by the program or by the script', { timeout: 60_000 }, async () => {
    const m = new Machine()
    expect(await m.applied(profile('one'))).toMatchObject({ code: 0 })
    for (const finish of ['program', 'script', 'broken'] as const) {
      m.write(profile(`next-${finish}`).replace('stableFor: 200ms, timeout: 2s', 'stableFor: 2s, timeout: 5s'))
      const child = m.box.startProgram(['apply', 'p.yaml'])
      while (!existsSync(join(m.box.home, 'Library/Application Support/hermes-install/state/demo/undo/touched'))) await sleep(10)
      await sleep(150)
      child.kill('SIGKILL')
      if (finish === 'program') expect(await m.hermes('apply')).toMatchObject({ code: 0 })
      else if (finish === 'script') {
        expect(await m.hermes('render', '--out', 'out')).toMatchObject({ code: 0 })
        expect(await m.box.run(join(m.box.root, 'out/demo/macos'))).toMatchObject({ code: 0, out: expect.stringContaining('finishing its work') as string })
      } else {
        expect(await m.applied(profile('broken'))).toMatchObject({ code: 1 })
        expect(m.box.commandLine()).toContain('next-script')
        continue
      }
      expect(m.box.commandLine()).toContain(`next-${finish}`)
    }
    rmSync(join(m.box.root, 'out'), { recursive: true })
  })
})
