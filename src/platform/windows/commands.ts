// A Service in, what an install of it calls out: argv as data, for the scripts, the manifest and `apply`. Every program by its full path.
import type { Service } from '../../resolve/service.ts'
import type { Command } from '../platform.ts'
import { accountName } from './account.ts'
import { logFiles, serviceFolder } from './paths.ts'
import { recovery, system32 } from './recovery.ts'

/** An earlier install: `exists` answers with 0 where it is there. */
interface Replaced {
  readonly what: string
  readonly exists: readonly string[]
  readonly stop: readonly (readonly string[])[]
  readonly remove: readonly (readonly string[])[]
  readonly restore: readonly (readonly string[])[]
}

export interface Commands {
  readonly secure: readonly Command[]
  readonly create: readonly Command[]
  readonly configure: readonly Command[]
  readonly recovery: readonly Command[]
  readonly start: readonly Command[]
  readonly replaced: readonly Replaced[]
}

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
        stop: [
          [schtasks, '/End', '/TN', name],
          [schtasks, '/Change', '/TN', name, '/DISABLE'],
        ],
        remove: [[schtasks, '/Delete', '/TN', name, '/F']],
        restore: [[schtasks, '/Change', '/TN', name, '/ENABLE']],
      })),
      ...service.replaces.services.map((name) => ({
        what: `the service ${name}`,
        exists: [sc, 'query', name],
        stop: [
          [sc, 'stop', name],
          [sc, 'config', name, 'start=', 'disabled'],
        ],
        remove: [[sc, 'delete', name]],
        restore: [
          [sc, 'config', name, 'start=', 'auto'],
          [sc, 'start', name],
        ],
      })),
    ],
  }
}

/** icacls takes names in the language of the machine, SIDs everywhere. */
const wellKnown: Readonly<Record<string, string>> = { 'NT AUTHORITY\\LocalService': '*S-1-5-19', 'NT AUTHORITY\\NetworkService': '*S-1-5-20' }

/** What an install runs, in order, where nothing of it is there yet. */
export function steps(service: Service): readonly Command[] {
  const list = commands(service)
  const retire = list.replaced.flatMap(({ what, stop, remove }) =>
    [...stop, ...remove].map((argv): Command => ({ argv, why: `${what} must not run beside this one`, elevate: true })),
  )
  return [...list.secure, ...retire, ...list.create, ...list.recovery, ...list.start]
}
