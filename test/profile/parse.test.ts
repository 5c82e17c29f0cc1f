// Every mistake at once, on its line, with a hint; nothing that YAML can do to us.
import { expect, test } from 'vitest'
import { readYaml, maxYamlBytes } from '../../src/profile/yaml.ts'
import { make, minimal, said } from '../help.ts'

test('all mistakes of a file are said at once, each on its line', () => {
  const { issues, service } = make(`version: 1
name: My App
comand: [/usr/bin/app]
restart:
  policy: sometimes
  delay: 5s
  delays: [5, 1x]
stop: { timeout: soon }
environment:
  PORT: 8080
  MODE: 010
  TOKEN: { secretfile: /x }
windows:
  linger: true
`)
  expect(service).toBeNull()
  expect(said(issues)).toMatchInlineSnapshot(`
    [
      "p.yaml:3:1 comand: unknown key "comand" (did you mean "command"?)",
      "p.yaml:6:3 restart.delay: unknown key "delay" (did you mean "delays"?)",
      "p.yaml:12:12 environment.TOKEN.secretfile: unknown key "secretfile" (did you mean "secretFile"?)",
      "p.yaml:14:3 windows.linger: unknown key "linger" here (it belongs into the overlay: \`linux: {linger: ...}\`)",
      "p.yaml:2:1 name: expected kebab-case, such as my-app, got "My App"",
      "p.yaml:10:3 environment.PORT: expected a string (in quotes if it looks like a number), {secretFile: path} or {fromEnv: NAME, secret: true}, got the number 8080 (put it in quotes: it is a text)",
      "p.yaml:11:3 environment.MODE: expected a string (in quotes if it looks like a number), {secretFile: path} or {fromEnv: NAME, secret: true}, got the number 10 (put it in quotes: it is a text)",
      "p.yaml:5:3 restart.policy: expected one of always, on-failure, never, got "sometimes"",
      "p.yaml:7:12 restart.delays[0]: expected a duration such as "5s", got the number 5 (with a unit: 5s, 5m, ...)",
      "p.yaml:7:15 restart.delays[1]: expected a duration such as 500ms, 2s, 5m, 1h, 1d or a sum such as 1m30s, got "1x"",
      "p.yaml:8:9 stop.timeout: expected a duration such as 500ms, 2s, 5m, 1h, 1d or a sum such as 1m30s, got "soon"",
    ]
  `)
})

test('an alias without its anchor is named where it stands, each of them', () => {
  expect(said(make('version: 1\nname: x\ncommand: [/x, *foo, *bar]\ndisplayName: &bar late\n').issues)).toEqual([
    "p.yaml:3:15 : no anchor &foo stands before the alias *foo (define it before, with &foo in front of the value, or put a text that starts with * in quotes: '*foo')",
    "p.yaml:3:21 : no anchor &bar stands before the alias *bar (define it before, with &bar in front of the value, or put a text that starts with * in quotes: '*bar')",
  ])
  expect(make("version: 1\nname: x\ncommand: [/x, &a '*foo', *a]\n").service?.command).toEqual(['/x', '*foo', '*foo'])
})

test.each([
  ['an empty file', '', 'the file is empty'],
  ['a list', '- a', 'expected a map of keys'],
  ['a tab', 'version: 1\n\tname: x', 'abs'],
  ['a key that is there twice', 'version: 1\nversion: 1', 'this key is here twice'],
  ['two documents', 'version: 1\n---\nversion: 1', 'more than one document'],
  ['an unknown tag', 'version: !x 1', 'tag'],
  ['an unknown alias', 'command: *x', 'alias'],
  ['an open quote', 'name: "x', 'quote'],
  ['a NUL', 'name: "a\0b"', 'NUL'],
  [
    'an alias bomb',
    `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
      .split('')
      .map((c, i) => `${c}: &${c} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(',')}]`)
      .join('\n')}`,
    'alias',
  ],
  ['a value that holds itself', 'command: &a [*a]', 'nested too deeply'],
  ['a megabyte', `name: ${'x'.repeat(1_000_000)}`, 'at most 512 KiB'],
  ['a deep nest', `native: ${'['.repeat(50_000)}`, ''],
  ['a deep map', `native: ${'{a: '.repeat(3000)}1${'}'.repeat(3000)}`, 'nested too deeply'],
  ['a merge key', 'version: 1\nbase: &b {name: x}\n<<: *b', 'merge keys'],
])('%s is a clear error, quickly', (_, text, words) => {
  const start = performance.now()
  const { issues, service } = make(text)
  expect(service).toBeNull()
  expect(said(issues).join('\n').toLowerCase()).toContain(words.toLowerCase())
  expect(issues.length).toBeLessThan(40)
  expect(said(issues).join('\n')).not.toMatch(/at .*\.ts:|RangeError|undefined \(reading/)
  // Not a benchmark: an attack takes minutes, not a second.
  expect(performance.now() - start).toBeLessThan(3000)
})

test('keys that every JavaScript object has are unknown keys like any other', () => {
  const { issues } = make(minimal('__proto__: {a: 1}\nconstructor: x\ntoString: y\nenvironment: {__proto__: "v", constructor: "c"}'))
  expect(issues.map(({ key }) => key)).toEqual(['__proto__', 'constructor', 'toString'])
  expect(make(minimal('environment: {__proto__: "v", constructor: "c"}')).service?.environment.map(({ name }) => name)).toEqual(['__proto__', 'constructor'])
})

test('a byte order mark and CRLF line ends are read like any other text', () => {
  expect(make(minimal().replaceAll('\n', '\r\n')).service?.command).toEqual(['/usr/bin/my-app'])
})

test('the size that is refused is the size that is promised', () => {
  expect(readYaml(`a: ${'x'.repeat(maxYamlBytes - 10)}`).issues).toEqual([])
})

test('null in a list stands for nothing and is an error', () => {
  expect(said(make('version: 1\nname: a\ncommand: [/a, null]').issues)).toEqual(['p.yaml:3:15 command[1]: expected text, got nothing'])
})
