// The one seam to the machine: everything that `apply` reads or does goes through this, so that a test can stop it anywhere.
import type { Answer, Pinned } from '../platform/manager.ts'
import type { Found, Owner } from '../plan/observed.ts'
import type { Service } from '../resolve/service.ts'

export interface Ran extends Answer {
  readonly stderr: string
}

export interface RunOptions {
  /** What goes to its standard input; nothing else does. */
  readonly input?: string
  readonly timeoutMs?: number
  /** Asked again and again: whether to end it before it is done. */
  readonly stop?: () => boolean
}

export interface System {
  readonly pid: number
  /** What lies at a path; a link is not followed. */
  look(path: string): Found
  /** The last lines of a log; empty if there is none. */
  tail(path: string, lines: number): string
  /** The names in a folder, sorted; none if it is not there. */
  list(folder: string): readonly string[]
  /** The text of a file of our own; null if there is none. */
  read(path: string): string | null
  /**
   * Puts a file in place: a temporary one beside it with its final mode and owner, fsync(2), rename(2), fsync of the folder. Whoever looks sees the old or the new.
   * @throws UserError; nothing half-written stays
   */
  write(path: string, data: string | Uint8Array, mode: number, owner: Owner | null): void
  /** Gives a file its mode and owner, and leaves it untouched otherwise: its time, too, by which a manager sees changes. */
  setRights(path: string, mode: number, owner: Owner | null): void
  /** Copies a file with mode and owner, as {@link write} does. */
  copy(from: string, to: string): void
  /** Removes a file, and what a killed {@link write} left beside it. Nothing there is no error. */
  remove(path: string): void
  /** Removes only what a killed {@link write} left. */
  sweep(path: string): void
  /** The missing parts of a path, outermost first. */
  missing(folder: string): readonly string[]
  /** Makes one folder, whose parent is there. */
  makeFolder(path: string, mode: number, owner: Owner | null): void
  /** Removes a folder if nothing is in it. */
  removeFolder(path: string): void
  /** rename(2), for files and folders; a file that is there is replaced. */
  move(from: string, to: string): void
  /** Removes a folder of our own with all that is in it. */
  removeTree(path: string): void
  /** Makes a symbolic link; false if the name is taken. */
  link(path: string, to: string): boolean
  /** Tells a process from a later one with the same number; null if it is dead. */
  startedAt(pid: number): string | null
  account(name: string | null): Owner
  /** Why this user must not write at a path, as somebody else could make it lead elsewhere; null if it is safe. Only root has to mind. */
  distrust(path: string): string | null
  /** Runs a program by its argv; never a shell. Its output is kept, not shown. */
  run(argv: readonly string[], options?: RunOptions): Promise<Ran>
  /** A key of the registry of Windows as `reg export` writes it; code 1 where there is none. */
  registry(key: string): Promise<Answer>
  /**
   * What has the pinned hash: in the cache, or fetched.
   * @returns its bytes
   * @throws UserError if there is none to be had
   */
  obtain(pinned: Pinned): Promise<Uint8Array>
  /** Asks whether the checks of a profile hold. @returns what is still waited for; null if all hold */
  probe(health: Service['health'], stop?: () => boolean): Promise<string | null>
  /** Whether this user may change services of the machine. */
  admin(): Promise<boolean>
  /**
   * Runs a command of this program with admin rights, after one question by the system; absent where it has no such question.
   * @returns its exit code; null if rights were not given
   */
  elevate?(
    own: readonly string[],
    job: { readonly argv: readonly string[]; readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  ): Promise<number | null>
  /** Milliseconds that only grow. */
  now(): number
  sleep(ms: number): Promise<void>
}
