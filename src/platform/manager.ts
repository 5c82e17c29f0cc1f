// What `apply` and its sisters need of a service manager, beside the files: questions out, what it has in, commands out. All of it pure.
import type { HostFacts } from '../resolve/host.ts'
import type { Service } from '../resolve/service.ts'
import type { Artifact, Command } from './platform.ts'

/** A file as it shall be on the machine. */
export interface TargetFile {
  readonly source: string
  readonly path: string
  readonly mode: number
  /** `user` or `user:group`; null for whoever applies. */
  readonly owner: string | null
  readonly sensitive: boolean
  /** Empty for a pinned file. */
  readonly text: string
  readonly pinned?: Pinned
}

/** A file that is not rendered but one of a few that may be run at all: fetched if need be, held against its hash, never shown. */
export interface Pinned {
  /** For people. */
  readonly name: string
  readonly sha256: string
  /** The hashes of all of them: another version that this tool has put there is no stranger's file. */
  readonly known: readonly string[]
  readonly line: 2 | 3
  /** A path that the profile names. */
  readonly given: string | null
}

/** A folder that must be there: made if it is missing, never changed. */
interface TargetFolder {
  readonly path: string
  readonly owner: string | null
  /** What it takes once it is made, before anything is put there. */
  readonly made?: readonly Command[]
}

/** The target state of the file system (chezmoi's word): what an install makes true. */
export interface Target {
  readonly files: readonly TargetFile[]
  readonly folders: readonly TargetFolder[]
  /** Files of earlier installs that must not be there. */
  readonly absent?: readonly string[]
  /** Files that what is installed makes beside its own, of no use without it: an uninstall takes them away. */
  readonly litter?: readonly string[]
  /** Folders of this tool alone, outermost first: they go with the service when nothing else is in them. */
  readonly ownFolders: readonly string[]
  /** Where the record of what was written, the lock and the way back lie. */
  readonly state: string
  /** For the folders that are made on the way. */
  readonly folderMode: number
}

/** Something to ask the machine; the answer changes nothing. */
export type Question =
  | { readonly id: string; readonly argv: readonly string[] }
  | { readonly id: string; readonly exists: string }
  /** The text of a file. */
  | { readonly id: string; readonly text: string }
  /** The names in a folder, a line each. */
  | { readonly id: string; readonly list: string }
  /** A key of the registry of Windows and what is below it, as `reg export` writes them. */
  | { readonly id: string; readonly registry: string }

export interface Answer {
  /** Of a command its exit code; of a path 0 if it is there, 1 if not. Null if the program could not be run at all. */
  readonly code: number | null
  readonly stdout: string
}
export type Answers = ReadonlyMap<string, Answer>

/** An earlier install that must not run beside this one. */
export interface ReplacedState {
  readonly name: string
  readonly live: boolean
  readonly enabled: boolean
}

/** What the manager has of one service. The platform's own additions extend it. */
export interface ManagerState {
  /** Why there is nobody to ask, and what to do about it; null if there is. */
  readonly missing: { readonly why: string; readonly hint: string } | null
  /** Whether the manager does not run yet, and will once the commands of `before` have run. */
  readonly asleep: boolean
  /** Whether the manager has heard of the service. */
  readonly loaded: boolean
  /** Runs, or will by itself in a moment. */
  readonly live: boolean
  /** Runs, and has finished starting. */
  readonly running: boolean
  readonly failed: boolean
  /** In the manager's own words, for people. */
  readonly words: string
  readonly pid: number | null
  /** Restarts by the manager itself since it was last started on purpose; null where it does not count them. */
  readonly restarts: number | null
  /** Since when the process runs, as the manager writes it; null if it does not run. */
  readonly since: string | null
  /** Starts by itself at boot or login. */
  readonly enabled: boolean
  /** Whether the manager works with files that are no longer those on disk. */
  readonly stale: boolean
  readonly replaced: readonly ReplacedState[]
}

/** One difference between the machine and the profile. Codes are stable, kebab-case. */
export interface Drift {
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** A command whose exit code says more than well or not. */
export interface Call extends Command {
  /** Codes that are as good as 0. */
  readonly ok?: readonly number[]
  /** Codes that pass: it is tried again, for so long. */
  readonly again?: { readonly codes: readonly number[]; readonly forMs: number }
  /** It only asks for something: afterwards a question is put until it ends with one of these codes. */
  readonly until?: { readonly argv: readonly string[]; readonly codes: readonly number[]; readonly withinMs: number }
  /** A file whose text goes to its standard input: a secret that no argv may show. */
  readonly input?: string
  /** What a code means, and what to do about it. */
  readonly meaning?: Readonly<Record<number, string>>
}

/** A command of a plan. */
export interface Action {
  readonly command: Call
  /** Whether the running process is another one afterwards. */
  readonly starts: boolean
  /** Set before it runs, so that whatever becomes of it is known, and taken back by `undo` if this run fails. */
  readonly mark: { readonly name: string; readonly undo: readonly Call[] } | null
  /** What to tell a user who may not do this, if the command fails. */
  readonly rights: { readonly message: string; readonly argv: readonly string[] } | null
}

/** What is about to change, as far as a manager needs to know. */
interface Change {
  /** Files that are created, updated or removed; not those that only get other rights. */
  readonly altered: boolean
  /** Whether an earlier run was killed half-way. */
  readonly unfinished: boolean
  /** The names of those files. */
  readonly sources: readonly string[]
  /** Whether what runs is affected by it. */
  readonly affected: boolean
  /** False for `--no-start`. */
  readonly start: boolean
}

/** Lines, the same as the platform's install script writes; those about earlier installs begin with `replaced-`. */
type Facts = ReadonlySet<string>

export interface Manager {
  /** What this manager is, for profiles that depend on its version; null where none does. */
  readonly versionQuestion: Question | null
  version(answer: Answer): HostFacts['versions']
  target(service: Service, artifacts: readonly Artifact[]): Target
  questions(service: Service): readonly Question[]
  read(service: Service, answers: Answers): ManagerState
  /** What keeps any change from being made, such as a masked unit. */
  obstacle(service: Service, state: ManagerState): { readonly why: string; readonly hint: string } | null
  /** Whether a change of one file affects what runs; null for a file that is not there. */
  affects(source: string, before: string | null, after: string | null): boolean
  /** Commands before the files are written, and after. Empty where nothing is to be done. */
  before(service: Service, state: ManagerState, change: Change): readonly Action[]
  after(service: Service, state: ManagerState, change: Change): readonly Action[]
  /** What is done once all is well and on record, as there is no way back from it: earlier installs that go for good. A failure is told, and left to the next run. */
  settle?(service: Service, state: ManagerState, change: Change): readonly Action[]
  /** What is true before the first change, for the way back; and whether it says that the service ran. */
  facts(service: Service, state: ManagerState): readonly string[]
  ran(facts: Facts): boolean
  /** Going back: commands while the new files are still there, and once the old ones are. */
  retreat(service: Service, state: ManagerState, facts: Facts): readonly Call[]
  restore(service: Service, state: ManagerState, facts: Facts, touched: boolean): readonly Call[]
  /** Taking it away: commands before the files go, and after. */
  remove(service: Service, state: ManagerState): readonly Call[]
  /** Links of the manager's own that it may have left behind where the file was gone before. */
  links(service: Service): readonly string[]
  removed(service: Service, state: ManagerState): readonly Call[]
  /** What would bring back the earlier installs that were replaced: for whoever uninstalls to run. */
  bringBack(service: Service, facts: Facts): readonly Call[]
  /** What took effect beyond the service itself, by its mark, and how it is taken back. */
  unmark(service: Service): ReadonlyMap<string, readonly Call[]>
  /** `start`, `stop` and `restart` by hand. */
  control(service: Service, state: ManagerState, verb: 'start' | 'stop' | 'restart'): readonly Call[]
  /** More to ask, and what it says of drift: only `verify` pays for that. */
  drift(service: Service, state: ManagerState, answers: Answers): readonly Drift[]
  driftQuestions(service: Service): readonly Question[]
  /** What shows the log. */
  logs(service: Service, options: { readonly lines: number; readonly follow: boolean; readonly json: boolean }): readonly LogSource[]
  /** What a user without rights can have instead of a service of the machine: the same as their own, or why not. Absent where a profile says whose it is. */
  lesser?(service: Service): { readonly service: Service } | { readonly why: string }
  /** What whoever applied may do afterwards without any rights. */
  readonly granted?: ReadonlySet<string>
}

/** A command that prints the log, or a file that is one. */
export type LogSource = readonly string[] | { readonly file: string }
