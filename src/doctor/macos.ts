// Checks that only macOS needs: what a person has to allow before a job may start, read files, or reach the local network.
import { ofService, type Verdict } from './check.ts'
import { nameOf } from './words.ts'

/** Settings panes by their URL; `open` takes one. */
const loginItemsPane = 'open "x-apple.systempreferences:com.apple.LoginItems-Settings.extension"'
const localNetworkPane = 'open "x-apple.systempreferences:com.apple.preference.security?Privacy_LocalNetwork"'
const fullDiskPane = 'open "x-apple.systempreferences:com.apple.preference.security?Privacy_AllFiles"'

/** Programs that are no app of their own: macOS has nothing to remember an answer by. */
const interpreters = /^(?:python[\d.]*|pypy[\d.]*|node|nodejs|deno|bun|ruby|perl|php|java|uv|npx|npm|(?:ba|z|da)?sh)$/

export const macos = {
  'login-items': ofService({
    platforms: ['macos'],
    needs: ['service', 'state', 'loginItem'],
    finds: 'the job is switched off under Login Items, so that launchd does not start it at the next login (161, 125)',
    judge({ service, state, loginItem }): Verdict {
      const which = service.scope === 'user' ? 'at the next login' : 'with the machine'
      if (loginItem === null) return state.loaded ? ['ok', 'launchd has it loaded, and Login Items knows nothing of it'] : ['skipped', 'it is not installed']
      return loginItem.allowed
        ? ['ok', 'Login Items lets it start']
        : ['error', `it is switched off in Login Items: it does not start ${which}`, `${loginItemsPane}, and switch it on under "Allow in the Background"`]
    },
  }),

  'local-network': ofService({
    platforms: ['macos'],
    needs: ['macosVersion', 'service', 'started'],
    finds:
      'since macOS 15, a job of a user reaches the local network only if a person allowed it, and a bare interpreter is never asked about (EHOSTUNREACH, #71206)',
    judge({ macosVersion, service, started }): Verdict {
      if (macosVersion < 15) return ['ok', `macOS ${macosVersion} lets every program reach the local network`]
      // Apple, TN3179: daemons that launchd starts need no leave.
      if (service.scope === 'system') return ['ok', 'a service of the machine needs no leave for the local network']
      const program = started.argv[0] ?? ''
      if (/\.app\/Contents\/MacOS\//.test(program)) return ['info', 'it reaches the local network once a person has allowed it', localNetworkPane]
      return [
        interpreters.test(nameOf(program)) ? 'warning' : 'info',
        `${nameOf(program)} is no app: as a job of a user it is kept from other machines of the local network ("No route to host") unless it is allowed there`,
        `${localNetworkPane}, and allow ${nameOf(program)}; or \`scope: system\` in the profile, which needs no leave`,
      ]
    },
  }),

  'folder-permission': ofService({
    platforms: ['macos'],
    needs: ['user', 'service', 'started'],
    finds: 'a path lies in Documents, Desktop, Downloads, iCloud or on a volume, which macOS guards (TCC): a job is refused, or hangs',
    judge({ user, started }): Verdict {
      const guarded = ['Documents', 'Desktop', 'Downloads', 'Library/Mobile Documents'].map((name) => `${user.home}/${name}`)
      const word = [...started.argv, started.workingDirectory ?? ''].find((path) => [...guarded, '/Volumes'].some((folder) => path.startsWith(`${folder}/`)))
      return word === undefined
        ? ['ok', 'nothing of it lies where macOS asks a person first']
        : [
            'warning',
            `${word} lies where macOS asks a person before a program may read`,
            `move it, and change \`command\` or \`workingDirectory\`; or ${fullDiskPane}, and add ${started.argv[0]}`,
          ]
    },
  }),
}
