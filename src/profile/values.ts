// The kinds of values that a profile has, each with the words a mistake is told in, and with the pattern that editors check it by.
import * as v from 'valibot'
import * as like from './patterns.ts'
import { parseDuration, parseSize, parseUmask } from './units.ts'

/** A value that still holds `${...}` is checked again after it was expanded. */
const open = (text: string): boolean => text.includes('${')

/** A key: what it is, its default as text for the reference, and how its type is called there. */
export function key<const S extends v.GenericSchema>(
  schema: S,
  description: string,
  fallback?: string,
): v.OptionalSchema<v.SchemaWithPipe<readonly [S, v.DescriptionAction<v.InferOutput<S>, string>]>, undefined> {
  return v.optional(v.pipe(schema, v.description(fallback === undefined ? description : `${description} Default: ${fallback}.`)))
}

/** A key that its map must have, or what each entry of a map or list is. */
export const must = <const S extends v.GenericSchema>(
  schema: S,
  description: string,
): v.SchemaWithPipe<readonly [S, v.DescriptionAction<v.InferOutput<S>, string>]> => v.pipe(schema, v.description(description))

const either = (patterns: readonly RegExp[]): string => patterns.map(({ source }) => source).join('|')
/** A pattern for the JSON Schema alone: the rules check the value again, with better words, once it is expanded. */
function likePattern(what: string, ...patterns: readonly RegExp[]): v.MetadataAction<string, { pattern: string; patternErrorMessage: string }> {
  return v.metadata({ pattern: `${either(patterns)}|\\$\\{`, patternErrorMessage: `Expected ${what}` })
}

export const text = v.string('text')
export const textLike = (what: string, ...patterns: readonly RegExp[]) => v.pipe(text, likePattern(what, ...patterns))
/** Names of a map: they are not expanded. */
export const nameLike = (what: string, ...patterns: readonly RegExp[]) =>
  v.pipe(v.string(), v.metadata({ pattern: either(patterns), patternErrorMessage: `Expected ${what}` }))

export const flag = v.boolean('true or false')
export const count = v.pipe(v.number('a whole number'), v.integer('a whole number'), v.minValue(0, 'a whole number, 0 or more'))
export const positive = v.pipe(count, v.minValue(1, 'a whole number, 1 or more'))
/** A path as it is written: from the profile's own folder, or absolute. */
export const path = v.pipe(v.string('a path'), v.minLength(1, 'a path'))
export const absolutePath = v.pipe(path, likePattern('an absolute path; ${home} for ~', like.absolutePath.posix, like.absolutePath.windows))

const durationWords = 'a duration such as 500ms, 2s, 5m, 1h, 1d or a sum such as 1m30s'
export const duration = v.pipe(
  v.string('a duration such as "5s"'),
  v.check((t) => open(t) || parseDuration(t) !== undefined, durationWords),
  likePattern(durationWords, like.duration),
)
const sizeWords = 'a size such as 10MB or 1GiB'
export const size = v.pipe(
  v.string('a size such as "10MB"'),
  v.check((t) => open(t) || parseSize(t) !== undefined, sizeWords),
  likePattern(sizeWords, like.size),
)
const umaskWords = 'octal digits in quotes, such as "022"'
export const umask = v.pipe(
  v.string(umaskWords),
  v.check((t) => parseUmask(t) !== undefined, umaskWords),
  v.metadata({ pattern: like.umask.source, patternErrorMessage: `Expected ${umaskWords}` }),
)
const niceWords = 'low, normal, high or a nice value from -20 to 19'
export const priority = v.union(
  [v.picklist(['low', 'normal', 'high']), v.pipe(v.number(niceWords), v.integer(niceWords), v.minValue(-20, niceWords), v.maxValue(19, niceWords))],
  niceWords,
)

const program = likePattern('a program with its absolute path; ${home} for ~', like.absolutePath.posix, like.absolutePath.windows).metadata
export const argv = v.pipe(
  v.array(text, 'a list of arguments'),
  v.minLength(1, 'a list with at least the program'),
  v.metadata({ items: [{ type: 'string', ...program }], additionalItems: { type: 'string' } }),
)
export const commands = v.union([argv, v.array(argv)], 'a list of arguments, or a list of such lists')
export const exitCodeList = v.array(v.pipe(count, v.maxValue(0xffff_ffff, 'an exit code')), 'a list of exit codes')
export const signal = v.picklist(like.signals, `one of ${like.signals.join(', ')}`)
export const oneOf = <const T extends readonly string[]>(names: T) => v.picklist(names, `one of ${names.join(', ')}`)

export const environmentValue = v.union(
  [
    text,
    v.object({ secretFile: must(absolutePath, 'File that holds the value, read at each start; one line end at its end is dropped. Always secret.') }),
    v.object({
      fromEnv: must(v.pipe(text, v.minLength(1, 'the name of a variable')), 'Variable of the one who renders; its value goes into what is rendered.'),
      secret: key(flag, 'Keep the value in a file of its own that only the owner may read.', '`false`'),
    }),
  ],
  'a string (in quotes if it looks like a number), {secretFile: path} or {fromEnv: NAME, secret: true}',
)
export const environmentFile = v.union(
  [absolutePath, v.object({ path: must(absolutePath, 'The file.'), optional: key(flag, 'Start without it where it is not there.', '`false`') })],
  'a path or {path, optional}',
)

export const scalar = v.union([v.string(), v.number(), v.boolean()], 'a string, a number or true/false')
type Plist = string | number | boolean | Plist[] | { [key: string]: Plist }
export const plist: v.GenericSchema<Plist> = v.lazy(() => v.union([scalar, v.array(plist), v.record(v.string(), plist)], 'a property-list value'))

function isPattern(source: string): boolean {
  try {
    return RegExp(source, 'u') instanceof RegExp
  } catch {
    return false
  }
}
export const regularExpression = v.pipe(
  text,
  v.check((t) => isPattern(t), 'a regular expression'),
)
