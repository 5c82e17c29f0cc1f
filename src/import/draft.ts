// A profile in the making: values are set by path, each with the remark it needs, and come out as a profile writes them.
import type { Path } from '../profile/model.ts'
import type { Remark } from './model.ts'
import { looksSecret } from './secrets.ts'

/** A reference to a fact, such as `${home}`, on its way through text in which every other `${` is literal. */
export const fact = (name: string): string => `\ue000${name}\ue001`

/** Whether a path is absolute once the facts in it are there: those are all absolute. */
export const isAbsolutePath = (path: string): boolean => /^[/\ue000]/.test(path)

/** What is literal in a profile has its `${` doubled (contract, "The profile"); facts become references. */
function written(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${').replaceAll(/\ue000(\w+)\ue001/g, (_, name: string) => `\${${name}}`)
  if (Array.isArray(value)) return value.map(written)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, written(child)]))
  return value
}

export interface Draft {
  /** Sets a key, with what is to be said about it. */
  readonly set: (path: Path, value: unknown, remark?: string) => void
  readonly remark: (path: Path, text: string) => void
  /** Sets a variable; one that looks like a secret is left for the user to hand over. */
  readonly variable: (name: string, value: string) => void
  readonly get: (path: Path) => unknown
  readonly done: () => { readonly profile: Record<string, unknown>; readonly remarks: readonly Remark[] }
}

export function newDraft(): Draft {
  const profile: Record<string, unknown> = { version: 1 }
  const remarks: Remark[] = []
  const said = new Set<string>()
  const remark = (path: Path, text: string): void => {
    const id = [...path, text].join('\0')
    if (!said.has(id)) remarks.push({ path, text })
    said.add(id)
  }
  const set: Draft['set'] = (path, value, text) => {
    let at = profile
    for (const step of path.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>
    // Null takes back what was set before.
    if (value === null) delete at[path.at(-1)!]
    else at[path.at(-1)!] = written(value)
    if (text !== undefined) remark(path, text)
  }
  return {
    set,
    remark,
    variable(name, value) {
      if (looksSecret(name, value))
        set(
          ['environment', name],
          { fromEnv: name, secret: true },
          `${name} looks like a secret, so its value was not copied: set the variable ${name} for the command that renders or applies, or put the value into a file and write { secretFile: /path }`,
        )
      else set(['environment', name], value)
    },
    get: (path) => path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined), profile),
    done: () => ({ profile, remarks }),
  }
}

/** The name of a profile, from that of a service: kebab-case. */
export function nameFrom(label: string): string {
  const word = label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 128)
    .replace(/-+$/, '')
  // A name of digits alone would be a number to YAML.
  return word === '' ? 'my-app' : /^\d+$/.test(word) ? `app-${word}` : word
}
