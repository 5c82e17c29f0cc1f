// @ts-check
// The folder templates/ansible in, one module out: its files by their paths, as texts, for `export ansible`.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'templates/ansible')

function filesModule() {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile() && !/__pycache__|(?:^|[\\/])\.ansible[\\/]|\.cache/.test(name))
    .map((name) => relative(folder, join(folder, name)).replaceAll('\\', '/'))
    .sort()
  const files = JSON.stringify(Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')])))
  // As a text in a text: a line of Python that begins with `import` makes publint take the bundle for an ES module.
  return `export const ansibleFiles = JSON.parse(${JSON.stringify(files)})`
}

/** @type {import('esbuild').Plugin} */
export const esbuildAnsible = {
  name: 'ansible',
  setup(build) {
    build.onResolve({ filter: /templates\/ansible\/index\.files$/ }, () => ({ path: folder, namespace: 'ansible' }))
    build.onLoad({ filter: /.*/, namespace: 'ansible' }, () => ({ contents: filesModule(), loader: 'js' }))
  },
}

/** @returns {import('vite').Plugin} */
export const viteAnsible = () => ({
  name: 'ansible',
  enforce: 'pre',
  load: (id) => (id.endsWith('templates/ansible/index.files') ? filesModule() : null),
  resolveId: (id) => (id.endsWith('templates/ansible/index.files') ? join(folder, 'index.files') : null),
})
