// A restart policy in, the recovery actions of the Service Control Manager out.
import type { Service } from '../../resolve/service.ts'
import { exitMapping } from '../exit.ts'
import type { Command } from '../platform.ts'

export const system32 = 'C:\\Windows\\System32'

/** The SCM knows "failed", which WinSW reports for every exit code but 0; the launcher translates the rest. */
export const mappingOf = (service: Service): ReturnType<typeof exitMapping> => exitMapping(service.restart, false)

/** Whether the SCM is to restart at all. */
const restarts = ({ restart }: Service): boolean => restart.policy !== 'never' || restart.restartExitCodes.length > 0

/**
 * `sc failure` and `sc failureflag` (Microsoft, "sc.exe failure"): the blank after "=" is part of the syntax, delays are in milliseconds, `reset` in seconds.
 * The Nth failure takes the Nth action, the last repeats (SERVICE_FAILURE_ACTIONS, at most 1024); an empty action is "none" and ends the list for a limit.
 * The flag makes a service that reports a failure count like one that crashed.
 */
export function recovery(service: Service): Command[] {
  const { label, restart } = service
  const sc = `${system32}\\sc.exe`
  if (!restarts(service)) {
    return [
      { argv: [sc, 'failure', label, 'reset=', '0', 'actions=', ''], why: 'the profile says restart.policy: never', elevate: true },
      { argv: [sc, 'failureflag', label, '0'], why: 'nothing to do after a failure', elevate: true },
    ]
  }
  const delay = (i: number): number => restart.delaysMs[Math.min(i, restart.delaysMs.length - 1)]!
  const count = restart.limit === null ? restart.delaysMs.length : Math.max(0, restart.limit.attempts - 1)
  const actions = Array.from({ length: Math.min(count, 1000) }, (_, i) => `restart/${delay(i)}`)
  if (restart.limit !== null) actions.push('/0')
  const reset = Math.ceil((restart.limit?.withinMs ?? restart.resetAfterMs) / 1000)
  return [
    {
      argv: [sc, 'failure', label, 'reset=', String(reset), 'actions=', actions.join('/')],
      why: 'the delays before each restart, and the time after which they start again',
      elevate: true,
    },
    { argv: [sc, 'failureflag', label, '1'], why: 'a failure that the service reports counts like a crash', elevate: true },
  ]
}
