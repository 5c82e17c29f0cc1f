// The text of a launcher.sh of this tool in, the argv of the program that it starts out: templates/posix/launcher.sh.hbs and escape/posix.ts wrote it.

/** Words of a POSIX shell as escape/posix.ts quotes them: plain characters, '...' and \' between two of these. */
function shellWords(text: string): readonly string[] {
  const words: string[] = []
  // Up to the end of the command: quotes may hold line ends.
  const command = /^(?:[^\n'\\]|'[^']*'|\\.)*/.exec(text)![0]
  for (const [word] of command.matchAll(/(?:[^\s'\\]|'[^']*'|\\.)+/g))
    words.push(word.replaceAll(/'([^']*)'|\\(.)/g, (_, quoted: string | undefined, escaped: string | undefined) => quoted ?? escaped ?? ''))
  return words
}

/** @returns null for what is no launcher of ours */
export function launcherArgv(text: string): readonly string[] | null {
  if (!text.includes('Written by hermes-install')) return null
  const [start] = [...text.matchAll(/^(?:start run|exec) (?=['/])/gm)].slice(-1)
  return start === undefined ? null : shellWords(text.slice(start.index + start[0].length))
}
