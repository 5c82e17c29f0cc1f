// A file of the bundle in, its exports out, compiled from a code cache where the build left one for this very Node.
// V8 keeps what it compiled in the first run of a build (vm.Script cachedData); that halves the time until the first line of ours runs.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { getRawAsset, isSea } from 'node:sea'
import { Script } from 'node:vm'

type Exports = Record<string, unknown>
type Wrapper = (exports: Exports, require: (id: string) => unknown, module: { exports: Exports }, filename: string, dirname: string) => void

const loaded = new Map<string, Exports>()
// Only for Node's own modules: the path is nothing but what is asked for, and the code of a thread has none.
const nodeRequire = createRequire(isSea() ? process.execPath : join(import.meta.dirname, 'main.cjs'))

/** The cache of one file, by the Node that made it: V8 takes no other's, and would have to read it to find out. */
export const cacheName = (name: string): string => `${name}.${process.version}-${process.arch}.cache`

/** From the folder, or, where the program is one executable (build/sea.mjs), from its own memory, without a copy. */
const read = isSea()
  ? (name: string): Buffer => Buffer.from(getRawAsset(name) as ArrayBuffer)
  : (name: string): Buffer => readFileSync(join(import.meta.dirname, name))

/**
 * Loads `dist/<name>` once; what it requires of the bundle comes through here too.
 * @param scripts receives the compiled script, for the build that makes the caches
 */
export function load(name: string, scripts?: Map<string, Script>): Exports {
  const known = loaded.get(name)
  if (known !== undefined) return known
  const filename = join(import.meta.dirname, name)
  // The bundle is ASCII (build/build.mjs): one byte a character takes no decoding.
  const script = new Script(`(function(exports,require,module,__filename,__dirname){${read(name).toString('latin1')}\n})`, {
    filename,
    cachedData: cached(name),
  })
  scripts?.set(name, script)
  const module = { exports: {} as Exports }
  loaded.set(name, module.exports)
  const require = (id: string): unknown => (id.startsWith('./') ? load(id.slice(2), scripts) : nodeRequire(id))
  ;(script.runInThisContext() as Wrapper)(module.exports, require, module, filename, import.meta.dirname)
  loaded.set(name, module.exports)
  return module.exports
}

function cached(name: string): Buffer | undefined {
  try {
    return read(cacheName(name))
  } catch {
    // Another Node than the one that built: everything works, a little later.
    return undefined
  }
}
