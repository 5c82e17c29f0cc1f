// A rendered service of systemd in, what the role needs to place and run its unit out.
import { commands, unitName } from '../platform/systemd/commands.ts'
import { fleetScript } from '../platform/systemd/fleet.ts'
import { filesOf } from '../platform/systemd/index.ts'
import { folders } from '../platform/systemd/layout.ts'
import type { RenderedFile, RenderedService } from '../render/render.ts'
import type { Service } from '../resolve/service.ts'
import type { EngineService } from './engine.ts'
import { engineFiles, hashed, isSensitive, manifestText, phasesFile } from './posix.ts'

export function linux(service: Service, rendered: RenderedService): { data: EngineService; files: readonly RenderedFile[] } {
  const files = filesOf(rendered.artifacts)
  const list = commands(service)
  const sensitive = isSensitive(rendered)
  return {
    data: {
      id: service.id,
      os: service.os,
      label: service.label,
      scope: service.scope,
      sensitive,
      state: folders(service).state,
      files: engineFiles(files),
      restart: ['Restart with what has changed'],
      unit: unitName(service),
      autostart: service.autostart,
      replaced: list.replaced.map(({ name }) => name),
      linger_on: list.lingerOn[0]?.argv ?? [],
      linger_off: list.lingerOff[0]?.argv ?? [],
    },
    files: [phasesFile(fleetScript(service, hashed(files, rendered), manifestText(rendered)), sensitive)],
  }
}
