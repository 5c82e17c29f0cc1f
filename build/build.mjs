// @ts-check
// src/ in, dist/ out: a small entry and a file for each command, loaded when the command is used.
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { esbuildAnsible } from './ansible.mjs'
import { esbuildHandlebars } from './handlebars.mjs'
import { esbuildProfiles } from './profiles.mjs'

/**
 * commander loads child_process for commands that are programs of their own, which we have none of; loading it costs as much as commander itself.
 * @type {import('esbuild').Plugin}
 */
const withoutChildProcess = {
  name: 'commander-without-child-process',
  setup(builder) {
    builder.onResolve({ filter: /^(node:)?child_process$/ }, ({ importer, path }) =>
      importer.includes('commander') ? { path, namespace: 'nothing' } : undefined,
    )
    builder.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {}', loader: 'js' }))
  },
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** What is loaded only when it is used, and what all of it shares, each a file of its own: `import('./render.ts')` becomes `require('./render.cjs')`. */
const lazy = {
  program: 'src/cli/program.ts',
  load: 'src/load.ts',
  worker: 'src/cli/worker.ts',
  render: 'src/cli/render.ts',
  differences: 'src/cli/differences.ts',
  validate: 'src/cli/validate.ts',
  schema: 'src/cli/schema.ts',
  init: 'src/cli/init.ts',
  import: 'src/cli/import.ts',
  find: 'src/cli/find.ts',
  winsw: 'src/cli/winsw.ts',
  completion: 'src/cli/completion.ts',
  complete: 'src/cli/complete.ts',
  parameters: 'src/cli/parameters.ts',
  definition: 'src/cli/definition.ts',
  'as-user': 'src/cli/as-user.ts',
  plan: 'src/cli/plan.ts',
  apply: 'src/cli/apply.ts',
  elevated: 'src/cli/elevated.ts',
  elevate: 'src/system/elevate.ts',
  uninstall: 'src/cli/uninstall.ts',
  status: 'src/cli/status.ts',
  verify: 'src/cli/verify.ts',
  control: 'src/cli/control.ts',
  logs: 'src/cli/logs.ts',
  doctor: 'src/cli/doctor.ts',
  export: 'src/cli/export.ts',
  fleet: 'src/cli/fleet.ts',
  here: 'src/cli/here.ts',
  subjects: 'src/cli/subjects.ts',
  rights: 'src/cli/rights.ts',
  run: 'src/system/run.ts',
  probe: 'src/system/probe.ts',
  systemd: 'src/platform/systemd/manager.ts',
  launchd: 'src/platform/launchd/manager.ts',
  windows: 'src/platform/windows/manager.ts',
  'live-windows': 'src/system/live-windows.ts',
  'winsw-find': 'src/system/winsw.ts',
  parse: 'src/profile/parse.ts',
  facts: 'src/resolve/facts.ts',
  errors: 'src/errors.ts',
}
// One copy for all: `instanceof` would tell two classes of errors apart, and two copies of a large file are read and compiled twice.
const shared = new Set(['errors', 'rights', 'here', 'subjects', 'run'].map((name) => join(root, lazy[/** @type {keyof typeof lazy} */ (name)])))

/** @type {import('esbuild').Plugin} */
const lazyFiles = {
  name: 'lazy-files',
  setup(builder) {
    const files = new Map(Object.entries(lazy).map(([name, file]) => [join(root, file), `./${name}.cjs`]))
    builder.onResolve({ filter: /\.ts$/ }, ({ kind, path, resolveDir }) => {
      const full = join(resolveDir, path)
      const file = kind === 'dynamic-import' || (kind === 'import-statement' && shared.has(full)) ? files.get(full) : undefined
      return file === undefined ? undefined : { path: file, external: true }
    })
  },
}

rmSync(join(root, 'dist'), { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts', ...lazy },
  outdir: 'dist',
  bundle: true,
  // CommonJS, one file a command: Node loads an ES module through an asynchronous loader that costs more than our own code (measured: `npm run bench`).
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  target: 'node20.12',
  // A real import() of a CommonJS file would start the ES module loader after all.
  supported: { 'dynamic-import': false },
  minify: true,
  // So that a file can be read as one byte a character (src/load.ts).
  charset: 'ascii',
  legalComments: 'linked',
  define: { 'import.meta.dirname': '__dirname' },
  // yaml's own ES modules (its "browser" build) can be shaken and need nothing of Node; its "node" build is CommonJS.
  alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
  plugins: [lazyFiles, withoutChildProcess, esbuildAnsible, esbuildHandlebars, esbuildProfiles],
})

// What completion knows of the command line, as the built program itself defines it.
execFileSync(process.execPath, [join(root, 'build/words.cjs')], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
// The caches, by a run of the main job with and without a file to read.
execFileSync(process.execPath, [join(root, 'build/cache.cjs')], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
