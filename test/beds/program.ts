// A box in; the built program in it, with the Node of this machine, out.
import { copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from './process.ts'
import type { Box, ExecOptions } from './systemd.ts'

const root = join(import.meta.dirname, '../..')

export type Hermes = (args: readonly string[], options?: ExecOptions) => Promise<Result>

/** Installs dist/ and the profiles where npm would, readable for every user. */
export function installProgram(box: Box): Hermes {
  const to = join(box.root, 'opt/hermes-install')
  mkdirSync(to, { recursive: true })
  for (const part of ['dist', 'profiles', 'package.json']) cpSync(join(root, part), join(to, part), { recursive: true })
  const node = '/usr/local/bin/hermes-node'
  copyFileSync(process.execPath, join(box.root, node))
  if (!existsSync(join(root, 'dist/main.cjs'))) throw new Error('there is no built program: npm run build')
  return (args, options) => box.exec([node, '/opt/hermes-install/dist/main.cjs', ...args], { timeoutMs: 120_000, ...options })
}
