// A restart policy in, the recovery actions of the Service Control Manager out; and those that it has, read back.
import type { Service } from '../../resolve/service.ts'
import { exitMapping } from '../exit.ts'
import type { Command } from '../platform.ts'

export const system32 = 'C:\\Windows\\System32'

/** The SCM knows "failed", which WinSW reports for every exit code but 0; the launcher translates the rest. */
export const mappingOf = (service: Service): ReturnType<typeof exitMapping> => exitMapping(service.restart, false)

/** SERVICE_FAILURE_ACTIONS, and whether a failure that the service reports counts like a crash (SERVICE_FAILURE_ACTIONS_FLAG). */
export interface Recovery {
  readonly resetSeconds: number
  readonly actions: readonly RecoveryAction[]
  readonly flag: boolean
}

/** SC_ACTION: nothing, restart, reboot the machine, run a command. */
interface RecoveryAction {
  readonly type: 0 | 1 | 2 | 3
  readonly delayMs: number
}

/** Whether the SCM is to restart at all. */
const restarts = ({ restart }: Service): boolean => restart.policy !== 'never' || restart.restartExitCodes.length > 0

/** The Nth failure takes the Nth action, the last repeats (SERVICE_FAILURE_ACTIONS, at most 1024); an action of nothing ends the list for a limit. */
export function recoveryOf(service: Service): Recovery {
  const { restart } = service
  if (!restarts(service)) return { resetSeconds: 0, actions: [], flag: false }
  const delay = (i: number): number => restart.delaysMs[Math.min(i, restart.delaysMs.length - 1)]!
  const count = restart.limit === null ? restart.delaysMs.length : Math.max(0, restart.limit.attempts - 1)
  const actions = Array.from({ length: Math.min(count, 1000) }, (_, i): RecoveryAction => ({ type: 1, delayMs: delay(i) }))
  if (restart.limit !== null) actions.push({ type: 0, delayMs: 0 })
  return { resetSeconds: Math.ceil((restart.limit?.withinMs ?? restart.resetAfterMs) / 1000), actions, flag: true }
}

const words = ['', 'restart', 'reboot', 'run'] as const

/**
 * `sc failure` and `sc failureflag` (Microsoft, "sc.exe failure"): the blank after "=" is part of the syntax, delays are in milliseconds, `reset` in seconds.
 */
export function recoveryCommands(label: string, { resetSeconds, actions, flag }: Recovery, never = actions.length === 0): Command[] {
  const sc = `${system32}\\sc.exe`
  return [
    {
      argv: [sc, 'failure', label, 'reset=', String(resetSeconds), 'actions=', actions.map(({ type, delayMs }) => `${words[type]}/${delayMs}`).join('/')],
      why: never ? 'the profile says restart.policy: never' : 'the delays before each restart, and the time after which they start again',
      elevate: true,
    },
    {
      argv: [sc, 'failureflag', label, flag ? '1' : '0'],
      why: flag ? 'a failure that the service reports counts like a crash' : 'nothing to do after a failure',
      elevate: true,
    },
  ]
}

export const recovery = (service: Service): Command[] => recoveryCommands(service.label, recoveryOf(service))

/**
 * The registry's FailureActions: SERVICE_FAILURE_ACTIONS as 32-bit numbers, with the offset of the actions in the place of the pointer.
 * @param bytes empty where nothing was ever set
 */
export function parseRecovery(bytes: Uint8Array, flag: boolean): Recovery {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 20) return { resetSeconds: 0, actions: [], flag }
  const count = Math.min(view.getUint32(12, true), Math.floor((bytes.length - 20) / 8))
  const actions = Array.from({ length: count }, (_, i): RecoveryAction => ({
    type: (view.getUint32(20 + i * 8, true) & 3) as 0,
    delayMs: view.getUint32(24 + i * 8, true),
  }))
  return { resetSeconds: view.getUint32(0, true), actions, flag }
}

export const sameRecovery = (one: Recovery, other: Recovery): boolean =>
  one.flag === other.flag &&
  one.actions.length === other.actions.length &&
  one.actions.every(({ type, delayMs }, i) => type === other.actions[i]!.type && delayMs === other.actions[i]!.delayMs) &&
  // Without any action there is nothing to start again.
  (one.actions.length === 0 || one.resetSeconds === other.resetSeconds)
