// The plain data between the steps of reading a profile: trees, layers, and the types that the schema gives. No code of the schema is loaded by it.
import type { Issue } from '../errors.ts'
import type { Os, PlatformKey, Profile, ServiceKey } from './schema.ts'

export type { Os, PlatformKey, Profile, ServiceKey }

/** Where a key stands: names of maps, places in lists. */
export type Path = readonly (string | number)[]
/** Counted from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export type Tree = { readonly [key: string]: unknown }
export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

/** One profile file, read: what it sets, and where each key of it stands. */
export interface Layer {
  readonly file: string
  readonly value: Tree
  readonly locate: (path: Path) => Position
}

/** A layer, and what is wrong with its file. */
export interface Read {
  readonly layer: Layer
  readonly issues: readonly Issue[]
}

/** The value without the keys of its maps that are null. */
export function withoutNulls(value: unknown): unknown {
  if (!isTree(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== null)
      .map(([key, child]) => [key, withoutNulls(child)]),
  )
}
