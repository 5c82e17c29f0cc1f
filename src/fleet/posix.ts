// What Linux and macOS have in common for a fleet: the files to place, and the script of phases as one more file.
import type { PlacedFile } from '../platform/scripts.ts'
import type { RenderedFile, RenderedService } from '../render/render.ts'
import type { EngineFile } from './engine.ts'

/** @param owner who owns a file where nothing is said: whoever becomes who installs */
export const engineFiles = (files: readonly PlacedFile[]): readonly EngineFile[] =>
  files.map(({ source, target, mode, owner, sensitive }) => {
    const [user = '', group = ''] = (owner ?? '').split(':')
    return { source, target, mode, owner: user, group, sensitive }
  })

export const isSensitive = ({ manifest }: RenderedService): boolean => manifest.files.some(({ sensitive }) => sensitive)

/** The placed files with their hashes, as the manifest has them. */
export const hashed = (files: readonly PlacedFile[], { manifest }: RenderedService): readonly (PlacedFile & { readonly sha256: string })[] =>
  files.map((file) => ({ ...file, sha256: manifest.files.find(({ source }) => source === file.source)!.sha256 }))

export const manifestText = ({ files }: RenderedService): string => files.at(-1)!.text.trimEnd()

/** @param sensitive whether it holds hashes of secrets: a weak secret could be guessed from its hash */
export const phasesFile = (text: string, sensitive: boolean): RenderedFile => ({
  name: 'phases.sh',
  mode: sensitive ? 0o600 : 0o644,
  text,
  bytes: Buffer.from(text),
})
