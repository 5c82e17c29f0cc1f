// A string in, one word of a POSIX shell out.
// Grammar: POSIX.1-2017, Shell Command Language, 2.2.2: inside single quotes every character is literal, and a single quote cannot occur.

/**
 * Quotes one word. Everything but NUL can be carried.
 * @throws Error for a NUL, which no argument can hold; callers refuse it by name before
 */
export function posixWord(text: string): string {
  if (text.includes('\0')) throw new Error('a NUL cannot be part of a shell word')
  return /^[A-Za-z0-9_/:.,@+-][A-Za-z0-9_/:=.,@+-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** Quotes an argv as one simple command. A first word such as `a=b` would be an assignment, so words with `=` in front are quoted by {@link posixWord}. */
export const posixCommand = (argv: readonly string[]): string =>
  argv.map((word, i) => (i === 0 && word.includes('=') ? `'${word.replaceAll("'", `'\\''`)}'` : posixWord(word))).join(' ')
