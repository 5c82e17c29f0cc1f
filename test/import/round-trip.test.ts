// What `render` wrote, `import` reads back: rendering the import gives the same files, byte for byte, for every shipped and example profile and those of the
// golden trees, on every OS. Manifests name the keys that a profile sets, some of which no file holds: they are compared by what they install.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checked, type Written } from '../../src/import/check.ts'
import { readAny } from '../../src/import/recognise.ts'
import type { Os } from '../../src/profile/model.ts'
import { defaultFacts } from '../../src/resolve/host.ts'
import type { Service } from '../../src/resolve/service.ts'
import { made, said, type Options } from '../help.ts'

const root = join(import.meta.dirname, '../..')
const secret = "s3cret 'quoted' %PATH% $x"

const cases = [
  ['profiles/hermes-gateway.yaml', {}],
  ['profiles/hermes-gateway.yaml', { instance: 'coder' }],
  ['profiles/hermes-gateway.yaml', { scope: 'system' }],
  ['profiles/hermes-dashboard.yaml', {}],
  ['profiles/examples/node-server.yaml', {}],
  ['profiles/examples/python-script.yaml', {}],
  ['profiles/examples/static-binary.yaml', {}],
  ['test/golden/minimal.yaml', {}],
  ['test/golden/full.yaml', {}],
  ['test/golden/full.yaml', { scope: 'user' }],
  ['test/golden/hostile.yaml', {}],
] as const

const main: Readonly<Record<Os, RegExp>> = { linux: /\.service$/, macos: /\.plist$/, windows: /\.xml$/ }

async function again(text: string, options: Options & { os: Os }): Promise<{ first: Rendered; second: Rendered; written: Written }> {
  const env = { FULL_SECRET: secret, KEY: secret }
  const one = await made(text, { ...options, env })
  expect(said(one.issues)).toEqual([])
  const files = new Map(one.rendered!.files.map((file) => [file.name, file.text]))
  const name = [...files.keys()].find((file) => main[options.os].test(file))!
  const imported = await readAny({
    main: { path: name, text: files.get(name)! },
    dropIns: [],
    name: null,
    scope: null,
    beside: (path) => files.get(path) ?? null,
  })
  const written = await checked(imported, defaultFacts[options.os], ['test'])
  const two = await made(written.text, { os: options.os, env })
  expect(said(two.issues)).toEqual([])
  return {
    first: { files, service: one.service! },
    second: { files: new Map(two.rendered!.files.map((file) => [file.name, file.text])), service: two.service! },
    written,
  }
}

interface Rendered {
  readonly files: ReadonlyMap<string, string>
  readonly service: Service
}

const systems = ['linux', 'macos', 'windows'] as const
const all = cases.flatMap(([file, options]) => systems.map((os) => [file, os, options as Options] as const))

test.each(all)('%s on %s, %j: the same files', async (file, os, options) => {
  const { first, second, written } = await again(readFileSync(join(root, file), 'utf8'), { ...options, os })
  expect([...second.files.keys()].sort()).toEqual([...first.files.keys()].sort())
  for (const [name, text] of first.files) {
    if (name === 'manifest.json') continue
    expect(second.files.get(name), `${name}\n${written.text}`).toBe(text)
  }
  const installs = (text: string): unknown => {
    const { limits: _, ...rest } = JSON.parse(text) as { limits: unknown }
    return rest
  }
  expect(installs(second.files.get('manifest.json')!)).toEqual(installs(first.files.get('manifest.json')!))
})

test.each(all)('%s on %s, %j: what is lost is named', async (file, os, options) => {
  const { first, second, written } = await again(readFileSync(join(root, file), 'utf8'), { ...options, os })
  const told = written.remarks.map(({ text }) => text).join('\n')
  const limits = (text: string): readonly { key: string }[] => (JSON.parse(text) as { limits: { key: string }[] }).limits
  const kept = new Set(limits(second.files.get('manifest.json')!).map(({ key }) => key))
  const lost = limits(first.files.get('manifest.json')!)
    .map(({ key }) => key)
    .filter((key) => !kept.has(key) && !told.includes(key) && key !== 'autostart')
  expect(lost).toEqual([])
})
