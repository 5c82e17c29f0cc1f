// What happens when the service fails in, `restart` out: recovery.cmd beside a file of ours, onfailure and resetfailure in any other.
import { duration } from './span.ts'
import { winswMs } from './winsw-values.ts'
import type { WinswReading } from './winsw.ts'

interface Recovery {
  readonly resetMs: number
  /** Milliseconds before each restart. */
  readonly delays: readonly number[]
  /** Whether it gives up after them. */
  readonly ends: boolean
}

export function recoveryKeys(reading: WinswReading): void {
  const { draft, own } = reading
  const found = own ? fromScript(reading) : fromElements(reading)
  if (found === null) return
  const { resetMs, delays, ends } = found
  // With a launcher of ours the policy is known already.
  const known = draft.get(['restart', 'policy'])
  if (delays.length === 0 && !ends) {
    draft.set(['restart', 'policy'], known ?? 'never')
    return
  }
  draft.set(['restart', 'policy'], known ?? 'on-failure')
  let last = delays.length
  while (last > 1 && delays[last - 1] === delays[last - 2]) last--
  const list = delays.slice(0, last).map((ms) => (ms === 0 ? '0s' : duration(ms)))
  if (list.length > 0) draft.set(['restart', 'delays'], list.length === 1 ? list[0] : list)
  if (ends) draft.set(['restart', 'limit'], { attempts: delays.length + 1, within: duration(resetMs) })
  else draft.set(['restart', 'resetAfter'], duration(resetMs))
}

/** `sc failure NAME reset= N actions= restart/1000/...`: the last action repeats, an empty one ends the list (platform/windows/recovery.ts). */
function fromScript({ given, draft }: WinswReading): Recovery | null {
  const match = /sc\.exe" failure \S+ reset= (\d+) actions= (\S+)/.exec(given.beside('recovery.cmd') ?? '')
  if (match === null) {
    draft.remark(['restart'], 'recovery.cmd is not beside it: `sc qfailure` says what happens when the service fails')
    return null
  }
  const actions = match[2]!.replaceAll('^', '')
  return {
    resetMs: Number(match[1]) * 1000,
    delays: [...actions.matchAll(/restart\/(\d+)/g)].map(([, ms]) => Number(ms)),
    ends: /(?:^|\/)\/0$/.test(actions) || actions === '/0',
  }
}

function fromElements({ all, text, draft }: WinswReading): Recovery {
  const reset = text('resetfailure', ['restart', 'resetAfter']) ?? '1 day'
  const delays: number[] = []
  let ends = false
  for (const { attributes } of all('onfailure')) {
    const { action = '', delay = '0' } = attributes
    if (ends) draft.remark(['restart'], `not carried: <onfailure action="${action}"> after one that ends the restarts`)
    else if (action === 'restart') delays.push(winswMs(delay) ?? 0)
    else {
      ends = true
      if (action !== 'none')
        draft.remark(['restart', 'limit'], `not carried: <onfailure action="${action}">: a profile only restarts the service, so it ends there`)
    }
  }
  return { resetMs: Math.max(1000, winswMs(reset) ?? 86_400_000), delays, ends: ends && delays.length > 0 }
}
