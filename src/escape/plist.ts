// A typed value in, XML of Apple's property-list format out.
// Grammar: Apple's PropertyList-1.0.dtd; only the types that launchd reads (launchd.plist(5)): string, integer, real, boolean, array, dict.
import { CannotCarry } from './refuse.ts'
import { xmlText } from './xml.ts'

export type Plist = string | number | boolean | readonly Plist[] | { readonly [key: string]: Plist }

/** One value, indented as Apple's own writer does. */
export function plistValue(value: Plist, indent = ''): string {
  // CoreFoundation drops a byte order mark at the beginning of every string, however it is written.
  if (typeof value === 'string' && value.startsWith('\ufeff')) throw new CannotCarry('a property list cannot carry a byte order mark at the beginning')
  if (typeof value === 'string') return `${indent}<string>${xmlText(value)}</string>`
  if (typeof value === 'boolean') return `${indent}<${value}/>`
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) throw new CannotCarry('a property list cannot carry this number')
    return Number.isInteger(value) ? `${indent}<integer>${value}</integer>` : `${indent}<real>${value}</real>`
  }
  const inner = `${indent}\t`
  if (Array.isArray(value)) {
    const items = (value as readonly Plist[]).map((item) => plistValue(item, inner))
    return items.length === 0 ? `${indent}<array/>` : [`${indent}<array>`, ...items, `${indent}</array>`].join('\n')
  }
  const entries = Object.entries(value).map(([key, child]) => `${inner}<key>${xmlText(key)}</key>\n${plistValue(child, inner)}`)
  return entries.length === 0 ? `${indent}<dict/>` : [`${indent}<dict>`, ...entries, `${indent}</dict>`].join('\n')
}
