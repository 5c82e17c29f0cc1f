// A service that systemd has loaded in, what its unit starts out: over the bus, where words are words.
import type { System } from '../../apply/system.ts'
import { argvQuestion } from '../../platform/systemd/status.ts'
import type { Service } from '../../resolve/service.ts'

/** What `busctl --json=short get-property` prints for each property: a line of its own, in the order of the question. */
type Property = { readonly data: unknown }

/** @returns null if there is no such unit, or no busctl(1) */
export async function installed(
  system: System,
  service: Service,
): Promise<{ readonly argv: readonly string[]; readonly environment: Readonly<Record<string, string>>; readonly folder: string | null } | null> {
  const question = argvQuestion(service)
  if (!('argv' in question)) return null
  const { code, stdout } = await system.run([...question.argv, 'Environment', 'WorkingDirectory'])
  if (code !== 0) return null
  const [commands, variables, folder] = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as Property).data) as [readonly (readonly [string, readonly string[]])[], readonly string[], string]
  return {
    argv: commands[0]?.[1] ?? [],
    environment: Object.fromEntries(variables.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)])),
    folder: folder === '' ? null : folder.replace(/^!/, ''),
  }
}
