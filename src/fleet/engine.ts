// A rendered service in; what Ansible needs to know of it out, as plain data, and the script for what Ansible has no module for.
import type { Service } from '../resolve/service.ts'
import type { RenderedFile, RenderedService } from '../render/render.ts'
import { linux } from './linux.ts'
import { macos } from './macos.ts'
import { windows } from './windows.ts'

/** A file that the role places. */
export interface EngineFile {
  readonly source: string
  readonly target: string
  readonly mode: string
  readonly owner: string
  readonly group: string
  readonly sensitive: boolean
}

/** What every service has; each OS adds its own. The keys are those that the role reads (snake_case, as Ansible has it). */
export interface EngineService {
  readonly id: string
  readonly os: Service['os']
  readonly label: string
  readonly scope: Service['scope']
  /** Whether anything of it could give away a secret: then Ansible shows nothing of it. */
  readonly sensitive: boolean
  /** Its folder of state; it is installed as long as that is there. */
  readonly state: string
  readonly files: readonly EngineFile[]
  /** The handlers to notify of a change. */
  readonly restart: readonly string[]
  readonly [key: string]: unknown
}

/** @returns the data, and the files beside the rendered ones */
export function engineService(service: Service, rendered: RenderedService): { readonly data: EngineService; readonly files: readonly RenderedFile[] } {
  switch (service.os) {
    case 'linux':
      return linux(service, rendered)
    case 'macos':
      return macos(service, rendered)
    case 'windows':
      return windows(service, rendered)
  }
}

/** Values that Ansible would take for a template of its own: it would put something else in their place. */
export function readAsTemplate(value: unknown): string | null {
  if (typeof value === 'string') return /\{[{%#]/.test(value) ? value : null
  if (typeof value !== 'object' || value === null) return null
  for (const child of Object.values(value)) {
    const found = readAsTemplate(child)
    if (found !== null) return found
  }
  return null
}
