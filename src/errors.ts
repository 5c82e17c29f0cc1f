// The errors a user can cause, and the one list of exit codes.

/** What the process returns (design contract, "Commands"). Stable: scripts rely on it. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  differs: 3,
  rights: 4,
  notExact: 5,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Stable names for `error.code` in `--json`, each with the exit code it means. */
export const errorCodes = {
  USAGE: exitCodes.usage,
  PROFILE_INVALID: exitCodes.usage,
  PROFILE_NOT_FOUND: exitCodes.usage,
  HOST_INVALID: exitCodes.usage,
  VALUES_INVALID: exitCodes.usage,
  FILE_EXISTS: exitCodes.failed,
  WRITE_FAILED: exitCodes.failed,
  /** There is nobody to act on: no systemd, no user manager. */
  NO_MANAGER: exitCodes.failed,
  /** Something that this tool must not overrule stands in the way. */
  OBSTACLE: exitCodes.failed,
  /** Files that others changed would be overwritten. */
  CHANGED_BY_OTHERS: exitCodes.failed,
  /** The machine or the profile is not what a saved plan was made for. */
  PLAN_STALE: exitCodes.failed,
  BUSY: exitCodes.failed,
  DECLINED: exitCodes.failed,
  NOT_INSTALLED: exitCodes.failed,
  APPLY_FAILED: exitCodes.failed,
  ROLLBACK_FAILED: exitCodes.failed,
  /** The network, or whoever answers there, did not send what was asked for. */
  DOWNLOAD_FAILED: exitCodes.failed,
  /** A file is not the one that is pinned by its sha256. */
  WRONG_HASH: exitCodes.failed,
  /** No WinSW where it was said to be, or none at all and no network to fetch it from. */
  WINSW_NOT_FOUND: exitCodes.failed,
  /** As root, a place that somebody else controls. */
  UNSAFE_PATH: exitCodes.failed,
  /** A service that no profile can declare, or a file that declares none. */
  NOT_IMPORTED: exitCodes.failed,
  NO_RIGHTS: exitCodes.rights,
  NOT_EXACT: exitCodes.notExact,
} as const

export type ErrorCode = keyof typeof errorCodes

/** One thing that is wrong, where it is, and what to do about it. Line and column count from 1. */
export interface Issue {
  readonly file: string
  readonly line: number | null
  readonly column: number | null
  /** Dotted path in the profile, `restart.delays[2]`; empty for the document as a whole. */
  readonly key: string
  readonly message: string
  readonly hint: string | null
}

/** Something the user can mend. The command line prints message, issues and hint; never a stack trace. */
export class UserError extends Error {
  readonly code: ErrorCode
  readonly hint: string | null
  readonly issues: readonly Issue[]
  /** What else a program is told: fields of the `--json` document. */
  readonly document: object

  constructor(code: ErrorCode, message: string, more: { hint?: string; issues?: readonly Issue[]; document?: object; cause?: unknown } = {}) {
    super(message, { cause: more.cause })
    this.name = 'UserError'
    this.code = code
    this.hint = more.hint ?? null
    this.issues = more.issues ?? []
    this.document = more.document ?? {}
  }
}
