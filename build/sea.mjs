// @ts-check
// `npm run sea [FILE]`, after a build: dist/ in, one executable with the Node that runs this in it out (default: out-sea/hermes-install), for machines without Node.
// Node's own way (nodejs.org/api/single-executable-applications.html): the bundle lies in it as assets, with the code caches of this very Node beside them, so that
// it starts no slower than the npm one (`npm run bench`).
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'postject'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const windows = process.platform === 'win32'
const target = resolve(process.argv[2] ?? join(root, 'out-sea', windows ? 'hermes-install.exe' : 'hermes-install'))

const assets = Object.fromEntries([
  ...readdirSync(dist)
    // Caches of another Node, and licences (which the program names in its own way), are for the folder.
    .filter((name) => name.endsWith('.cjs') || name.endsWith(`.${process.version}-${process.arch}.cache`))
    .map((name) => [name, join(dist, name)]),
  ['profiles/profile.schema.json', join(root, 'profiles/profile.schema.json')],
])
if (!assets[`program.cjs.${process.version}-${process.arch}.cache`]) throw new Error('dist/ was built by another Node: npm run build')

const work = mkdtempSync(join(tmpdir(), 'hermes-install-sea-'))
try {
  const [config, blob] = [join(work, 'sea.json'), join(work, 'sea.blob')]
  // From Node 25.5 on, Node writes the executable itself (--build-sea).
  const whole = major > 25 || (major === 25 && minor >= 5)
  mkdirSync(dirname(target), { recursive: true })
  const made = join(work, basename(target))
  writeFileSync(
    config,
    JSON.stringify({
      main: join(dist, 'main.cjs'),
      output: whole ? made : blob,
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
      useSnapshot: false,
      assets,
    }),
  )
  execFileSync(process.execPath, [whole ? '--build-sea' : '--experimental-sea-config', config], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (!whole) {
    copyFileSync(process.execPath, made)
    chmodSync(made, 0o755)
    // A signature of what it was before would be a wrong one: macOS starts no such program, Windows warns.
    if (process.platform === 'darwin') execFileSync('codesign', ['--remove-signature', made])
    await inject(made, 'NODE_SEA_BLOB', readFileSync(blob), {
      sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
      ...(process.platform === 'darwin' ? { machoSegmentName: 'NODE_SEA' } : {}),
    })
  }
  // macOS on arm64 runs nothing without a signature; this is one without a name ("ad hoc").
  if (process.platform === 'darwin') execFileSync('codesign', ['--sign', '-', made])
  if (existsSync(target)) rmSync(target)
  copyFileSync(made, target)
  chmodSync(target, 0o755)
} finally {
  rmSync(work, { recursive: true, force: true })
}
console.log(`${createHash('sha256').update(readFileSync(target)).digest('hex')}  ${target}`)
