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
}

/** The Hermes profile that a gateway serves; null if this is no gateway at all. Its own process scan looks for the same words (hermes_cli/gateway.py). */
function gatewayProfile(argv: readonly string[]): string | null {
  const words = argv.slice(argv.findIndex((word) => word === 'hermes_cli.main' || /(?:^|\/)hermes$/.test(word)) + 1)
  if (words.length === argv.length || !/(?:^| )gateway run(?: |$)/.test(words.join(' '))) return null
  const flag = words.findIndex((word) => word === '--profile' || word === '-p')
  return flag < 0 ? '' : (words[flag + 1] ?? '')
}

/** @param uid whose processes may be in the way; null for anybody's */
export function strays(service: Service, running: readonly Running[], uid: number | null): readonly Stray[] {
  const own = [service.label, ...service.replaces.units].map((name) => (/\.[a-z]+$/.test(name) ? name : `${name}.service`))
  const gateway = gatewayProfile(service.command)
  return running
    .filter((process) => (uid === null || process.uid === uid) && !own.some((unit) => process.group.includes(`/${unit}`)))
    .flatMap(({ pid, argv }): readonly Stray[] => {
      if (argv.length === service.command.length && argv.every((word, i) => word === service.command[i]))
        return [{ pid, why: 'the same program runs already, started by somebody else' }]
      return gateway !== null && gatewayProfile(argv) === gateway ? [{ pid, why: 'a Hermes gateway of the same profile runs already, started by hand' }] : []
    })
}
