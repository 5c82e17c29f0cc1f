// @ts-check
// `npm run demo`: the main job on the shipped profile. Renders it for all three OSes into out/, and shows what `apply` would do on this machine; changes nothing else.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/main.cjs')
/** @param {string[]} args */
const hermes = (...args) => spawnSync(process.execPath, [main, ...args], { stdio: 'inherit' }).status

const rendered = hermes('render', '--os', 'all', '--out', 'out')
if (rendered !== 0) process.exit(rendered ?? 1)
console.log('\nThe plan for this machine (`hermes-install plan`):\n')
const planned = hermes('plan')
if (planned !== 0) {
  // Without a service manager there is a plan all the same, and why it could not be applied; that is not the demo's failure.
  const { stdout } = spawnSync(process.execPath, [main, 'plan', '--json'], { encoding: 'utf8' })
  if (JSON.parse(stdout).error?.code === 'NO_MANAGER')
    console.log('\nHere is nothing to apply it to; on a machine with a service manager, `hermes-install apply` does what the plan says.')
  process.exit(JSON.parse(stdout).error?.code === 'NO_MANAGER' ? 0 : (planned ?? 1))
}
