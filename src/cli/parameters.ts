// Profiles as typed in, the parameters that they declare out: for `--set`, while it is typed.
import { dirname, isAbsolute, join } from 'node:path'
import { loadLayers } from '../profile/load.ts'
import { parseText } from '../profile/parse.ts'
import { defaultProfile, readShipped, shippedFile, shippedNames } from '../profile/shipped.ts'
import { declaredParameters } from '../resolve/expand.ts'
import { kindOf, namesIn, readText } from '../system/files.ts'
import type { Candidate } from './words.ts'

/** @returns `port=` and what it is */
export function parameters(profiles: readonly string[]): Candidate[] {
  const files = profiles.length === 0 ? [shippedFile(defaultProfile)] : profiles.flatMap(filesOf)
  const found = new Map<string, string>()
  const source = {
    read: (file: string) => readShipped(file) ?? parseText(readText(file), file),
    resolve: (from: string, reference: string) =>
      shippedNames.includes(reference) ? shippedFile(reference) : isAbsolute(reference) ? reference : join(dirname(from), reference),
  }
  for (const file of files) for (const [name, description] of declaredParameters(loadLayers(file, source, new Map()).layers)) found.set(name, description)
  return [...found].map(([name, description]) => ({ value: `${name}=`, description }))
}

function filesOf(typed: string): string[] {
  if (shippedNames.includes(typed)) return [shippedFile(typed)]
  if (kindOf(typed) !== 'folder') return [typed]
  return namesIn(typed)
    .filter((name) => /^[^._].*\.ya?ml$/.test(name))
    .map((name) => join(typed, name))
}
