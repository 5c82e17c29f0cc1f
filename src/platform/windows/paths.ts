// A Service in, where its files live on Windows out.
import type { Service } from '../../resolve/service.ts'

export const machineFolder = 'C:\\ProgramData\\hermes-install'
/** Outside of the program's own folders, which its updates may delete, and closed by the installer before anything runs from there. */
export const serviceFolder = (service: Service): string => `${machineFolder}\\${service.label}`
/** What a user without admin rights may write. */
export const fallbackFolder = (service: Service): string => `${service.host.dataDir}\\hermes-install\\${service.label}`
/** KNOWNFOLDERID Startup, below RoamingAppData. */
export const startupFolder = (service: Service): string => `${service.host.configDir}\\Microsoft\\Windows\\Start Menu\\Programs\\Startup`

export interface LogFiles {
  readonly folder: string
  /** Stem that WinSW puts before both patterns. */
  readonly name: string
  readonly out: string
  readonly err: string
  /** Whether both files are where the profile wants them. */
  readonly exact: boolean
}

/**
 * WinSW composes a log file of one folder, one stem and a pattern for each stream, so the two names are split where they part.
 * Two folders, one file for both, or names without a common beginning cannot be had: then stderr goes beside stdout.
 */
export function logFiles(service: Service): LogFiles {
  const { stdout, stderr } = service.logs
  if (stdout === null && stderr === null)
    return { folder: `${serviceFolder(service)}\\logs`, name: service.label, out: '.out.log', err: '.err.log', exact: true }
  const split = (path: string): [folder: string, file: string] => [path.slice(0, path.lastIndexOf('\\')), path.slice(path.lastIndexOf('\\') + 1)]
  const [folder, file] = split((stdout ?? stderr)!)
  const dot = file.lastIndexOf('.') > 0 ? file.lastIndexOf('.') : file.length
  const [stem, extension] = [file.slice(0, dot), file.slice(dot) || '.log']
  if (stderr === null) return { folder, name: stem, out: extension, err: `.err${extension}`, exact: file.includes('.') }
  if (stdout === null) return { folder, name: stem, out: `.out${extension}`, err: extension, exact: file.includes('.') }
  const [errFolder, errFile] = split(stderr)
  let common = 0
  while (common < Math.min(file.length, errFile.length) - 1 && file[common] === errFile[common]) common++
  // "gateway.out.log" and "gateway.err.log" part after the dot, but a rolled file is stem.N.pattern: the dot belongs to the pattern.
  if (common > 1 && file[common - 1] === '.') common--
  if (errFolder.toLowerCase() !== folder.toLowerCase() || common === 0 || file.toLowerCase() === errFile.toLowerCase())
    return { folder, name: stem, out: extension, err: `.err${extension}`, exact: false }
  return { folder, name: file.slice(0, common), out: file.slice(common), err: errFile.slice(common), exact: true }
}
