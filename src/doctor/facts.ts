// What a check may know of a machine and of one service on it: plain data, gathered once by system/doctor/, each fact by its name.
import type { ManagerState } from '../platform/manager.ts'
import type { Os } from '../profile/model.ts'
import type { Service } from '../resolve/service.ts'
import type { Proxy } from './proxy.ts'
import type { RegistryKey } from './registry.ts'
import type { Stray } from './strays.ts'

/** A fact, or why it could not be found out and what would: a command to run with more rights, mostly. */
export type Known<T> = { readonly value: T } | { readonly unknown: string; readonly fix: string }
export const known = <T>(value: T): Known<T> => ({ value })
export const unknown = (why: string, fix = ''): Known<never> => ({ unknown: why, fix })

/** Facts of the machine, and of whoever asks. */
export interface MachineFacts {
  /** Who runs the doctor. `uid` is null on Windows; `elevated` is root, or an elevated process. */
  readonly user: { readonly os: Os; readonly name: string; readonly uid: number | null; readonly home: string; readonly elevated: boolean }
  /** What the manager is, with its version, and what it says of the machine and of this user. */
  readonly managers: { readonly name: string; readonly machine: ManagerState['missing']; readonly own: ManagerState['missing']; readonly asleep: boolean }
  /** Null where this is no Windows Subsystem for Linux; otherwise the name of the distribution. */
  readonly wsl: { readonly distribution: string } | null
  /** XDG_RUNTIME_DIR as it was handed down, and whose it is; null if nothing lies there. */
  readonly runtimeFolder: { readonly path: string; readonly owner: number | null } | null
  readonly lingering: boolean
  /** Ids of the services of this user that are to start without a login. */
  readonly wantLinger: readonly string[]
  /** Proxy variables that a manager hands to everything it starts. */
  readonly proxies: readonly Proxy[]
  /** Names of the proxy variables of this process's own environment. */
  readonly ownProxies: readonly string[]
  readonly journal: { readonly bytes: number; readonly limit: number | null; readonly persistent: boolean }
  /** File systems that services write to. Inodes are null where there is no such limit. */
  readonly disks: readonly { readonly folder: string; readonly free: number; readonly total: number; readonly freeInodes: number | null }[]
  /** Of macOS, such as 15. */
  readonly macosVersion: number
  /** Values below HKLM\...\Policies\System, and what the token of this process is. */
  readonly uac: { readonly on: boolean; readonly silent: boolean; readonly remoteFilter: boolean; readonly admin: boolean; readonly elevated: boolean }
  /** What starts at login: values of the Run keys, and files of the Startup folder. */
  readonly startup: readonly { readonly where: string; readonly name: string; readonly command: string }[]
}

/** What is started, by the profile or, without one, by the manager's own word. */
export interface Started {
  readonly argv: readonly string[]
  /** Values that are not secret. */
  readonly environment: Readonly<Record<string, string>>
  readonly workingDirectory: string | null
  /** Whether a profile says so, or only what is installed. */
  readonly byProfile: boolean
}

/** One path, as the account of the service meets it. */
export interface PathFact {
  readonly path: string
  /** `hidden`: this user may not look there. */
  readonly kind: 'missing' | 'file' | 'folder' | 'other' | 'hidden'
  /** Permission bits; 0 on Windows, where they mean nothing. */
  readonly mode: number
  readonly owner: number
  /** What it occupies on the disk. */
  readonly bytes: number
  /** Where the last part of the path is a link: what it leads to, step by step, until a folder is reached that its own tool keeps. */
  readonly links: readonly string[]
  /** The first folder on the way, or the path itself, that the account may not pass (or run); null if none. */
  readonly barrier: string | null
  /** The mount point that lets nothing be executed; null if none. */
  readonly noexec: string | null
  readonly loose: Loose | null
  /** The SELinux type; null where there are no labels. */
  readonly label: string | null
  /** The interpreter that the first line names (execve(2)); null if it names none. */
  readonly interpreter: readonly string[] | null
}

/** What others than root and the account itself may change: a path, or a folder on its way. */
export interface Loose {
  readonly path: string
  readonly by: 'owner' | 'group' | 'everyone'
  /** The name of its owner. */
  readonly owner: string
  readonly ownerUid: number
}

/** Facts of one service. */
export interface ServiceFacts {
  readonly service: Service
  /** The service as a profile says it; unknown where only its name is. */
  readonly profile: Service
  readonly started: Started
  /** Who it is to run as, and whether this machine knows that account. */
  readonly accountName: { readonly name: string; readonly exists: boolean }
  /** Who it runs as; unknown where there is no such account. */
  readonly account: { readonly name: string; readonly uid: number }
  /** The program, and what else of the command is a file. */
  readonly program: PathFact
  readonly command: readonly PathFact[]
  readonly workingFolder: PathFact | null
  readonly environmentFiles: readonly PathFact[]
  readonly secretFiles: readonly PathFact[]
  /** Files that the manager reads: unit or property list, launcher. */
  readonly definition: readonly PathFact[]
  /** A program of the same name that stays where it is; null if there is none. */
  readonly stable: string | null
  /** PATH as the program gets it, and whether the profile sets it. */
  readonly path: { readonly folders: readonly string[]; readonly own: boolean }
  /** Where the interpreter of the program's first line was found on that PATH; null if nowhere, empty if it names none. */
  readonly interpreterAt: string | null
  readonly state: ManagerState
  /** The same label in the manager of the other scope; null if there is nobody to ask. */
  readonly otherScope: ManagerState | null
  /** Whether records of this tool say that it is installed in both scopes. */
  readonly twice: boolean
  readonly strays: readonly Stray[]
  /** Exit codes of its last ends, the newest first, and how often it ended within the last hour; null where nobody counts. */
  readonly exits: { readonly codes: readonly number[]; readonly lastHour: number | null }
  /** Whether the file that it runs has been replaced since it started. */
  readonly replacedProgram: boolean
  readonly selinux: 'off' | 'permissive' | 'enforcing'
  /** Log files of the profile with what rotation left beside them. */
  readonly logFiles: readonly { readonly path: string; readonly bytes: number; readonly files: number }[]
  /** Proxies of its own environment. */
  readonly serviceProxies: readonly Proxy[]
  /** What Login Items have of it; null if nothing. */
  readonly loginItem: { readonly allowed: boolean } | null
  /** HKLM\SYSTEM\CurrentControlSet\Services\<label>; null if there is no such service. */
  readonly registry: RegistryKey | null
  /** The Startup entry of the fallback: whether there is one, and whether somebody switched it off. */
  readonly fallback: { readonly installed: boolean; readonly disabled: boolean }
  /** DACLs in SDDL of what the Service Control Manager runs, and the SID of whom it runs as; null for an account of the system. */
  readonly acls: { readonly entries: readonly { readonly path: string; readonly sddl: string }[]; readonly sid: string | null }
}

export type Facts = MachineFacts & ServiceFacts
export type FactName = keyof Facts
export type Gathered = { readonly [Name in FactName]?: Known<Facts[Name]> }
