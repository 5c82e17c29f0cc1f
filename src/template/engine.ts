// What compiled templates call (build/handlebars.mjs): names looked up strictly, blocks, and values as texts.

export { helpers } from './helpers.ts'

/**
 * A name of the view. A name that is not there is a mistake of ours, wherever it stands: nothing is ever left out because of a slip of the pen.
 * @param where file and line of the template
 */
export function get(from: unknown, name: string, where: string): unknown {
  const value = (from as Record<string, unknown> | null | undefined)?.[name]
  if (value === undefined) throw new Error(`templates/${where}: the view has no "${name}"`)
  return value
}

/** What `{{#if}}` takes for true: not null, false, 0, an empty text or an empty list. */
export const truthy = (value: unknown): boolean =>
  value !== null && value !== false && value !== '' && value !== 0 && !(Array.isArray(value) && value.length === 0)

/** The block of `{{#each}}` for every item. */
export function each(items: unknown, block: (item: unknown, index: number) => string): string {
  let out = ''
  ;(items as readonly unknown[]).forEach((item, index) => (out += block(item, index)))
  return out
}

/** A value as it is. @throws Error for what has no text of its own */
export function text(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw new Error(`a template cannot show ${typeof value}`)
}
