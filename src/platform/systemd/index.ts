// systemd: a Service in; unit, launcher, secrets and scripts out.
import launcher from '../../../templates/posix/launcher.sh.hbs'
import install from '../../../templates/systemd/install.sh.hbs'
import secretsEnv from '../../../templates/systemd/secrets.env.hbs'
import uninstall from '../../../templates/systemd/uninstall.sh.hbs'
import unit from '../../../templates/systemd/unit.service.hbs'
import { posixWord } from '../../escape/posix.ts'
import { systemdEnvironmentLine } from '../../escape/systemd.ts'
import type { Service } from '../../resolve/service.ts'
import { refusing, type Artifact, type Platform } from '../platform.ts'
import { folderOf, placed, scriptView, scripts, secretFilesOf, secretsOf } from '../scripts.ts'
import { commands, steps, unitName } from './commands.ts'
import { mappings } from './limits.ts'
import { needsLauncher, unitView } from './view.ts'

/** Where the files go: file-hierarchy(7) for the system, the XDG folders for a user. libexec, as SELinux lets services execute what lies there. */
function folders({ scope, host, label, id }: Service): { readonly unit: string; readonly launcher: string; readonly secrets: string; readonly state: string } {
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

export const systemd: Platform = {
  os: 'linux',
  mappings,
  render(service, refusals) {
    const at = refusing(refusals)
    const where = folders(service)
    const secrets = secretsOf(service)
    const paths = { launcher: `${where.launcher}/launcher.sh`, secrets: `${where.secrets}/secrets.env` }
    const artifacts: Artifact[] = [
      { source: unitName(service), target: `${where.unit}/${unitName(service)}`, mode: 0o644, sensitive: false, text: unit(unitView(service, paths, at)) },
    ]
    if (needsLauncher(service))
      artifacts.push({
        source: 'launcher.sh',
        target: paths.launcher,
        mode: 0o755,
        sensitive: false,
        text: at(['command'], () => launcher(launcherView(service)), { items: service.command, escape: posixWord }),
      })
    if (secrets.length > 0) {
      const lines = secrets.map(({ name, value }) => at(['environment', name], () => systemdEnvironmentLine(name, value)))
      artifacts.push({ source: 'secrets.env', target: paths.secrets, mode: 0o600, sensitive: true, text: secretsEnv({ id: service.id, lines }) })
    }
    const files = placed(artifacts, () => null)
    const view = {
      ...scriptView(service, files, where.state),
      unit: unitName(service),
      autostart: service.autostart,
      linger: service.scope === 'user' && service.linux.linger,
      logDirectories: logFolders(service),
      commands: commands(service),
    }
    return {
      artifacts: [
        ...artifacts,
        ...scripts(
          () => install(view),
          () => uninstall(view),
          at,
        ),
      ],
      steps: steps(service),
    }
  },
}

/** The launcher reads the secrets and becomes the program: systemd does everything else itself. */
function launcherView(service: Service): object {
  return {
    label: service.label,
    argv: service.command,
    environmentFiles: [],
    secrets: secretFilesOf(service),
    secretsFile: null,
    preStart: [],
    postStart: [],
    preStop: [],
    postStop: [],
    stop: { signal: 'TERM', command: null },
    exit: null,
    supervise: false,
  }
}

/** systemd opens log files itself but makes no folders (systemd.exec(5), StandardOutput=). */
function logFolders({ logs, user, group, scope }: Service): readonly { path: string; owner: string | null }[] {
  const paths = [...new Set([logs.stdout, logs.stderr].filter((path) => path !== null).map(folderOf))]
  return paths.map((path) => ({ path, owner: scope === 'system' && user !== null ? (group === null ? user : `${user}:${group}`) : null }))
}
