// What the schema found in, our wording out: one sentence and a hint for each, and the nearest known name for a misspelt one.
import type * as v from 'valibot'
import type { Issue } from '../errors.ts'
import type { Path, Position } from './model.ts'

/** Something wrong at a path of one file, not yet placed on a line. */
export interface Finding {
  readonly path: Path
  readonly message: string
  readonly hint: string | null
}

/** `restart.delays[2]`, as messages and manifests write it. A name with a dot or a bracket is quoted. */
export function dotted(path: Path): string {
  let out = ''
  for (const step of path) {
    if (typeof step === 'number') out += `[${step}]`
    else out += (out && '.') + (/^[^.[\]"\s]+$/.test(step) ? step : JSON.stringify(step))
  }
  return out
}

/**
 * The nearest of some known names, for "did you mean".
 * @returns undefined where nothing is near: at most a third of the letters may differ (Damerau-Levenshtein, adjacent swaps count once)
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const folded = name.toLowerCase().replaceAll(/[-_]/g, '')
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(Math.min(name.length, 40) / 3)) + 0.5
  for (const candidate of known) {
    const distance = editDistance(folded.slice(0, 64), candidate.toLowerCase().replaceAll(/[-_]/g, ''))
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

function editDistance(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1), swapped)
    }
    ;[before, last] = [last, row]
  }
  return last[b.length]!
}

/** A value as a message shows it: short, on one line, its kind named. Lists and maps are not shown. */
export function shown(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  const text = typeof value === 'string' ? JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value) : `${value as number | boolean}`
  return typeof value === 'string' ? text : `the ${typeof value} ${text}`
}

type Raw = v.BaseIssue<unknown>

/** Turns what valibot found into findings; of a union, the option that fitted best speaks. */
export function wording(issue: Raw, prefix: Path = []): Finding[] {
  const path = [...prefix, ...((issue.path ?? []) as { key: string | number }[]).map((step) => step.key)]
  if (issue.type === 'union' && issue.issues) {
    const below = issue.issues.filter((sub) => (sub.path?.length ?? 0) > 0)
    // An option that failed only on a key below it had the right shape: its own words help more than the list of options.
    if (Array.isArray(issue.input)) {
      const lists = (issue.input as unknown[]).every(Array.isArray)
      const fitting = below.filter((sub) => (lists ? sub.expected !== 'string' : sub.expected !== 'Array'))
      if (fitting.length > 0) return firstOfEach(fitting.flatMap((sub) => wording(sub, path)))
    } else if (below.length > 0 && typeof issue.input === 'object') return below.flatMap((sub) => wording(sub, path)).slice(0, 1)
  }
  if (issue.input === undefined) return [{ path, message: 'missing', hint: null }]
  return [{ path, message: `expected ${issue.message}, got ${shown(issue.input)}`, hint: hintFor(issue) }]
}

/** What was probably meant. The value itself is not repeated where YAML may have read another one than was written (010 is 10). */
function hintFor({ message, input, expected }: Raw): string | null {
  const plain = typeof input === 'number' || typeof input === 'boolean'
  if (plain && /^(?:text|a string|a path|octal)/.test(message)) return 'put it in quotes: it is a text'
  if (typeof input === 'number' && message.startsWith('a duration')) return `with a unit: ${input}s, ${input}m, ...`
  if (typeof input !== 'string') return null
  if (message === 'true or false') return /^(?:yes|on|no|off)$/i.test(input) ? `write ${/^(?:yes|on)$/i.test(input) ? 'true' : 'false'}` : null
  if (/number|exit code/.test(message)) return /^[\d.]+ ?%?$/.test(input) ? `without quotes or a unit: ${Number.parseFloat(input)}` : null
  if (message.startsWith('a list of arguments')) return `one item for each argument: [${input.trim().split(/\s+/).slice(0, 8).join(', ')}]`
  if (message.startsWith('a list')) return `a list: [${input.slice(0, 60)}]`
  const known = [...(expected ?? '').matchAll(/"([^"]+)"/g)].map((match) => match[1]!)
  const near = known.find((name) => name === `SIG${input.toUpperCase()}`) ?? nearest(input, known)
  return near === undefined ? null : `did you mean "${near}"?`
}

/** One sentence for each place. */
export function firstOfEach(findings: readonly Finding[]): Finding[] {
  const places = new Map<string, Finding>()
  for (const finding of findings) if (!places.has(dotted(finding.path))) places.set(dotted(finding.path), finding)
  return [...places.values()]
}

/** Gives a finding its line. */
export function placed({ path, message, hint }: Finding, file: string, locate: (path: Path) => Position): Issue {
  return { file, ...locate(path), key: dotted(path), message, hint }
}
