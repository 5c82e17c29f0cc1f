// What is not wrong, and yet worth a word before a service starts.
import { strays } from '../doctor/strays.ts'
import type { Service } from '../resolve/service.ts'
import { processes } from '../system/processes.ts'
import { changeableByOthers } from '../system/trust.ts'

export function warnings(service: Service): readonly string[] {
  const found: string[] = []
  const system = service.scope === 'system'
  if (system && (service.user === null || service.user === 'root')) {
    for (const path of service.command.filter((word) => word.startsWith('/'))) {
      const loose = changeableByOthers(path)
      if (loose !== null) found.push(`${service.label} runs as root, and others than root may change ${path}${loose === path ? '' : ` (through ${loose})`}`)
    }
  }
  for (const { pid, why } of strays(service, processes(), system ? null : (process.getuid?.() ?? null)))
    found.push(`${why} (pid ${pid}); two of them get into each other's way. To stop it: kill ${pid}`)
  return found
}
