// How this program was started in, what depends on it out: as a script that a Node runs, or as one executable with a Node in it (build/sea.mjs).
import { join } from 'node:path'
import { getAsset, isSea } from 'node:sea'
import { readText } from './files.ts'
import { shippedPath } from './machine.ts'

/** Whether it is one executable. */
export const isExecutable = (): boolean => isSea()

/** What starts this program again, before its arguments. (Node repeats the path of an executable as argv[1].) */
export const itself = (): readonly string[] => (isSea() ? [process.execPath] : [process.execPath, process.argv[1] ?? 'hermes-install'])

/** A text file of this package, such as `profiles/profile.schema.json`. */
export const shippedText = (name: string): string => (isSea() ? getAsset(name, 'utf8') : readText(shippedPath(name)))

/**
 * What a thread runs: a file of the bundle.
 * @param folder of the bundle
 * @returns the first argument of `new Worker`, and whether it is code
 */
export const threadOf = (name: string, folder: string): readonly [file: string, isCode: boolean] =>
  isSea() ? [`${getAsset('load.cjs', 'utf8')}\nmodule.exports.load(${JSON.stringify(name)})`, true] : [join(folder, name), false]
