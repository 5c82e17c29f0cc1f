// What `render --check` found in, how each file differs out: a diff for a person, an annotation for a pull request, a text for a program. Secrets are in none.
import { randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { posixCommand } from '../escape/posix.ts'
import { unifiedDiff } from '../plan/diff.ts'
import type { Manifest, RenderedFile } from '../render/render.ts'
import type { Difference } from '../system/tree.ts'
import { annotation, inActions, quoted } from './annotations.ts'
import type { Output } from './output.ts'
import { diffLine } from './show.ts'
import type { Done } from './tell.ts'

/** A difference, and what is shown of it: `diff` is what rendering would do to a file that has changed; null where that is secret, or no text. */
export interface Explained extends Difference {
  readonly diff?: readonly string[] | null
  /** Why there is no diff. */
  readonly note?: string
  /** The first line of the file on disk that differs. */
  readonly line?: number
}

/** What has been written by a hand may be anything. */
const maxBytes = 256 * 1024

/** @param folder with the files on disk */
export function explain(folder: string, files: readonly RenderedFile[], manifest: Manifest, differences: readonly Difference[]): Explained[] {
  const secret = new Set([...sensitiveIn(manifest), ...sensitiveIn(manifestOf(folder))])
  // Of a weak secret, the hash is as good as the secret.
  if (secret.size > 0) secret.add('manifest.json')
  return differences.map((difference) => {
    const { name, how } = difference
    if (how !== 'changed') return difference
    if (secret.has(name))
      return {
        ...difference,
        diff: null,
        note: name === 'manifest.json' ? 'it has the hash of a secret, which is not shown' : 'it holds secrets, which are not shown',
      }
    const before = textOf(join(folder, name))
    if (before === null) return { ...difference, diff: null, note: 'it is no text file of ours' }
    const after = files.find((file) => file.name === name)!.text
    const diff = unifiedDiff(before, after)
    const note =
      before.replaceAll('\r\n', '\n') === after.replaceAll('\r\n', '\n')
        ? 'only the line ends differ: "-text" in .gitattributes keeps Git from changing them'
        : null
    return { ...difference, diff: note === null ? diff : null, ...(note === null ? {} : { note }), line: firstChange(diff) }
  })
}

const sensitiveIn = (manifest: Pick<Manifest, 'files'> | null): string[] =>
  (manifest?.files ?? []).filter(({ sensitive }) => sensitive).map(({ source }) => source)

/** What an earlier render wrote; a broken one says nothing. */
function manifestOf(folder: string): Pick<Manifest, 'files'> | null {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Pick<Manifest, 'files'>
    return Array.isArray(manifest.files) ? manifest : null
  } catch {
    return null
  }
}

function textOf(path: string): string | null {
  const stat = statSync(path)
  return stat.isFile() && stat.size <= maxBytes ? readFileSync(path, 'utf8') : null
}

/** Counted from 1, in the file as it is. */
function firstChange(diff: readonly string[]): number {
  const start = Number(/^@@ -(\d+)/.exec(diff[0] ?? '')?.[1] ?? 1)
  const same = diff.slice(1).findIndex((line) => !line.startsWith(' '))
  return Math.max(1, start + Math.max(0, same))
}

/** As many files as a person reads the diffs of; the others are named. */
const most = 50

/** Shows how the files differ on stderr, and, in GitHub Actions, beside the code. */
export function tellDifferences(all: readonly Done[], verbose: boolean, out: Output): void {
  const lines: string[] = []
  let shown = 0
  for (const { folder, differences } of all) {
    for (const { name, diff, note } of differences) {
      if (diff === undefined) continue
      if (shown++ >= most && !verbose) continue
      lines.push(out.style('bold', `--- ${join(folder, name)}`), out.style('bold', `+++ ${join(folder, name)} (rendered)`))
      if (note !== undefined) lines.push(out.style('dim', `    ${note}`))
      lines.push(...(diff ?? []).map((line) => diffLine(line, out)))
    }
  }
  if (shown > most && !verbose) lines.push(out.style('dim', `... and ${shown - most} more files (--verbose shows them)`))
  const actions = inActions(process.env)
  for (const line of actions && lines.length > 0 ? quoted(lines, randomUUID()) : lines) out.note(line)
  if (!actions) return
  const again = posixCommand(['hermes-install', ...process.argv.slice(2).filter((word) => word !== '--check')])
  for (const { profile, folder, differences } of all)
    for (const { name, how, line } of differences) {
      const path = join(folder, name)
      // What is not there can hold no mark: its profile does.
      const place = how === 'missing' ? { file: profile, line: 1, column: null } : { file: path, line: line ?? 1, column: null }
      out.note(annotation(place, `${path}: ${words[how]}. To mend it, run this and commit what it writes: ${again}`, process.env))
    }
}

const words: Readonly<Record<Difference['how'], string>> = {
  changed: 'not what its profile renders to',
  missing: 'it is rendered, and not there',
  extra: 'nothing renders it',
  mode: 'it has another mode than it is rendered with',
  unreadable: 'this user may not read it',
}
