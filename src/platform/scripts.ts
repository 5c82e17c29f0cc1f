// What the install scripts of launchd and systemd share: the parts of their view that come straight from the Service.
import type { Service } from '../resolve/service.ts'
import type { Target } from './manager.ts'
import type { Artifact, At } from './platform.ts'

/** A file as the scripts place it. */
export interface PlacedFile {
  readonly source: string
  readonly target: string
  /** Octal digits for chmod(1). */
  readonly mode: string
  /** user or user:group for chown(8); null for whoever runs the script. */
  readonly owner: string | null
  readonly sensitive: boolean
}

const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

/** @param owner who must own a file; of a secret that the program itself reads, the account it runs as */
export function placed(artifacts: readonly Artifact[], owner: (artifact: Artifact) => string | null): readonly PlacedFile[] {
  return artifacts.flatMap((artifact) =>
    artifact.target === null
      ? []
      : [{ source: artifact.source, target: artifact.target, mode: octal(artifact.mode), owner: owner(artifact), sensitive: artifact.sensitive }],
  )
}

/** health -> what a script waits for, in whole seconds. */
function healthView({ health }: Service): object {
  return {
    stableSeconds: Math.ceil(health.stableForMs / 1000),
    // The scripts look once a second.
    timeoutSeconds: Math.max(Math.ceil(health.stableForMs / 1000) + 2, Math.ceil(health.timeoutMs / 1000)),
    tcp: health.tcp,
    http: health.http,
    command: health.command,
    file: health.file,
  }
}

/** The name people read, for messages. */
const titleOf = (service: Service): string => service.displayName ?? service.id

/** `export NAME='value'` lines, read by the launcher alone. Values are quoted as words of a shell, so none of them can be more than one. */
export const secretsOf = (service: Service): readonly { name: string; value: string }[] =>
  service.environment.flatMap((variable) => (variable.kind === 'secret' ? [{ name: variable.name, value: variable.value }] : []))
export const secretFilesOf = (service: Service): readonly { name: string; path: string }[] =>
  service.environment.flatMap((variable) => (variable.kind === 'file' ? [{ name: variable.name, path: variable.path }] : []))

/** The folder of a path, of either kind of system: a drive letter says which. */
export const folderOf = (path: string): string =>
  /^[A-Za-z]:/.test(path) ? path.slice(0, Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/'))) : path.slice(0, path.lastIndexOf('/')) || '/'

/** The folders that are this tool's: from `hermes-install` down, outermost first, of the files placed and of the scripts' own state. */
function ownFolders(targets: readonly string[], state: string): readonly string[] {
  const own = [...new Set([...targets, `${state}/x`].filter((target) => target.includes('/hermes-install/')).map(folderOf))]
  const above = (folder: string): string[] => (folder.endsWith('/hermes-install') ? [folder] : [...above(folderOf(folder)), folder])
  // The state folder itself is made and removed by the scripts.
  return [...new Set(own.flatMap(above))].filter((folder) => folder !== state)
}

/** What an install makes true of the file system, on both systems. */
export function targetOf(
  { scope }: Service,
  artifacts: readonly Artifact[],
  { state, folders, owner }: { readonly state: string; readonly folders: Target['folders']; readonly owner: (sensitive: boolean) => string | null },
): Target {
  const files = artifacts.flatMap(({ source, target, mode, sensitive, text }) =>
    target === null ? [] : [{ source, path: target, mode, owner: owner(sensitive), sensitive, text }],
  )
  const paths = files.map(({ path }) => path)
  return { files, folders, ownFolders: ownFolders(paths, state), state, folderMode: scope === 'user' ? 0o700 : 0o755 }
}

/** What the views of install.sh and uninstall.sh have in common on both systems. */
export function scriptView(service: Service, files: readonly PlacedFile[], state: string): object {
  return {
    id: service.id,
    label: service.label,
    title: titleOf(service),
    scope: service.scope,
    // A system service is installed by root, whoever that is.
    user: service.scope === 'user' ? service.host.user : '',
    stateDirectory: state,
    files,
    ownedDirectories: ownFolders(
      files.map(({ target }) => target),
      state,
    ),
    stopTimeoutSeconds: Math.ceil(service.stop.timeoutMs / 1000),
    health: healthView(service),
  }
}

/** The two scripts, which are run from the rendered folder and placed nowhere. */
export function scripts(install: () => string, uninstall: () => string, at: At): readonly Artifact[] {
  const script = (source: string, text: () => string): Artifact => ({ source, target: null, mode: 0o755, sensitive: false, text: at(['health'], text) })
  return [script('install.sh', install), script('uninstall.sh', uninstall)]
}
