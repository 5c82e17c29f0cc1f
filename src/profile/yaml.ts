// YAML text in, a plain value and the position of each of its keys out, or what is wrong with the text.
import type { Path, Position } from './model.ts'
import { LineCounter, isAlias, isMap, isPair, isScalar, isSeq, parseDocument, visit, type Alias, type Document, type Node } from 'yaml'

/** A syntax error; `hint` says what to do where YAML's own words do not. */
interface YamlIssue extends Position {
  readonly message: string
  readonly hint: string | null
}
export interface YamlFile {
  readonly value: unknown
  /** Where the key at `path` (or, without it, its nearest parent) is written. */
  readonly locate: (path: Path) => Position
  readonly issues: readonly YamlIssue[]
}

/** Profiles are small; anything larger is a mistake or an attack, and every later step may count on it. */
export const maxYamlBytes = 512 * 1024
const maxDepth = 64

/**
 * Reads one YAML 1.2 document (core schema: no merge keys, `010` is the number 10). Aliases are allowed but cannot multiply (yaml's `maxAliasCount`).
 * @param text the whole file
 */
export function readYaml(text: string): YamlFile {
  const broken = (message: string, hint: string | null = null): YamlFile => ({
    value: undefined,
    locate: () => ({ line: 1, column: 1 }),
    issues: [{ line: 1, column: 1, message, hint }],
  })
  if (text.length > maxYamlBytes)
    return broken(
      `the file has ${Math.ceil(text.length / 1024)} KiB; at most ${maxYamlBytes / 1024} KiB are read`,
      'a profile is a few kilobytes; was another file meant?',
    )
  const nul = text.indexOf('\0')
  if (nul >= 0) return { ...broken(''), issues: [{ ...position(text, nul), message: 'the file has a NUL byte', hint: 'no value of a service can hold one' }] }
  const lines = new LineCounter()
  let document: Document.Parsed
  try {
    document = parseDocument(text, { version: '1.2', prettyErrors: false, stringKeys: true, lineCounter: lines })
  } catch (error) {
    return broken(error instanceof RangeError ? 'the file is nested too deeply' : firstLine(error))
  }
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length))
    return { line, column: col }
  }
  const locate = (path: Path): Position => at(offsetOf(document.contents, path))
  // One mistake can make the rest of a file look wrong: the first few are enough to mend it.
  const issues = [...document.errors, ...document.warnings]
    .slice(0, 10)
    .map((e) => ({ ...at(e.pos[0]), message: sentence(e.code, e.message), hint: hints[e.code] ?? null }))
  if (issues.length > 0) return { value: undefined, locate, issues }
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 })
    return depth(value, 0) > maxDepth ? broken('the file is nested too deeply') : { value, locate, issues }
  } catch (error) {
    if (error instanceof ReferenceError) {
      const unresolved = unresolvedAliases(document).map(({ source, range }): YamlIssue => ({
        ...at(range?.[0] ?? 0),
        message: `no anchor &${source} stands before the alias *${source}`,
        hint: `define it before, with &${source} in front of the value, or put a text that starts with * in quotes: '*${source}'`,
      }))
      if (unresolved.length > 0) return { value: undefined, locate, issues: unresolved.slice(0, 10) }
    }
    return broken(
      error instanceof RangeError ? 'the file is nested too deeply' : firstLine(error),
      'aliases (*name) may repeat a value a hundred times at the most, and never hold themselves',
    )
  }
}

function unresolvedAliases(document: Document): Alias[] {
  const found: Alias[] = []
  visit(document, { Alias: (_, alias) => void (alias.resolve(document) === undefined && found.push(alias)) })
  return found
}

const hints: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'write each key once; the later one would silently win',
  MULTIPLE_DOCS: 'one file declares one service: split it at "---"',
  TAB_AS_INDENT: 'indent with blanks',
  TAG_RESOLVE_FAILED: 'tags (!name) have no meaning in a profile; leave it out',
  BLOCK_AS_IMPLICIT_KEY: 'put a value that holds ": " in quotes, and indent what belongs below a key',
  MISSING_CHAR: 'a bracket or a quote is not closed, or a ":" is missing',
  BAD_INDENT: 'indent the items of a list or map alike',
  BAD_ALIAS: 'no anchor (&name) of that name stands before it; put a text that starts with * in quotes',
}
const firstLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n', 1)[0]!
const sentence = (code: string, message: string): string =>
  code === 'DUPLICATE_KEY'
    ? 'this key is here twice'
    : code === 'MULTIPLE_DOCS'
      ? 'the file has more than one document'
      : /call stack/.test(message)
        ? 'the file is nested too deeply'
        : message.split('\n', 1)[0]!

function position(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

function depth(value: unknown, level: number): number {
  if (level > maxDepth || typeof value !== 'object' || value === null) return level
  let deepest = level
  for (const child of Object.values(value)) deepest = Math.max(deepest, depth(child, level + 1))
  return deepest
}

/** The offset of the key at `path`, or of the nearest parent that is written; list items are found by their own place. */
function offsetOf(contents: Node | null, path: Path): number {
  let node: unknown = contents
  let offset = contents?.range?.[0] ?? 0
  for (const step of path) {
    if (isAlias(node)) return offset
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step))
      if (!pair) return offset
      offset = (pair.key as Node).range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined
      if (!item) return offset
      offset = item.range?.[0] ?? offset
      node = item
    } else return offset
  }
  return offset
}

/** All positions of a file, for the shipped profiles, which are compiled into the bundle: dotted path -> [line, column]. */
export function positions(file: YamlFile): Record<string, readonly [number, number]> {
  const all: Record<string, readonly [number, number]> = {}
  const walk = (value: unknown, path: Path): void => {
    const { line, column } = file.locate(path)
    all[path.join('\u0000')] = [line, column]
    if (typeof value === 'object' && value !== null)
      for (const [k, child] of Object.entries(value)) walk(child, [...path, Array.isArray(value) ? Number(k) : k])
  }
  walk(file.value, [])
  return all
}
