// A plain value in, a JScript 5.8 literal in pure ASCII out: Windows Script Host reads script files in the machine's ANSI code page.
// Grammar: ECMA-262 third edition, 7.8 and 11.1.5. Keys are quoted, as reserved words may not stand bare; there is no JSON object to parse with.

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain }

/**
 * The literal of a value made of strings, finite numbers, booleans, null, arrays and plain objects.
 * @throws TypeError for anything else (undefined, NaN, a function), naming the key
 */
export function jscript(value: Plain | undefined, key = 'the value'): string {
  if (typeof value === 'string') {
    // Beyond JSON's own escapes: U+2028 and U+2029 end a line, U+007F and up depend on the code page. Halves of surrogate pairs pass one by one.
    return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  }
  if (value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return String(value)
  if (Array.isArray(value)) return `[${value.map((item: Plain, i) => jscript(item, `${key}[${i}]`)).join(', ')}]`
  if (typeof value === 'object') {
    return `{ ${Object.entries(value)
      .map(([name, item]) => `${jscript(name)}: ${jscript(item, `${key}.${name}`)}`)
      .join(', ')} }`
  }
  throw new TypeError(`${key} is ${String(value)}, which JScript has no literal for`)
}
