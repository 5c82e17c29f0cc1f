// launchd: a Service in; property list, launcher, secrets and scripts out.
import install from '../../../templates/launchd/install.sh.hbs'
import job from '../../../templates/launchd/job.plist.hbs'
import uninstall from '../../../templates/launchd/uninstall.sh.hbs'
import launcher from '../../../templates/posix/launcher.sh.hbs'
import secretsSh from '../../../templates/posix/secrets.sh.hbs'
import { posixWord } from '../../escape/posix.ts'
import type { Service } from '../../resolve/service.ts'
import { exitMapping } from '../exit.ts'
import { refusing, type Artifact, type Platform } from '../platform.ts'
import { placed, scriptView, scripts, secretFilesOf, secretsOf, type PlacedFile } from '../scripts.ts'
import { domains, logs, steps } from './commands.ts'
import { folders, logFolders, ownerOf, plistPath } from './layout.ts'
import { mappings } from './limits.ts'
import { logFiles, needsLauncher, needsSupervision, plistView } from './view.ts'

export const launchd: Platform = {
  os: 'macos',
  mappings,
  manager: async () => (await import('./manager.ts')).manager,
  render(service, refusals) {
    const at = refusing(refusals)
    const where = folders(service)
    const plist = plistPath(service)
    const secrets = secretsOf(service)
    const paths = { launcher: `${where.own}/launcher.sh`, secrets: `${where.own}/secrets.sh` }
    const artifacts: Artifact[] = [{ source: `${service.label}.plist`, target: plist, mode: 0o644, sensitive: false, text: job(plistView(service, paths, at)) }]
    if (needsLauncher(service)) {
      const text = at(['command'], () => launcher(launcherView(service, secrets.length > 0 ? paths.secrets : null)), {
        items: service.command,
        escape: posixWord,
      })
      artifacts.push({ source: 'launcher.sh', target: paths.launcher, mode: 0o755, sensitive: false, text })
    }
    if (secrets.length > 0) {
      for (const { name, value } of secrets) at(['environment', name], () => posixWord(value))
      artifacts.push({
        source: 'secrets.sh',
        target: paths.secrets,
        mode: 0o600,
        sensitive: true,
        text: at(['environment'], () => secretsSh({ id: service.id, secrets })),
      })
    }
    const view = installView(service, filesOf(service, artifacts))
    return {
      artifacts: [
        ...artifacts,
        ...scripts(
          () => install(view),
          () => uninstall(view),
          at,
        ),
      ],
      steps: steps(service, plist),
    }
  },
}

export const filesOf = (service: Service, artifacts: readonly Artifact[]): readonly PlacedFile[] =>
  placed(artifacts, ({ sensitive }) => ownerOf(service, sensitive))

/** What install.sh and its sisters are made from. */
export function installView(service: Service, files: readonly PlacedFile[]): object {
  const plist = plistPath(service)
  return {
    ...scriptView(service, files, folders(service).state),
    plist,
    runAtLoad: true,
    logDirectories: logFolders(service),
    commands: { logs: logs(logFiles(service)), domains: domains(service, plist) },
  }
}

function launcherView(service: Service, secretsFile: string | null): object {
  return {
    label: service.label,
    argv: service.command,
    environmentFiles: service.environmentFiles,
    secrets: secretFilesOf(service),
    secretsFile,
    ...service.hooks,
    stop: { signal: service.stop.signal.slice(3), command: service.stop.command },
    exit: exitMapping(service.restart, true),
    failCode: 78,
    supervise: needsSupervision(service),
  }
}
