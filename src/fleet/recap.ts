// The events of a run in, what came of each host out.

/** One event about a host, as far as a recap needs it. */
export interface HostResult {
  readonly host: string
  readonly task: string
  readonly status: 'ok' | 'failed' | 'ignored' | 'unreachable'
  readonly changed: boolean
  readonly message?: string
  readonly report?: readonly string[]
}

/** `untouched`: the run stopped before its turn. */
export type HostState = 'unchanged' | 'changed' | 'failed' | 'unreachable' | 'untouched'

export interface HostRecap {
  readonly host: string
  readonly state: HostState
  /** The tasks that changed something, or, in a dry run, would. */
  readonly tasks: readonly string[]
  /** Why it failed, or was not reached. */
  readonly message: string | null
  /** What `doctor` found, `SERVICE LEVEL CHECK TEXT`. */
  readonly report: readonly string[]
}

/**
 * @param hosts all that were meant, in their order
 * @param failures how many tasks failed on a host for good: what was rescued does not count
 */
export function recap(hosts: readonly string[], results: readonly HostResult[], failures: ReadonlyMap<string, number>): readonly HostRecap[] {
  const byHost = new Map<string, HostResult[]>(hosts.map((host) => [host, []]))
  for (const result of results) byHost.get(result.host)?.push(result)
  return [...byHost].map(([host, own]) => {
    const tasks = [...new Set(own.filter(({ changed }) => changed).map(({ task }) => task))]
    const lost = own.findLast(({ status }) => status === 'unreachable')
    const failed = own.findLast(({ status }) => status === 'failed')
    const bad = lost ?? ((failures.get(host) ?? 0) > 0 ? failed : undefined)
    const state: HostState =
      lost !== undefined ? 'unreachable' : bad !== undefined ? 'failed' : own.length === 0 ? 'untouched' : tasks.length > 0 ? 'changed' : 'unchanged'
    return {
      host,
      state,
      tasks,
      message: bad === undefined ? null : (bad.message ?? ''),
      report: own.findLast(({ report }) => report !== undefined)?.report ?? [],
    }
  })
}
