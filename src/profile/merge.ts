// Layers and the overlays that apply in, one profile out, and for each path of it the layer that wrote it.
import type { Issue } from '../errors.ts'
import { dotted } from './issue.ts'
import { isTree, withoutNulls, type Layer, type Tree } from './model.ts'
import type { Os, Profile } from './model.ts'
import type { Path } from './model.ts'

export interface Merged {
  readonly profile: Profile
  /** An issue at a path of the merged profile, placed on the line of the file that wrote it. */
  readonly issue: (path: Path, message: string, hint?: string | null) => Issue
}

const overlayKeys = ['linux', 'macos', 'windows', 'instance']

/**
 * Lays the files over each other, then the overlays that apply on top: the OS first, then `instance`, then the OS overlay inside `instance`.
 * Maps merge by key, lists and scalars replace, `null` unsets.
 * @param layers lowest first; the last is the profile itself
 */
export function merge(layers: readonly Layer[], os: Os, instance: string | null): Merged {
  const raw = layers.map((layer) => layer.value).reduce(over, {})
  const overlays: Path[] = instance === null ? [[os]] : [[os], ['instance'], ['instance', os]]
  const merged = overlays
    .map((path) => get(raw, path))
    .reduce<unknown>((below, overlay) => (isTree(overlay) ? over(below, without(overlay, overlayKeys)) : below), without(raw, overlayKeys))
  return {
    profile: withoutNulls(merged) as Profile,
    issue: (path, message, hint = null) => {
      const places = overlays.toReversed().concat([[]])
      // The topmost layer that has the whole path speaks; if none has (a missing key), the profile itself does.
      for (let length = path.length; length > 0; length--) {
        const part = path.slice(0, length)
        for (const place of places) {
          const layer = layers.findLast((l) => get(l.value, [...place, ...part]) !== undefined)
          if (layer) return { file: layer.file, ...layer.locate([...place, ...part]), key: dotted(path), message, hint }
        }
      }
      const top = layers.at(-1)!
      return { file: top.file, ...top.locate([]), key: dotted(path), message, hint }
    },
  }
}

function over(below: unknown, above: unknown): Tree
function over(below: unknown, above: unknown): unknown {
  if (!isTree(above) || !isTree(below)) return above
  const out: Record<string, unknown> = { ...below }
  for (const [key, value] of Object.entries(above)) out[key] = Object.hasOwn(below, key) ? over(below[key], value) : value
  return out
}

const without = (tree: Tree, keys: readonly string[]): Tree => Object.fromEntries(Object.entries(tree).filter(([key]) => !keys.includes(key)))

/** The value at a path, or undefined. */
function get(value: unknown, path: Path): unknown {
  let at: unknown = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string | number, unknown>)[step]
  }
  return at
}
