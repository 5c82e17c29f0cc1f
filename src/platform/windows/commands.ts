// A Service in, what an install of it calls out: argv as data, for the scripts, the manifest and `apply`. Every program by its full path.
import type { Service } from '../../resolve/service.ts'
import type { Command } from '../platform.ts'
import { accountName } from './account.ts'
import { logFiles, serviceFolder, startupFolder } from './paths.ts'
import { recovery, system32 } from './recovery.ts'

type Argv = readonly string[]

/** An earlier install: `exists` answers with 0 where it is there, `disable` with 0 where this user may touch it. */
interface Replaced {
  readonly what: string
  readonly exists: Argv
  readonly disable: Argv
  readonly stop: Argv
  readonly remove: Argv
  readonly restore: readonly Argv[]
}

/** A file in the Startup folder. It waits at `aside` until the new service is healthy. */
interface StartupItem {
  readonly what: string
  readonly path: string
  readonly disable: Argv
  readonly remove: Argv
}

export interface Commands {
  readonly secure: readonly Command[]
  readonly create: readonly Command[]
  readonly configure: readonly Command[]
  readonly recovery: readonly Command[]
  readonly start: readonly Command[]
  readonly replaced: readonly Replaced[]
  readonly startupItems: readonly StartupItem[]
}

const cmd = `${system32}\\cmd.exe`
const sc = `${system32}\\sc.exe`
const schtasks = `${system32}\\schtasks.exe`
const icacls = `${system32}\\icacls.exe`

export function commands(service: Service): Commands {
  const { label, autostart, windows } = service
  const folder = serviceFolder(service)
  const account = windows.account === null ? null : accountName(windows.account.name)
  const call = (why: string, ...argv: string[]): Command => ({ argv, why, elevate: true })
  const logs = logFiles(service).folder
  const runsAs = account === null || account === 'LocalSystem' ? null : (wellKnown[account] ?? account)
  const start = autostart ? (windows.delayedStart ? 'delayed-auto' : 'auto') : 'demand'
  const depends = service.after.map((name) => (name === 'network' ? 'Tcpip' : name)).join('/') || '/'
  return {
    // ProgramData lets every user write what others then run: closed before anything is put there (icacls: OI CI = for all below).
    secure: [
      call(
        'only administrators and the service may look into its folder',
        icacls,
        folder,
        '/inheritance:r',
        '/grant:r',
        '*S-1-5-18:(OI)(CI)F',
        '*S-1-5-32-544:(OI)(CI)F',
        ...(runsAs === null ? [] : [`${runsAs}:(OI)(CI)RX`]),
        '/T',
      ),
      // The default log folder lies in there, and the service writes it.
      ...(runsAs !== null && logs.startsWith(`${folder}\\`) ? [call('the service may write its logs', icacls, logs, '/grant', `${runsAs}:(OI)(CI)M`)] : []),
    ],
    create: [call('register the service', `${folder}\\${label}.exe`, 'install')],
    configure: [
      call(
        'set how the service starts',
        sc,
        'config',
        label,
        'start=',
        start,
        'depend=',
        depends,
        'DisplayName=',
        service.displayName ?? service.id,
        ...(account === null || windows.account?.passwordFile != null ? [] : ['obj=', account]),
      ),
      call('set what the service says of itself', sc, 'description', label, service.description ?? service.displayName ?? service.id),
    ],
    recovery: recovery(service),
    start: [call('start the service', sc, 'start', label)],
    replaced: [
      ...service.replaces.tasks.map((name) => ({
        what: `the task ${name}`,
        exists: [schtasks, '/Query', '/TN', name],
        disable: [schtasks, '/Change', '/TN', name, '/DISABLE'],
        stop: [schtasks, '/End', '/TN', name],
        remove: [schtasks, '/Delete', '/TN', name, '/F'],
        restore: [[schtasks, '/Change', '/TN', name, '/ENABLE']],
      })),
      ...service.replaces.services.map((name) => ({
        what: `the service ${name}`,
        exists: [sc, 'query', name],
        disable: [sc, 'config', name, 'start=', 'disabled'],
        stop: [sc, 'stop', name],
        remove: [sc, 'delete', name],
        restore: [
          [sc, 'config', name, 'start=', 'auto'],
          [sc, 'start', name],
        ],
      })),
    ],
    // `move` and `del` are cmd.exe's own; `if exist`, because a file that is not there is no failure.
    startupItems: service.replaces.startupItems.map((name, i) => {
      const path = `${startupFolder(service)}\\${name}`
      const aside = `${folder}\\replaced-${i}`
      return {
        what: `the Startup item ${name}`,
        path,
        disable: [cmd, '/d', '/c', 'if', 'exist', path, 'move', '/y', path, aside],
        remove: [cmd, '/d', '/c', 'if', 'exist', aside, 'del', '/f', '/q', aside],
      }
    }),
  }
}

/** icacls takes names in the language of the machine, SIDs everywhere. */
const wellKnown: Readonly<Record<string, string>> = { 'NT AUTHORITY\\LocalService': '*S-1-5-19', 'NT AUTHORITY\\NetworkService': '*S-1-5-20' }

/** What an install runs, in the order of install.cmd, where nothing of it is there yet: what is replaced goes for good when the service runs. */
export function steps(service: Service): readonly Command[] {
  const list = commands(service)
  const call = (why: string, argv: Argv): Command => ({ argv, why, elevate: true })
  const beside = (what: string): string => `${what} must not run beside this one`
  const gone = (what: string): string => `${what} is replaced by this one, which runs now`
  return [
    ...list.secure,
    ...[...list.replaced, ...list.startupItems].map(({ what, disable }) => call(beside(what), disable)),
    ...list.replaced.map(({ what, stop }) => call(beside(what), stop)),
    ...list.create,
    ...list.recovery,
    ...list.start,
    ...[...list.replaced, ...list.startupItems].map(({ what, remove }) => call(gone(what), remove)),
  ]
}
