// Output, order, limits and sandbox of a unit in; `logs`, `after`, `limits`, `priority`, `umask` and `hardening` out.
import { hardening } from '../platform/systemd/hardening.ts'
import { names } from '../profile/patterns.ts'
import { express, type Reading } from './reading.ts'
import { size, sizeBytes } from './span.ts'

/** logs <- StandardOutput=append:, StandardError=append:. Errors follow the output unless the unit says otherwise (systemd.exec(5)). */
export function outputKeys({ unit, draft, percent }: Reading): void {
  const [stdout, stderr] = [unit.last('Service', 'StandardOutput'), unit.last('Service', 'StandardError')]
  const file = (value: string | undefined): string | null => {
    const path = /^append:([/%].*)$/.exec(value ?? '')?.[1]
    try {
      return path === undefined ? null : percent(path)
    } catch {
      return null
    }
  }
  const out = file(stdout)
  const inherited = stderr === undefined || stderr === 'inherit'
  const err = inherited ? out : file(stderr)
  // With a log file for the output, a rendered unit says where errors go: a file, or the journal.
  if (out !== null && err === null && stderr !== 'journal') return
  if (out !== null) {
    unit.take('Service', 'StandardOutput')
    unit.take('Service', 'StandardError')
    draft.set(['logs', 'stdout'], out)
  }
  if (err !== null) {
    unit.take('Service', 'StandardError')
    draft.set(['logs', 'stderr'], err)
  }
}

/** after <- After=, with Wants= where it is the network's: a profile's `network` means both. */
export function orderKeys({ unit, draft, scope }: Reading): void {
  const online = 'network-online.target'
  const after = [...new Set(unit.words('Unit', 'After'))]
  const wants = unit.words('Unit', 'Wants')
  const network = after.includes(online)
  if (after.length === 0 || (network && !(wants.length === 1 && wants[0] === online))) return
  if (!after.every((name) => names.afterUnit.test(name) && name.includes('.') && name !== 'network')) return
  unit.take('Unit', 'After')
  if (network) unit.take('Unit', 'Wants')
  draft.set(
    ['after'],
    after.map((name) => (name === online && scope === 'system' ? 'network' : name)),
  )
}

export function resourceKeys(reading: Reading): void {
  const { unit, draft, scope } = reading
  const carry = (directive: string, path: readonly string[], read: (value: string) => unknown): void => {
    if (!unit.has('Service', directive)) return
    express(reading, ['Service', directive], path, 'anyone', () => {
      const value = read(unit.last('Service', directive)!)
      if (value !== null) draft.set(path, value)
      return value !== null
    })
  }
  const whole = (value: string): number | null => (/^\d{1,15}$/.test(value) ? Number(value) : null)
  // limits <- LimitNOFILE=, TasksMax=, MemoryMax=, CPUQuota=; infinity, shares of the machine and soft limits of their own are native
  carry('LimitNOFILE', ['limits', 'openFiles'], whole)
  carry('TasksMax', ['limits', 'processes'], whole)
  carry('MemoryMax', ['limits', 'memory'], (value) => {
    const bytes = sizeBytes(value)
    return bytes === null ? null : size(bytes)
  })
  carry('CPUQuota', ['limits', 'cpuPercent'], (value) => {
    const percent = /^(\d+)%$/.exec(value)?.[1]
    return percent !== undefined && Number(percent) >= 1 ? Number(percent) : null
  })
  // priority <- Nice=; a user's manager may not raise one, so a rendered unit does not ask for it
  carry('Nice', ['priority'], (value) => {
    const nice = /^[+-]?\d{1,2}$/.test(value) ? Number(value) : null
    if (nice === null || nice < -20 || nice > 19 || (scope === 'user' && nice < 0)) return null
    return nice === 10 ? 'low' : nice === 0 ? 'normal' : nice === -5 ? 'high' : nice
  })
  // umask <- UMask=
  carry('UMask', ['umask'], (value) => (/^0?[0-7]{1,3}$/.test(value) ? value.padStart(4, '0') : null))
}

/** hardening <- all the directives of a preset, each as it is there; one that differs, and all of them are native. */
export function hardeningKey({ unit, draft, scope }: Reading): void {
  const text = (path: readonly string[]): string | null => {
    const value = draft.get(path)
    return typeof value === 'string' ? value : null
  }
  for (const preset of ['strict', 'baseline'] as const) {
    const directives = hardening({
      hardening: preset,
      scope,
      workingDirectory: text(['workingDirectory']),
      logs: { stdout: text(['logs', 'stdout']), stderr: text(['logs', 'stderr']) },
    })
    const wanted = new Map<string, string[]>()
    for (const [key, value] of directives) wanted.set(key, [...(wanted.get(key) ?? []), value])
    const alike = [...wanted].every(([key, values]) => {
      const found = unit.section('Service').find((directive) => directive.key === key)
      if (found === undefined) return false
      return values.length === 1 && values[0] === '' ? found.values.length === 0 && found.reset : found.values.map(asYes).join('\n') === values.join('\n')
    })
    if (!alike) continue
    for (const key of wanted.keys()) unit.take('Service', key)
    draft.set(['hardening'], preset)
    return
  }
}

const asYes = (value: string): string => (/^(?:true|1|on|y|t)$/i.test(value) ? 'yes' : value)
