// What a reader makes of a service that exists: a profile, and the remarks on what it could not carry. Plain data; the values are written as profiles write them.
import type { Os, Path } from '../profile/model.ts'

/** A comment of the profile: on a key, or, with an empty path, on the profile as a whole. */
export interface Remark {
  readonly path: Path
  readonly text: string
}

/** A file, and where it was found. `path` is what people and remarks call it. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** What a reader is given: the file, those that lie over it in their order, and a look at the files around it. */
export interface Given {
  readonly main: Source
  readonly dropIns: readonly Source[]
  /** The service's own name, where it is not that of the file: an instance of a template, or a link. */
  readonly name: string | null
  /** What was asked for; null leaves it to the file. */
  readonly scope: 'user' | 'system' | null
  /** A file beside the main one, or at a path that it names; null where it is not there or cannot be read. */
  readonly beside: (path: string) => string | null
}

export interface Imported {
  readonly os: Os
  readonly profile: Readonly<Record<string, unknown>>
  readonly remarks: readonly Remark[]
  /** The instance that the profile needs (`--instance`), null for none. */
  readonly instance: string | null
}
