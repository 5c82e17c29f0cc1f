// @ts-check
// A templates/**/*.hbs file in, a JavaScript module with its precompiled template out; for esbuild (the bundle) and for Vite (the tests).
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import Handlebars from 'handlebars'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const templates = resolve(root, 'templates')

/**
 * `{{> posix/files.sh}}` is `templates/posix/files.sh.hbs`: a partial is an ordinary import, so a command loads the templates it uses and no others.
 * @param {string} file absolute path of the template
 * @returns {string} an ES module whose default export is `(view) => text`
 */
export function compileTemplate(file) {
  const source = readFileSync(file, 'utf8')
  const name = relative(templates, file)
    .replaceAll('\\', '/')
    .replace(/\.hbs$/, '')
  const partials = [...new Set([...source.matchAll(/\{\{~?>\s*([\w./-]+)/g)].map((m) => String(m[1])))]
  // strict: an unknown name is an error; noEscape: Handlebars would escape for HTML, our helpers know the grammars.
  const spec = /** @type {string} */ (Handlebars.precompile(source, { strict: true, noEscape: true, preventIndent: true }))
  const path = (/** @type {string} */ to) => JSON.stringify(resolve(root, to))
  return [
    `import { template } from ${path('src/template/engine.ts')}`,
    ...partials.map((p, i) => `import p${i} from ${path(`templates/${p}.hbs`)}`),
    `export default template(${JSON.stringify(name)}, ${spec}, {${partials.map((p, i) => `${JSON.stringify(p)}: p${i}`).join(', ')}})`,
  ].join('\n')
}

/** @type {import('esbuild').Plugin} */
export const esbuildHandlebars = {
  name: 'handlebars',
  setup(build) {
    build.onLoad({ filter: /\.hbs$/ }, ({ path }) => ({ contents: compileTemplate(path), loader: 'js', resolveDir: dirname(path) }))
  },
}

/** @returns {import('vite').Plugin} */
export const viteHandlebars = () => ({
  name: 'handlebars',
  enforce: 'pre',
  load: (id) => (id.endsWith('.hbs') ? compileTemplate(id) : null),
})
