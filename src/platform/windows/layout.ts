// A Service in, what an install makes true of the file system out: the service's own files with WinSW among them, and which folders are closed before.
import type { Service } from '../../resolve/service.ts'
import type { Pinned, Target, TargetFile } from '../manager.ts'
import type { Artifact, Command } from '../platform.ts'
import { commands } from './commands.ts'
import { fallbackFolder, logFiles, machineFolder, serviceFolder, startupFolder } from './paths.ts'
import { system32 } from './recovery.ts'
import { winswArchOf, winswRelease, winswReleases } from './releases.ts'

const icacls = `${system32}\\icacls.exe`

const stateFolders = (above: string): readonly [string, string] => [`${above}\\hermes-install`, `${above}\\hermes-install\\state`]

/** What the service is of, and what the fallback is of; the scripts that do without this program are of neither. */
const isFallback = ({ source, target }: Artifact, folder: string): boolean => target === `${folder}\\${source}`

function winsw(service: Service): Pinned {
  const { version, path } = service.windows.winsw
  const { arch } = service.host
  const release = winswRelease(version, winswArchOf[arch === 'arm64' ? 'ARM64' : arch === 'x86' ? 'x86' : 'AMD64'])
  return {
    name: `WinSW ${release.version} (${release.arch})`,
    sha256: release.sha256,
    known: winswReleases.map(({ sha256 }) => sha256),
    line: version,
    given: path,
  }
}

/** Everybody may make folders in ProgramData: what somebody else made there first is taken from them (icacls: OI CI = for all below). */
export const closing = (path: string): readonly Command[] => [
  { argv: [icacls, path, '/setowner', '*S-1-5-32-544'], why: 'it belongs to the administrators', elevate: true },
  {
    argv: [icacls, path, '/inheritance:r', '/grant:r', '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F', '*S-1-5-32-545:RX'],
    why: 'only administrators may change what is in it',
    elevate: true,
  },
]

export function serviceTarget(service: Service, artifacts: readonly Artifact[]): Target {
  const folder = serviceFolder(service)
  const fallback = fallbackFolder(service)
  const files = artifacts.flatMap((artifact): readonly TargetFile[] => {
    const { source, target, mode, sensitive, text } = artifact
    return target === null || isFallback(artifact, fallback) || source === `${service.label}.exe`
      ? []
      : [{ source, path: target, mode, owner: null, sensitive, text }]
  })
  const exe = `${service.label}.exe`
  const logs = logFiles(service).folder
  return {
    files: [{ source: exe, path: `${folder}\\${exe}`, mode: 0o755, owner: null, sensitive: false, text: '', pinned: winsw(service) }, ...files],
    folders: [
      { path: machineFolder, owner: null, made: closing(machineFolder) },
      { path: folder, owner: null, made: secure(service) },
      { path: logs, owner: null, ...(logs.startsWith(`${folder}\\`) ? { made: secure(service, 1) } : {}) },
    ],
    absent: service.replaces.startupItems.map((name) => `${startupFolder(service)}\\${name}`),
    // What WinSW says of itself; the program's own logs are its owner's.
    litter: [`${logs}\\${service.label}.wrapper.log`],
    ownFolders: [machineFolder, folder, ...stateFolders('C:\\Program Files')],
    // Not in ProgramData, where everybody may make folders: what lies there tells a way back what to write where.
    state: `${stateFolders('C:\\Program Files')[1]}\\${service.id}`,
    folderMode: 0o755,
  }
}

/** @param from which part of it: the folder itself, or (1) only what the account of the service may do below it */
const secure = (service: Service, from: 0 | 1 = 0): readonly Command[] => {
  const [first, ...more] = commands(service).secure
  return from === 1 ? more : [first!]
}

export const secureService = (service: Service): readonly Command[] => [...closing(serviceFolder(service)).slice(0, 1), ...secure(service)]

/** The same user's files: nothing to close. */
export function fallbackTarget(service: Service, artifacts: readonly Artifact[]): Target {
  const folder = fallbackFolder(service)
  const own = `${service.host.dataDir}\\hermes-install`
  const files = artifacts.flatMap((artifact): readonly TargetFile[] => {
    const { source, target, mode, sensitive, text } = artifact
    if (target === null) return []
    // The one file that both have a use for is rendered for the service.
    const path = source === 'secrets.cmd' ? `${folder}\\${source}` : target
    return source === 'secrets.cmd' || isFallback(artifact, folder) ? [{ source, path, mode, owner: null, sensitive, text }] : []
  })
  return {
    files,
    folders: [],
    absent: service.replaces.startupItems.map((name) => `${startupFolder(service)}\\${name}`),
    litter: [`${folder}\\run\\supervisor.log`, `${folder}\\run\\supervisor.log.1`],
    ownFolders: [...new Set([own, folder, `${folder}\\run`, ...stateFolders(service.host.stateDir)])],
    state: `${stateFolders(service.host.stateDir)[1]}\\${service.id}`,
    folderMode: 0o755,
  }
}
