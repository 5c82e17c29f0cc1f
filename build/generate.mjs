// @ts-check
// src/profile/schema.ts, the platforms' mappings, the checks of doctor and the command line in; profiles/profile.schema.json, docs/profile.md, the tables of
// docs/<os>.md and docs/doctor.md, and the pages in man/ out (`npm run generate`).
// test/reference.test.ts holds all of them against the source.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
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

// The command line needs Node, but none of the commands.
const work = mkdtempSync(join(tmpdir(), 'hermes-install-man-'))
try {
  await build({
    entryPoints: [join(root, 'build/man.ts')],
    bundle: true,
    outfile: join(work, 'man.cjs'),
    format: 'cjs',
    platform: 'node',
    logLevel: 'error',
    plugins: [
      {
        name: 'without-commands',
        setup: (builder) => builder.onResolve({ filter: /^\./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined)),
      },
    ],
  })
  const { commandPage, profilePage } = createRequire(import.meta.url)(join(work, 'man.cjs'))
  mkdirSync(join(root, 'man'), { recursive: true })
  writeFileSync(join(root, 'man/hermes-install.1'), commandPage())
  writeFileSync(join(root, 'man/hermes-install-profile.5'), profilePage())
} finally {
  rmSync(work, { recursive: true, force: true })
}
