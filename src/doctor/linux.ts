// Checks that only Linux needs: lingering, WSL, SELinux, the journal, and what systemd has read.
import { ofMachine, ofService, type Verdict } from './check.ts'
import { absent, asRoot, size } from './words.ts'
import { posixWord } from '../escape/posix.ts'

/** Where nobody has said how much the journal may take, more than this is worth a word: journald itself would take up to 4 GiB (journald.conf(5)). */
const bigJournal = 1024 ** 3

/** Types that init_t may not execute: homes, temporary files, and data of users (the reference policy, and Fedora's). */
const closedTypes =
  /^(?:user_home|admin_home|user_tmp|tmp|data_home|cache_home|config_home|gconf_home|home_bin|home_root|default|var|var_lib|mnt|samba_share)(?:_dir)?_t$/

export const linux = {
  wsl: ofMachine({
    platforms: ['linux'],
    needs: ['wsl', 'managers'],
    finds: 'this is WSL, whose machine ends with its last window, whatever services run in it',
    judge({ wsl, managers }): Verdict {
      if (wsl === null) return ['ok', 'this is no WSL']
      if (managers.machine !== null) return ['error', managers.machine.why, managers.machine.hint]
      // Microsoft Learn, "Use systemd to manage Linux services with WSL": services do not keep an instance alive.
      return [
        'warning',
        'WSL ends some seconds after its last window, with all services, and does not start with Windows',
        `on Windows: schtasks.exe /Create /SC ONLOGON /TN "WSL ${wsl.distribution}" /TR "wsl.exe -d ${wsl.distribution} --exec sleep infinity"`,
      ]
    },
  }),

  'runtime-folder': ofMachine({
    platforms: ['linux'],
    needs: ['user', 'runtimeFolder'],
    finds: "XDG_RUNTIME_DIR is another user's, as `su` leaves it: programs then talk to the wrong manager, or to none (#86558)",
    judge: ({ user, runtimeFolder }) =>
      runtimeFolder === null || runtimeFolder.owner === user.uid || runtimeFolder.path === `/run/user/${user.uid}`
        ? ['ok', 'XDG_RUNTIME_DIR is right, or not set']
        : [
            'warning',
            runtimeFolder.owner === null
              ? `XDG_RUNTIME_DIR is ${runtimeFolder.path}, which is not there`
              : `XDG_RUNTIME_DIR is ${runtimeFolder.path}, which is another user's: su and sudo leave it so`,
            `export XDG_RUNTIME_DIR=/run/user/${user.uid}`,
          ],
  }),

  linger: ofMachine({
    platforms: ['linux'],
    needs: ['user', 'managers', 'lingering', 'wantLinger'],
    finds: 'services of this user end at logout and do not start at boot, as the user does not linger',
    judge({ user, managers, lingering, wantLinger }): Verdict {
      if (managers.machine !== null) return ['skipped', 'there is no service manager']
      if (user.uid === 0 && wantLinger.length === 0) return ['ok', 'what root installs is of the machine']
      if (lingering) return ['ok', `${user.name} lingers: services run without a login`]
      const text = `${user.name} does not linger: services of this user end at logout, and do not start at boot`
      // logind asks polkit whether somebody may do this for themselves: over SSH it mostly says no.
      return wantLinger.length > 0
        ? [
            'warning',
            `${text} (${wantLinger.join(', ')})`,
            `loginctl enable-linger ${posixWord(user.name)}; if that is refused: ${asRoot(user, 'loginctl', 'enable-linger', user.name)}`,
          ]
        : ['info', text, `hermes-install apply switches it on for a service that needs it`]
    },
  }),

  journal: ofMachine({
    platforms: ['linux'],
    needs: ['user', 'journal'],
    finds: 'the journal takes more than it may, or more than a gibibyte where nobody has set a limit; or is lost with every boot',
    judge({ user, journal: { bytes, limit, persistent } }): Verdict {
      if (bytes > (limit ?? bigJournal))
        return [
          'warning',
          `the journal takes ${size(bytes)}, ${limit === null ? 'and nobody has set a limit (SystemMaxUse= in /etc/systemd/journald.conf)' : `over its limit of ${size(limit)}`}`,
          asRoot(user, 'journalctl', '--rotate', `--vacuum-size=${Math.floor((limit ?? bigJournal) / 2 / 1024 ** 2)}M`),
        ]
      return persistent
        ? ['ok', `the journal takes ${size(bytes)}`]
        : ['info', 'the journal is kept in memory: what services said is lost at the next boot', asRoot(user, 'mkdir', '-p', '/var/log/journal')]
    },
  }),

  selinux: ofService({
    platforms: ['linux'],
    needs: ['user', 'selinux', 'service', 'program'],
    finds: 'SELinux enforces, and keeps services of the machine from running a program with the label of a home folder (203/EXEC)',
    judge({ user, selinux, service, program }): Verdict {
      if (selinux !== 'enforcing') return ['ok', selinux === 'off' ? 'there is no SELinux here' : 'SELinux only warns']
      if (service.scope === 'user') return ['ok', 'SELinux does not confine services of a user']
      if (program.label === null) return ['skipped', `the label of ${program.path} cannot be read`, asRoot(user, 'ls', '-Z', program.path)]
      return closedTypes.test(program.label)
        ? [
            'error',
            `SELinux keeps services of the machine from running ${program.path}, whose type is ${program.label}`,
            `${asRoot(user, 'semanage', 'fcontext', '-a', '-t', 'bin_t', program.path)} && ${asRoot(user, 'restorecon', '-v', program.path)}; or \`scope: user\` in the profile`,
          ]
        : ['ok', `SELinux lets services run ${program.path} (${program.label})`]
    },
  }),

  'stale-manager': ofService({
    platforms: ['linux'],
    needs: ['user', 'service', 'state'],
    finds: 'systemd has not read the unit since it changed on the disk (NeedDaemonReload)',
    judge: ({ user, service, state }) =>
      absent(state) ??
      (state.stale
        ? [
            'warning',
            'systemd has not read the unit since it changed',
            service.scope === 'user' ? 'systemctl --user daemon-reload' : asRoot(user, 'systemctl', 'daemon-reload'),
          ]
        : ['ok', 'systemd has read what is on the disk']),
  }),

  'stale-process': ofService({
    platforms: ['linux'],
    needs: ['user', 'service', 'replacedProgram'],
    finds: 'the program was replaced by an update, and the old one still runs',
    judge: ({ user, service, replacedProgram }) =>
      replacedProgram
        ? [
            'warning',
            'the file that it runs has been replaced since it started: the old program still runs',
            service.scope === 'user' ? `systemctl --user restart ${service.label}` : asRoot(user, 'systemctl', 'restart', service.label),
          ]
        : ['ok', 'what runs is what is on the disk'],
  }),
}
