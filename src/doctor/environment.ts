// Checks of what a service needs to be started at all: the account, the program, its interpreter, the variables.
import { everywhere, ofService, posix, type Verdict } from './check.ts'
import { barred, unseen } from './access.ts'
import type { Proxy } from './proxy.ts'
import { versioned } from './versions.ts'
import { asOwner, asRoot, isThere, nameOf } from './words.ts'

/** The folders of launchd's own PATH (launchd.plist(5)), where nothing of Homebrew or of a user is. */
const outsideLaunchd = /^\/(?:opt\/homebrew|usr\/local)\//

export const environment = {
  account: ofService({
    platforms: posix,
    needs: ['user', 'accountName'],
    finds: 'the account that the service is to run as is not there (217/USER)',
    judge: ({ user, accountName: { name, exists } }) =>
      exists
        ? ['ok', `it runs as ${name}`]
        : [
            'error',
            `there is no account ${name}`,
            `set \`user\` in the profile, or make it: ${user.os === 'macos' ? asRoot(user, 'sysadminctl', '-addUser', name, '-roleAccount') : asRoot(user, 'useradd', '--system', name)}`,
          ],
  }),

  program: ofService({
    platforms: everywhere,
    needs: ['user', 'started', 'account', 'program'],
    finds: 'the program is missing, not executable, on a file system mounted noexec, or below a folder that the account of the service may not pass (203/EXEC)',
    judge({ user, started, account, program }): Verdict {
      const { path, kind, noexec, barrier, owner, mode } = program
      const key = 'or set `command` (or the parameter in it) in the profile'
      switch (kind) {
        case 'hidden':
          return unseen(user, account, program, 'run')
        case 'missing': {
          const old = versioned(path)
          return [
            'error',
            `there is no program ${path}${old === null ? '' : `, which ${old.manager} kept`}`,
            `install it, ${key}${started.byProfile ? '' : ', and run hermes-install apply'}`,
          ]
        }
        case 'folder':
        case 'other':
          return ['error', `${path} is no program`, 'set `command` (or the parameter in it) in the profile']
        case 'file':
          if (user.os !== 'windows' && (mode & 0o111) === 0) return ['error', `${path} is not executable`, asOwner(user, owner, 'chmod', '+x', path)]
          if (noexec !== null)
            return [
              'error',
              `${noexec} is mounted noexec: nothing on it can be started`,
              `${asRoot(user, 'mount', '-o', 'remount,exec', noexec)}, and take noexec out of /etc/fstab; ${key}`,
            ]
          return barrier === null ? ['ok', `${path} can be run`] : barred(account, program, 'run')
      }
    },
  }),

  interpreter: ofService({
    platforms: posix,
    needs: ['program', 'interpreterAt', 'path'],
    finds:
      "the program's first line names an interpreter that is not there, or that the service's PATH does not find (`env: node: No such file`, 127; #1766, #4121)",
    judge({ program, interpreterAt, path }): Verdict {
      const { interpreter } = program
      if (!isThere(program)) return ['skipped', `${program.path} is not there, or may not be looked at`]
      if (interpreter === null) return ['ok', 'it needs no interpreter']
      const [first = '', second = ''] = interpreter
      if (interpreterAt !== null) return ['ok', `${program.path} is run by ${interpreterAt}`]
      return nameOf(first) === 'env'
        ? [
            'error',
            `${program.path} is run by ${second}, which is in none of the folders of the service's PATH (${path.folders.join(':')})`,
            `put the folder of ${second} into \`environment.PATH\`, or name the interpreter first in \`command\`: [/path/to/${second}, ${program.path}]`,
          ]
        : ['error', `${program.path} is run by ${first}, which is not there`, `install ${first}, or set \`command\` in the profile`]
    },
  }),

  'version-manager': ofService({
    platforms: everywhere,
    needs: ['started', 'program', 'path', 'stable'],
    finds:
      'the command, what it links to, or PATH lies in a folder of nvm, fnm, asdf, mise, pyenv, Volta, a Homebrew Cellar, ...: it goes with the next update, or with this login',
    judge({ started, program, path, stable }) {
      const gone = (until: 'logout' | 'update'): string => (until === 'logout' ? 'is gone after the next logout' : 'goes with its next update')
      const words = started.argv.flatMap((word, i): readonly Verdict[] => {
        const found = versioned(word)
        if (found === null) return []
        const better = found.stays ?? (i === 0 ? stable : null)
        return [
          [
            found.until === 'logout' ? 'error' : 'warning',
            `${word} belongs to ${found.manager}, and ${gone(found.until)}`,
            `set \`command[${i}]\` to ${better ?? `a path that stays, such as /usr/local/bin/${nameOf(word)}`}`,
          ],
        ]
      })
      const link = words.length === 0 ? program.links.find((step) => versioned(step) !== null) : undefined
      const links: readonly Verdict[] =
        link === undefined
          ? []
          : [
              [
                'warning',
                `${program.path} leads to ${link}, which belongs to ${versioned(link)!.manager}, and ${gone(versioned(link)!.until)}`,
                `make it again with a program that stays${stable === null ? '' : `, such as ${stable}`}`,
              ],
            ]
      const folders = path.own
        ? path.folders.flatMap((folder): readonly Verdict[] => {
            const found = versioned(folder)
            return found === null
              ? []
              : [
                  [
                    found.until === 'logout' ? 'error' : 'warning',
                    `${folder}, on the service's PATH, belongs to ${found.manager}, and ${gone(found.until)}`,
                    `take it out of \`environment.PATH\`${found.stays === null ? '' : `, or write ${found.stays}`}`,
                  ],
                ]
          })
        : []
      const all = [...words, ...links, ...folders]
      return all.length > 0 ? all : ['ok', 'nothing of a version manager']
    },
  }),

  path: ofService({
    platforms: everywhere,
    needs: ['user', 'started', 'path', 'wsl'],
    finds: "PATH has folders that are relative or Windows' (WSL), or launchd's own PATH does not have what the command needs (#107296, #73163, #4121)",
    judge({ user, started, path: { folders, own }, wsl }) {
      const key = '`environment.PATH`'
      const found: Verdict[] = []
      const absolute = user.os === 'windows' ? /^(?:[A-Za-z]:[\\/]|\\\\|%)/ : /^\//
      for (const folder of own ? folders : [])
        if (!absolute.test(folder))
          found.push([
            'warning',
            `PATH has ${folder === '' ? 'an empty entry' : folder}: that is a folder of whatever folder it is in`,
            `write absolute paths in ${key}`,
          ])
      const mounted = folders.filter((folder) => /^\/mnt\/[a-z](?:\/|$)/.test(folder))
      // Each program that is looked up then asks Windows for a dozen files; a whole PATH of them has taken the machine down.
      if (wsl !== null && own && mounted.length > 0)
        found.push(['warning', `PATH has ${mounted.length} folders of Windows, such as ${mounted[0]}`, `take them out of ${key}`])
      if (user.os === 'macos' && !own && outsideLaunchd.test(started.argv[0] ?? ''))
        found.push([
          'info',
          "launchd's own PATH is /usr/bin:/bin:/usr/sbin:/sbin: what the program starts is not found in Homebrew's folders",
          `set ${key} to /opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
        ])
      return found.length > 0 ? found : ['ok', own ? 'PATH is as a service needs it' : "it has the manager's own PATH"]
    },
  }),

  proxy: ofService({
    platforms: everywhere,
    needs: ['ownProxies', 'proxies', 'service', 'serviceProxies'],
    finds: 'a proxy that is set where you are is not set for the service, or the one that is set for it does not answer',
    judge({ ownProxies, proxies, service, serviceProxies }) {
      const dead = serviceProxies.filter(({ answers }) => answers === false)
      const open = serviceProxies.filter(({ secret }) => secret)
      const handed = (name: string): boolean =>
        [...serviceProxies, ...proxies.filter(({ of }) => of === 'machine' || service.scope === 'user')].some(
          (proxy: Proxy) => proxy.name.toLowerCase() === name.toLowerCase(),
        )
      const missed = ownProxies.filter((name) => !handed(name))
      return [
        ...dead.map(({ name, address }): Verdict => [
          'error',
          `its ${name} is ${address}, where nobody listens`,
          `take it out of \`environment.${name}\`, or start the proxy`,
        ]),
        ...open.map(({ name }): Verdict => [
          'warning',
          `its ${name} holds a password that everybody can read`,
          `\`environment.${name}: { secretFile: PATH }\``,
        ]),
        ...(missed.length === 0
          ? []
          : [
              [
                'info',
                `${missed.join(', ')} is set here, and not for the service`,
                `if it needs the proxy: \`environment.${missed[0]}\` in the profile`,
              ] as const,
            ]),
      ]
    },
  }),
}
