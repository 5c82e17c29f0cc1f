// The text of a registry export in, its keys and values out. A text file of Windows that is the same in every language, which the output of `reg query` and `sc qc` is not.
// Format: Microsoft, "How to add, modify, or delete registry subkeys and values by using a .reg file".

type RegistryValue = string | number | Uint8Array

/** Value names in small letters: Windows does not tell `DelayedAutostart` from `DelayedAutoStart`. */
export type RegistryKey = ReadonlyMap<string, RegistryValue>

/**
 * Reads one key; what lies below it is left out.
 * @param text UTF-16 already decoded; empty where there is no such key
 * @returns null if there is no key in it
 */
export function parseRegistry(text: string): RegistryKey | null {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll(/\\\r?\n\s*/g, '')
    .split(/\r?\n/)
  const first = lines.findIndex((line) => line.startsWith('['))
  if (first < 0) return null
  const values = new Map<string, RegistryValue>()
  for (const line of lines.slice(first + 1)) {
    if (line.startsWith('[')) break
    const [, name, data] = /^"((?:[^"\\]|\\.)*)"=(.*)$/s.exec(line) ?? []
    if (name === undefined || data === undefined) continue
    const value = valueOf(data)
    if (value !== null) values.set(unescape(name).toLowerCase(), value)
  }
  return values
}

const unescape = (text: string): string => text.replaceAll(/\\(.)/gs, '$1')

function valueOf(data: string): RegistryValue | null {
  const [, quoted] = /^"((?:[^"\\]|\\.)*)"$/s.exec(data) ?? []
  if (quoted !== undefined) return unescape(quoted)
  const [, digits] = /^dword:([0-9a-f]{1,8})$/i.exec(data) ?? []
  if (digits !== undefined) return Number.parseInt(digits, 16)
  const [, kind, bytes] = /^hex(?:\(([0-9a-f]+)\))?:([0-9a-f,]*)$/i.exec(data) ?? []
  if (bytes === undefined) return null
  const list = Uint8Array.from(bytes === '' ? [] : bytes.split(',').map((byte) => Number.parseInt(byte, 16)))
  // 1 and 2 are texts, 7 is a list of them; each ends with a zero.
  if (kind === '1' || kind === '2' || kind === '7') return new TextDecoder('utf-16le').decode(list).replace(/\0+$/, '')
  return list
}

export const textIn = (key: RegistryKey, name: string): string => {
  const value = key.get(name.toLowerCase())
  return typeof value === 'string' ? value : ''
}
/** The texts of a REG_MULTI_SZ. */
export const listIn = (key: RegistryKey, name: string): readonly string[] =>
  textIn(key, name)
    .split('\0')
    .filter((text) => text !== '')
export const numberIn = (key: RegistryKey, name: string): number | null => {
  const value = key.get(name.toLowerCase())
  return typeof value === 'number' ? value : null
}
export const bytesIn = (key: RegistryKey, name: string): Uint8Array => {
  const value = key.get(name.toLowerCase())
  return value instanceof Uint8Array ? value : new Uint8Array()
}
