// JScript literals: ASCII only, and the same value when evaluated (JavaScript reads what JScript 5.8 reads here).
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { jscript } from '../../src/escape/jscript.ts'

const values = [
  '',
  'a"b\\c',
  'C:\\Program Files\\é',
  '\u2028\u2029\u007f\u0085',
  '😀',
  '\n\r\t\0',
  '</script>',
  0,
  -1.5,
  true,
  false,
  null,
  [],
  [1, ['x', null]],
  { class: 'reserved', 'a b': { é: [] }, __x: 1 },
]

it.each(values.map((value) => [value] as const))('%j', (value) => {
  const literal = jscript(value)
  // oxlint-disable-next-line no-control-regex -- ASCII
  expect(literal).toMatch(/^[\x20-\x7e]*$/)
  expect(JSON.stringify(runInNewContext(`(${literal})`))).toBe(JSON.stringify(value))
})
it.each([[undefined], [Number.NaN], [Infinity], [() => 0], [{ a: { b: undefined } }]])('refuses %s', (value) =>
  expect(() => jscript(value as never)).toThrow(TypeError),
)
it('names the key', () => expect(() => jscript({ a: [{ b: undefined }] } as never)).toThrow('the value.a[0].b'))
