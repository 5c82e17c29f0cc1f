import { expect, test } from 'vitest'
import { duration, size, sizeBytes, spanMs } from '../../src/import/span.ts'
import { specifiers, unitName } from '../../src/import/specifiers.ts'
import { readUnitText } from '../../src/import/unit-text.ts'
import { execLines, unitNames, wordsOf } from '../../src/import/words.ts'
import { looksSecret } from '../../src/import/secrets.ts'

const values = (text: string): string[] => readUnitText(text).assignments.map(({ section, key, value }) => `${section}.${key}=${value}`)

test.each<[text: string, expected: string[]]>([
  ['[A]\nB=c', ['A.B=c']],
  ['\ufeff[A]\r\nB = c \r\n', ['A.B=c']],
  ['[A]\nB=c\\\nd\\\n  e\nF=g', ['A.B=c d   e', 'A.F=g']],
  ['[A]\nB=c\\\n# comment\n; another\nd', ['A.B=c d']],
  ['[A]\nB=c\\\\\nD=e', ['A.B=c\\\\', 'A.D=e']],
  ['[A]\n#B=c\n ;D=e\nF=', ['A.F=']],
  ['B=c\n[A]\n=d\nno\nE=f\n[B\nG=h', ['A.E=f']],
  ['[X-Mine]\nA=b\n[A]\nX-B=c\nD=e', ['A.D=e']],
  ['[A]\nB=c\\', ['A.B=c']],
])('%j', (text, expected) => {
  expect(values(text)).toEqual(expected)
})

test.each<[text: string, words: string[], problem: boolean]>([
  ['a b\tc', ['a', 'b', 'c'], false],
  [`"a b" 'c d'`, ['a b', 'c d'], false],
  ['a"b c"d', ['ab cd'], false],
  ['"a\\"b" \'c\\\'d\'', ['a"b', "c'd"], false],
  ['\\x41\\101\\u00e9\\n\\s', ['AAé\n '], false],
  ['\\xc3\\xa9', ['é'], false],
  ['a "b', ['a'], true],
  ['a \\q b', ['a'], true],
  ['""', [''], false],
])('words of %j', (text, words, problem) => {
  const found = wordsOf(text)
  expect(found.words).toEqual(words)
  expect(found.problem !== null).toBe(problem)
})

test.each<[text: string, argv: string[][]]>([
  ['/a "b c" ; /d', [['/a', 'b c'], ['/d']]],
  ['/a \\; b', [['/a', ';', 'b']]],
  ['/a ";" b', [['/a', ';', 'b']]],
  ['-:/a b', [['/a', 'b']]],
  ['@/a b c', [['b', 'c']]],
  ['/a \\q', [['/a', '\\q']]],
  ['"/a b" c', [['/a b', 'c']]],
])('commands of %j', (text, argv) => {
  expect(execLines(text, (word) => word).map((line) => line.argv)).toEqual(argv)
})

test('names of units keep their backslashes', () => {
  expect(unitNames('dev-a\\x2db.device "x y.service"')).toEqual(['dev-a\\x2db.device', 'x y.service'])
})

test.each<[text: string, ms: number | null]>([
  ['5', 5000],
  ['5s', 5000],
  ['1min 20s', 80_000],
  ['2h30m', 9_000_000],
  ['500ms', 500],
  ['1.5s', 1500],
  ['10us', 0.01],
  ['infinity', Infinity],
  ['1w', 604_800_000],
  ['soon', null],
  ['', null],
])('a span %j', (text, ms) => {
  expect(spanMs(text)).toBe(ms)
})

test('durations and sizes as profiles write them', () => {
  expect([0, 100, 1000, 90_000, 120_000, 3_600_000, 5_400_000, 86_400_000, 1500].map(duration)).toEqual([
    '0ms',
    '100ms',
    '1s',
    '90s',
    '2m',
    '1h',
    '1h30m',
    '1d',
    '1500ms',
  ])
  expect(['1024', '1M', '3G', '7', '10%', '0'].map(sizeBytes)).toEqual([1024, 2 ** 20, 3 * 2 ** 30, 7, null, null])
  expect([1024, 2 ** 20, 1500].map(size)).toEqual(['1KiB', '1MiB', '1500B'])
})

test('specifiers of a unit', () => {
  const percent = specifiers(unitName('a-b@x\\x2dy-z.service'), 'system')
  expect(percent('%n|%N|%p|%i|%I|%j|%%|%h|%U|%')).toBe('a-b@x\\x2dy-z.service|a-b@x\\x2dy-z|a-b|x\\x2dy-z|x-y/z|b|%|/root|0|%')
  expect(() => percent('%m')).toThrow('%m')
})

test.each([
  ['API_KEY', 'abc', true],
  ['GITHUB_TOKEN', 'abc', true],
  ['DB_PASSWORD', 'x', true],
  ['SECRET_KEY_BASE64', 'x', true],
  ['X', 'ghp_abcdefghijklmnop', true],
  ['URL', 'https://u:p@h/', true],
  ['KEYBOARD', 'us', false],
  ['MONKEY', 'x', false],
  ['TLS_KEY', '/etc/key', false],
  ['USE_TOKEN', 'true', false],
  ['PWD', '/x', false],
  ['PATH', '/bin', false],
])('%s=%s looks like a secret: %s', (name, value, secret) => {
  expect(looksSecret(name, value)).toBe(secret)
})
