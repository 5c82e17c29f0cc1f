// What install.sh does when things go wrong: failures, signals, runs that were killed, two at once. Against the stand-in for launchctl.
import { once } from 'node:events'
import { existsSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Box, gui, label } from './launchd-box.ts'

describe.concurrent('install.sh for launchd, when it goes wrong', { timeout: 20_000 }, () => {
  it('puts everything back when the new version does not run', async () => {
    const box = new Box()
    await box.run(box.tree('good'))
    const files = box.files()
    const { code, err } = await box.run(
      box.tree('bad', { body: 'echo boom; exit 3', throttle: 2, extra: true, health: { stableSeconds: 1, timeoutSeconds: 2 } }),
    )
    expect(code).toBe(1)
    expect(err).toContain('Demo is not healthy after 2 s')
    expect(err).toContain('boom')
    expect(err).toContain('Everything is as it was before.')
    expect(box.files()).toEqual(files)
    expect(box.commandLine()).toBe('sleep 1000')
  })

  it('gives up on a bootstrap that goes on failing, and puts the disabled record back', async () => {
    const box = new Box()
    await box.launchctl('disable', `${gui}/${label}`)
    const { code, err } = await box.run(box.tree('a'), 'install', { FAKE_LAUNCHD_FAIL: 'bootstrap:125:99' })
    expect(code).toBe(1)
    expect(err).toContain('Login Items')
    expect([box.files(), box.isDisabled(), box.job()]).toEqual([{}, true, null])
  })

  it.each([0.1, 0.8])('puts everything back when it is interrupted after %d s', async (seconds) => {
    const box = new Box()
    await box.run(box.tree('good'))
    const files = box.files()
    const p = box.start(box.tree('next', { body: 'exec sleep 2000', throttle: 2, extra: true, health: { stableSeconds: 8, timeoutSeconds: 15 } }), 'install')
    let err = ''
    p.stderr!.on('data', (d: Buffer) => (err += d.toString()))
    await sleep(seconds * 1000)
    p.kill('SIGTERM')
    expect((await once(p, 'close'))[0]).toBe(1)
    expect(err).toContain('Interrupted.')
    expect(box.files()).toEqual(files)
    expect(box.commandLine()).toBe('sleep 1000')
  })

  it.each([0.5])('finishes the work of a run that was killed after %d s', async (seconds) => {
    const box = new Box()
    await box.run(box.tree('good'))
    const next = box.tree('next', { body: 'exec sleep 2000', throttle: 2, health: { timeoutSeconds: 8 } })
    const p = box.start(next, 'install')
    await sleep(seconds * 1000)
    p.kill('SIGKILL')
    await once(p, 'exit')
    expect(await box.run(next)).toMatchObject({ code: 0, err: '' })
    expect(box.commandLine()).toBe('sleep 2000')
    expect(Object.keys(box.files()).filter((f) => /undo|lock|-new$/.test(f))).toEqual([])
    expect((await box.run(next)).out).toContain('nothing to do')
  })

  it('goes back to the very first version when the second try fails', async () => {
    const box = new Box()
    await box.run(box.tree('good'))
    const files = box.files()
    const p = box.start(box.tree('next', { body: 'exec sleep 2000', throttle: 2, health: { stableSeconds: 9, timeoutSeconds: 20 } }), 'install')
    while (!existsSync(join(box.state, 'undo/touched'))) await sleep(10)
    p.kill('SIGKILL')
    await once(p, 'exit')
    expect((await box.run(box.tree('bad', { body: 'exit 3', throttle: 2, health: { stableSeconds: 1, timeoutSeconds: 2 } }))).code).toBe(1)
    expect(box.files()).toEqual(files)
    expect(box.commandLine()).toBe('sleep 1000')
  })

  it('lets one run at a time, and takes over the lock of a dead one', async () => {
    const box = new Box()
    const slow = box.tree('a', { health: { stableSeconds: 1, timeoutSeconds: 8 } })
    const first = box.run(slow)
    while (!existsSync(join(box.state, 'undo/facts'))) await sleep(10)
    const second = await box.run(slow)
    expect([second.code, second.err]).toEqual([1, expect.stringContaining('another install or uninstall of Demo is running')])
    expect((await first).code).toBe(0)
    symlinkSync('999999-1', join(box.state, 'lock'))
    expect((await box.run(slow)).out).toContain('nothing to do')
    symlinkSync(`${process.pid}-1`, join(box.state, 'lock')) // the number is in use again, by another process
    expect((await box.run(slow)).out).toContain('nothing to do')
    expect(readdirSync(box.state).sort()).toEqual(['directories', 'files', 'label', 'manifest.json'])
  })
})
