// Checks of a service among others and over time: who else does the same work, who may change it, whether it stays up, what it writes.
import { everywhere, ofService, posix, type Verdict } from './check.ts'
import { meaning } from './exits.ts'
import type { Loose, MachineFacts } from './facts.ts'
import { absent, asAdmin, asOwner, asRoot, asSelf, size } from './words.ts'

/** Restarts since the last start on purpose that are no longer an accident. */
const manyRestarts = 3
const bigLog = 200 * 1024 ** 2

const runs = ({ live, enabled }: { live: boolean; enabled: boolean }): string => (live ? 'runs' : enabled ? 'starts at the next boot' : '')

/** Takes the right away, or gives the thing to whom it should belong. */
function closing(user: MachineFacts['user'], { path, by, ownerUid }: Loose, account: { readonly name: string; readonly uid: number }): string {
  if (by !== 'owner') return asOwner(user, ownerUid, 'chmod', by === 'group' ? 'g-w' : 'go-w', path)
  return account.uid === 0
    ? `\`user\` in the profile, so that it does not run as root; or ${asRoot(user, 'chown', 'root', path)}`
    : asRoot(user, 'chown', account.name, path)
}

export const services = {
  writable: ofService({
    platforms: posix,
    needs: ['user', 'service', 'account', 'definition', 'command'],
    finds: 'others than root and the account of the service may change its unit, launcher, program, or a folder on the way there',
    judge({ user, account, definition, command }) {
      const seen = new Map<string, { loose: Loose; of: string }>()
      for (const { path, loose } of [...definition, ...command]) if (loose !== null && !seen.has(loose.path)) seen.set(loose.path, { loose, of: path })
      const who = ({ by, owner }: Loose): string => ({ owner: owner, group: 'its group', everyone: 'everyone' })[by]
      const found = [...seen.values()].map(({ loose, of }): Verdict => [
        'error',
        `${who(loose)} may change ${loose.path}${loose.path === of ? '' : `, on the way to ${of}`}, which runs as ${account.name}`,
        closing(user, loose, account),
      ])
      return found.length > 0 ? found : ['ok', `nobody but ${account.uid === 0 ? 'root' : `root and ${account.name}`} may change what it runs`]
    },
  }),

  replaced: ofService({
    platforms: everywhere,
    needs: ['state'],
    finds: 'an earlier install, which the profile names under `replaces`, runs or starts beside this one',
    judge({ state }) {
      const found = state.replaced.filter(({ live, enabled }) => live || enabled)
      return found.length > 0
        ? found.map((one): Verdict => ['warning', `the earlier install ${one.name} ${runs(one)}`, 'hermes-install apply replaces it'])
        : ['ok', 'no earlier install runs']
    },
  }),

  'both-scopes': ofService({
    platforms: posix,
    needs: ['user', 'service', 'twice', 'otherScope'],
    finds: "the service, or an earlier install of it, is there for this user and for the machine: two of them run, and get in each other's way (#105781)",
    judge({ user, service, twice, otherScope }) {
      const other = service.scope === 'user' ? 'system' : 'user'
      const off = (unit: string): string => {
        if (service.os === 'linux')
          return other === 'system' ? asRoot(user, 'systemctl', 'disable', '--now', unit) : asSelf('systemctl', '--user', 'disable', '--now', unit)
        const job = `${other === 'system' ? 'system' : `gui/${user.uid}`}/${unit}`
        // The one for now, the other for the next login or boot.
        return ['bootout', 'disable'].map((verb) => (other === 'system' ? asRoot(user, 'launchctl', verb, job) : asSelf('launchctl', verb, job))).join('; ')
      }
      const where = other === 'system' ? 'for the machine' : 'for this user'
      const found: Verdict[] = []
      if (twice)
        found.push([
          'warning',
          `${service.id} is installed for this user and for the machine: two of them run`,
          `uninstall one: ${other === 'system' && !user.elevated ? 'sudo ' : ''}hermes-install uninstall ${service.id} --scope ${other}`,
        ])
      else if (otherScope !== null && (otherScope.live || otherScope.enabled) && otherScope.loaded)
        found.push([
          'warning',
          `${service.label} is there ${where}, too, and ${runs(otherScope)}`,
          off(service.os === 'macos' ? service.label : `${service.label}.service`),
        ])
      for (const one of otherScope?.replaced ?? [])
        if (one.live || one.enabled) found.push(['warning', `the earlier install ${one.name} is there ${where}, and ${runs(one)}`, off(one.name)])
      return found.length > 0
        ? found
        : otherScope === null
          ? ['ok', 'installed once at most; nobody answers for the other scope']
          : ['ok', 'installed once at most']
    },
  }),

  strays: ofService({
    platforms: ['linux'],
    needs: ['strays'],
    finds: 'a second one runs beside the service, started by hand or by another unit',
    judge: ({ strays }) =>
      strays.length === 0 ? ['ok', 'no second one runs'] : strays.map(({ pid, why, stop }): Verdict => ['warning', `${why} (pid ${pid})`, stop]),
  }),

  disabled: ofService({
    platforms: everywhere,
    needs: ['user', 'service', 'state'],
    finds: "it does not start by itself: a disabled unit, launchd's record of being switched off (119), a service that is disabled",
    judge({ user, service, state }): Verdict {
      const nothing = absent(state)
      // launchd keeps its record of a job that it has not loaded.
      if (nothing !== null && (service.os !== 'macos' || state.missing !== null || state.enabled)) return nothing
      if ('masked' in state && state.masked === true)
        return [
          'error',
          'it is masked: nothing can start it',
          service.scope === 'user' ? `systemctl --user unmask ${service.label}` : asRoot(user, 'systemctl', 'unmask', service.label),
        ]
      if (state.enabled || !service.autostart) return ['ok', state.enabled ? 'it starts by itself' : 'the profile does not want it to start by itself']
      switch (service.os) {
        case 'linux':
          return [
            'warning',
            'it does not start by itself',
            service.scope === 'user' ? `systemctl --user enable ${service.label}` : asRoot(user, 'systemctl', 'enable', service.label),
          ]
        case 'macos': {
          // The record outlives the file and a reboot, and is there whether the job is loaded or not.
          const domain = 'at' in state ? String(state.at) : service.scope === 'user' ? `gui/${user.uid}` : 'system'
          const enable = ['launchctl', 'enable', `${domain}/${service.label}`]
          return [
            'warning',
            'launchd has a record that it is switched off: it does not start, now or at the next login',
            service.scope === 'user' ? enable.join(' ') : asRoot(user, ...enable),
          ]
        }
        case 'windows':
          return ['warning', 'it does not start with Windows', asAdmin('sc.exe', 'config', service.label, 'start=', 'auto')]
      }
    },
  }),

  service: ofService({
    platforms: everywhere,
    needs: ['service', 'state'],
    finds: 'it is installed, and does not run',
    judge({ service, state }): Verdict {
      const nothing = absent(state)
      if (nothing !== null) return nothing
      if (state.running) return ['ok', state.words]
      // What was stopped on purpose, or has come to its end, is no fault by itself.
      return [
        state.live || state.failed ? 'error' : 'warning',
        `it is ${state.words}`,
        `hermes-install logs ${service.id} says why; hermes-install start ${service.id}`,
      ]
    },
  }),

  'exit-loop': ofService({
    platforms: everywhere,
    needs: ['service', 'state', 'exits'],
    finds:
      'it ends again and again, with the same exit code: 78 that no restart can mend, 75 that asks for one each time, the codes of systemd for what it could not set up (#89477, #27650)',
    judge({ service, state, exits: { codes, lastHour } }): Verdict {
      const nothing = absent(state)
      if (nothing !== null) return nothing
      const [last] = codes
      const other = codes.findIndex((code) => code !== last)
      const same = other < 0 ? codes.length : other
      const restarts = state.restarts ?? lastHour ?? 0
      // Where nobody says when, only one that is down right now is in a loop: three restarts in a year are none.
      const loops =
        lastHour === null ? restarts >= manyRestarts && !state.running : lastHour >= manyRestarts && (same >= manyRestarts || lastHour >= 2 * manyRestarts)
      const often = lastHour === null ? `it was restarted ${restarts} times` : `it ended ${lastHour} times within the last hour`
      if (!loops) return ['ok', `${restarts} restarts`]
      const level = state.running ? 'warning' : 'error'
      if (last === undefined) return [level, often, `hermes-install logs ${service.id} says why it ends`]
      const { why, fix } = meaning(last, service)
      return [level, `${often}, ${same > 1 ? `the last ${same} times with` : 'the last time with'} code ${last}${why}`, fix]
    },
  }),

  logs: ofService({
    platforms: everywhere,
    needs: ['user', 'service', 'logFiles'],
    finds: 'its log files, with what rotation left of them, take more than 200 MiB, and nothing rotates them',
    judge({ user, service, logFiles }) {
      const big = logFiles.filter(({ bytes }) => bytes > bigLog)
      const found = big.map(({ path, bytes, files }): Verdict => {
        const keep =
          service.os === 'linux'
            ? 'leave `logs` out of the profile (the journal has a limit), or logrotate with copytruncate'
            : service.os === 'macos'
              ? 'a line in /etc/newsyslog.d'
              : '`logs.rotate: { size: 10MB, keep: 5 }` in the profile'
        const empty =
          service.os === 'windows'
            ? asAdmin('cmd.exe', '/c', 'type', 'nul', '>', path)
            : service.scope === 'user'
              ? asSelf('truncate', '-s', '0', path)
              : asRoot(user, 'truncate', '-s', '0', path)
        return ['warning', `${path} takes ${size(bytes)}${files > 1 ? ` in ${files} files` : ''}`, `${empty}; to keep it small: ${keep}`]
      })
      return found.length > 0
        ? found
        : ['ok', logFiles.length === 0 ? 'it has no log files of its own' : `its log files take ${size(logFiles.reduce((sum, { bytes }) => sum + bytes, 0))}`]
    },
  }),
}
