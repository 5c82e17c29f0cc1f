// A command in; run with the patience that it asks for, and what came of it, out.
import type { Call } from '../platform/manager.ts'
import type { System } from './system.ts'

const pauseMs = 300

/**
 * @param stop asked while it runs: whether somebody wants it to end
 * @returns null if it ended well, otherwise what happened, for people
 */
export async function call(system: System, { argv, ok = [], again, until, input, meaning = {} }: Call, stop?: () => boolean): Promise<string | null> {
  const text = input === undefined ? undefined : system.read(input)
  if (text === null) return `${input} cannot be read, and \`${argv[0]}\` needs what is in it`
  const options = { ...(stop === undefined ? {} : { stop }), ...(text === undefined ? {} : { input: text.replace(/\r?\n$/, '') }) }
  const good = new Set([0, ...ok])
  const end = system.now() + (again?.forMs ?? 0)
  let ran = await system.run(argv, options)
  while (ran.code !== null && !good.has(ran.code) && again?.codes.includes(ran.code) && system.now() < end) {
    await system.sleep(pauseMs)
    ran = await system.run(argv, options)
  }
  if (ran.code === null || !good.has(ran.code)) {
    const said = (ran.stderr || ran.stdout).trim()
    const means = ran.code === null ? undefined : meaning[ran.code]
    return `\`${argv.join(' ')}\` ${ran.code === null ? 'could not be run' : `failed (${ran.code})`}${said === '' ? '' : `: ${said}`}${means === undefined ? '' : ` (${means})`}`
  }
  if (until === undefined) return null
  const last = system.now() + until.withinMs
  for (;;) {
    const { code } = await system.run(until.argv)
    if (code !== null && until.codes.includes(code)) return null
    if (system.now() >= last) return `\`${argv.join(' ')}\` was not done after ${Math.round(until.withinMs / 1000)} s`
    await system.sleep(pauseMs / 2)
  }
}
