// The text of a hosts file in; of each host its facts, the values of its parameters and its secrets out, or what is wrong with it.
import type { Issue } from '../errors.ts'
import { placed } from '../profile/issue.ts'
import { isTree, type Path, type Position } from '../profile/model.ts'
import { readYaml } from '../profile/yaml.ts'
import { checkFacts } from '../resolve/facts.ts'
import type { HostFacts } from '../resolve/host.ts'

/** One machine of a fleet. */
export interface FleetHost {
  readonly name: string
  readonly facts: HostFacts | null
  readonly values: ReadonlyMap<string, string>
  /** Values of `fromEnv` secrets of this host; the environment of the controller has the others. */
  readonly secrets: ReadonlyMap<string, string>
  /** What is wrong with it. The others are none the worse for it. */
  readonly issues: readonly Issue[]
}

const keys = ['facts', 'values', 'secrets']

/** A name of an inventory becomes the name of a folder. */
const nameFits = (name: string): boolean => /^[^/\\\u0000-\u001f\u007f]{1,200}$/.test(name) && !/^\.{1,2}$/.test(name)

/**
 * @param text `{hosts: {NAME: {facts, values, secrets}}}`, YAML or JSON
 * @returns the hosts, by name in the order of their code points; or the issues that leave nothing to work on
 */
export function parseHosts(text: string, file: string): { hosts: readonly FleetHost[]; issues: readonly Issue[] } {
  const { value, locate, issues: broken } = read(text)
  if (broken.length > 0) return { hosts: [], issues: broken.map((issue) => ({ file, key: '', ...issue })) }
  const hosts = isTree(value) ? value['hosts'] : undefined
  if (!isTree(hosts))
    return { hosts: [], issues: [placed({ path: [], message: 'expected {hosts: {NAME: {facts: {os, user, home}}}}', hint: null }, file, locate)] }
  const names = Object.keys(hosts).sort((a, b) => (a < b ? -1 : 1))
  const unfit = names.filter((name) => !nameFits(name))
  if (unfit.length > 0)
    return {
      hosts: [],
      issues: unfit.map((name) =>
        placed({ path: ['hosts', name], message: `${JSON.stringify(name)} cannot be the name of a folder`, hint: null }, file, locate),
      ),
    }
  return { hosts: names.map((name) => hostOf(name, hosts[name], file, (path) => locate(['hosts', name, ...path]))), issues: [] }
}

/** JSON is YAML, too, but there is no place in it to tell of, and it is read in a hundredth of the time. */
function read(text: string): Pick<ReturnType<typeof readYaml>, 'value' | 'locate' | 'issues'> {
  if (!text.startsWith('{')) return readYaml(text)
  try {
    return { value: JSON.parse(text) as unknown, locate: () => ({ line: 1, column: 1 }), issues: [] }
  } catch {
    return readYaml(text)
  }
}

function hostOf(name: string, value: unknown, file: string, locate: (path: Path) => Position): FleetHost {
  const issues: Issue[] = []
  const say = (path: Path, message: string, hint: string | null = null): void =>
    void issues.push(placed({ path, message: `${name}: ${message}`, hint }, file, locate))
  const tree = isTree(value) ? value : {}
  if (tree['facts'] === undefined) say(['facts'], 'its facts are missing', '{os, user, home} at least')
  for (const key of Object.keys(tree)) if (!keys.includes(key)) say([key], `unknown key "${key}"`, `known: ${keys.join(', ')}`)
  const { facts, issues: wrong } =
    tree['facts'] === undefined ? { facts: null, issues: [] } : checkFacts(tree['facts'], file, (path) => locate(['facts', ...path]))
  issues.push(...wrong.map((issue) => ({ ...issue, message: `${name}: ${issue.message}` })))
  const texts = (key: string): ReadonlyMap<string, string> => {
    const found = new Map<string, string>()
    for (const [k, v] of Object.entries(isTree(tree[key]) ? tree[key] : {}))
      if (typeof v === 'string') found.set(k, v)
      else say([key, k], `${key}.${k} is not a text`, 'put it in quotes')
    return found
  }
  return { name, facts, values: texts('values'), secrets: texts('secrets'), issues }
}
