// Rendered folders and the disk: compared, or staged beside their places and put there when all of them are well, so that a run writes everything or nothing.
import {
  accessSync,
  constants,
  cpSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import type { RenderedFile } from '../render/render.ts'
import { codeOf, readError, writeError } from './files.ts'

/** How one file of a tree differs from what is on disk. */
export interface Difference {
  readonly name: string
  readonly how: 'missing' | 'changed' | 'extra' | 'mode' | 'unreadable'
}

/** Compares a rendered folder with the disk; writes nothing. A name that is not rendered is `extra`. */
export function compareTree(folder: string, files: readonly RenderedFile[]): Difference[] {
  try {
    const place = statSync(folder, { throwIfNoEntry: false })
    if (!place?.isDirectory()) return files.map(({ name }) => ({ name, how: 'missing' }))
    const there = new Set(readdirSync(folder).sort())
    const differences: Difference[] = []
    for (const file of files) {
      const how = there.delete(file.name) ? compareFile(join(folder, file.name), file, place) : 'missing'
      if (how !== null) differences.push({ name: file.name, how })
    }
    return [...differences, ...[...there].map((name) => ({ name, how: 'extra' as const }))]
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw readError(folder, error, 'WRITE_FAILED')
    const path = closed(folder)
    throw readError(path, Object.assign(error as Error, { path }), 'NO_RIGHTS')
  }
}

/** The folder that keeps others out: this one, or one above it. */
function closed(folder: string): string {
  try {
    if (dirname(folder) !== folder) accessSync(dirname(folder), constants.X_OK)
    return folder
  } catch {
    return closed(dirname(folder))
  }
}

/** A folder whose files have paths, as an export has them: compared, below `out`. */
export function compareFolder(out: string, files: readonly { readonly path: string; readonly text: string }[]): Difference[] {
  const stat = statSync(out, { throwIfNoEntry: false })
  return files.flatMap(({ path, text }) => {
    const how = stat === undefined ? 'missing' : compareFile(join(out, path), { bytes: Buffer.from(text), mode: 0o644 }, stat)
    return how === null ? [] : [{ name: path, how }]
  })
}

/** Prepares those of the files that differ. @returns their paths */
export function stageFolder(stage: Stage, files: readonly { readonly path: string; readonly text: string }[]): string[] {
  const changed = new Set(compareFolder(stage.out, files).map(({ name }) => name))
  if (changed.size === 0) return []
  try {
    makeFolder(stage.folder, stage.made)
    for (const { path, text } of files) {
      if (!changed.has(path)) continue
      mkdirSync(dirname(join(stage.folder, path)), { recursive: true })
      writeFileSync(join(stage.folder, path), text, { mode: 0o644 })
    }
  } catch (error) {
    throw writeError(stage.out, error)
  }
  return [...changed]
}

function compareFile(path: string, { bytes, mode }: Pick<RenderedFile, 'bytes' | 'mode'>, folder: Stats): Difference['how'] | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return 'missing'
    if (!stat.isFile() || stat.size !== bytes.length || !readFileSync(path).equals(bytes)) return 'changed'
    return modeFits(stat.mode & 0o777, mode, folder.mode & 0o777) ? null : 'mode'
  } catch (error) {
    if (codeOf(error) === 'EACCES') return 'unreadable'
    throw error
  }
}

/** A tree that was checked out has the modes that the umask of that moment left, and its folders show which: those are as good as ours, but not for a secret. */
function modeFits(found: number, meant: number, folder: number): boolean {
  if (process.platform === 'win32' || found === meant) return true
  return (meant & 0o077) !== 0 && found === ((meant & 0o100 ? 0o777 : 0o666) & folder)
}

/** What a run is going to write. Plain data: it may come from another thread. */
export interface Stage {
  /** The last id of which nothing was there: its next OS needs no look. */
  fresh: string | null
  /** The folder that the tree of `folder` will be laid over. */
  readonly out: string
  readonly folder: string
  /** Folders that were made to hold it. */
  readonly made: string[]
  /** Files of a former run that go. */
  readonly obsolete: string[]
}

/** @param number tells the stages of one run apart */
export const newStage = (out: string, number: number): Stage => ({
  fresh: null,
  out,
  folder: join(out, `.hermes-install-${process.pid}-${number}.tmp`),
  made: [],
  obsolete: [],
})

/**
 * Prepares that `<out>/<id>/<os>` holds exactly these files of ours: what a former manifest lists and is no longer rendered goes, files of others stay.
 * Whatever would fail later fails here, as far as it can be known.
 * @returns the names that will be written or removed; empty if nothing has to change
 */
export function stageTree(stage: Stage, id: string, os: string, files: readonly RenderedFile[]): string[] {
  const folder = join(stage.out, id, os)
  try {
    const sameId = stage.fresh === id
    const hasId = !sameId && isFolder(join(stage.out, id))
    const differences = hasId && isFolder(folder) ? compareTree(folder, files) : null
    const gone = differences === null ? [] : extras(folder, differences)
    const changed = differences === null ? files : files.filter(({ name }) => differences.some((difference) => difference.name === name))
    if (changed.length + gone.length === 0) return []
    if (hasId) accessSync(differences === null ? join(stage.out, id) : folder, constants.W_OK | constants.X_OK)
    if (differences !== null)
      for (const { name } of changed) if (statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory()) throw inTheWay(join(folder, name), 'folder')
    stage.obsolete.push(...gone.map((name) => join(folder, name)))
    if (changed.length > 0) {
      if (stage.made.length === 0) {
        // What a killed run with the same process id left. (rmSync is loaded when it is called first, which takes longer than a look.)
        if (statSync(stage.folder, { throwIfNoEntry: false })) rmSync(stage.folder, { recursive: true, force: true })
        makeFolder(stage.folder, stage.made)
      }
      const place = join(stage.folder, id, os)
      if (sameId) mkdirSync(place)
      else mkdirSync(place, { recursive: true })
      if (!hasId) stage.fresh = id
      for (const { name, mode, bytes } of changed) writeFileSync(`${place}/${name}`, bytes, { mode })
    }
    return [...changed.map(({ name }) => name), ...gone]
  } catch (error) {
    throw error instanceof UserError ? error : writeError(folder, error)
  }
}

function isFolder(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false }) ?? lstatSync(path, { throwIfNoEntry: false })
  if (stat !== undefined && !stat.isDirectory()) throw inTheWay(path, 'file')
  return stat !== undefined
}

const inTheWay = (path: string, what: 'file' | 'folder'): UserError => new UserError('WRITE_FAILED', `cannot write ${path}: a ${what} is in the way`)

/** What the manifest in the folder lists and is no longer rendered. A broken manifest lists nothing. */
function extras(folder: string, differences: readonly Difference[]): string[] {
  const names = differences.filter(({ how }) => how === 'extra').map(({ name }) => name)
  if (names.length === 0) return []
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: { source: string }[] }
    return names.filter((name) => manifest.files.some(({ source }) => source === name))
  } catch {
    return []
  }
}

/** Makes a folder and those above it, which are added to `made`. Node's own `recursive` never ends where a file system says ENOENT for a folder that cannot be made (/proc). */
export function makeFolder(folder: string, made: string[]): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolder(parent, made)
  try {
    mkdirSync(folder)
    made.push(folder)
  } catch (error) {
    // Another thread may have been quicker.
    if (codeOf(error) !== 'EEXIST' || !statSync(folder).isDirectory()) throw error
  }
}

/**
 * Puts everything in its place, each file by one rename; a folder that is new appears whole.
 * @throws UserError with `changed`: whether anything was written nevertheless
 */
export function commit(stages: readonly Stage[]): void {
  let moved = 0
  const layOver = (from: string, to: string, depth: number): void => {
    if (depth === 0 || statSync(to, { throwIfNoEntry: false }) === undefined || !statSync(from).isDirectory()) {
      moveTo(from, to)
      moved++
    } else for (const name of manifestLast(readdirSync(from))) layOver(join(from, name), join(to, name), depth - 1)
  }
  try {
    // Before the manifest that still lists them is replaced: a run that was killed is mended by the next.
    for (const path of stages.flatMap(({ obsolete }) => obsolete)) {
      rmSync(path, { force: true })
      moved++
    }
    // out, id, os, file; an export lies deeper
    for (const { folder, out, made } of stages) if (made.length > 0) layOver(folder, out, 8)
    for (const { folder, made } of stages) if (made.length > 0) removeStage(folder)
  } catch (error) {
    discard(stages)
    const { code, message, hint } = writeError((error as { dest?: string }).dest ?? stages[0]!.out, error)
    throw new UserError(code, message, { ...(hint === null ? {} : { hint }), document: { changed: moved > 0 }, cause: error })
  }
}

/** It is empty where all that was written is new. */
function removeStage(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    rmSync(folder, { recursive: true, force: true })
  }
}

const manifestLast = (names: readonly string[]): string[] => [
  ...names.filter((name) => name !== 'manifest.json'),
  ...names.filter((name) => name === 'manifest.json'),
]

function moveTo(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error
    // A folder of the tree may be a link to another disk.
    const beside = `${to}.${process.pid}.tmp`
    try {
      cpSync(from, beside, { recursive: true })
      renameSync(beside, to)
    } finally {
      rmSync(beside, { recursive: true, force: true })
    }
  }
}

/** Leaves everything as it was before the run. */
export function discard(stages: readonly Stage[]): void {
  // Longer paths are deeper: a folder is empty when its turn comes, or somebody has put something into it.
  const folders = stages.flatMap(({ made }) => made).sort((a, b) => b.length - a.length)
  for (const folder of folders) {
    try {
      if (stages.some((stage) => stage.folder === folder)) rmSync(folder, { recursive: true, force: true })
      else rmdirSync(folder)
    } catch {
      // The error that led here says more.
    }
  }
}
