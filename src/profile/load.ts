// The path of a profile in, its layers (all that it extends, lowest first) and every issue in them out.
import type { Issue } from '../errors.ts'
import type { Layer, Path, Position, Read } from './model.ts'

/** Where profile texts come from. The shell gives one that reads files and knows the shipped profiles; tests give a map. */
export interface Source {
  /** Reads and checks one file. @throws UserError where it cannot be read */
  readonly read: (file: string) => Read
  /** The file that `reference` means when written in `from`: a path relative to it, or the name of a shipped profile. */
  readonly resolve: (from: string, reference: string) => string
}

export interface Loaded {
  readonly layers: readonly Layer[]
  readonly issues: readonly Issue[]
}

/** A profile with more bases than this is a mistake; two bases that each name two bases, and so on, would never end. */
const maxLayers = 128

/** Each file once in a run: thousands of profiles may extend the same base. */
export type Cache = Map<string, Read>

/** Reads `file` and all that it extends. Cycles and unreadable bases become issues at the `extends` that names them. */
export function loadLayers(file: string, source: Source, cache: Cache): Loaded {
  const layers: Layer[] = []
  const issues: Issue[] = []
  const visit = (current: string, chain: readonly string[]): void => {
    let entry = cache.get(current)
    if (!entry) {
      entry = source.read(current)
      // The profiles themselves are read once anyway; only bases are kept, so memory stays flat.
      if (chain.length > 0) cache.set(current, entry)
    }
    const { layer } = entry
    issues.push(...entry.issues.filter((issue) => !issues.includes(issue)))
    for (const { reference, path } of bases(layer.value['extends'])) {
      const base = source.resolve(current, reference)
      const at = (message: string, hint: string | null): Issue => placedAt(layer.locate, path, current, message, hint)
      if (base === current || chain.includes(base)) {
        issues.push(
          at(
            `profiles extend each other in a circle: ${[...chain, current, base].slice([...chain, current].indexOf(base)).join(' -> ')}`,
            'take one of them out',
          ),
        )
        continue
      }
      if (layers.length + chain.length >= maxLayers) {
        issues.push(at(`more than ${maxLayers} profiles lie over each other`, 'let a base be extended once'))
        return
      }
      try {
        visit(base, [...chain, current])
      } catch (error) {
        if (!(error instanceof Error)) throw error
        issues.push(at(error.message, 'a path is relative to the file it is written in; a name without a slash may be a shipped profile'))
      }
    }
    layers.push(layer)
  }
  visit(file, [])
  return { layers, issues }
}

const placedAt = (locate: (path: Path) => Position, path: Path, file: string, message: string, hint: string | null): Issue => ({
  file,
  ...locate(path),
  key: 'extends',
  message,
  hint,
})

function bases(value: unknown): { reference: string; path: Path }[] {
  if (typeof value === 'string') return [{ reference: value, path: ['extends'] }]
  return Array.isArray(value) ? (value as string[]).map((reference, i) => ({ reference, path: ['extends', i] })) : []
}
