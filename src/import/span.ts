// Times and sizes as systemd writes them in, those of a profile out: systemd.time(7), "PARSING TIME SPANS"; systemd.exec(5), "Size suffixes".

const units: readonly (readonly [RegExp, number])[] = [
  [/^(?:us|usec|µs|μs)$/, 0.001],
  [/^(?:ms|msec)$/, 1],
  [/^(?:s|sec|second|seconds|)$/, 1000],
  [/^(?:m|min|minute|minutes)$/, 60_000],
  [/^(?:h|hr|hour|hours)$/, 3_600_000],
  [/^(?:d|day|days)$/, 86_400_000],
  [/^(?:w|week|weeks)$/, 604_800_000],
  [/^(?:M|month|months)$/, 2_629_800_000],
  [/^(?:y|year|years)$/, 31_557_600_000],
]

/**
 * `5`, `1min 20s`, `1.5h`, `infinity`.
 * @returns milliseconds, Infinity, or null if it is no span
 */
export function spanMs(text: string): number | null {
  const value = text.trim()
  if (value === 'infinity') return Infinity
  if (!/^(?:\d+(?:\.\d*)?\s*[A-Za-zµμ]*\s*)+$/.test(value)) return null
  let total = 0
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d*)?)\s*([A-Za-zµμ]*)/g)) {
    const factor = units.find(([pattern]) => pattern.test(unit!))?.[1]
    if (factor === undefined) return null
    total += Number(amount) * factor
  }
  return Math.round(total * 1000) / 1000
}

/** The longest that a profile takes: ten years. */
export const longestMs = 3650 * 86_400_000

/** A duration of a profile, in the largest units that say it exactly. @param ms a whole number */
export function duration(ms: number): string {
  if (ms < 1000 || ms % 1000 !== 0) return `${ms}ms`
  let rest = ms
  const parts: string[] = []
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const) {
    // 90s reads better than 1m30s; whole larger units are taken.
    if (rest < size || (rest % size !== 0 && ms < 120_000)) continue
    parts.push(`${Math.floor(rest / size)}${unit}`)
    rest %= size
  }
  return parts.join('')
}

const suffixes: Readonly<Record<string, number>> = { '': 1, B: 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40, P: 2 ** 50 }

/** `512M`, to the base of 1024. @returns bytes, or null for anything but one size */
export function sizeBytes(text: string): number | null {
  const match = /^(\d+)\s*([BKMGTP]?)$/.exec(text.trim())
  const bytes = match === null ? NaN : Number(match[1]) * suffixes[match[2]!]!
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null
}

/** A size of a profile, in the largest binary unit that says it exactly. */
export function size(bytes: number): string {
  for (const [unit, factor] of [
    ['TiB', 2 ** 40],
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const)
    if (bytes % factor === 0) return `${bytes / factor}${unit}`
  return `${bytes}B`
}
