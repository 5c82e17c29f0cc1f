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
import { placed, scriptView, scripts, secretFilesOf, secretsOf, type PlacedFile } from '../scripts.ts'
import { commands, steps, unitName } from './commands.ts'
import { folders, logFolders, paths } from './layout.ts'
import { mappings } from './limits.ts'
import { needsLauncher, unitView } from './view.ts'

export const systemd: Platform = {
  os: 'linux',
  mappings,
  manager: async () => (await import('./manager.ts')).manager,
  render(service, refusals) {
    const at = refusing(refusals)
    const where = folders(service)
    const secrets = secretsOf(service)
    const { launcher: launcherPath, secrets: secretsPath } = paths(service)
    const artifacts: Artifact[] = [
      {
        source: unitName(service),
        target: `${where.unit}/${unitName(service)}`,
        mode: 0o644,
        sensitive: false,
        text: unit(unitView(service, paths(service), at)),
      },
    ]
    if (needsLauncher(service))
      artifacts.push({
        source: 'launcher.sh',
        target: launcherPath,
        mode: 0o755,
        sensitive: false,
        text: at(['command'], () => launcher(launcherView(service)), { items: service.command, escape: posixWord }),
      })
    if (secrets.length > 0) {
      const lines = secrets.map(({ name, value }) => at(['environment', name], () => systemdEnvironmentLine(name, value)))
      artifacts.push({ source: 'secrets.env', target: secretsPath, mode: 0o600, sensitive: true, text: secretsEnv({ id: service.id, lines }) })
    }
    const view = installView(service, filesOf(artifacts))
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

export const filesOf = (artifacts: readonly Artifact[]): readonly PlacedFile[] => placed(artifacts, () => null)

/** What install.sh and its sisters are made from. */
export function installView(service: Service, files: readonly PlacedFile[]): object {
  return {
    ...scriptView(service, files, folders(service).state),
    unit: unitName(service),
    autostart: service.autostart,
    linger: service.scope === 'user' && service.linux.linger,
    logDirectories: logFolders(service),
    commands: commands(service),
  }
}

/** A code that systemd takes for nothing that the program means: a secret that is missing now may be there soon, so the policy decides. */
function failCode({ restart }: Service): number {
  const meant = new Set([...restart.restartExitCodes, ...restart.stopExitCodes])
  // EX_CONFIG, then the others of sysexits.h downwards, then whatever is free.
  return [...Array.from({ length: 15 }, (_, i) => 78 - i), ...Array.from({ length: 255 }, (_, i) => i + 1)].find((code) => !meant.has(code)) ?? 78
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
    failCode: failCode(service),
    supervise: false,
  }
}
