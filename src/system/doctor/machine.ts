// This machine in, the facts about it that checks ask for out. Nothing is changed, and no rights are needed.
import { statSync, statfsSync } from 'node:fs'
import { askManager } from '../../apply/observe.ts'
import type { System } from '../../apply/system.ts'
import { known, type MachineFacts } from '../../doctor/facts.ts'
import { isLoopback, proxyAddress, proxyNames, type Proxy } from '../../doctor/proxy.ts'
import type { Manager, ManagerState } from '../../platform/manager.ts'
import type { Os } from '../../profile/model.ts'
import type { HostFacts } from '../../resolve/host.ts'
import type { Service } from '../../resolve/service.ts'
import { accepts } from '../probe.ts'
import { once, type Gatherers } from './gather.ts'
import * as linux from './linux.ts'
import * as macos from './macos.ts'
import * as windows from './windows.ts'

export interface Place {
  readonly system: System
  readonly manager: Manager
  readonly facts: HostFacts
  /** A service of a scope of which nothing is known but that it could be. */
  readonly bare: (scope: 'user' | 'system') => Service
  readonly services: readonly Service[]
}

const answerMs = 300

/** Asks this machine's own ports alone: a doctor talks to no other machine. */
export const withAnswers = (proxies: readonly Proxy[]): Promise<readonly Proxy[]> =>
  Promise.all(
    proxies.map(async (proxy) => {
      const at = proxyAddress(proxy.address)
      return at === null || !isLoopback(at.host) ? proxy : { ...proxy, answers: await accepts(at, answerMs) }
    }),
  )

function disks(folders: readonly string[]): MachineFacts['disks'] {
  const seen = new Map<number, MachineFacts['disks'][number]>()
  for (const folder of folders) {
    const stat = statSync(folder, { throwIfNoEntry: false })
    if (stat === undefined || seen.has(stat.dev)) continue
    const { bavail, bsize, blocks, files, ffree } = statfsSync(folder)
    seen.set(stat.dev, { folder, free: bavail * bsize, total: blocks * bsize, freeInodes: files === 0 ? null : ffree })
  }
  return [...seen.values()]
}

const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), 1))

/** Where services write: home, the system's own logs, and the folders of their log files. */
const written = (os: Os, { facts, services }: Place): readonly string[] => [
  ...(os === 'windows' ? [`${process.env['SystemDrive'] ?? 'C:'}\\`] : ['/', '/var', '/var/log', '/tmp']),
  facts.home,
  ...services.flatMap(({ logs }) => [logs.stdout, logs.stderr].flatMap((path) => (path === null ? [] : [folderOf(path)]))),
]

const isRoot = (): boolean => process.getuid?.() === 0

export function machineGatherers(place: Place): Gatherers<MachineFacts> {
  const { facts, system, manager, services } = place
  const { os } = facts
  const ask = (scope: 'user' | 'system'): Promise<ManagerState> => askManager(system, manager, place.bare(scope))
  const token = once(() => windows.token(system))
  return {
    user: async () =>
      known({ os, name: facts.user, uid: facts.uid ?? null, home: facts.home, elevated: os === 'windows' ? (await token()).elevated : isRoot() }),
    async managers() {
      const [machine, own] = await Promise.all([ask('system'), os === 'windows' ? null : ask('user')])
      const versions = Object.entries(facts.versions ?? {}).map(([name, version]) => `${name} ${version}`)
      const names = { linux: 'systemd', macos: 'launchd', windows: 'the Service Control Manager' } as const
      return known({ name: versions.join(', ') || names[os], machine: machine.missing, own: own?.missing ?? null, asleep: own?.asleep ?? false })
    },
    wsl: () => known(linux.wsl()),
    runtimeFolder: () => known(linux.runtimeFolder()),
    lingering: () => known(system.look(`/var/lib/systemd/linger/${facts.user}`).kind !== 'nothing'),
    wantLinger: () => known(services.filter(({ scope, autostart, linux: { linger } }) => scope === 'user' && autostart && linger).map(({ id }) => id)),
    proxies: async () => known(await withAnswers(await { linux: linux.proxies, macos: macos.proxies, windows: windows.proxies }[os](system, facts))),
    ownProxies: () => known(proxyNames.filter((name) => (process.env[name] ?? '') !== '')),
    journal: () => linux.journal(),
    disks: () => known(disks(written(os, place))),
    macosVersion: async () => known(await macos.version(system)),
    uac: async () => known(await windows.uac(system, await token())),
    startup: async () => known(await windows.startup(system, facts)),
  }
}
