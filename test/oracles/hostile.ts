// Values that break what is quoted by hand, and a generator of more: the same for every format, on every run.

const bits = [
  ' ',
  '  ',
  '"',
  "'",
  '\\',
  '\\\\',
  '%',
  '%%',
  '%n',
  '%PATH%',
  '$',
  '$$',
  '$HOME',
  '${HOME}',
  '${',
  '}',
  ';',
  '&',
  '&&',
  '|',
  '<',
  '>',
  '^',
  '!',
  '(',
  ')',
  '\n',
  '\t',
  '\r',
  '#',
  '[',
  ']',
  '=',
  'é',
  '日本',
  '😀',
  '*',
  '?',
  '~',
  '`',
  '@',
  '-',
  '+',
  ':',
  'a',
  'Z',
  '0',
  '/',
  '\\n',
  '\\x41',
  ']]>',
  '<![CDATA[',
  '-->',
  '&amp;',
  ',',
  '{',
  '{{x}}',
  '\u00a0',
  '\u2028',
  '\ufeff',
] as const

export const hand: readonly string[] = [
  '', ' ', 'a b', '"', "'", '\\', '\\\\', 'a\\', 'a\\"', '\\" --evil', '%', '%%', '100%', '%n %h', '%PATH%', '%%PATH%%', '$', '$$', '$HOME', '${HOME', ';', ' ; ', '\n', 'a\nb', '\\\n', 'x\nExecStart=/bin/evil', '\r\n', '\t',
  '#c', '-', '@', ':', '+', '!', 'é', '日本語', '😀', '\ufeff', 'trail ', ' lead', "it's", '"q"', '{"a":"b $c %d \\\\"}', '\u2028', ']]>', '</string><key>X</key>', '<env name="a" value="b"/>', '&lt;', '&#10;', '--', 'a & b | c > d < e ^ f', '!x!', '%x:~0,1%', '*', '~', 'x'.repeat(8192),
] // prettier-ignore

/** Control characters that XML cannot carry and systemd can. */
export const controls: readonly string[] = ['\x01', '\x1b[31m', '\x7f', 'a\x08b']

/** @returns values from the bits above, the same for the same seed */
export function random(count: number, seed: number): string[] {
  let state = seed
  const next = (n: number): number => (state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff) % n
  return Array.from({ length: count }, () => Array.from({ length: 1 + next(7) }, () => bits[next(bits.length)]!).join(''))
}

/** A value as it must stand in a profile: `${` is the only thing a profile itself reads in a text. */
export const inProfile = (value: string): string => JSON.stringify(value.replaceAll('${', () => '$${'))
