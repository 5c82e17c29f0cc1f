// A Service and its platform in, the finished files of one folder out: artifacts, limits and manifest.json. Same input, same bytes, on every machine.
import { createHash } from 'node:crypto'
import { limitsOf, type Artifact, type Command, type Limit, type Platform, type Refusal } from '../platform/platform.ts'
import type { Service } from '../resolve/service.ts'

/** A file below `<out>/<id>/<os>/`. */
export interface RenderedFile {
  readonly name: string
  readonly mode: number
  readonly text: string
  /** The text in UTF-8: what is written, compared and hashed. */
  readonly bytes: Buffer
}

interface ManifestFile {
  readonly source: string
  readonly target: string | null
  readonly sha256: string
  readonly mode: string
  readonly sensitive: boolean
}

/** `manifest.json` (design contract): what is there, what an install runs, and what is not exact. */
export interface Manifest {
  readonly version: 1
  readonly id: string
  readonly os: Service['os']
  readonly label: string
  readonly files: readonly ManifestFile[]
  readonly steps: readonly Command[]
  readonly limits: readonly Limit[]
}

export interface RenderedService {
  /** Manifest last: a folder without one is not complete. */
  readonly files: readonly RenderedFile[]
  readonly manifest: Manifest
  /** What the files but the manifest were made from. */
  readonly artifacts: readonly Artifact[]
}

/**
 * @param refusals receives the values that the platform's formats cannot carry
 * @returns null if there are any
 */
export function render(service: Service, platform: Platform, refusals: Refusal[]): RenderedService | null {
  const before = refusals.length
  const { artifacts, steps } = platform.render(service, refusals)
  if (refusals.length > before) return null
  const files = artifacts.map(({ source, mode, text }): RenderedFile => ({ name: source, mode, text, bytes: Buffer.from(text) }))
  const manifest: Manifest = {
    version: 1,
    id: service.id,
    os: service.os,
    label: service.label,
    files: artifacts.map((artifact, i) => manifestFile(artifact, files[i]!.bytes)),
    steps,
    limits: limitsOf(platform.mappings, service),
  }
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  return {
    files: [...files, { name: 'manifest.json', mode: artifacts.some(({ sensitive }) => sensitive) ? 0o600 : 0o644, text, bytes: Buffer.from(text) }],
    manifest,
    artifacts,
  }
}

function manifestFile({ source, target, mode, sensitive }: Artifact, bytes: Buffer): ManifestFile {
  return { source, target, sha256: createHash('sha256').update(bytes).digest('hex'), mode: mode.toString(8).padStart(4, '0'), sensitive }
}
