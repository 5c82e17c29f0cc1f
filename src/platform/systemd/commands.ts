// A Service in, what an install of its unit calls out: argv as data, for the scripts, the manifest and `apply`.
import type { Service } from '../../resolve/service.ts'
import type { Command } from '../platform.ts'

/** Earlier units, and how each is stopped and brought back. */
interface Replaced {
  readonly name: string
  readonly stop: readonly Command[]
  readonly disable: readonly Command[]
  readonly enable: readonly Command[]
  readonly start: readonly Command[]
}

export interface Commands {
  /** What questions to the manager begin with. */
  readonly manager: readonly string[]
  readonly reload: readonly Command[]
  readonly enable: readonly Command[]
  readonly disable: readonly Command[]
  readonly start: readonly Command[]
  readonly restart: readonly Command[]
  readonly stop: readonly Command[]
  readonly resetFailed: readonly Command[]
  readonly logs: readonly Command[]
  readonly lingerOn: readonly Command[]
  readonly lingerOff: readonly Command[]
  readonly replaced: readonly Replaced[]
}

/** As much of a service as the commands name. */
export type Subject = Pick<Service, 'label' | 'scope' | 'linux' | 'replaces'> & { readonly host: Pick<Service['host'], 'user'> }

export const unitName = (service: Subject): string => `${service.label}.service`

export function commands(service: Subject): Commands {
  const user = service.scope === 'user'
  const manager = user ? ['systemctl', '--user'] : ['systemctl']
  const unit = unitName(service)
  const call = (why: string, ...argv: string[]): readonly Command[] => [{ argv, why, elevate: !user }]
  const verb = (why: string, name: string, of: string): readonly Command[] => call(why, ...manager, name, of)
  const linger = user && service.linux.linger
  return {
    manager,
    reload: call('systemd reads its unit files again', ...manager, 'daemon-reload'),
    enable: verb(user ? 'start at login' : 'start at boot', 'enable', unit),
    disable: verb('no longer start by itself', 'disable', unit),
    start: verb('start the service', 'start', unit),
    restart: verb('start the service with what has changed', 'restart', unit),
    stop: verb('stop the service', 'stop', unit),
    resetFailed: verb('forget earlier failures and the delays they led to', 'reset-failed', unit),
    logs: call('the last lines of the log', 'journalctl', ...(user ? ['--user'] : []), '--unit', unit, '--lines', '20', '--no-pager', '--output', 'cat'),
    lingerOn: linger ? call('run from boot on, without a login', 'loginctl', 'enable-linger', service.host.user) : [],
    lingerOff: user ? call('no longer run without a login', 'loginctl', 'disable-linger', service.host.user) : [],
    replaced: service.replaces.units
      .map((name) => (/\.[a-z]+$/.test(name) ? name : `${name}.service`))
      .map((name) => ({
        name,
        stop: verb('an earlier install must not run beside this one', 'stop', name),
        disable: verb('an earlier install must not start again', 'disable', name),
        enable: verb('bring the earlier install back', 'enable', name),
        start: verb('bring the earlier install back', 'start', name),
      })),
  }
}

/** What an install runs, in order, where nothing of it is there yet. */
export function steps(service: Service): readonly Command[] {
  const list = commands(service)
  return [
    ...list.lingerOn,
    ...list.replaced.flatMap(({ stop }) => stop),
    ...list.reload,
    ...(service.autostart ? list.enable : []),
    // Last: whatever happens before, one of the two starts at the next boot.
    ...list.replaced.flatMap(({ disable }) => disable),
    ...list.start,
  ]
}
