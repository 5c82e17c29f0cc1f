// ${...}: once, left to right, by fact or parameter; what is unknown, missing or circular is said.
import { expect, test } from 'vitest'
import { make, minimal, said } from '../help.ts'

const env = (text: string, more = ''): string => minimal(`environment: { V: ${JSON.stringify(text)} }\n${more}`)
const value = (text: string, more = '', options = {}): unknown => {
  const { service, issues } = make(env(text, more), options)
  expect(said(issues)).toEqual([])
  return (service!.environment[0] as { value: string }).value
}

test.each([
  ['${home}/x', '/home/user/x'],
  ['${user}:${uid}:${os}', 'user:1000:linux'],
  ['${configDir} ${dataDir} ${stateDir} ${logDir}', '/home/user/.config /home/user/.local/share /home/user/.local/state /home/user/.local/state/log'],
  ['$${home}', '${home}'],
  ['$$${home}', '$${home}'],
  ['$$$${home}', '$$${home}'],
  ['$HOME $ $$ {home} $}', '$HOME $ $$ {home} $}'],
])('%s', (text, expected) => expect(value(text)).toBe(expected))

test('macOS and Windows have folders of their own', () => {
  expect(value('${home} ${configDir} ${dataDir} ${logDir}', '', { os: 'macos' })).toBe(
    '/Users/user /Users/user/Library/Application Support /Users/user/Library/Application Support /Users/user/Library/Logs',
  )
  expect(value('${home} ${configDir} ${dataDir}', '', { os: 'windows' })).toBe(
    'C:\\Users\\user C:\\Users\\user\\AppData\\Roaming C:\\Users\\user\\AppData\\Local',
  )
})

test('a value that was put in is not read again', () => {
  expect(value('${a}', 'parameters: { a: {} }', { set: { a: '${home} $${x}' } })).toBe('${home} $${x}')
})

test('--set wins over the environment, that over the default; a default may use others', () => {
  const parameters = 'parameters: { a: { default: "${b}!" }, b: { default: "${home}" } }'
  expect(value('${a}', parameters)).toBe('/home/user!')
  expect(value('${a}', parameters, { env: { HERMES_INSTALL_b: 'env' } })).toBe('env!')
  expect(value('${a}', parameters, { env: { HERMES_INSTALL_b: 'env' }, set: { b: 'set' } })).toBe('set!')
  expect(value('${a}', parameters, { set: { a: '' } })).toBe('')
})

test.each([
  ['an unknown name', env('${hom}'), 'environment.V: unknown name in ${hom} (did you mean ${home}?; a literal "${" is written "$${")'],
  ['a shell variable', env('${HOME}'), 'unknown name in ${HOME} (did you mean ${home}?'],
  ['an open brace', env('${home'), '"${" without "}"'],
  ['no instance', env('${instance}'), 'no instance was asked for (give --instance NAME'],
  [
    'no value',
    env('${a}', 'parameters: { a: {} }'),
    'environment.V: parameter "a" has no value (give --set a=..., a --values file or the variable HERMES_INSTALL_a)',
  ],
  ['a required one nobody uses', minimal('parameters: { a: { required: true } }'), 'parameters.a: parameter "a" has no value'],
  [
    'defaults in a circle',
    env('${a}', 'parameters: { a: { default: "${b}" }, b: { default: "${a}" } }'),
    'the defaults of ${a} -> ${b} -> ${a} need each other',
  ],
  ['the name of a fact', minimal('parameters: { home: {} }'), '"home" is a fact of the host'],
  ['a name with a dash', minimal('parameters: { a-b: {} }'), 'cannot be the name of a parameter'],
  ['a pattern that is none', minimal('parameters: { a: { pattern: "(" } }'), 'expected a regular expression'],
])('%s is an error', (_, text, words) => expect(said(make(text).issues).join('\n')).toContain(words))

test('a value that breaks its pattern is refused, and not shown: it may be a secret', () => {
  const { issues } = make(env('${a}', 'parameters: { a: { pattern: "[0-9]+", description: digits } }'), { set: { a: '12 hunter2' } })
  expect(said(issues)).toEqual(['p.yaml:6:15 parameters.a: the value of parameter "a" does not match [0-9]+ (digits)'])
})
