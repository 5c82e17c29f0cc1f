// What is not wrong, and yet worth a word before a service starts.
import { strays } from '../doctor/strays.ts'
import type { Service } from '../resolve/service.ts'
import { processes } from '../system/processes.ts'
import { changeableByOthers } from '../system/trust.ts'

/** Programs that run as root and that others than root may change. */
export function looseRoot(service: Service): readonly string[] {
  if (service.scope !== 'system') return []
  const { command, hooks, stop, reload, health, user } = service
  const asRoot = user === null || user === 'root'
  const programs = [
    ...(asRoot ? [command, ...Object.values(hooks).flat(), stop.command ?? [], reload?.kind === 'command' ? reload.command : []] : []),
    // Whoever applies runs the check.
    health.command ?? [],
  ]
  return [...new Set(programs.flat())].flatMap((path) => {
    const loose = path.startsWith('/') ? changeableByOthers(path) : null
    return loose === null ? [] : [`${path} runs as root, and others than root may change ${loose === path ? 'it' : loose}`]
  })
}

export function warnings(service: Service): readonly string[] {
  const uid = service.scope === 'system' ? null : (process.getuid?.() ?? null)
  return [
    ...looseRoot(service).map((text) => `${service.label}: ${text}`),
    ...strays(service, processes(), uid).map(({ pid, why, stop }) => `${why} (pid ${pid}); two of them get into each other's way. To stop it: ${stop}`),
  ]
}
