// `apply` stopped before, after and at each single call that it makes to the machine; the managers are stand-ins (stand-in.ts), the files are real.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { apply } from '../../src/apply/apply.ts'
import { uninstall } from '../../src/apply/uninstall.ts'
import { recordOf } from '../../src/apply/state.ts'
import { sha256, type Wish } from '../../src/plan/plan.ts'
import { manager as launchd } from '../../src/platform/launchd/manager.ts'
import { manager as systemd } from '../../src/platform/systemd/manager.ts'
import { manager as windows } from '../../src/platform/windows/manager.ts'
import { made, said } from '../help.ts'
import { hostPath } from './stand-in-windows.ts'
import { Killed, machine, run as runOn, type Fault, type Machine } from './stand-in.ts'

// In memory where there is such a folder: each change is forced to the disk.
const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'every-step-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const profile = (version: string, os: Os): string => `version: 1
name: demo
command: ['${os === 'windows' ? 'C:' : ''}/bin/demo', ${version}]
environment: { VERSION: ${version}, TOKEN: { fromEnv: TOKEN, secret: true } }
logs: { stdout: '\${home}/log/demo.log' }
health: { stableFor: 200ms, timeout: 1s }
replaces: { linux: { units: [old-demo] }, macos: { labels: [old-demo] }, windows: { services: [old-demo] } }
label: demo
`
interface Wished {
  readonly wish: Wish
  readonly manifest: string
  readonly texts: ReadonlyMap<string, string>
}

/** What differs between the two, for this test. */
const managers = {
  linux: { manager: systemd, folder: '.config/systemd/user', file: (name: string) => `${name}.service`, unit: (name: string) => `${name}.service` },
  macos: { manager: launchd, folder: 'Library/LaunchAgents', file: (name: string) => `${name}.plist`, unit: (name: string) => name },
  windows: { manager: windows, folder: 'C/old', file: (name: string) => `${name}.exe`, unit: (name: string) => name },
} as const
type Os = keyof typeof managers

async function wished(os: Os, home: string, version: string): Promise<Wished> {
  const { manager } = managers[os]
  const { rendered, service, issues } = await made(profile(version, os), {
    os,
    host: os === 'windows' ? { os, user: 'ann', home: 'C:\\Users\\ann' } : { os, user: userInfo().username, uid: process.getuid!(), home },
    env: { TOKEN: `secret-${version}` },
  })
  expect(said(issues)).toEqual([])
  const rendering = manager.target(service!, rendered!.artifacts)
  // What stands for WinSW has another hash.
  const files = rendering.files.map((file) => (file.pinned === undefined ? file : { ...file, pinned: { ...file.pinned, sha256: sha256('winsw') } }))
  const target = { ...rendering, files }
  return {
    wish: { service: service!, manager, target, start: true },
    manifest: recordOf(rendered!.manifest, rendered!.files.at(-1)!.text, target),
    texts: new Map(
      target.files.map(({ path, text, pinned }) => [os === 'windows' ? hostPath(machine(home), path) : path, pinned === undefined ? text : 'winsw']),
    ),
  }
}

const report = { step: () => undefined, waiting: () => undefined, done: () => undefined, goingBack: () => undefined, undoing: () => undefined }

type End = 'applied' | 'nothing' | 'killed' | { readonly failed: string }
const run = (at: Machine, os: Os, fault?: Fault): ReturnType<typeof runOn> => runOn(at, fault, os === 'windows')

async function applied(at: Machine, { wish, manifest }: Wished, fault?: Fault): Promise<{ end: End; calls: number }> {
  const { system, calls, end } = run(at, wish.service.os, fault)
  try {
    const { changed } = await apply(system, { wish, manifest, report, approve: async () => undefined, interrupted: () => false })
    return { end: changed ? 'applied' : 'nothing', calls: calls() }
  } catch (error) {
    return { end: error instanceof Killed || (error as Error).cause instanceof Killed ? 'killed' : { failed: (error as Error).message }, calls: calls() }
  } finally {
    end()
  }
}

/** An old service that runs, and on demand ours in version one. */
async function ground(os: Os, name: string, installed: boolean) {
  const { folder, file } = managers[os]
  const home = join(root, name)
  const at = machine(home)
  mkdirSync(join(home, folder), { recursive: true })
  const old = join(home, folder, file('old-demo'))
  writeFileSync(old, 'old')
  const [one, two, broken] = await Promise.all(['one', 'two', 'broken'].map((version) => wished(os, home, version)))
  const { system, end } = run(at, os)
  if (os === 'linux') for (const verb of ['daemon-reload', 'enable', 'start']) await system.run(['systemctl', '--user', verb, 'old-demo.service'])
  else if (os === 'windows')
    for (const words of ['create old-demo binPath= C:\\old.exe', 'start old-demo']) await system.run(['C:\\Windows\\System32\\sc.exe', ...words.split(' ')])
  else await system.run(['launchctl', 'bootstrap', `gui/${process.getuid!()}`, old])
  end()
  if (installed) expect((await applied(at, one!)).end).toBe('applied')
  return { os, home, at, one: one!, two: two!, broken: broken! }
}
type Ground = Awaited<ReturnType<typeof ground>>

const texts = ({ one }: Ground): (string | null)[] => [...one.texts.keys()].map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : null))
const whole = (g: Ground): boolean =>
  [...g.one.texts.keys()].every((path) => !existsSync(path) || [g.one, g.two, g.broken].some(({ texts }) => texts.get(path) === readFileSync(path, 'utf8')))
const active = ({ at, os }: Ground, name: string): boolean => at.units.get(managers[os].unit(name))?.active === true
const runs = (g: Ground): string | null =>
  active(g, 'demo')
    ? (/"(one|two|broken)"|<string>(one|two|broken)</
        .exec(g.at.units.get(managers[g.os].unit('demo'))!.loaded!)
        ?.slice(1)
        .find(Boolean) ?? '?')
    : null
const leftovers = ({ home }: Ground): string[] =>
  readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => /hermes-install-new|\/undo|\.new$|\/lock/.test(name))

/** Ours, or the one that it replaces: one of the two starts at the next boot or login. */
function startsAgain({ os, home, at }: Ground): boolean {
  if (os === 'linux') return ['demo', 'old-demo'].some((name) => existsSync(join(home, 'wants', `${name}.service`)))
  if (os === 'windows') return ['demo', 'old-demo'].some((name) => at.services.get(name)?.start === 2)
  return !at.disabled.has('old-demo') || (existsSync(join(home, managers.macos.folder, 'demo.plist')) && !at.disabled.has('demo'))
}

/** What must hold when a run has ended by itself with a failure. */
function asBefore(g: Ground, installed: boolean, before: (string | null)[]): void {
  expect([runs(g), active(g, 'old-demo'), texts(g)]).toEqual([installed ? 'one' : null, !installed, before])
  expect(leftovers(g)).toEqual([])
}

describe.each([
  ['linux', true],
  ['linux', false],
  ['macos', true],
  ['macos', false],
  ['windows', true],
  ['windows', false],
] as const)('%s, installed before: %s', (os, installed) => {
  describe.each(['kill', 'fail'] as const)('%s', (how) => {
    test('at every call: nothing half-written, and the next run converges', { timeout: 60_000 }, async () => {
      const dry = await ground(os, `${os}-${how}-${installed}-dry`, installed)
      const { calls } = await applied(dry.at, dry.two)
      expect(calls).toBeGreaterThan(60)
      for (let call = 1; call <= calls; call++) {
        const g = await ground(os, `${os}-${how}-${installed}-${call}`, installed)
        const before = texts(g)
        const { end } = await applied(g.at, g.two, { call, how })
        expect(whole(g), `call ${call}`).toBe(true)
        expect(startsAgain(g), `call ${call}`).toBe(true)
        if (end === 'killed') {
          // A later run that fails goes back to what worked before both.
          const bad = await applied(g.at, g.broken)
          expect(bad.end, `call ${call}`).toMatchObject({ failed: expect.stringMatching(/does not run|not healthy/) as string })
          expect(runs(g) !== null || (!installed && active(g, 'old-demo')), `call ${call}: ${JSON.stringify(bad.end)}`).toBe(true)
        } else if (end === 'applied') expect(runs(g)).toBe('two')
        else if (end !== 'nothing' && /as it was before|Nothing was changed|failed, as the test wants it$/.test(end.failed)) asBefore(g, installed, before)
        expect((await applied(g.at, g.two)).end, `call ${call}, ${JSON.stringify(end)}`).toMatch(/applied|nothing/)
        expect([runs(g), active(g, 'old-demo')]).toEqual(['two', false])
        expect(leftovers(g), `call ${call}, ${JSON.stringify(end)}`).toEqual([])
        rmSync(g.home, { recursive: true })
      }
    })
  })
})

test.each([
  ['linux', true],
  ['linux', false],
  ['macos', true],
  ['macos', false],
  ['windows', true],
  ['windows', false],
] as const)('%s, installed before: %s: killed at every call on the way back, too', { timeout: 60_000 }, async (os, installed) => {
  const dry = await ground(os, `${os}-back-${installed}-dry`, installed)
  const { calls } = await applied(dry.at, dry.broken)
  for (let call = 1; call <= calls; call++) {
    const g = await ground(os, `${os}-back-${installed}-${call}`, installed)
    const { end } = await applied(g.at, g.broken, { call, how: 'kill' })
    expect([whole(g), startsAgain(g)], `call ${call}, ${JSON.stringify(end)}`).toEqual([true, true])
    expect((await applied(g.at, g.two)).end, `call ${call}`).toBe('applied')
    expect([runs(g), active(g, 'old-demo')], `call ${call}`).toEqual(['two', false])
    rmSync(g.home, { recursive: true })
  }
})

test.each(['linux', 'macos', 'windows'] as const)(
  '%s: a second run calls nothing that changes; an uninstall that is killed anywhere is finished by the next',
  { timeout: 60_000 },
  async (os) => {
    const dry = await ground(os, `${os}-twice`, true)
    const before = dry.at.calls.length
    expect((await applied(dry.at, dry.one)).end).toBe('nothing')
    expect(dry.at.calls.slice(before)).toEqual([])
    const counted = run(dry.at, os)
    await uninstall(counted.system, { wish: dry.one.wish, approve: async () => undefined, say: () => undefined })
    for (let call = 1; call <= counted.calls(); call++) {
      const g = await ground(os, `${os}-gone-${call}`, true)
      const { system, end } = run(g.at, os, { call, how: 'kill' })
      await uninstall(system, { wish: g.one.wish, approve: async () => undefined, say: () => undefined }).catch((error: unknown) =>
        expect(error).toBeInstanceOf(Killed),
      )
      end()
      const next = run(g.at, os)
      await uninstall(next.system, { wish: g.one.wish, approve: async () => undefined, say: () => undefined })
      next.end()
      const left = readdirSync(g.home, { recursive: true, encoding: 'utf8', withFileTypes: true })
      expect([
        runs(g),
        left.filter((entry) => entry.isFile()).map(({ name }) => name),
        g.at.lingering,
        left.filter(({ name }) => name === 'hermes-install'),
      ]).toEqual([null, [managers[os].file('old-demo')], false, []])
      rmSync(g.home, { recursive: true })
    }
  },
)
