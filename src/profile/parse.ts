// One file's plain value in, a Layer (valid parts only) and every finding out: types, unknown keys, and nothing thrown.
import * as v from 'valibot'
import { dotted, firstOfEach, nearest, placed, shown, wording, type Finding } from './issue.ts'
import { isTree, withoutNulls, type Path, type Position, type Read, type Tree } from './model.ts'
import { platformEntries, profileSchema } from './schema.ts'
import { readYaml } from './yaml.ts'

/** Reads and checks one file. @param text all of it */
export function parseText(text: string, file: string): Read {
  const { value, locate, issues } = readYaml(text)
  if (issues.length > 0) return { layer: { file, value: {}, locate }, issues: issues.map((issue) => ({ file, key: '', ...issue })) }
  return parseLayer(value, file, locate)
}

/**
 * Checks one file by the schema. Invalid parts are taken out of the layer, so that later stages can find what else is wrong.
 * @param value what the YAML parser returned
 */
function parseLayer(value: unknown, file: string, locate: (path: Path) => Position): Read {
  const findings: Finding[] = []
  if (!isTree(value)) {
    findings.push({
      path: [],
      message: value === null || value === undefined ? 'the file is empty' : `expected a map of keys, got ${shown(value)}`,
      hint: '`hermes-install init` writes a profile to start from',
    })
    value = {}
  }
  unknownKeys(profileSchema as unknown as Schema, value, [], findings)
  // `null` unsets a key of a lower layer, so the schema need not know it; in a list it stands for nothing and is an error.
  const checked = v.safeParse(profileSchema, withoutNulls(value))
  if (!checked.success) {
    const guesses = new Set(findings.map(({ path, hint }) => `${dotted(path.slice(0, -1))} ${hint}`))
    // A key that is missing because it is misspelt has been named already.
    const fresh = firstOfEach(checked.issues.flatMap((issue) => wording(issue))).filter(
      ({ path, message }) => message !== 'missing' || !guesses.has(`${dotted(path.slice(0, -1))} did you mean "${path.at(-1)}"?`),
    )
    findings.push(...fresh)
  }
  const issues = findings.map((finding) => placed(finding, file, locate))
  return { layer: { file, value: findings.length > 0 ? pruned(value as Tree, findings) : (value as Tree), locate }, issues }
}

type Schema = {
  type: string
  entries?: Record<string, Schema>
  wrapped?: Schema
  pipe?: readonly Schema[]
  options?: readonly Schema[]
  item?: Schema
  value?: Schema
  getter?: unknown
}

/** Valibot's own strict objects stop at the first unknown key; users want all of them, each with the nearest known one. */
function unknownKeys(schema: Schema, value: unknown, path: Path, out: Finding[]): void {
  if (schema.pipe) return unknownKeys(schema.pipe[0]!, value, path, out)
  if (schema.wrapped) return unknownKeys(schema.wrapped, value, path, out)
  if (schema.type === 'union') {
    const options = schema.options!.map(unwrapped)
    const keys = isTree(value) ? Object.keys(value) : []
    const shared = (option: Schema): number => (option.entries ? keys.filter((k) => Object.hasOwn(option.entries!, k)).length : 0)
    const maps = options.filter((option) => option.entries).sort((a, b) => shared(b) - shared(a))
    if (isTree(value) && maps.length > 0) return unknownKeys(maps[0]!, value, path, out)
    const list = options.find((option) => option.item)
    if (Array.isArray(value) && list) unknownKeys(list, value, path, out)
    return
  }
  if (schema.entries && isTree(value)) {
    const known = Object.keys(schema.entries)
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(schema.entries, key)) unknownKeys(schema.entries[key]!, value[key], [...path, key], out)
      else out.push({ path: [...path, key], ...unknownKey(key, known, path) })
    }
  } else if (schema.type === 'record' && isTree(value)) {
    for (const [key, child] of Object.entries(value)) unknownKeys(schema.value!, child, [...path, key], out)
  } else if (schema.item && Array.isArray(value)) {
    value.forEach((child, i) => unknownKeys(schema.item!, child, [...path, i], out))
  }
}

const unwrapped = (schema: Schema): Schema => (schema.pipe ? unwrapped(schema.pipe[0]!) : schema.wrapped ? unwrapped(schema.wrapped) : schema)

function unknownKey(key: string, known: readonly string[], path: Path): { message: string; hint: string } {
  if (key === '<<') return { message: 'merge keys (<<) are not part of YAML 1.2', hint: 'use `extends`, or an overlay' }
  const home = Object.entries(platformEntries).find(([, entries]) => Object.hasOwn(entries, key))?.[0]
  if (home && !path.includes(home)) return { message: `unknown key "${key}" here`, hint: `it belongs into the overlay: \`${home}: {${key}: ...}\`` }
  if (['version', 'name', 'extends', 'instance', 'linux', 'macos', 'windows'].includes(key) && path.length > 0)
    return { message: `"${key}" cannot stand here`, hint: 'it belongs to the top of the profile' }
  const near = nearest(key, known)
  return {
    message: `unknown key "${key}"`,
    hint: near ? `did you mean "${near}"?` : `known here: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', ...' : ''}`,
  }
}

/** The tree without the places that have findings (a bad list goes as a whole). */
function pruned(value: Tree, findings: readonly Finding[]): Tree {
  const bad = new Set<string>()
  for (const { path } of findings) {
    const list = path.findIndex((step) => typeof step === 'number')
    bad.add((list < 0 ? path : path.slice(0, list)).join('\0'))
  }
  const walk = (tree: Tree, at: string): Tree =>
    Object.fromEntries(
      Object.entries(tree)
        .filter(([key]) => !bad.has(at + key))
        .map(([key, child]) => [key, isTree(child) ? walk(child, `${at}${key}\0`) : child]),
    )
  return bad.has('') ? {} : walk(value, '')
}
