// What runs on this machine: the processes that this user may look at, with their argv.
import { readFileSync, readdirSync, statSync } from 'node:fs'

export interface Process {
  readonly pid: number
  readonly uid: number
  readonly argv: readonly string[]
  /** Its control group (cgroups(7)), which names the unit that it belongs to; empty where there are none. */
  readonly group: string
}

/** Linux alone: proc(5). Elsewhere nothing. */
export function processes(): readonly Process[] {
  let names: readonly string[]
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
  return names.flatMap((name): readonly Process[] => {
    try {
      const argv = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').slice(0, -1)
      if (argv.length === 0) return []
      return [{ pid: Number(name), uid: statSync(`/proc/${name}`).uid, argv, group: readFileSync(`/proc/${name}/cgroup`, 'utf8') }]
    } catch {
      // It has ended meanwhile, or is not ours to look at.
      return []
    }
  })
}
