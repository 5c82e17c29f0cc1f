// The name of a shipped profile in, the profile as compiled into the program out.
import * as dashboard from '../../profiles/hermes-dashboard.yaml'
import * as gateway from '../../profiles/hermes-gateway.yaml'
import type { Path, Position, Read, Tree } from './model.ts'

type Compiled = typeof gateway
const profiles: ReadonlyMap<string, Compiled> = new Map([
  ['hermes-gateway', gateway],
  ['hermes-dashboard', dashboard],
])

export const shippedNames: readonly string[] = [...profiles.keys()]
export const defaultProfile = 'hermes-gateway'

/** Paths of shipped profiles look like `<hermes-install>/hermes-gateway.yaml`: the same in every message on every machine. */
export const shippedFile = (name: string): string => `<hermes-install>/profiles/${name}.yaml`
const nameOf = (file: string): string | undefined => shippedNames.find((name) => shippedFile(name) === file)

/** @returns undefined if `file` is no shipped profile */
export function readShipped(file: string): Read | undefined {
  const name = nameOf(file)
  if (name === undefined) return undefined
  const { value, positions } = profiles.get(name)!
  const locate = (path: Path): Position => {
    const all = positions()
    for (let length = path.length; length >= 0; length--) {
      const found = all[path.slice(0, length).join('\u0000')]
      if (found) return { line: found[0], column: found[1] }
    }
    return { line: 1, column: 1 }
  }
  // Checked when it was compiled: test/profiles.test.ts.
  return { layer: { file, value: value() as Tree, locate }, issues: [] }
}
