// What `reg.exe query KEY` prints in, the values of that key out. Types and names are read; what Windows says in its own language is not.

/** Value name in lower case (the registry does not tell them apart) -> name as it is spelt, type and text. REG_DWORD is `0x...`, REG_BINARY hexadecimal digits. */
export type RegistryKey = ReadonlyMap<string, { readonly name: string; readonly type: string; readonly text: string }>

/** Four blanks before the name and between the three parts. The unnamed value has a name in the language of the machine, and is of no use here. */
export function parseRegistry(stdout: string): RegistryKey {
  const values = new Map<string, { name: string; type: string; text: string }>()
  for (const line of stdout.split(/\r?\n/)) {
    const [, name, type, text] = /^ {4}(.+?) {4}(REG_[A-Z_]+)(?: {4}(.*))?$/.exec(line) ?? []
    if (name !== undefined) values.set(name.toLowerCase(), { name, type: type!, text: text ?? '' })
  }
  return values
}

/** @returns the number of a REG_DWORD; null for any other */
export function dword(key: RegistryKey, name: string): number | null {
  const value = key.get(name.toLowerCase())
  return value?.type === 'REG_DWORD' && /^0x[\da-f]+$/i.test(value.text) ? Number(value.text) : null
}

export const text = (key: RegistryKey, name: string): string | null => key.get(name.toLowerCase())?.text ?? null

export interface FailureActions {
  /** Null for never (INFINITE). */
  readonly resetSeconds: number | null
  readonly actions: readonly { readonly type: 'none' | 'restart' | 'reboot' | 'run'; readonly delayMs: number }[]
}

const types = ['none', 'restart', 'reboot', 'run'] as const

/**
 * The value FailureActions of a service: SERVICE_FAILURE_ACTIONSW with offsets in place of pointers, five little-endian DWORDs (reset period in seconds, message,
 * command, count, offset of the array), then type and delay in ms of each action. Source: [MS-SCMR] 2.2.39 and what the Service Control Manager stores.
 * @returns null for what is none
 */
export function parseFailureActions(hex: string): FailureActions | null {
  if (!/^(?:[\da-f]{8}){5,}$/i.test(hex)) return null
  const word = (i: number): number => Number.parseInt(hex.slice(i * 8, i * 8 + 8).replaceAll(/(..)(..)(..)(..)/g, '$4$3$2$1'), 16)
  const [reset, count, start] = [word(0), word(3), word(4) / 4]
  if (!Number.isInteger(start) || (start + count * 2) * 8 > hex.length) return null
  return {
    resetSeconds: reset === 0xffff_ffff ? null : reset,
    actions: Array.from({ length: count }, (_, i) => ({ type: types[word(start + i * 2)] ?? 'none', delayMs: word(start + i * 2 + 1) })),
  }
}
