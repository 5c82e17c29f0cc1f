// A Service in, where its files and folders lie out: file-hierarchy(7) for the system, the XDG folders for a user.
import type { Service } from '../../resolve/service.ts'
import { folderOf } from '../scripts.ts'

interface Folders {
  readonly unit: string
  readonly launcher: string
  readonly secrets: string
  readonly state: string
}

/** libexec, as SELinux lets services execute what lies there. */
export function folders({ scope, host, label, id }: Service): Folders {
  if (scope === 'system') {
    return {
      unit: '/etc/systemd/system',
      launcher: `/usr/local/libexec/hermes-install/${label}`,
      secrets: `/etc/hermes-install/${label}`,
      state: `/var/lib/hermes-install/state/${id}`,
    }
  }
  return {
    unit: `${host.configDir}/systemd/user`,
    launcher: `${host.dataDir}/hermes-install/${label}`,
    secrets: `${host.configDir}/hermes-install/${label}`,
    state: `${host.stateDir}/hermes-install/state/${id}`,
  }
}

/** Where the launcher and the file of secrets are, for the services that have them. */
export function paths(service: Service): { readonly launcher: string; readonly secrets: string } {
  const { launcher, secrets } = folders(service)
  return { launcher: `${launcher}/launcher.sh`, secrets: `${secrets}/secrets.env` }
}

/** systemd opens log files itself but makes no folders (systemd.exec(5), StandardOutput=). */
export function logFolders({ logs, user, group, scope }: Service): readonly { path: string; owner: string | null }[] {
  const all = [...new Set([logs.stdout, logs.stderr].filter((path) => path !== null).map(folderOf))]
  return all.map((path) => ({ path, owner: scope === 'system' && user !== null ? (group === null ? user : `${user}:${group}`) : null }))
}
