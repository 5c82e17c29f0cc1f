// A rendered service of launchd in, what the role needs to place its job out; loading it is for the script of phases.
import { fleetScript } from '../platform/launchd/fleet.ts'
import { filesOf } from '../platform/launchd/index.ts'
import { folders } from '../platform/launchd/layout.ts'
import type { RenderedFile, RenderedService } from '../render/render.ts'
import type { Service } from '../resolve/service.ts'
import type { EngineService } from './engine.ts'
import { engineFiles, hashed, isSensitive, manifestText, phasesFile } from './posix.ts'

export function macos(service: Service, rendered: RenderedService): { data: EngineService; files: readonly RenderedFile[] } {
  const files = filesOf(service, rendered.artifacts)
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
      restart: [],
      replaced: [],
      linger_on: [],
      linger_off: [],
    },
    files: [phasesFile(fleetScript(service, hashed(files, rendered), manifestText(rendered)), sensitive)],
  }
}
