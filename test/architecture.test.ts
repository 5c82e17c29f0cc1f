// The table in src/README.md against the imports of src/: both are the same table.
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const src = join(import.meta.dirname, '../src')
const table = new Map(
  [...readFileSync(join(src, 'README.md'), 'utf8').matchAll(/^\| `([\w./]+?)\/?` \|.*\| ([^|]+) \|$/gm)].map(([, folder, from]) => [
    folder!,
    from === 'nothing' || from === 'all of the above' ? from : [...from!.matchAll(/`([\w./]+?)\/?`/g)].map((match) => match[1]!),
  ]),
)
const order = [...table.keys()]
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
const room = (file: string): string => (file.includes('/') ? file.split('/')[0]! : file)
const imports = (file: string): string[] =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => relative(src, join(src, dirname(file), match[1]!)))

test('every file has its room in the table', () => {
  expect(files.length).toBeGreaterThan(30)
  expect([...new Set(files.map(room))].sort()).toEqual([...order].sort())
})

test.each(files)('%s imports only what the table allows', (file) => {
  const own = room(file)
  const allowed = table.get(own)
  const strangers = imports(file)
    .filter((path) => !path.startsWith('..'))
    .map(room)
    .filter(
      (other) =>
        other !== own && !(allowed === 'all of the above' ? order.indexOf(other) < order.indexOf(own) : Array.isArray(allowed) && allowed.includes(other)),
    )
  expect(strangers).toEqual([])
})

test('the platforms do not know each other', () => {
  const siblings = readdirSync(join(src, 'platform'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  for (const file of files.filter((name) => name.startsWith('platform/'))) {
    const own = siblings.find((name) => file.startsWith(`platform/${name}/`))
    const others = imports(file).filter((path) => siblings.some((name) => name !== own && path.startsWith(`platform/${name}/`)))
    if (file !== 'platform/index.ts') expect([file, ...others]).toEqual([file])
  }
})

test('files stay small enough to read', () => {
  const lengths = files.map((file) => readFileSync(join(src, file), 'utf8').split('\n').length)
  expect(Math.max(...lengths)).toBeLessThan(330)
  expect(lengths.toSorted((a, b) => a - b)[lengths.length >> 1]).toBeLessThan(110)
})
