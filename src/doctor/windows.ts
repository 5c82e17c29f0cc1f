// Checks that only Windows needs: UAC, console windows, and what the Service Control Manager has of a service. The registry is read by names and numbers alone.
import { recovery, system32 } from '../platform/windows/recovery.ts'
import { serviceFolder } from '../platform/windows/paths.ts'
import type { Service } from '../resolve/service.ts'
import { ofMachine, ofService, type Verdict } from './check.ts'
import { dword, parseFailureActions, text, type FailureActions } from './registry.ts'
import { sidName, sidOf, writers } from './sddl.ts'
import { asAdmin, nameOf } from './words.ts'

const policies = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System'
/** Programs of the console subsystem: started at login, each opens a window, and ends when somebody closes it. */
const consolePrograms = /^(?:python|python3|py|node|cmd|powershell|pwsh|deno|bun|uv|npx|npm|hermes)(?:\.exe|\.cmd|\.bat)?$/i
/** The same without a console: every child that has one then opens a window of its own (#54220). */
const windowless = /^(?:pythonw|pyw)(?:\.exe)?$/i

/** The program of a command line as CreateProcess finds it: in quotes, or up to the first blank. */
const programOf = (command: string): string => /^\s*"([^"]*)"/.exec(command)?.[1] ?? /^\s*(\S*)/.exec(command)![1]!

/** What stands unquoted before the end of the program's name, if a blank is in it: `C:\Program.exe` would be tried first (CWE-428). */
const unquoted = (imagePath: string): string | null => {
  const path = /^\s*([^"]*?\.exe)(?=\s|$)/i.exec(imagePath)?.[1]
  return path !== undefined && /\s/.test(path) ? path : null
}

const actionsText = ({ resetSeconds, actions }: FailureActions): string =>
  `${actions.length === 0 ? 'nothing' : actions.map(({ type, delayMs }) => `${type}/${delayMs}`).join(' ')}, reset after ${resetSeconds === null ? 'never' : `${resetSeconds} s`}`

/** What `sc failure` of our own says, in the registry's terms. */
function wanted(service: Service): { readonly actions: FailureActions; readonly onNonCrash: boolean; readonly commands: readonly string[] } {
  const [failure, flag] = recovery(service)
  const argv = failure!.argv
  const words = (argv[argv.indexOf('actions=') + 1] ?? '').split('/')
  const actions =
    words[0] === '' && words.length === 1
      ? []
      : words.flatMap((type, i) => (i % 2 === 0 ? [{ type: type === '' ? ('none' as const) : ('restart' as const), delayMs: Number(words[i + 1] ?? 0) }] : []))
  return {
    actions: { resetSeconds: Number(argv[argv.indexOf('reset=') + 1]), actions },
    onNonCrash: flag!.argv.at(-1) === '1',
    commands: [failure!, flag!].map((command) => asAdmin(...command.argv)),
  }
}

export const windows = {
  uac: ofMachine({
    platforms: ['windows'],
    needs: ['uac'],
    finds: 'UAC is off, elevates without asking, or gives this process a filtered token, so that nothing can be installed',
    judge({ uac: { on, silent, remoteFilter, admin, elevated } }): readonly Verdict[] {
      const found: Verdict[] = []
      if (!on)
        found.push([
          'warning',
          'UAC is off: every program runs with all rights',
          `${asAdmin('reg.exe', 'add', policies, '/v', 'EnableLUA', '/t', 'REG_DWORD', '/d', '1', '/f')}, then restart Windows`,
        ])
      else if (silent)
        found.push([
          'info',
          'UAC elevates without asking',
          asAdmin('reg.exe', 'add', policies, '/v', 'ConsentPromptBehaviorAdmin', '/t', 'REG_DWORD', '/d', '5', '/f'),
        ])
      if (admin && !elevated)
        found.push([
          'info',
          'this process has the filtered token of an administrator: services cannot be installed from it',
          'powershell -Command "Start-Process cmd -Verb RunAs", and the same command there',
        ])
      if (!admin && !elevated)
        found.push([
          'info',
          'this user is no administrator: a service cannot be installed, only the fallback that starts at login',
          'have an administrator run the command',
        ])
      if (on && remoteFilter)
        found.push([
          'info',
          'over the network, local accounts are no administrators here (LocalAccountTokenFilterPolicy): fleets need a domain account, SSH or WinRM with the built-in Administrator',
          '',
        ])
      return found
    },
  }),

  'console-window': ofMachine({
    platforms: ['windows'],
    needs: ['startup'],
    finds: 'an entry that starts at login opens a console window, which somebody closes (python.exe, node.exe, cmd.exe, a batch file; #39646, #45599)',
    judge: ({ startup }) =>
      startup
        .filter(
          ({ name, command }) => /\.(?:cmd|bat|py)$/i.test(programOf(command)) || consolePrograms.test(nameOf(programOf(command))) || /\.tmp$/i.test(name),
        )
        .map(({ where, name, command }): Verdict => {
          const isFile = !where.startsWith('HK')
          return [
            /hermes/i.test(`${name} ${command}`) ? 'warning' : 'info',
            `${name} opens a console window at every login, and ends when that is closed`,
            isFile ? asAdmin('cmd.exe', '/c', 'del', `${where}\\${name}`) : asAdmin('reg.exe', 'delete', where, '/v', name, '/f'),
          ]
        }),
  }),

  'console-interpreter': ofService({
    platforms: ['windows'],
    needs: ['started'],
    finds: 'the command is an interpreter without a console (pythonw.exe), whose every child opens a window (#54220)',
    judge({ started }): Verdict {
      const program = started.argv[0] ?? ''
      return windowless.test(nameOf(program))
        ? [
            'warning',
            `${nameOf(program)} has no console: git, node and cmd, started by it, each flash a window`,
            `set \`command\` to ${program.replace(/w(\.exe)?$/i, '$1')}: a service, and the fallback, hide its console`,
          ]
        : ['ok', 'its console is hidden']
    },
  }),

  'unquoted-path': ofService({
    platforms: ['windows'],
    needs: ['service', 'registry'],
    finds: 'the path of the service has blanks and no quotes, so that Windows tries C:\\Program.exe first (CWE-428)',
    judge({ service, registry }): Verdict {
      if (registry === null) return ['skipped', 'there is no such service']
      const image = text(registry, 'ImagePath') ?? ''
      const path = unquoted(image)
      if (path === null) return ['ok', 'its path is quoted, or needs no quotes']
      // What the console's code page could not say, the fix must not repeat.
      const exact = image.includes('\ufffd') ? `${serviceFolder(service)}\\${service.label}.exe` : path
      return [
        'error',
        `its path is not quoted: ${image}`,
        asAdmin(
          `${system32}\\sc.exe`,
          'config',
          service.label,
          'binPath=',
          `"${exact}"${image.includes('\ufffd') ? '' : image.slice(image.indexOf(path) + path.length)}`,
        ),
      ]
    },
  }),

  'recovery-ladder': ofService({
    platforms: ['windows'],
    needs: ['profile', 'registry'],
    finds: 'the recovery actions are not those of the profile: services.msc keeps three of them, WinSW may erase them; or the failure flag is not set',
    judge({ profile, registry }): Verdict {
      if (registry === null) return ['skipped', 'there is no such service']
      const { actions, onNonCrash, commands } = wanted(profile)
      const raw = text(registry, 'FailureActions')
      const found = raw === null ? { resetSeconds: 0, actions: [] } : parseFailureActions(raw)
      const fix = commands.join(' & ')
      if (found === null) return ['error', 'its recovery actions cannot be read', fix]
      const flag = dword(registry, 'FailureActionsOnNonCrashFailures') === 1
      if (JSON.stringify(found.actions) !== JSON.stringify(actions.actions) || (actions.actions.length > 0 && found.resetSeconds !== actions.resetSeconds)) {
        const collapsed = actions.actions.length > 3 && found.actions.length === 3
        return ['error', `it recovers by ${actionsText(found)}${collapsed ? ': services.msc keeps three' : ''}; the profile says ${actionsText(actions)}`, fix]
      }
      return flag === onNonCrash
        ? ['ok', `it recovers by ${actionsText(found)}`]
        : ['error', 'an exit code that it reports itself does not count as a failure', commands[1]!]
    },
  }),

  'service-folder': ofService({
    platforms: ['windows'],
    needs: ['service', 'registry', 'acls'],
    finds: 'others than administrators may write what the service runs (ProgramData lets every user)',
    judge({ service, registry, acls: { entries, sid } }): Verdict | readonly Verdict[] {
      if (registry === null) return ['skipped', 'there is no such service']
      const open = entries.flatMap(({ path, sddl }): readonly Verdict[] => {
        const who = writers(sddl, sid)
        if (who !== null && who.length === 0) return []
        const names = who === null ? 'everyone' : who.map(sidName).join(', ')
        const account =
          service.windows.account === null && who?.some((one) => one.startsWith('S-1-5-21-'))
            ? '; or `windows.account` in the profile, so that it runs as that user'
            : ''
        const taken = (who ?? ['WD']).flatMap((one) => ['/remove:g', `*${sidOf(one)}`])
        return [
          [
            'error',
            `${names} may change ${path}, which the service runs`,
            `${asAdmin(`${system32}\\icacls.exe`, path, '/inheritance:d')} & ${asAdmin(`${system32}\\icacls.exe`, path, ...taken, '/T')}${account}`,
          ],
        ]
      })
      return open.length > 0 ? open : ['ok', 'only administrators may change what it runs']
    },
  }),

  'service-and-startup': ofService({
    platforms: ['windows'],
    needs: ['service', 'registry', 'fallback'],
    finds: 'the service and its fallback both start: two of them run (#99638); or the fallback was switched off in the Task Manager',
    judge({ service, registry, fallback }): Verdict {
      if (registry !== null && fallback.installed)
        return ['warning', 'the service and its Startup entry both start it', `hermes-install uninstall ${service.id}, then hermes-install apply`]
      if (fallback.installed && fallback.disabled)
        return ['error', 'its Startup entry is switched off in the Task Manager', 'taskmgr.exe /0 /startup, and enable it']
      return registry === null && !fallback.installed ? ['skipped', 'it is not installed'] : ['ok', 'one of them starts it']
    },
  }),
}
