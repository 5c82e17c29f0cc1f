// A Service in, what an install of its job calls out: argv as data, for the scripts, the manifest and `apply`.
import type { Service } from '../../resolve/service.ts'
import type { Command } from '../platform.ts'

/** The calls for one domain that the job may live in (launchctl(1): `gui/UID`, `user/UID`, `system`). */
export interface Domain {
  readonly domain: string
  readonly enable: readonly Command[]
  readonly disable: readonly Command[]
  readonly bootout: readonly Command[]
  readonly bootstrap: readonly Command[]
  readonly kickstart: readonly Command[]
  readonly restart: readonly Command[]
  readonly replaced: readonly {
    readonly name: string
    readonly enable: readonly Command[]
    readonly disable: readonly Command[]
    readonly bootout: readonly Command[]
  }[]
}

/** The candidates, the preferred one first: `gui/UID` exists only while that user has a session on the screen, `user/UID` after any login. */
export function domains(service: Service, plist: string): readonly Domain[] {
  const system = service.scope === 'system'
  const names = system ? ['system'] : [`gui/${service.host.uid}`, `user/${service.host.uid}`]
  return names.map((domain) => {
    const call = (why: string, ...argv: string[]): readonly Command[] => [{ argv: ['launchctl', ...argv], why, elevate: system }]
    const target = `${domain}/${service.label}`
    return {
      domain,
      // First: a record of being disabled outlives the file, and bootstrap then fails with 119 or 5.
      enable: call('clear a record of being switched off, which outlives the file', 'enable', target),
      disable: call('do not start again', 'disable', target),
      bootout: call('unload the job', 'bootout', target),
      bootstrap: call('load the job', 'bootstrap', domain, plist),
      kickstart: call('start the job', 'kickstart', target),
      restart: call('start the job again', 'kickstart', '-k', target),
      replaced: service.replaces.labels.map((name) => ({
        name,
        enable: call('bring the earlier install back', 'enable', `${domain}/${name}`),
        disable: call('an earlier install must not start again', 'disable', `${domain}/${name}`),
        bootout: call('an earlier install must not run beside this one', 'bootout', `${domain}/${name}`),
      })),
    }
  })
}

/** What an install runs in the preferred domain, in order, where nothing of it is there yet. */
export function steps(service: Service, plist: string): readonly Command[] {
  const [{ replaced, enable, bootstrap }] = domains(service, plist) as [Domain]
  return [...replaced.flatMap(({ disable, bootout }) => [...disable, ...bootout]), ...enable, ...bootstrap]
}

/** The end of the job's log files. */
export const logs = (files: { readonly stdout: string; readonly stderr: string }): readonly Command[] => [
  { argv: ['tail', '-n', '20', files.stdout, files.stderr], why: 'the last lines of the log', elevate: false },
]
