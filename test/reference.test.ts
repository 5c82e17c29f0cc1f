// The JSON Schema, the field reference and the tables of the docs are what the source says; and the schema works in an editor.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fieldReference, jsonSchema, pages, withTable } from '../build/reference.ts'
import { startEditor, type Editor } from './editor.ts'

const root = join(import.meta.dirname, '..')
const file = (name: string): string => readFileSync(join(root, name), 'utf8')

test('generated files are up to date (npm run generate)', () => {
  expect(file('profiles/profile.schema.json')).toBe(jsonSchema())
  expect(file('docs/profile.md')).toBe(fieldReference())
  for (const [page, mappings] of Object.entries(pages)) {
    expect(file(page)).toContain('<!-- mapping: generated -->')
    expect(file(page)).toBe(withTable(file(page), mappings))
  }
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
