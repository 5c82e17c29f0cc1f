// Rendered property lists against Apple's own parser (CoreFoundation): the same texts come back, and what XML cannot carry is refused by name.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { canonicalPlist } from '../beds/plist.ts'
import { fileOf, made, minimal, said } from '../help.ts'
import { controls, hand, inProfile, random } from './hostile.ts'

const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&apos;': "'" }
const plain = (text: string): string => text.replaceAll(/&\w+;/g, (found) => entities[found] ?? found)

/** The value of one key in Apple's canonical output: a list or map of strings as [key, value] pairs. */
function strings(xml: string, key: string): string[] {
  const body = new RegExp(`\\t<key>${key}</key>\\n\\t<(array|dict)>([\\s\\S]*?)\\n\\t</\\1>`).exec(xml)
  return [...(body?.[2] ?? '').matchAll(/<string>([\s\S]*?)<\/string>/g)].map((match) => plain(match[1]!))
}

test('arguments and variables come back byte for byte', { timeout: 60_000 }, async () => {
  // Apple drops a byte order mark at the beginning of a string; those are refused (below).
  const values = [...hand, ...random(1000, 777)].filter((value) => !value.startsWith('\ufeff'))
  const chunks = Array.from({ length: Math.ceil(values.length / 20) }, (_, i) => values.slice(i * 20, i * 20 + 20))
  const texts = await Promise.all(
    chunks.map((chunk, i) =>
      fileOf(
        `version: 1\nname: q-${i}\ncommand: [/bin/x, ${chunk.map(inProfile).join(', ')}]\nenvironment:\n${chunk.map((value, j) => `  V${j}: ${inProfile(value)}`).join('\n')}`,
        `q-${i}.plist`,
        { os: 'macos' },
      ),
    ),
  )
  const parsed = await canonicalPlist(texts)
  for (const [i, chunk] of chunks.entries()) {
    const result = parsed[i]!
    if (!result.ok) throw new Error(result.error)
    expect(strings(result.xml, 'ProgramArguments')).toEqual(['/bin/x', ...chunk])
    // Apple writes a dict sorted by key; the names tell which value is whose.
    const names = chunk.map((_, j) => `V${j}`).sort()
    expect(strings(result.xml, 'EnvironmentVariables')).toEqual(names.map((name) => chunk[Number(name.slice(1))]))
  }
})

test.each(controls.filter((value) => !value.includes('\x7f')))('%j is refused by name', async (value) => {
  const { issues, rendered } = await made(
    `version: 1\nname: a\ncommand: [/bin/x, ok, ${JSON.stringify(value)}]\nenvironment: { A: ${JSON.stringify(value)} }`,
    { os: 'macos' },
  )
  expect(rendered).toBeNull()
  expect(said(issues)).toEqual([
    'p.yaml:4:16 environment.A: XML cannot carry a control character',
    'p.yaml:3:23 command[2]: XML cannot carry a control character',
  ])
})

test('a byte order mark at the beginning, which Apple drops, is refused; elsewhere it is carried', async () => {
  expect(said((await made(minimal('environment: { A: "\\ufeffx" }'), { os: 'macos' })).issues)).toEqual([
    expect.stringContaining('environment.A: a property list cannot carry a byte order mark'),
  ])
  const dropped = await canonicalPlist(['<plist version="1.0"><string>\ufeffx</string></plist>'])
  expect(dropped[0]).toMatchObject({ ok: true, xml: expect.stringContaining('<string>x</string>') })
})

test('control: without escaping, Apple refuses the file or reads something else', async () => {
  const text = await fileOf(minimal('environment: { A: "a & b" }'), 'my-app.plist', { os: 'macos' })
  expect((await canonicalPlist([text]))[0]).toMatchObject({ ok: true })
  expect((await canonicalPlist([text.replaceAll('&amp;', '&')]))[0]).toMatchObject({ ok: false })
})

test('every shipped and example profile, and every key at once, is a property list to Apple', async () => {
  const names = [
    'profiles/hermes-gateway',
    'profiles/hermes-dashboard',
    'profiles/examples/node-server',
    'profiles/examples/python-script',
    'profiles/examples/static-binary',
    'test/golden/full',
  ]
  const texts = await Promise.all(
    names.flatMap((name) =>
      (['user', 'system'] as const).map(async (scope) => {
        const { rendered, issues } = await made(readFileSync(new URL(`../../${name}.yaml`, import.meta.url), 'utf8'), {
          os: 'macos',
          scope,
          env: { FULL_SECRET: 'x' },
        })
        expect(said(issues)).toEqual([])
        return rendered!.files.find((file) => file.name.endsWith('.plist'))!.text
      }),
    ),
  )
  for (const result of await canonicalPlist(texts)) expect(result).toMatchObject({ ok: true })
})
