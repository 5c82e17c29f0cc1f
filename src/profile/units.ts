// Durations, sizes, octal modes and addresses as users write them in, plain numbers out.
import { address, duration, size, umask } from './patterns.ts'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * `500ms`, `2s`, `5m`, `1h`, `1d` and sums of them such as `1m30s`; fractions such as `1.5s` as long as whole milliseconds come out.
 * @returns milliseconds, or undefined if the text is no duration or is over 10 years
 */
export function parseDuration(text: string): number | undefined {
  if (!duration.test(text) || text.length > 60) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) total += Number(amount) * unitMs[unit!]!
  const ms = Math.round(total)
  return Math.abs(ms - total) < 1e-6 && ms <= 3650 * unitMs.d! ? ms : undefined
}

const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

/**
 * `10MB` (decimal), `1GiB` (binary).
 * @returns bytes, or undefined if the text is no size
 */
export function parseSize(text: string): number | undefined {
  const match = size.exec(text)
  if (!match) return undefined
  const bytes = Number(match[1]) * unitBytes[match[2]!]!
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/**
 * `022`, `0077`, `0o27`.
 * @returns the mode bits, or undefined if the text is no octal number up to 0777
 */
export function parseUmask(text: string): number | undefined {
  return umask.test(text) ? Number.parseInt(text.replace('0o', ''), 8) : undefined
}

/**
 * `host:port`, `[::1]:port`.
 * @returns host and port, or undefined if the text is no address
 */
export function parseAddress(text: string): [host: string, port: number] | undefined {
  const match = address.exec(text)
  return match && Number(match[3]) >= 1 && Number(match[3]) <= 65535 ? [match[1] ?? match[2]!, Number(match[3])] : undefined
}
