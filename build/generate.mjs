// @ts-check
// src/profile/schema.ts and the platforms' mappings in; profiles/profile.schema.json, docs/profile.md and the tables of docs/<os>.md and docs/doctor.md out (`npm run generate`).
// test/reference.test.ts holds all of them against the source.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { outputFiles } = await build({
  entryPoints: [join(root, 'build/reference.ts')],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'browser',
  logLevel: 'warning',
})
const { jsonSchema, fieldReference, pages, withTable, withChecks } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.text ?? '').toString('base64')}`
)
writeFileSync(join(root, 'profiles/profile.schema.json'), jsonSchema())
writeFileSync(join(root, 'docs/profile.md'), fieldReference())
for (const [page, mappings] of Object.entries(pages)) writeFileSync(join(root, page), withTable(readFileSync(join(root, page), 'utf8'), mappings))
writeFileSync(join(root, 'docs/doctor.md'), withChecks(readFileSync(join(root, 'docs/doctor.md'), 'utf8')))
