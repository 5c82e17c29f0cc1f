// A service and what runs in; processes that do the same work outside of it out.
import type { Service } from '../resolve/service.ts'

interface Running {
  readonly pid: number
  readonly uid: number
  readonly argv: readonly string[]
  readonly group: string
}

export interface Stray {
  readonly pid: number
  readonly why: string
  /** The command that ends it. */
  readonly stop: string
}

/** The Hermes profile that a gateway serves; null if this is no gateway at all. Its own process scan looks for the same words (hermes_cli/gateway.py). */
function gatewayProfile(argv: readonly string[]): string | null {
  const words = argv.slice(argv.findIndex((word) => word === 'hermes_cli.main' || /(?:^|\/)hermes$/.test(word)) + 1)
  if (words.length === argv.length || !/(?:^| )gateway run(?: |$)/.test(words.join(' '))) return null
  const flag = words.findIndex((word) => word === '--profile' || word === '-p')
  return flag < 0 ? '' : (words[flag + 1] ?? '')
}

/** The unit that a process belongs to, and whether it is one of a user's manager; null for none. Cgroups are named so since systemd 205. */
function unitOf(group: string): { readonly name: string; readonly ofUser: boolean } | null {
  const name = /\/([^/]+\.service)(?:\/[^/]+)?$/m.exec(group.trim())?.[1]
  return name === undefined || /^user@\d+\.service$/.test(name) ? null : { name, ofUser: /\/user@\d+\.service\//.test(group) }
}

/** @param uid whose processes may be in the way; null for anybody's */
export function strays(service: Service, running: readonly Running[], uid: number | null): readonly Stray[] {
  const own = new Set([service.label, ...service.replaces.units].map((name) => (/\.[a-z]+$/.test(name) ? name : `${name}.service`)))
  const gateway = gatewayProfile(service.command)
  return running
    .filter((process) => uid === null || process.uid === uid)
    .flatMap((process): readonly Stray[] => {
      const { pid, argv } = process
      const unit = unitOf(process.group)
      // Those of the service's own manager are stopped, or replaced; the other manager's are nobody's to see but here.
      if (unit !== null && own.has(unit.name) && unit.ofUser === (service.scope === 'user')) return []
      const same = argv.length === service.command.length && argv.every((word, i) => word === service.command[i])
      if (!same && (gateway === null || gatewayProfile(argv) !== gateway)) return []
      const what = same ? 'the same program' : 'a Hermes gateway of the same profile'
      return unit === null
        ? [{ pid, why: `${what} runs already, started by hand`, stop: `kill ${pid}` }]
        : [
            {
              pid,
              why: `${what} runs already, as ${unit.name} of ${unit.ofUser ? "a user's" : "the machine's"} manager`,
              stop: `systemctl ${unit.ofUser ? '--user ' : ''}disable --now ${unit.name}`,
            },
          ]
    })
}
