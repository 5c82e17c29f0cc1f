// What came of `render` in, lines for a person and the entries of the document for a program out.
import { join } from 'node:path'
import { posixCommand } from '../escape/posix.ts'
import type { Limit } from '../platform/platform.ts'
import type { Manifest } from '../render/render.ts'
import { thisOs } from '../system/machine.ts'
import type { Explained } from './differences.ts'
import type { Gathered } from './gather.ts'
import type { Output } from './output.ts'

/** One folder that was rendered. */
export interface Done {
  readonly profile: string
  readonly manifest: Manifest
  readonly folder: string
  readonly written: readonly string[]
  readonly differences: readonly Explained[]
}

export const inexactOf = ({ limits }: Manifest): Limit[] => limits.filter(({ fidelity }) => fidelity !== 'exact')

export function documentOf({ profile, manifest, folder, written, differences }: Done): object {
  const { id, os, label, limits } = manifest
  // A weak secret could be guessed from its hash.
  const files = manifest.files.map((file) => (file.sensitive ? { ...file, sha256: null } : file))
  const differing = differences.map(({ name, how, diff }) => ({ name, how, ...(diff === undefined ? {} : { diff: diff === null ? null : diff.join('\n') }) }))
  return { id, os, label, profile, folder, changed: written.length > 0, written, differences: differing, files, limits }
}

function writtenWords({ files }: Manifest, written: readonly string[]): string {
  const removed = written.filter((name) => name !== 'manifest.json' && !files.some(({ source }) => source === name)).length
  return `${written.length - removed} of ${files.length + 1} files written${removed > 0 ? `, ${removed} no longer needed removed` : ''}`
}

const marks = { approximate: ['yellow', '~'], unsupported: ['red', '!'] } as const

/** What is not exact, why, and what is done instead. */
export function tellLimits(limits: readonly Limit[], out: Output): void {
  for (const { key, fidelity, reason, instead } of limits) {
    const [color, mark] = marks[fidelity as keyof typeof marks]
    out.line(`  ${out.style(color, mark)} ${key}: ${reason}`)
    out.line(`    ${out.style('dim', `-> ${instead}`)}`)
  }
}

export function tell({ manifest, folder, written, differences }: Done, limits: readonly Limit[], brief: boolean, out: Output): void {
  for (const { name, how } of differences) out.line(`${out.style('yellow', how.padEnd(8))} ${join(folder, name)}`)
  if (brief || differences.length > 0) return
  const state = written.length === 0 ? out.style('dim', 'unchanged') : out.style('green', writtenWords(manifest, written))
  out.line(`${out.style('bold', manifest.label)}  ${out.style('cyan', manifest.os)}  ${folder}  ${state}`)
  tellLimits(limits, out)
}

/** What the marks of {@link tellLimits} mean. */
export const legend = '~ approximate, ! unsupported: what the manager cannot do as the profile says, and what is done instead (also in manifest.json)'

export function tellNext(done: readonly Done[], { hosts }: Gathered, out: Output): void {
  out.line()
  if (done.some(({ manifest }) => inexactOf(manifest).length > 0)) out.line(out.style('dim', legend))
  for (const { manifest, folder } of done) {
    for (const { source } of manifest.files.filter(({ sensitive }) => sensitive))
      out.line(`${out.style('yellow', 'secret')}  ${join(folder, source)} holds secrets: keep it, and its manifest.json, out of version control`)
  }
  // Facts from a file are those of another machine.
  const own = done.filter(({ manifest: { os } }) => os === thisOs() && hosts.get(os)?.from === 'this machine')
  const commands = own.map(({ manifest: { os }, folder }) =>
    os === 'windows' ? `"${join(folder, 'install.cmd')}"` : posixCommand(['sh', join(folder, 'install.sh')]),
  )
  if (commands.length === 0) commands.push('copy a folder to its machine and run its install script')
  commands.forEach((command, i) => out.line(`${i === 0 ? 'Next:' : '     '} ${command}`))
}
