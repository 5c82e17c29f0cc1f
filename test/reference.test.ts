// The JSON Schema, the field reference and the tables of the docs are what the source says; and the schema works in an editor.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fieldReference, jsonSchema, pages, withChecks, withTable } from '../build/reference.ts'
import { commandPage, profilePage } from '../build/man.ts'
import { parseText } from '../src/profile/parse.ts'
import { startEditor, type Editor } from './editor.ts'
import { make, minimal } from './help.ts'

const root = join(import.meta.dirname, '..')
const file = (name: string): string => readFileSync(join(root, name), 'utf8')

test('generated files are up to date (npm run generate)', () => {
  expect(file('profiles/profile.schema.json')).toBe(jsonSchema())
  expect(file('docs/profile.md')).toBe(fieldReference())
  expect(file('man/hermes-install.1')).toBe(commandPage())
  expect(file('man/hermes-install-profile.5')).toBe(profilePage())
  for (const [page, mappings] of Object.entries(pages)) {
    expect(file(page)).toContain('<!-- mapping: generated -->')
    expect(file(page)).toBe(withTable(file(page), mappings))
  }
  expect(file('docs/doctor.md')).toContain('| `linger` | machine | Linux |')
  expect(file('docs/doctor.md')).toBe(withChecks(file('docs/doctor.md')))
})

let editor: Editor
let folder: string
beforeAll(async () => {
  editor = await startEditor()
  folder = mkdtempSync(join(tmpdir(), 'hermes-install-test-'))
})
afterAll(() => {
  editor.close()
  rmSync(folder, { recursive: true, force: true })
})

const shipped = ['profiles', 'profiles/examples'].flatMap((dir) =>
  readdirSync(join(root, dir))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${dir}/${name}`),
)
test.each(shipped)('%s has no complaints in an editor', async (name) => {
  expect(await editor.diagnose(join(root, name))).toEqual([])
})

test('an editor finds a misspelt key, a wrong type and a wrong word, and completes', async () => {
  const text = `# yaml-language-server: $schema=${join(root, 'profiles/profile.schema.json')}\nversion: 1\nname: x\ncomand: [/x]\nautostart: 5\nrestart: { policy: sometimes }\nenvironment: { A: null, B: "x" }\nre`
  const path = join(folder, 'p.yaml')
  writeFileSync(path, text)
  const found = (await editor.diagnose(path)).join('\n')
  expect(found).toMatch(/^4: .*comand/m)
  expect(found).toMatch(/^5: .*boolean/m)
  expect(found).toMatch(/^6: .*always/m)
  expect(found).not.toMatch(/^7:/m)
  expect(await editor.complete(path, 7, 2)).toEqual(expect.arrayContaining(['stop', 'hooks', 'health']))
})

let count = 0
/** What the editor says about a profile, as `line: message`. */
async function diagnose(text: string, schema = pathToFileURL(join(root, 'profiles/profile.schema.json')).href): Promise<string[]> {
  const path = join(folder, `${count++}.yaml`)
  writeFileSync(path, `# yaml-language-server: $schema=${schema}\n${text}\n`)
  return editor.diagnose(path)
}

// What the command line refuses, the editor refuses too, on the same line.
test.each([
  'restart: { delays: [1x] }',
  'restart: { delays: soon }',
  'restart: { resetAfter: "5" }',
  'restart: { limit: { attempts: 0, within: 1m } }',
  'restart: { limit: { attempts: 3 } }',
  'stop: { timeout: 5 minutes }',
  'logs: { rotate: { size: 10 MB/s, keep: 3 } }',
  'logs: { stdout: app.log }',
  'limits: { memory: lots }',
  'umask: "999"',
  'umask: "1777"',
  'health: { tcp: "8080" }',
  'health: { tcp: "http://x:80" }',
  'health: { http: "localhost:8080" }',
  'health: { file: { path: /x, json: state } }',
  'health: { command: [curl, x] }',
  'label: my app',
  'displayName: "a\\nb"',
  'scope: system\nuser: "a b"',
  'workingDirectory: ~/app',
  'environment: { "1 A=": x }',
  'environment: { A: { secretFile: token } }',
  'environmentFiles: [app.env]',
  'hooks: { preStart: [mkdir, /x] }',
  'hooks: { preStart: [[mkdir, /x]] }',
  'after: [a/b]',
  'replaces: { linux: { units: ["a b"] } }',
  'replaces: { macos: { labels: ["-x"] } }',
  'replaces: { windows: { tasks: ["a|b"] } }',
  'native: { linux: { Ser_vice: { A: 1 } } }',
  'parameters: { a-b: {} }',
])('an editor finds what is wrong with %s', async (line) => {
  const text = minimal(line)
  expect(make(text).issues.concat(make(text, { os: 'windows' }).issues)).not.toEqual([])
  const found = await diagnose(text)
  expect(found).not.toEqual([])
  for (const message of found) expect(message).toMatch(/^[67]: /)
})

test.each([
  'restart: { delays: 1m30s, resetAfter: "${d}", limit: { attempts: 3, within: 1.5h } }\nparameters: { d: { default: 5s } }',
  'logs: { stdout: "${logDir}/x", stderr: /x, rotate: { size: 10 MB, keep: 3 } }',
  "macos: { workingDirectory: 'C:\\app', logs: { stdout: '\\\\server\\x' } }",
  'umask: "0o027"\nlabel: com.example.my_app@1\npriority: -5',
  'health: { tcp: "[::1]:80", http: "http://${h}:80/x?y#z", file: { path: /x, json: "/a~1b", equals: [1, a] } }\nparameters: { h: {} }',
  'environment: { A: null, B: { fromEnv: X }, C: { secretFile: "${home}/x" } }\nenvironmentFiles: [/a, { path: /b, optional: true }]',
  'hooks: { preStart: [/bin/mkdir, x], postStop: [[/bin/rm, x], ["${home}/y"]] }',
  'label: null\nrestart: null\nhealth: { tcp: null, file: null }',
])('an editor is content with %s', async (line) => {
  expect(parseText(minimal(line), 'p.yaml').issues).toEqual([])
  expect(await diagnose(minimal(line))).toEqual([])
})

test('an editor asks for what a whole profile must have, and leaves those alone that lie over another', async () => {
  expect((await diagnose('name: x\ncommand: [/x]')).join()).toMatch(/version/)
  expect((await diagnose('version: 1\ncommand: [/x]')).join()).toMatch(/name/)
  expect((await diagnose('version: 1\nname: x')).join()).toMatch(/command/)
  expect((await diagnose('version: 1\nname: x\nlinux: { umask: "022" }')).join()).toMatch(/command/)
  for (const fine of ['version: 1\nname: x\nlinux: { command: [/x] }', 'extends: hermes-gateway\nlabel: x', 'extends: []\nrestart: { policy: always }'])
    expect(await diagnose(fine)).toEqual([])
  // The way out for bases is one for the parser too.
  expect(parseText('extends: []\nrestart: { policy: always }', '_base.yaml').issues).toEqual([])
})

test('an editor finds the schema by the line that init writes, whatever blanks its path has', async () => {
  mkdirSync(join(folder, 'with a blank'))
  copyFileSync(join(root, 'profiles/profile.schema.json'), join(folder, 'with a blank/s.json'))
  expect((await diagnose(minimal('comand: 1'), pathToFileURL(join(folder, 'with a blank/s.json')).href)).join()).toMatch(/^6: .*comand/)
})

test('the field reference has a row for every key, however deep', () => {
  const page = file('docs/profile.md')
  for (const row of [
    '| `health.stableFor` | a duration such as "5s" | `2s` |',
    '| `health.timeout` | a duration such as "5s" | `30s` |',
    '| `health.tcp` | text |  |',
    '| `replaces.linux.units` | a list of units |  |',
    '| `environment.NAME.secretFile` | a path | required |',
    '| `environmentFiles[].optional` | true or false | `false` |',
    '| `parameters.NAME.pattern` | text |  |',
    '| `native.macos` |',
    '| `logs.rotate.size` | a size such as "10MB" | required |',
    '| `windows.account.password.secretFile` |',
  ])
    expect(page).toContain(row)
  // Every `properties` of the JSON Schema, which comes from the source by another way.
  const names = new Set<string>()
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, child] of Object.entries(node)) {
      if (key === 'properties') for (const name of Object.keys(child as object)) names.add(name)
      walk(child)
    }
  }
  walk(JSON.parse(file('profiles/profile.schema.json')))
  for (const name of names) expect(page).toMatch(new RegExp(`^\\| \`(?:[^\`]*\\.)?${name}\` \\|`, 'm'))
})
