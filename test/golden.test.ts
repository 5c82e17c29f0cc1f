// Golden trees: what every shipped and example profile, and a minimal, a full and a hostile one, renders to on every OS, byte for byte.
// After a wanted change: `UPDATE_GOLDEN=1 npx vitest run test/golden.test.ts`, then read the diff.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { made, said } from './help.ts'

const root = join(import.meta.dirname, '..')
const trees = join(import.meta.dirname, 'golden/trees')
const update = process.env['UPDATE_GOLDEN'] === '1'

const cases = [
  ['profiles/hermes-gateway.yaml', undefined],
  ['profiles/hermes-gateway.yaml', 'coder'],
  ['profiles/hermes-dashboard.yaml', undefined],
  ['profiles/examples/node-server.yaml', undefined],
  ['profiles/examples/python-script.yaml', undefined],
  ['profiles/examples/static-binary.yaml', undefined],
  ['test/golden/minimal.yaml', undefined],
  ['test/golden/full.yaml', undefined],
  ['test/golden/hostile.yaml', undefined],
] as const

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()

test.each(cases.flatMap(([file, instance]) => (['linux', 'macos', 'windows'] as const).map((os) => [file, instance, os] as const)))(
  '%s (instance %s) on %s',
  async (file, instance, os) => {
    const { rendered, service, issues } = await made(readFileSync(join(root, file), 'utf8'), {
      os,
      env: { FULL_SECRET: "s3cret 'quoted' %PATH% $x" },
      ...(instance === undefined ? {} : { instance }),
    })
    expect(said(issues)).toEqual([])
    const folder = join(trees, service!.id, os)
    if (update) {
      rmSync(folder, { recursive: true, force: true })
      for (const { name, text, mode } of rendered!.files) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), text, { mode })
      }
    }
    expect(filesBelow(folder)).toEqual(rendered!.files.map(({ name }) => name).sort())
    for (const { name, text } of rendered!.files) expect(text, `${service!.id}/${os}/${name}`).toBe(readFileSync(join(folder, name), 'utf8'))
  },
)

test('no golden tree is left from a case that is gone', () => {
  expect(readdirSync(trees).sort()).toEqual([
    'full',
    'hermes-dashboard',
    'hermes-gateway',
    'hermes-gateway-coder',
    'hostile',
    'minimal',
    'node-server',
    'python-worker',
    'static-binary',
  ])
})
