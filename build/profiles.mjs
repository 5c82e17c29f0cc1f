// @ts-check
// A shipped profiles/*.yaml in, a JavaScript module with its value and the position of each key out: the main job needs no YAML parser at start.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** @type {Promise<{readYaml: Function, positions: Function}> | undefined} */
let reader
/** src/profile/yaml.ts itself does the reading, so that a shipped profile means the same compiled and as a file. */
async function yaml() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/profile/yaml.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]?.text ?? '').toString('base64')}`)
}

/** @param {string} file */
export async function compileProfile(file) {
  const { readYaml, positions } = await (reader ??= yaml())
  const read = readYaml(readFileSync(file, 'utf8'))
  if (read.issues.length > 0) throw new Error(`${file}: ${JSON.stringify(read.issues)}`)
  // As texts: JSON.parse is quicker than a literal, and the positions are needed only when something is wrong.
  const text = (/** @type {unknown} */ value) => JSON.stringify(JSON.stringify(value))
  return `export const value = () => JSON.parse(${text(read.value)})\nexport const positions = () => JSON.parse(${text(positions(read))})`
}

/** @type {import('esbuild').Plugin} */
export const esbuildProfiles = {
  name: 'profiles',
  setup(builder) {
    builder.onLoad({ filter: /\.yaml$/ }, async ({ path }) => ({ contents: await compileProfile(path), loader: 'js' }))
  },
}

/** @returns {import('vite').Plugin} */
export const viteProfiles = () => ({
  name: 'profiles',
  enforce: 'pre',
  load: (id) => (id.endsWith('.yaml') ? compileProfile(id) : null),
})
