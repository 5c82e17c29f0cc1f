// install.sh and uninstall.sh for macOS, against a stand-in for launchctl (fake-launchctl): no real launchd runs here.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Box, background, gui, label, plistOf, username } from './launchd-box.ts'
import { hasShellcheck } from './tools.ts'

describe.concurrent('install.sh for launchd', { timeout: 20_000 }, () => {
  it('installs, converges, changes and leaves nothing', async () => {
    const box = new Box()
    expect(await box.run(box.tree('none'), 'uninstall')).toEqual({ code: 0, out: 'Demo is not installed: nothing to do.\n', err: '' })
    expect(box.files()).toEqual({})
    const a = box.tree('a')
    expect(await box.run(a)).toMatchObject({ code: 0, err: '' })
    expect(box.calls()).toEqual([`enable ${gui}/${label}`, `bootstrap ${gui} ${box.plist}`])
    expect(box.commandLine()).toBe('sleep 1000')
    expect(box.files()['/Library/Application Support/demo/secrets']).toBe('600 export A=1\n')

    const [files, pid] = [box.files(), box.job()!.pid]
    box.forgetCalls()
    expect(await box.run(a)).toEqual({ code: 0, out: 'Demo is installed and running: nothing to do.\n', err: '' })
    expect([box.files(), box.job()!.pid, box.calls()]).toEqual([files, pid, []])

    // Another launcher: the definition stays, so it is restarted in place.
    expect(await box.run(box.tree('b', { body: 'exec sleep 2000' }))).toMatchObject({ code: 0, err: '' })
    expect(box.calls()).toEqual([`kickstart -k ${gui}/${label}`])
    expect(box.commandLine()).toBe('sleep 2000')

    // Another plist: kickstart would keep the old definition.
    box.forgetCalls()
    const c = box.tree('c', { body: 'exec sleep 2000', throttle: 7, extra: true })
    expect(await box.run(c)).toMatchObject({ code: 0, err: '' })
    expect(box.calls()).toEqual([`bootout ${gui}/${label}`, `enable ${gui}/${label}`, `bootstrap ${gui} ${box.plist}`])

    // A file that is no longer part of it goes.
    expect(await box.run(box.tree('d', { body: 'exec sleep 2000', throttle: 7 }))).toMatchObject({ code: 0, err: '' })
    expect(existsSync(join(box.library, 'extra'))).toBe(false)

    expect(await box.run(c, 'uninstall')).toMatchObject({ code: 0, err: '' })
    expect(box.job()).toBeNull()
    expect(Object.entries(box.files()).filter(([, v]) => v !== 'directory')).toEqual([])
    expect(Object.keys(box.files()).filter((k) => /demo|hermes/.test(k))).toEqual([])
    expect((await box.run(c, 'uninstall')).out).toBe('Demo is not installed: nothing to do.\n')
  })

  it('leaves nothing of a first install that failed, and brings back what it replaced', async () => {
    const box = new Box()
    const old = join(box.agents, 'old one.plist')
    mkdirSync(box.agents, { recursive: true })
    writeFileSync(old, plistOf({ Label: 'org.example.old', ProgramArguments: ['/bin/sleep', '555'], KeepAlive: true }), { mode: 0o644 })
    await box.launchctl('bootstrap', gui, old)
    const files = box.files()
    const bad = { body: 'exit 3', replaced: ['org.example.old', 'org.example.never'], health: { stableSeconds: 0, timeoutSeconds: 1, command: ['/bin/false'] } }
    const { code, out } = await box.run(box.tree('bad', bad))
    expect(code).toBe(1)
    expect(out).toContain('unload org.example.old')
    expect(box.files()).toEqual(files)
    expect(box.job()).toBeNull()
    expect(box.commandLine('org.example.old')).toBe('/bin/sleep 555')
    expect(box.isDisabled('org.example.old')).toBe(false)

    expect(await box.run(box.tree('good', { replaced: bad.replaced }))).toMatchObject({ code: 0, err: '' })
    expect([box.job('org.example.old'), box.isDisabled('org.example.old'), box.isDisabled('org.example.never')]).toEqual([null, true, false])
    expect((await box.run(box.tree('good', { replaced: bad.replaced }))).out).toContain('nothing to do')
  })

  it('gets past a disabled label, a slow bootout and a bootstrap that says 5', async () => {
    const box = new Box()
    await box.launchctl('disable', `${gui}/${label}`)
    expect(await box.run(box.tree('a'), 'install', { FAKE_LAUNCHD_FAIL: 'bootstrap:5:1' })).toMatchObject({ code: 0, err: '' })
    expect(box.isDisabled()).toBe(false)
    expect(await box.run(box.tree('b', { throttle: 3 }), 'install', { FAKE_LAUNCHD_BOOTOUT_MS: '800' })).toMatchObject({ code: 0, err: '' })
    await box.launchctl('disable', `${gui}/${label}`)
    expect(await box.run(box.tree('b', { throttle: 3 }))).toMatchObject({ code: 0, err: '' })
    expect(box.isDisabled()).toBe(false)
  })

  it('uses the background session where nobody is logged in at the screen, and finds itself there later', async () => {
    const box = new Box([background])
    expect(await box.run(box.tree('a'))).toMatchObject({ code: 0, err: '' })
    expect(box.job(label, background)?.pid).toBeTruthy()
    box.addDomain(gui)
    expect((await box.run(box.tree('a'))).out).toContain('nothing to do')
    expect(await box.run(box.tree('b', { throttle: 3 }))).toMatchObject({ code: 0, err: '' })
    expect([box.job(label, background), box.job()?.pid]).toEqual([null, expect.any(Number)])
    const nowhere = new Box([])
    mkdirSync(nowhere.registry)
    const { code, err } = await nowhere.run(nowhere.tree('a'))
    expect({ code, err, files: nowhere.files() }).toEqual({
      code: 1,
      err: `launchd has no session for ${username}. Log in at the screen once, or install it as a system service.\n`,
      files: {},
    })
  })

  it('starts what does not start by itself, from outside LaunchAgents', async () => {
    const box = new Box()
    expect(await box.run(box.tree('a', { autostart: false, runAtLoad: false }))).toMatchObject({ code: 0, err: '' })
    expect(box.calls().at(-1)).toBe(`kickstart ${gui}/${label}`)
    expect([existsSync(box.plist), box.job()?.pid]).toEqual([false, expect.any(Number)])
    // And over to autostart: the old plist goes.
    expect(await box.run(box.tree('b'))).toMatchObject({ code: 0, err: '' })
    expect([box.job()?.path, existsSync(join(box.library, `${label}.plist`))]).toEqual([box.plist, false])
  })

  it('refuses links, directories and incomplete folders, and puts rights right without a restart', async () => {
    const box = new Box()
    const a = box.tree('a')
    mkdirSync(box.plist, { recursive: true })
    expect(await box.run(a)).toMatchObject({ code: 1, err: `${box.plist} is there and not a file; move it away first.\n` })
    rmSync(box.plist, { recursive: true })
    symlinkSync('/etc/passwd', box.plist)
    expect(await box.run(a)).toMatchObject({
      code: 1,
      err: `${box.plist} is a symbolic link to /etc/passwd. Something else manages it; remove the link first.\n`,
    })
    rmSync(box.plist)
    rmSync(join(a, 'launcher.sh'))
    expect((await box.run(a)).err).toContain('this folder is not complete')
    await box.run(box.tree('a'))
    const pid = box.job()!.pid
    chmodSync(box.plist, 0o666)
    expect(await box.run(a)).toMatchObject({ code: 0, err: '' })
    expect([statSync(box.plist).mode & 0o777, box.job()!.pid]).toEqual([0o644, pid])
  })

  if (hasShellcheck)
    it('is clean for shellcheck', () => {
      const box = new Box()
      const tree = box.tree('all', {
        replaced: ['a', "b'c"],
        health: { tcp: { host: 'h', port: 1 }, http: 'http://h/', command: ['/bin/true'], file: { path: '/f', pointer: '/a', equals: ['b', 'c'] } },
      })
      const plain = box.tree('plain')
      const { stdout, error } = spawnSync('shellcheck', ['-s', 'sh', join(tree, 'install.sh'), join(plain, 'uninstall.sh')])
      expect({ out: stdout?.toString(), error }).toEqual({ out: '', error: undefined })
    })
})
