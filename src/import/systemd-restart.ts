// How a unit's service comes back and how it is stopped in, `restart` and `stop` out. All of these directives a rendered unit has, so each is set.
import { signals } from '../profile/patterns.ts'
import type { Reading } from './reading.ts'
import { duration, longestMs, spanMs } from './span.ts'

export function restartKeys(reading: Reading): void {
  policy(reading)
  delays(reading)
  limit(reading)
  exitCodes(reading)
  stop(reading)
}

/** What a unit means that says nothing: DefaultRestartSec=, DefaultStartLimitIntervalSec=, DefaultStartLimitBurst=, DefaultTimeoutStopSec= (systemd-system.conf(5)). */
const defaults = { restartSec: '100ms', limitInterval: '10s', limitBurst: '5', timeoutStop: '90s' }

function policy({ unit, draft }: Reading): void {
  const value = unit.take('Service', 'Restart').at(-1) ?? 'no'
  const set = (name: string, remark?: string): void => draft.set(['restart', 'policy'], name, remark)
  if (value === 'always' || value === 'on-failure') set(value)
  else if (value === 'no') set('never')
  else if (value === 'on-success') {
    set('never', 'Restart=on-success: here the exit code 0 restarts, a clean end by a signal does not')
    draft.set(['restart', 'restartExitCodes'], [0])
  } else if (['on-abnormal', 'on-abort', 'on-watchdog'].includes(value))
    set('on-failure', `not carried: Restart=${value}, which leaves some failures alone: here every failure restarts`)
  else set('never', `systemd passes over Restart=${value}`)
}

/** A whole number of milliseconds, as a profile has them. */
function milliseconds({ draft }: Reading, path: readonly string[], directive: string, value: string, fallback: string): number {
  const ms = spanMs(value)
  if (ms === null) {
    draft.remark(path, `systemd passes over ${directive}=${value}`)
    return spanMs(fallback)!
  }
  if (ms > longestMs) {
    draft.remark(path, `not carried: ${directive}=${value}: ten years is the longest here`)
    return longestMs
  }
  if (Number.isInteger(ms)) return ms
  draft.remark(path, `not carried: ${directive}=${value}: a profile counts in milliseconds`)
  return Math.ceil(ms)
}

/** restart.delays <- RestartSec=, and from RestartSteps= and RestartMaxDelaySec= (systemd 254) the ladder between them. */
function delays(reading: Reading): void {
  const { unit, draft } = reading
  const path = ['restart', 'delays']
  const first = milliseconds(reading, path, 'RestartSec', unit.take('Service', 'RestartSec').at(-1) ?? defaults.restartSec, defaults.restartSec)
  const steps = Number(unit.last('Service', 'RestartSteps') ?? 0)
  const last = spanMs(unit.last('Service', 'RestartMaxDelaySec') ?? '')
  if (Number.isInteger(steps) && steps > 0 && steps <= 100 && last !== null && Number.isInteger(last) && last <= longestMs && last > first && first > 0) {
    unit.take('Service', 'RestartSteps')
    unit.take('Service', 'RestartMaxDelaySec')
    // As service.c of systemd 254 does: by the same factor at each step.
    const ladder = Array.from({ length: steps + 1 }, (_, i) => (i === steps ? last : Math.round(first * (last / first) ** (i / steps))))
    draft.set(path, ladder.map(duration))
    draft.set(['linux', 'systemd'], { version: 254 })
  } else draft.set(path, duration(first))
}

/** restart.limit <- StartLimitIntervalSec=, StartLimitBurst=: at most so many starts, by whoever. */
function limit(reading: Reading): void {
  const { unit, draft } = reading
  const interval = unit.take('Unit', 'StartLimitIntervalSec').at(-1) ?? defaults.limitInterval
  const burst = unit.last('Unit', 'StartLimitBurst') ?? defaults.limitBurst
  const attempts = Number(burst)
  const within = milliseconds(reading, ['restart', 'limit'], 'StartLimitIntervalSec', interval, defaults.limitInterval)
  // Switched off; a burst by itself means nothing then, and stays as it is.
  if (within === 0 || attempts === 0) return
  unit.take('Unit', 'StartLimitBurst')
  if (!Number.isInteger(attempts)) draft.remark(['restart', 'limit'], `systemd passes over StartLimitBurst=${burst}`)
  draft.set(['restart', 'limit'], { attempts: Number.isInteger(attempts) ? attempts : Number(defaults.limitBurst), within: duration(within) })
}

/** restart.restartExitCodes <- RestartForceExitStatus=, with SuccessExitStatus=; restart.stopExitCodes <- RestartPreventExitStatus=. Names and signals are native. */
function exitCodes({ unit, draft }: Reading): void {
  const codes = (key: string): readonly number[] | null => {
    const words = unit.words('Service', key)
    return words.every((word) => /^\d{1,3}$/.test(word) && Number(word) <= 255) ? [...new Set(words.map(Number))].sort((a, b) => a - b) : null
  }
  const [force, success, prevent] = [codes('RestartForceExitStatus'), codes('SuccessExitStatus'), codes('RestartPreventExitStatus')]
  const clashes = force !== null && prevent !== null && force.some((code) => prevent.includes(code))
  if (prevent !== null && prevent.length > 0 && !clashes) {
    unit.take('Service', 'RestartPreventExitStatus')
    draft.set(['restart', 'stopExitCodes'], prevent)
  }
  if (force === null || force.length === 0 || success === null || draft.get(['restart', 'restartExitCodes']) !== undefined) return
  if (success.some((code) => !force.includes(code))) return
  unit.take('Service', 'RestartForceExitStatus')
  unit.take('Service', 'SuccessExitStatus')
  draft.set(['restart', 'restartExitCodes'], force)
  const added = force.filter((code) => code !== 0 && !success.includes(code))
  if (added.length > 0)
    draft.remark(
      ['restart', 'restartExitCodes'],
      `here these count as a success too (SuccessExitStatus=${added.join(' ')}): a restart that was asked for is no failure`,
    )
}

/** stop <- KillSignal=, TimeoutStopSec=, and TimeoutSec=, which sets the time of the start too. */
function stop(reading: Reading): void {
  const { unit, draft } = reading
  const signal = unit.take('Service', 'KillSignal').at(-1) ?? 'SIGTERM'
  const full = /^\d+$/.test(signal) ? (numbered[Number(signal)] ?? signal) : signal.startsWith('SIG') ? signal : `SIG${signal}`
  if ((signals as readonly string[]).includes(full)) draft.set(['stop', 'signal'], full)
  else draft.set(['stop', 'signal'], 'SIGTERM', `not carried: KillSignal=${signal}, which is none of ${signals.join(', ')}`)

  const both = unit.section('Service').filter(({ key }) => key === 'TimeoutSec' || key === 'TimeoutStopSec')
  const value = both.at(-1)?.values.at(-1) ?? defaults.timeoutStop
  unit.take('Service', 'TimeoutStopSec')
  const common = unit.take('Service', 'TimeoutSec').at(-1)
  // TimeoutSec=0 is infinity, and so is TimeoutStopSec=0 (load-fragment.c, config_parse_service_timeout).
  const ms = milliseconds(reading, ['stop', 'timeout'], 'TimeoutStopSec', spanMs(value) === 0 ? 'infinity' : value, defaults.timeoutStop)
  draft.set(['stop', 'timeout'], duration(ms))
  if (common !== undefined && !unit.has('Service', 'TimeoutStartSec')) draft.set(['native', 'linux', 'Service', 'TimeoutStartSec'], common)
}

const numbered: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  12: 'SIGUSR2',
  14: 'SIGALRM',
  15: 'SIGTERM',
  18: 'SIGCONT',
}
