// A Service in, where its files and folders lie out.
import type { Service } from '../../resolve/service.ts'
import { folderOf } from '../scripts.ts'
import { logFiles } from './view.ts'

/** Where the files go. A job that is not to start by itself lies where launchd does not look. */
export function folders({ scope, host, label, id, autostart }: Service): { readonly plist: string; readonly own: string; readonly state: string } {
  const library = scope === 'system' ? '/Library' : `${host.home}/Library`
  const data = scope === 'system' ? '/Library/Application Support/hermes-install' : `${host.dataDir}/hermes-install`
  const own = `${data}/${label}`
  return {
    plist: autostart ? `${library}/${scope === 'system' ? 'LaunchDaemons' : 'LaunchAgents'}` : own,
    own,
    state: `${scope === 'system' ? data : `${host.stateDir}/hermes-install`}/state/${id}`,
  }
}

export const plistPath = (service: Service): string => `${folders(service).plist}/${service.label}.plist`

/** Made beforehand: launchd makes them as root for a job with UserName, and a log that cannot be opened keeps the job from starting (78). */
export function logFolders(service: Service): readonly { path: string; owner: string | null }[] {
  const { stdout, stderr } = logFiles(service)
  return [...new Set([folderOf(stdout), folderOf(stderr)])].map((path) => ({ path, owner: service.scope === 'system' ? service.user : null }))
}

/** launchd refuses what is not owned by root in the system domain (error 122); the launcher reads its secrets as the account of the job. */
export const ownerOf = ({ scope, user }: Service, sensitive: boolean): string | null =>
  scope === 'system' ? (sensitive && user !== null ? user : 'root:wheel') : null
