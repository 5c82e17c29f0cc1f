// Checks of the machine that every OS has: the service manager, proxies that it hands down, room on the disk.
import { everywhere, ofMachine, posix, type Verdict } from './check.ts'
import type { Proxy } from './proxy.ts'
import { asAdmin, asRoot, size } from './words.ts'

/** A file system is short of room if both is less: on a small one the share counts, on a large one the bytes. */
const limits = [
  { level: 'error', share: 0.01, bytes: 1024 ** 3 },
  { level: 'warning', share: 0.05, bytes: 10 * 1024 ** 3 },
] as const

/** Names that one command takes away together, by whose environment and which file they are in. */
function grouped(proxies: readonly Proxy[]): readonly (readonly [Proxy, ...Proxy[]])[] {
  const groups = new Map<string, [Proxy, ...Proxy[]]>()
  for (const proxy of proxies) {
    const key = `${proxy.of} ${proxy.file ?? ''}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [proxy])
    else group.push(proxy)
  }
  return [...groups.values()]
}

export const machine = {
  'service-manager': ofMachine({
    platforms: everywhere,
    needs: ['managers'],
    finds: 'no service manager to act on: no systemd (a container, WSL without it), no launchctl',
    judge: ({ managers }) => (managers.machine === null ? ['ok', managers.name] : ['error', managers.machine.why, managers.machine.hint]),
  }),

  'user-manager': ofMachine({
    platforms: posix,
    needs: ['user', 'managers'],
    finds: "this user has no manager of their own running: no login, or only `su` and `sudo`; on macOS no session at the screen (launchctl's 125)",
    judge({ user, managers: { machine, own, asleep } }): Verdict {
      if (machine !== null) return ['skipped', 'there is no service manager at all']
      if (user.uid === 0 && (own !== null || asleep)) return ['ok', 'root needs no manager of its own: what root installs is of the machine']
      if (own !== null) return ['error', own.why, own.hint]
      return asleep
        ? [
            'info',
            `the manager of ${user.name} does not run: it starts with a login, or with lingering, which apply switches on`,
            `loginctl enable-linger ${user.name}`,
          ]
        : ['ok', `the manager of ${user.name} runs`]
    },
  }),

  'manager-proxy': ofMachine({
    platforms: everywhere,
    needs: ['user', 'proxies'],
    finds: 'proxy variables in the environment that the manager hands to all its services, also those of a proxy that is long gone (#48820)',
    judge: ({ user, proxies }) =>
      proxies.length === 0
        ? ['ok', 'no proxy in the environment of services']
        : grouped(proxies).map((group): Verdict => {
            const [{ of, file }] = group
            const names = group.map(({ name }) => name)
            const dead = group.find(({ answers }) => answers === false)
            const whose = of === 'machine' ? 'every service of the machine' : `every service of ${user.name}`
            const what = group.map(({ name, address }) => `${name} (${address})`).join(', ')
            return [
              'warning',
              `${whose} is handed ${what}${dead === undefined ? '' : `, and nobody listens on ${dead.address}`}`,
              removal(user, of, file, names),
            ]
          }),
  }),

  'disk-space': ofMachine({
    platforms: everywhere,
    needs: ['user', 'disks'],
    finds: 'a file system that services write to is nearly full, or has no inodes left',
    judge({ user, disks }) {
      const depth = user.os === 'macos' ? '-d3' : '--max-depth=3'
      const largest = (folder: string): string =>
        user.os === 'windows' ? 'cleanmgr.exe' : `${asRoot(user, 'du', '-xh', depth, folder)} | sort -h | tail -n 20`
      const short = disks.flatMap(({ folder, free, total, freeInodes }): readonly Verdict[] => {
        if (freeInodes === 0) return [['error', `no inode is left for ${folder}: no file can be made any more`, largest(folder)]]
        const limit = limits.find(({ share, bytes }) => free < total * share && free < bytes)
        return limit === undefined ? [] : [[limit.level, `${size(free)} of ${size(total)} are left for ${folder}`, largest(folder)]]
      })
      return short.length > 0 ? short : ['ok', disks.map(({ folder, free }) => `${size(free)} left for ${folder}`).join(', ')]
    },
  }),
}

/** How variables leave the environment of a manager for good: where a file sets them, they come back from it. */
function removal(user: { readonly os: string; readonly elevated: boolean }, of: Proxy['of'], file: string | null, names: readonly string[]): string {
  if (file !== null && user.os !== 'windows')
    return `take ${names.join(', ')} out of ${file}, then: ${of === 'machine' ? asRoot(user, 'systemctl', 'daemon-reexec') : 'systemctl --user daemon-reexec'}`
  switch (user.os) {
    case 'windows':
      return names.map((name) => asAdmin('reg.exe', 'delete', file ?? '', '/v', name, '/f')).join(' & ')
    case 'macos':
      return names.map((name) => (of === 'machine' ? asRoot(user, 'launchctl', 'unsetenv', name) : `launchctl unsetenv ${name}`)).join('; ')
    default:
      return of === 'machine' ? asRoot(user, 'systemctl', 'unset-environment', ...names) : `systemctl --user unset-environment ${names.join(' ')}`
  }
}
