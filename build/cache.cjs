// @ts-check
// The bundle in, a code cache beside each of its files out: the program runs once, and V8 keeps what it compiled (src/load.ts).
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const dist = path.join(__dirname, '../dist')
const { cacheName, load } = require(path.join(dist, 'load.cjs'))
const out = mkdtempSync(path.join(os.tmpdir(), 'hermes-install-build-'))
/** @type {Map<string, import('node:vm').Script>} */
const scripts = new Map()
process.stderr.write = () => true // notes of the runs; errors throw
process.stdout.write = () => true
void (async () => {
  const { run } = load('program.cjs', scripts)
  for (const args of [[], [path.join(__dirname, '../profiles/examples/node-server.yaml')]]) {
    if ((await run(['render', ...args, '--os', 'all', '--out', out])) !== 0) throw new Error(`render ${args.join(' ')} failed`)
  }
  // What happens where there is no service manager is compiled all the same.
  for (const command of ['plan', 'apply --dry-run', 'status']) await run(command.split(' '))
  // Completion is a program of its own.
  const { complete } = load('complete.cjs', scripts)
  await complete(load('words.cjs', scripts).definition(), ['bash', 'render', '='])
  for (const [name, script] of scripts) writeFileSync(path.join(dist, cacheName(name)), script.createCachedData())
})().finally(() => rmSync(out, { recursive: true, force: true }))
