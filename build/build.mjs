// src/ in, dist/ out: one small entry and a chunk per command, loaded when the command is used (cold start, see CHANGELOG and `npm run bench`).
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { esbuildHandlebars } from './handlebars.mjs'
import { esbuildProfiles } from './profiles.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
rmSync(join(root, 'dist'), { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.12',
  minify: true,
  keepNames: false,
  legalComments: 'linked',
  // commander is CommonJS: what it requires of Node must be requirable from an ES module.
  banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
  // yaml's own ES modules (its "browser" build) can be shaken and need nothing of Node; its "node" build is CommonJS.
  alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
  plugins: [esbuildHandlebars, esbuildProfiles],
})
