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
import { folderOf, placed, scriptView, scripts, secretFilesOf, secretsOf } from '../scripts.ts'
import { domains, logs, steps } from './commands.ts'
import { mappings } from './limits.ts'
import { logFiles, needsLauncher, needsSupervision, plistView } from './view.ts'

/** Where the files go. A job that is not to start by itself lies where launchd does not look. */
function folders({ scope, host, label, id, autostart }: Service): { readonly plist: string; readonly own: string; readonly state: string } {
  const library = scope === 'system' ? '/Library' : `${host.home}/Library`
  const data = scope === 'system' ? '/Library/Application Support/hermes-install' : `${host.dataDir}/hermes-install`
  const own = `${data}/${label}`
  return {
    plist: autostart ? `${library}/${scope === 'system' ? 'LaunchDaemons' : 'LaunchAgents'}` : own,
    own,
    state: `${scope === 'system' ? data : `${host.stateDir}/hermes-install`}/state/${id}`,
  }
}

export const launchd: Platform = {
  os: 'macos',
  mappings,
  manager: null,
  render(service, refusals) {
    const at = refusing(refusals)
    const where = folders(service)
    const system = service.scope === 'system'
    const plist = `${where.plist}/${service.label}.plist`
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
    // launchd refuses what is not owned by root in the system domain (error 122); the launcher reads its secrets as the account of the job.
    const files = placed(artifacts, ({ sensitive }) => (system ? (sensitive && service.user !== null ? service.user : 'root:wheel') : null))
    const { stdout, stderr } = logFiles(service)
    const view = {
      ...scriptView(service, files, where.state),
      plist,
      runAtLoad: true,
      logDirectories: [...new Set([folderOf(stdout), folderOf(stderr)])].map((path) => ({ path, owner: system ? service.user : null })),
      commands: { logs: logs({ stdout, stderr }), domains: domains(service, plist) },
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
      steps: steps(service, plist),
    }
  },
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
