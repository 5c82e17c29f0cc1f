// Rules that span keys or depend on the OS: each with the sentence a user reads.
import { expect, test } from 'vitest'
import { make, minimal, said, type Options } from '../help.ts'

const cases: [what: string, yaml: string, words: string, options?: Options][] = [
  ['a relative program', 'version: 1\nname: a\ncommand: [app]', 'command[0]: the program must be absolute on linux, got "app"'],
  ['a home written as ~', 'version: 1\nname: a\ncommand: [~/app]', 'write ${home} for ~'],
  ['a POSIX path on Windows', 'version: 1\nname: a\ncommand: [/usr/bin/app]', 'must be absolute on windows', { os: 'windows' }],
  ['a Windows path on Linux', "version: 1\nname: a\ncommand: ['C:\\app.exe']", 'must be absolute on linux'],
  ['a relative hook', minimal('hooks: { preStart: [[/bin/a], [b]] }'), 'hooks.preStart[1][0]: the program must be absolute'],
  ['a relative secret', minimal('environment: { A: { secretFile: x } }'), 'environment.A.secretFile: the path must be absolute'],
  ['a relative environment file', minimal('environmentFiles: [{ path: x }]'), 'environmentFiles[0].path: the path must be absolute'],
  ['a line break in a name', minimal('displayName: "a\\nExecStart=/bin/evil"'), 'displayName: control characters and line breaks cannot stand here'],
  ['an escape sequence in a description', minimal('description: "\\e[31mred"'), 'description: control characters'],
  ['a path in a label', minimal('label: ../../etc/evil'), 'label: "../../etc/evil" cannot be a label'],
  ['a path separator in a label', minimal('label: a/b'), 'cannot be a label'],
  ['two dots in a label', minimal('label: a..b'), 'no two dots'],
  ['an extension in a label', minimal('label: app.service'), 'without an extension'],
  ['a device as a label', minimal('label: CON'), 'not the name of a device', { os: 'windows' }],
  ['a bad instance overlay', minimal('instance: { name: x }'), '"name" cannot stand here'],
  ['a variable with a dash', minimal('environment: { "A-B": x }'), 'environment.A-B: "A-B" cannot be the name of a variable'],
  ['a variable with a line break', minimal('environment: { "A\\nB": x }'), 'cannot be the name of a variable'],
  ['one variable in two spellings', minimal('environment: { Path: a, PATH: b }'), '"PATH" and "Path" are one variable on Windows', { os: 'windows' }],
  ['a variable that is not there', minimal('environment: { A: { fromEnv: NOPE } }'), 'the variable "NOPE" is not set here'],
  ['a code in both lists', minimal('restart: { restartExitCodes: [1, 7], stopExitCodes: [7] }'), 'restart.restartExitCodes[1]: 7 is in stopExitCodes too'],
  ['two ways to reload', minimal('reload: { signal: SIGHUP, command: [/bin/x] }'), 'exclude each other'],
  ['no time to stop', minimal('stop: { timeout: 0s }'), 'needs some time to stop'],
  ['a duration that comes out of a parameter', minimal('stop: { timeout: "${t}" }\nparameters: { t: { default: soon } }'), 'stop.timeout: expected a duration'],
  ['an account with blanks', minimal('scope: system\nuser: "a b"'), 'cannot be an account'],
  ['an account that is an option', minimal('scope: system\nuser: -x'), 'cannot be an account'],
  ['no port', minimal('health: { tcp: localhost }'), 'expected host:port'],
  ['a URL with a password', minimal('health: { http: "http://u:p@h/" }'), 'no user or password'],
  ['a pointer without a slash', minimal('health: { file: { path: /x, json: state } }'), 'expected a JSON pointer'],
  ['equals without a pointer', minimal('health: { file: { path: /x, equals: a } }'), 'needs `json`'],
  ['a window shorter than what must happen in it', minimal('health: { stableFor: 1m }'), 'health.timeout: shorter than stableFor'],
  ['a unit that is a path', minimal('after: [../x]'), 'cannot be a unit'],
  ['a unit that is two lines', minimal('after: ["a\\nb"]'), 'cannot be a unit'],
  ['a service that replaces itself', minimal('replaces: { linux: { units: [my-app.service] } }'), 'is this service itself'],
  [
    'a startup item that is a path',
    minimal("replaces: { windows: { startupItems: ['..\\x.vbs'] } }"),
    'cannot be a file in the Startup folder',
    { os: 'windows' },
  ],
  ['a native section that is two', minimal('native: { linux: { "Unit]\\n[Service": { A: b } } }'), 'cannot be a section'],
  ['a native key that is two', minimal('native: { linux: { Unit: { "A=b\\nB": c } } }'), 'cannot be a key'],
  [
    'a native value of two lines',
    minimal('native: { linux: { Unit: { A: "b\\nExecStart=/x" } } }'),
    'a line break or control character cannot stand in a directive',
  ],
  ['a native value that swallows the next line', minimal("native: { linux: { Service: { A: 'b\\ ' } } }"), 'a backslash at the end would join the next line'],
  ['a native element that is two', minimal('native: { windows: { "a><b": x } }'), 'cannot be an element', { os: 'windows' }],
]
test.each(cases)('%s is an error', (_, text, words, options) => {
  const { issues, service } = make(text, options)
  expect(service).toBeNull()
  expect(said(issues).join('\n')).toContain(words)
})

test('what is missing is said once', () => {
  expect(said(make('displayName: x').issues)).toEqual([
    expect.stringContaining('version: missing'),
    expect.stringContaining('name: missing'),
    expect.stringContaining('command: missing'),
  ])
})

test('a service for Windows is of the machine whatever the scope', () => {
  expect(make(minimal(), { os: 'windows' }).service?.scope).toBe('system')
  expect(make(minimal(), { os: 'windows', scope: 'user' }).service?.scope).toBe('system')
  expect(make(minimal(), { scope: 'system' }).service?.scope).toBe('system')
  expect(make(minimal()).service?.scope).toBe('user')
})
