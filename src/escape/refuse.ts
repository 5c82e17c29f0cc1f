// The error of an escaper whose grammar cannot carry a value: the caller adds the key, the user reads both.

/** Thrown by escapers. The message says what the format cannot carry and never holds the value, which may be a secret. */
export class CannotCarry extends Error {
  readonly hint: string | null

  constructor(message: string, hint: string | null = null) {
    super(message)
    this.name = 'CannotCarry'
    this.hint = hint
  }
}

/** UTF-16 without its other half has no bytes in UTF-8, the encoding of every file we write. */
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** Refuses what no argument, variable or file of any OS can hold. */
export function refuseAlways(text: string): void {
  if (text.includes('\0')) throw new CannotCarry('a NUL cannot be part of it')
  if (loneSurrogate.test(text)) throw new CannotCarry('it is not valid Unicode (half of a surrogate pair)')
}
