// Windows: a Service in; WinSW XML, recovery, fallback, launcher, secrets and scripts out.
import health from '../../../templates/windows/health.js.hbs'
import install from '../../../templates/windows/install.cmd.hbs'
import launcher from '../../../templates/windows/launcher.cmd.hbs'
import recoveryCmd from '../../../templates/windows/recovery.cmd.hbs'
import secretsCmd from '../../../templates/windows/secrets.cmd.hbs'
import xml from '../../../templates/windows/service.xml.hbs'
import startupCmd from '../../../templates/windows/startup.cmd.hbs'
import startupJs from '../../../templates/windows/startup.js.hbs'
import stopJs from '../../../templates/windows/stop.js.hbs'
import uninstall from '../../../templates/windows/uninstall.cmd.hbs'
import { cmdArgv, cmdSet } from '../../escape/cmd.ts'
import { quoteArgv } from '../../escape/windows-argv.ts'
import type { Service } from '../../resolve/service.ts'
import type { ExitMapping } from '../exit.ts'
import { refusing, type Artifact, type At, type Platform } from '../platform.ts'
import { secretFilesOf, secretsOf } from '../scripts.ts'
import { commands, steps } from './commands.ts'
import { hadFallback, hasFallback } from './fallback.ts'
import { mappings } from './limits.ts'
import { fallbackFolder, logFiles, serviceFolder, startupFolder } from './paths.ts'
import { mappingOf } from './recovery.ts'
import { needsLauncher, xmlView } from './view.ts'
import { winswFiles, winswVersion } from './releases.ts'

/** What startup.cmd ends with when it could not even try to start the program; no program can end with it. */
const notTried = -78_078

export const windows: Platform = {
  os: 'windows',
  mappings,
  manager: async () => (await import('./manager.ts')).manager,
  render(service, refusals) {
    const at = refusing(refusals)
    const before = refusals.length
    /** A script of which a value was refused by its key already is not rendered, or the same would be said twice. */
    const attempt = (render: () => string): string => (refusals.length > before ? '' : at(['command'], render))
    const folder = serviceFolder(service)
    const list = commands(service)
    const placed: Artifact[] = []
    const file = (source: string, text: string, where: string | null = folder, sensitive = false): Artifact => ({
      source,
      target: where === null ? null : `${where}\\${source}`,
      mode: sensitive ? 0o600 : 0o644,
      sensitive,
      // cmd.exe loses its place in a file with bare line feeds when it looks for a label.
      text: /\.(?:cmd|js)$/.test(source) ? text.replaceAll('\n', '\r\n') : text,
    })

    placed.push(file(`${service.label}.xml`, xml(xmlView(service, { launcher: `${folder}\\launcher.cmd`, stop: `${folder}\\stop.js` }, at))))
    placed.push(file('recovery.cmd', recoveryCmd({ title: service.label, commands: list.recovery })))
    if (service.stop.command !== null) {
      const command = service.stop.command
      const stop = at(['stop', 'command'], () => ({ commandLine: quoteArgv(command), timeoutMs: service.stop.timeoutMs }))
      placed.push(file('stop.js', stopJs({ stop })))
    }
    if (needsLauncher(service)) {
      checkBatch(service, at)
      placed.push(
        file(
          'launcher.cmd',
          attempt(() => launcher({ ...programView(service, folder), exit: signed(mappingOf(service)) })),
        ),
      )
    }
    const secrets = secretsOf(service)
    if (secrets.length > 0) {
      for (const { name, value } of secrets) at(['environment', name], () => cmdSet(name, value))
      placed.push(
        file(
          'secrets.cmd',
          attempt(() => secretsCmd({ id: service.id, secrets })),
          folder,
          true,
        ),
      )
    }

    const own = placed.map(({ source, target }) => ({ source, target }))
    const fallback = fallbackFiles(service, file)
    const where = fallbackFolder(service)
    const { stableForMs, timeoutMs, tcp, http, file: stateFile, command } = service.health
    const logs = logFiles(service)
    const view = {
      label: service.label,
      dir: folder,
      winsw: winswFiles(service.windows.winsw.version).map((pinned) =>
        service.windows.winsw.path === null ? pinned : { ...pinned, file: fileOf(service.windows.winsw.path) },
      ),
      cache:
        service.windows.winsw.path === null
          ? `C:\\ProgramData\\hermes-install\\winsw\\${winswVersion(service.windows.winsw.version)}`
          : folderOf(service.windows.winsw.path),
      files: own,
      folders: ['C:\\ProgramData\\hermes-install', folder],
      logFolders: [logs.folder],
      wrapperLog: `${logs.folder}\\${service.label}.wrapper.log`,
      ...list,
      fallback: hadFallback(service)
        ? {
            dir: where,
            startup: `${where}\\startup.cmd`,
            script: `${where}\\startup.js`,
            files: ['startup.cmd', 'startup.js', ...(secrets.length > 0 ? ['secrets.cmd'] : [])].map((source) => ({ source, target: `${where}\\${source}` })),
          }
        : null,
      offered: fallback !== null,
      autostart: service.autostart,
      start: true,
      stopSeconds: Math.ceil(service.stop.timeoutMs / 1000) + 10,
      health: {
        stableSeconds: Math.ceil(stableForMs / 1000),
        timeoutSeconds: Math.max(Math.ceil(stableForMs / 1000) + 2, Math.ceil(timeoutMs / 1000)),
        check: tcp !== null || http !== null || stateFile !== null,
        command,
        tcp,
        http,
        file: stateFile,
      },
    }
    const scripts = [
      ...(view.health.check ? [file('health.js', health(view), null)] : []),
      file(
        'install.cmd',
        attempt(() => install(view)),
        null,
      ),
      file(
        'uninstall.cmd',
        attempt(() => uninstall(view)),
        null,
      ),
    ]
    return { artifacts: [...placed, ...(fallback ?? []), ...scripts], steps: steps(service) }
  },
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('\\'))
const fileOf = (path: string): string => path.slice(path.lastIndexOf('\\') + 1)

/** cmd.exe and Windows Script Host show the 32 bits of an exit code as a signed number: 3221225786 (Ctrl+C) is -1073741510. */
const asSigned = (code: number): number => code | 0
const signed = (mapping: ExitMapping | null): ExitMapping | null =>
  mapping && { ...mapping, restart: mapping.restart.map(asSigned), stop: mapping.stop.map(asSigned) }

/** What launcher.cmd and startup.cmd have in common. */
function programView(service: Service, folder: string): object {
  return {
    label: service.label,
    argv: service.command,
    environmentFiles: service.environmentFiles,
    secrets: secretFilesOf(service),
    secretsFile: secretsOf(service).length > 0 ? `${folder}\\secrets.cmd` : null,
    preStart: service.hooks.preStart,
    postStop: service.hooks.postStop,
  }
}

/** Names the key of what cmd.exe cannot carry, before the template would. */
function checkBatch(service: Service, at: At): void {
  at(['command'], () => cmdArgv(service.command), { items: service.command, escape: (word) => cmdArgv(['C:\\x.exe', word]) })
  for (const name of ['preStart', 'postStop'] as const) for (const hook of service.hooks[name]) at(['hooks', name], () => cmdArgv(hook))
}

/**
 * The fallback for users without admin rights; null where there is none (limits.ts says why).
 */
function fallbackFiles(service: Service, file: (source: string, text: string, where: string) => Artifact): readonly Artifact[] | null {
  if (!hasFallback(service)) return null
  const where = fallbackFolder(service)
  const { stdout, stderr, rotate } = service.logs
  const out = stdout ?? `${where}\\logs\\${service.label}.out.log`
  const err = stderr ?? (stdout === null ? `${where}\\logs\\${service.label}.err.log` : stdout)
  const view = {
    ...programView(service, where),
    cwd: service.workingDirectory,
    environment: service.environment.flatMap((variable) => (variable.kind === 'plain' ? [{ name: variable.name, value: variable.value }] : [])),
    startupFolder: startupFolder(service),
    serviceProgram: `${serviceFolder(service)}\\${service.label}.exe`,
    logs: {
      stdout: out,
      stderr: err,
      joined: out.toLowerCase() === err.toLowerCase(),
      rotateBytes: rotate?.bytes ?? 10 * 1024 * 1024,
      keep: rotate?.keep ?? 8,
    },
    restart: {
      ...service.restart,
      restartExitCodes: service.restart.restartExitCodes.map(asSigned),
      stopExitCodes: service.restart.stopExitCodes.map(asSigned),
    },
    stop: service.stop,
    postStart: service.hooks.postStart,
    preStop: service.hooks.preStop,
    autostart: service.autostart,
    // Win32_Process.SetPriority: 64 idle, 16384 below normal.
    priority: service.nice > 10 ? 64 : service.nice > 0 ? 16_384 : null,
    stableForMs: service.health.stableForMs,
    failure: notTried,
  }
  return [file('startup.cmd', startupCmd(view), where), file('startup.js', startupJs(view), where)]
}
