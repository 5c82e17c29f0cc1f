// The XML of a property list in, its value out: Apple's PropertyList-1.0.dtd, as CoreFoundation reads it (test/oracles/plist.test.ts asks that itself).
import type { Plist } from '../escape/plist.ts'
import { NotXml, readXml, type Element } from './xml-text.ts'

/** What launchd has no use for, and this tool no type. */
const foreign = Symbol('foreign')
interface Foreign {
  readonly [foreign]: 'date' | 'data'
}
export type Read = string | number | boolean | Foreign | readonly Read[] | { readonly [key: string]: Read }

export const isDict = (value: Read | undefined): value is { readonly [key: string]: Read } =>
  typeof value === 'object' && !Array.isArray(value) && !isForeign(value)
const isForeign = (value: Read): value is Foreign => typeof value === 'object' && Object.hasOwn(value, foreign)

/** Whether there is no date and no data in it. */
export const isPlain = (value: Read): value is Plist =>
  typeof value !== 'object' ||
  (Array.isArray(value) ? value.every(isPlain) : !isForeign(value) && Object.values(value as { readonly [key: string]: Read }).every(isPlain))

/** @throws NotXml with the reason */
export function readPlist(text: string): Read {
  const root = readXml(text, true)
  if (root.name !== 'plist') return value(root)
  if (root.children.length !== 1) throw new NotXml('a property list has one value')
  return value(root.children[0]!)
}

function value({ name, text, children }: Element): Read {
  switch (name) {
    case 'string':
      // CoreFoundation drops a byte order mark at the beginning.
      return text.replace(/^\ufeff/, '')
    case 'true':
      return true
    case 'false':
      return false
    case 'integer': {
      const digits = text.trim()
      if (!/^[+-]?(?:0x[0-9a-f]+|\d+)$/i.test(digits)) throw new NotXml(`${JSON.stringify(digits.slice(0, 20))} is no integer`)
      return /0x/i.test(digits) ? (digits.startsWith('-') ? -1 : 1) * Number.parseInt(digits.replace(/^[+-]/, ''), 16) : Number(digits)
    }
    case 'real': {
      const number = Number(text.trim())
      if (text.trim() === '' || !Number.isFinite(number)) throw new NotXml(`${JSON.stringify(text.slice(0, 20))} is no number`)
      return number
    }
    case 'date':
    case 'data':
      return { [foreign]: name }
    case 'array':
      return children.map(value)
    case 'dict': {
      const out: Record<string, Read> = {}
      for (let i = 0; i < children.length; i += 2) {
        const [key, child] = [children[i]!, children[i + 1]]
        if (key.name !== 'key') throw new NotXml('a value in a <dict> has no <key>')
        if (child === undefined || child.name === 'key') throw new NotXml(`the key ${JSON.stringify(key.text.slice(0, 40))} has no value`)
        // Of a key that comes twice, the last counts.
        out[key.text] = value(child)
      }
      return out
    }
    default:
      throw new NotXml(`<${name}> is no type of a property list`)
  }
}
