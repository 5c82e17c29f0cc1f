// quoteArgv against Microsoft's own table and hand-made cases, and read back by an independent parser of the same rules.
import { describe, expect, it } from 'vitest'
import { CannotCarry } from '../../src/escape/refuse.ts'
import { quoteArgument, quoteArgv, quoteProgram } from '../../src/escape/windows-argv.ts'

/** "Parsing C command-line arguments" (Microsoft Learn), written from the text and not from our code. */
function parse(line: string): string[] {
  const argv: string[] = []
  let i = 0
  const blank = (c: string | undefined) => c === ' ' || c === '\t'
  let program = ''
  for (let quoted = false; i < line.length && (quoted || !blank(line[i])); i++) {
    if (line[i] === '"') quoted = !quoted
    else program += line[i]
  }
  argv.push(program)
  for (;;) {
    while (blank(line[i])) i++
    if (i >= line.length) return argv
    let word = ''
    for (let quoted = false; i < line.length && (quoted || !blank(line[i]));) {
      let slashes = 0
      while (line[i] === '\\') {
        slashes++
        i++
      }
      if (line[i] !== '"') {
        word += '\\'.repeat(slashes)
        if (slashes === 0) word += line[i++]
        continue
      }
      word += '\\'.repeat(slashes >> 1)
      if (slashes % 2 === 1) word += '"'
      else if (quoted && line[i + 1] === '"') {
        word += '"'
        i++
      } else quoted = !quoted
      i++
    }
    argv.push(word)
  }
}

describe('quoteArgument', () => {
  it.each([
    ['a', 'a'],
    ['', '""'],
    [' ', '" "'],
    ['a b', '"a b"'],
    ['\t', '"\t"'],
    ['"', '"\\""'],
    ['a"b', '"a\\"b"'],
    ['\\', '\\'],
    ['a\\', 'a\\'],
    ['a b\\', '"a b\\\\"'],
    ['a\\"b', '"a\\\\\\"b"'],
    ['a\\\\b c', '"a\\\\b c"'],
    ['C:\\Program Files\\', '"C:\\Program Files\\\\"'],
    ['%PATH%', '%PATH%'],
    ['a^b&c|d<e>f(g)!', 'a^b&c|d<e>f(g)!'],
    ['--k=v', '--k=v'],
    ['é 日本', '"é 日本"'],
  ])('%j -> %s', (word, quoted) => expect(quoteArgument(word)).toBe(quoted))
  it('refuses what no argument holds', () => {
    expect(() => quoteArgument('a\0b')).toThrow(CannotCarry)
    expect(() => quoteArgument('\ud800')).toThrow(CannotCarry)
  })
})

describe('quoteProgram', () => {
  it.each([
    ['C:\\a.exe', 'C:\\a.exe'],
    ['C:\\a b.exe', '"C:\\a b.exe"'],
    ['C:\\a b\\', '"C:\\a b\\"'],
  ])('%j -> %s', (program, quoted) => expect(quoteProgram(program)).toBe(quoted))
  it.each([
    ['empty', ''],
    ['quote', 'a"b'],
    ['NUL', 'a\0'],
  ])('refuses: %s', (_, program) => expect(() => quoteProgram(program)).toThrow(CannotCarry))
})

describe('quoteArgv', () => {
  it('is read back exactly', () => {
    const pieces = ['\\', '\\\\', '"', ' ', '\t', 'a', '%', '^', '&', '""', 'é', '😀', "'", '']
    let seed = 1
    const random = (n: number) => (seed = (seed * 16807) % 2147483647) % n
    for (let n = 0; n < 3000; n++) {
      const argv = [
        'C:\\x y\\p.exe',
        ...Array.from({ length: 1 + random(4) }, () => Array.from({ length: random(8) }, () => pieces[random(pieces.length)]).join('')),
      ]
      expect(parse(quoteArgv(argv))).toEqual(argv)
    }
  })
  it('refuses more than CreateProcess takes', () => {
    expect(quoteArgv(['p', 'x'.repeat(32_764)])).toHaveLength(32_766)
    expect(() => quoteArgv(['p', 'x'.repeat(32_765)])).toThrow('32767 characters')
  })
})
