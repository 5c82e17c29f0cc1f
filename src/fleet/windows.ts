// A rendered service of Windows in, the arguments of Ansible's own Windows modules out: what is replaced and the closing of the folder come from the same
// commands that the scripts run.
import { accountName } from '../platform/windows/account.ts'
import { commands } from '../platform/windows/commands.ts'
import { logFiles, serviceFolder } from '../platform/windows/paths.ts'
import { recoveryOf } from '../platform/windows/recovery.ts'
import type { RenderedFile, RenderedService } from '../render/render.ts'
import type { Service } from '../resolve/service.ts'
import type { EngineService } from './engine.ts'
import { isSensitive } from './posix.ts'

interface FailureAction {
  readonly type: 'restart' | 'none'
  readonly delay_ms: number
}

export function windows(service: Service, rendered: RenderedService): { data: EngineService; files: readonly RenderedFile[] } {
  const folder = serviceFolder(service)
  const list = commands(service)
  const { actions, resetSeconds, flag } = recoveryOf(service)
  const { account } = service.windows
  const { health } = service
  return {
    data: {
      id: service.id,
      os: service.os,
      label: service.label,
      scope: service.scope,
      sensitive: isSensitive(rendered),
      state: folder,
      // Not the fallback in the Startup folder: who may connect to a Windows host is an administrator.
      files: rendered.artifacts.flatMap(({ source, target, sensitive }) =>
        target?.startsWith(`${folder}\\`) === true ? [{ source, target, mode: '', owner: '', group: '', sensitive }] : [],
      ),
      restart: ['Restart the Windows service with what has changed'],
      folder,
      log_folder: logFiles(service).folder,
      exe: `${folder}\\${service.label}.exe`,
      display_name: service.displayName ?? service.id,
      description: service.description ?? service.displayName ?? service.id,
      start_mode: service.autostart ? (service.windows.delayedStart ? 'delayed' : 'auto') : 'manual',
      dependencies: service.after.map((name) => (name === 'network' ? 'Tcpip' : name)),
      username: account === null ? 'LocalSystem' : accountName(account.name),
      password_file: account?.passwordFile ?? '',
      // The arguments of win_service.
      failure_actions: actions.map(({ type, delayMs }): FailureAction => ({ type: type === 1 ? 'restart' : 'none', delay_ms: delayMs })),
      failure_reset_period_sec: resetSeconds,
      failure_actions_on_non_crash_failure: flag,
      secure: list.secure.map(({ argv }) => argv),
      replaced: list.replaced.map(({ what, exists, disable, stop, remove, restore }) => ({ what, exists, disable, stop, remove, restore })),
      startup_items: list.startupItems.map(({ path }) => path),
      stable_seconds: Math.ceil(health.stableForMs / 1000),
      retries: Math.max(1, Math.ceil(health.timeoutMs / 2000)),
      // What looks at an address, a URL or a file; null where the profile says nothing of the kind.
      health_script: rendered.artifacts.find(({ source }) => source === 'health.js')?.source ?? '',
      health_command: health.command ?? [],
    },
    files: [],
  }
}
