// @ts-check
// A templates/**/*.hbs file in, a JavaScript module with a plain function out; for esbuild (the bundle) and for Vite (the tests).
// Handlebars parses; the code is ours, because Handlebars' own needs its runtime, which costs more at start than all templates together
// (measured: `npm run bench`), and takes a missing name for an empty text in some places, which ours never does.
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import Handlebars from 'handlebars'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const templates = resolve(root, 'templates')

/** @typedef {{ type: string, [key: string]: any }} Node */

/**
 * The part of Handlebars that the templates use: values, helpers and their subexpressions, if, unless, each (with else, @index, ../) and partials, which are
 * imports. Anything else is an error of the build. Values are written as they are: escaping is the helpers'.
 * @param {string} file absolute path of the template
 * @returns {string} an ES module whose default export is `(view) => text`
 */
export function compileTemplate(file) {
  const name = relative(templates, file)
    .replaceAll('\\', '/')
    .replace(/\.hbs$/, '')
  /** @type {string[]} */ const partials = []
  const fail = (/** @type {Node} */ node) => new Error(`${name}.hbs:${node.loc.start.line}: ${node.type} is not part of what templates may use`)

  /** @param {Node} node @param {number} depth how many `each` are around it @returns {string} */
  function value(node, depth) {
    if (node.type === 'SubExpression') return call(node, depth)
    if (['StringLiteral', 'NumberLiteral', 'BooleanLiteral'].includes(node.type)) return JSON.stringify(node.value)
    if (node.type === 'NullLiteral') return 'null'
    if (node.type !== 'PathExpression') throw fail(node)
    if (node.data) {
      if (node.parts[0] !== 'index') throw fail(node)
      return `i${depth - node.depth}`
    }
    return node.parts.reduce(
      (/** @type {string} */ from, /** @type {string} */ part) =>
        `get(${from}, ${JSON.stringify(part)}, ${JSON.stringify(`${name}.hbs:${node.loc.start.line}`)})`,
      `c${depth - node.depth}`,
    )
  }
  /** @param {Node} node @param {number} depth */
  const call = (node, depth) => `helpers.${node.path.original}(${node.params.map((/** @type {Node} */ param) => value(param, depth)).join(', ')})`

  /** @param {Node | undefined} program @param {number} depth @returns {string} an expression of a text */
  function text(program, depth) {
    const parts = (program?.body ?? []).map((/** @type {Node} */ node) => statement(node, depth)).filter((/** @type {string} */ part) => part !== '')
    return parts.length === 0 ? "''" : parts.join(' + ')
  }
  /** @param {Node} node @param {number} depth @returns {string} */
  function statement(node, depth) {
    switch (node.type) {
      case 'ContentStatement':
        return node.value === '' ? '' : JSON.stringify(node.value)
      case 'CommentStatement':
        return ''
      case 'MustacheStatement':
        return node.params.length > 0 ? call(node, depth) : `text(${value(node.path, depth)})`
      case 'PartialStatement': {
        const index = partials.includes(node.name.original) ? partials.indexOf(node.name.original) : partials.push(node.name.original) - 1
        const hash = (node.hash?.pairs ?? []).map((/** @type {Node} */ pair) => `${pair.key}: ${value(pair.value, depth)}`)
        return hash.length > 0 ? `p${index}({ ...c${depth}, ${hash.join(', ')} })` : `p${index}(c${depth})`
      }
      case 'BlockStatement': {
        const of = value(node.params[0], depth)
        if (node.path.original === 'if') return `(truthy(${of}) ? ${text(node.program, depth)} : ${text(node.inverse, depth)})`
        if (node.path.original === 'unless') return `(truthy(${of}) ? ${text(node.inverse, depth)} : ${text(node.program, depth)})`
        if (node.path.original !== 'each' || node.inverse) throw fail(node)
        return `each(${of}, (c${depth + 1}, i${depth + 1}) => ${text(node.program, depth + 1)})`
      }
      default:
        throw fail(node)
    }
  }

  const body = text(Handlebars.parse(readFileSync(file, 'utf8')), 0)
  const path = (/** @type {string} */ to) => JSON.stringify(resolve(root, to))
  return [
    `import { each, get, helpers, text, truthy } from ${path('src/template/engine.ts')}`,
    ...partials.map((p, i) => `import p${i} from ${path(`templates/${p}.hbs`)}`),
    `export default (c0) => ${body}`,
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
