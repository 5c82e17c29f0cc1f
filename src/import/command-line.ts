// A command line of Windows in, the words that a program takes it apart into out: the reverse of escape/windows-argv.ts.

/**
 * Splits what stands behind the program, as the C runtime does ("Parsing C command-line arguments", Microsoft Learn): 2n backslashes before a quote are n and
 * a delimiter, 2n+1 are n and a literal quote; `""` inside quotes is one quote.
 */
export function splitArguments(line: string): readonly string[] {
  const words: string[] = []
  let word: string | null = null
  let quoted = false
  for (let at = 0; at < line.length;) {
    const c = line[at]!
    if (c === '\\' || c === '"') {
      const slashes = /^\\*/.exec(line.slice(at))![0].length
      at += slashes
      word ??= ''
      if (line[at] !== '"') {
        word += '\\'.repeat(slashes)
        continue
      }
      word += '\\'.repeat(slashes >> 1)
      at++
      if (slashes % 2 === 1) word += '"'
      else if (quoted && line[at] === '"') {
        word += '"'
        at++
      } else quoted = !quoted
    } else if (!quoted && (c === ' ' || c === '\t' || c === '\n' || c === '\r')) {
      if (word !== null) words.push(word)
      word = null
      at++
    } else {
      word = (word ?? '') + c
      at++
    }
  }
  if (word !== null) words.push(word)
  return words
}

/** A whole command line: the first word ends at its own quote or the first blank, and nothing in it is an escape. */
export function splitCommandLine(line: string): readonly string[] {
  const text = line.trimStart()
  const match = /^(?:"([^"]*)"?|([^\s"]+))(.*)$/s.exec(text)
  return match === null ? [] : [match[1] ?? match[2]!, ...splitArguments(match[3]!)]
}
