// What was found on the machine about one service: plain data, the other half of a plan.
import type { ManagerState } from '../platform/manager.ts'

/** What lies at a path. */
export type Found =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'file'
      readonly sha256: string
      /** Null if it may not be read, or is no UTF-8. */
      readonly text: string | null
      /** Null where an OS has no modes. */
      readonly mode: number | null
      readonly uid: number
      readonly gid: number
    }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'folder' }
  /** A device, a socket. */
  | { readonly kind: 'other' }
  /** This user may not look. */
  | { readonly kind: 'hidden' }

/** What was written by the last `apply` or install script: the manifest of then. */
export interface Record {
  readonly id: string
  readonly label: string
  readonly files: readonly { readonly target: string; readonly sha256: string; readonly mode: string; readonly sensitive: boolean }[]
}

export interface Unfinished {
  readonly facts: ReadonlySet<string>
  readonly intended: Record | null
  /** Whether it got as far as changing a file, starting or stopping: then what runs may be anything. */
  readonly dirty: boolean
}

export interface Observed {
  /** The service that it is about. */
  readonly id: string
  /** Each file that shall be, or was, of this service. */
  readonly files: ReadonlyMap<string, Found>
  /** Folders that shall be there and are not. */
  readonly missingFolders: readonly string[]
  /** Null if this service was never installed, or the record may not be read. */
  readonly record: Record | null
  /** Of paths that must not be written: why. */
  readonly unsafe: ReadonlyMap<string, string>
  /** Which other service of this tool has a file that this one wants. */
  readonly owners: ReadonlyMap<string, string>
  /** What a run that was killed half-way was about; null if there was none. */
  readonly unfinished: Unfinished | null
  /** Whether what is installed has not been started yet: what runs is what was there before. */
  readonly pending: boolean
  /** Why an account that the service names cannot be had; null if all can. */
  readonly noAccount: { readonly why: string; readonly hint: string } | null
  /** The accounts that the target names, and (under the empty name) whoever runs this. */
  readonly accounts: ReadonlyMap<string, Owner>
  readonly manager: ManagerState
}

/** An account as the file system knows it; without a group, any will do. */
export interface Owner {
  readonly uid: number
  readonly gid: number | null
}
