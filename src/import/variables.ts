// The argv of an ExecStart= in, what of it systemd fills in when it starts the program out: systemd.service(5), "COMMAND LINES".

/** Whether systemd would put variables of the environment into it: `${NAME}` anywhere, `$NAME` as a whole word. `$$` is a literal "$". */
export const hasVariables = (argv: readonly string[]): boolean => argv.some((word) => /\$\{/.test(word.replaceAll('$$', '')) || /^\$[^{$]/.test(word))

/** The argv without variables, `$$` undone: exactly what the program gets. */
export const withoutVariables = (argv: readonly string[]): readonly string[] => argv.map((word) => word.replaceAll('$$', '$'))

const name = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * The same command for /bin/sh, which fills the variables in as systemd does: `$NAME` by itself becomes as many words as it has, `${NAME}` stays in one.
 * @returns the argument of `sh -c`; null where a name is none for a shell
 */
export function shellCommand(path: string, argv: readonly string[]): string | null {
  const words: string[] = []
  for (const [i, word] of argv.entries()) {
    if (i === 0) {
      words.push(quoted(path))
    } else if (/^\$[^{$]/.test(word)) {
      if (!name.test(word.slice(1))) return null
      words.push(word)
    } else {
      const parts = word.split(/(\$\$|\$\{[^}]*\})/)
      let out = ''
      for (const part of parts) {
        if (part === '$$') out += '\\$'
        else if (part.startsWith('${') && part.endsWith('}')) {
          if (!name.test(part.slice(2, -1))) return null
          out += part
        } else out += part.replaceAll(/[\\"$`]/g, '\\$&')
      }
      words.push(parts.length === 1 ? quoted(word) : `"${out}"`)
    }
  }
  // -f: what a variable holds is not a pattern of files.
  return `set -f; exec ${words.join(' ')}`
}

const quoted = (word: string): string => (/^[A-Za-z0-9_/:.,@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
