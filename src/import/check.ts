// What a reader made in, a profile that this tool itself takes and renders out: a value that some rule or format refuses is left out and told of.
import { UserError, type Issue } from '../errors.ts'
import { platforms } from '../platform/index.ts'
import type { Refusal } from '../platform/platform.ts'
import { loadLayers, type Source } from '../profile/load.ts'
import { merge } from '../profile/merge.ts'
import { isTree, type Path } from '../profile/model.ts'
import { parseText } from '../profile/parse.ts'
import { readShipped, shippedFile } from '../profile/shipped.ts'
import type { HostFacts } from '../resolve/host.ts'
import { toHost } from '../resolve/host.ts'
import { resolve } from '../resolve/service.ts'
import type { Imported, Remark } from './model.ts'
import { writeProfile } from './write.ts'

export interface Written {
  readonly text: string
  readonly profile: Readonly<Record<string, unknown>>
  readonly remarks: readonly Remark[]
}

/** More values than this that cannot be carried are another kind of mistake. */
const most = 200

/**
 * @param head the first lines of the file
 * @throws UserError NOT_IMPORTED where what is left is no profile
 */
export async function checked({ os, profile, remarks, instance }: Imported, facts: HostFacts, head: readonly string[]): Promise<Written> {
  let tree = profile
  const told = [...remarks]
  for (let tries = 0; tries < most; tries++) {
    const text = writeProfile(tree, told, head)
    const [issue] = await problems(text, os, facts, instance)
    if (issue === undefined) return { text, profile: tree, remarks: told }
    const path = placeOf(tree, issue.path)
    if (path === null)
      throw new UserError('NOT_IMPORTED', `this service cannot become a profile: ${issue.message}`, issue.hint === null ? {} : { hint: issue.hint })
    tree = without(tree, path) as Readonly<Record<string, unknown>>
    told.push({ path: path.slice(0, -1), text: `not carried: ${path.join('.')}: ${issue.message}` })
  }
  throw new UserError('NOT_IMPORTED', 'too many of its values are none that a profile can carry')
}

interface Problem {
  readonly path: Path
  readonly message: string
  readonly hint: string | null
}

async function problems(text: string, os: Imported['os'], facts: HostFacts, instance: string | null): Promise<readonly Problem[]> {
  const source: Source = {
    read: (file) => readShipped(file) ?? parseText(text, file),
    resolve: (_, reference) => shippedFile(reference),
  }
  const { layers, issues } = loadLayers('imported', source, new Map())
  const name = instance === '' ? 'x' : instance
  const merged = merge(layers, os, name)
  // Secrets are not looked at here.
  const { service, issues: more } = resolve(
    merged,
    {
      host: toHost(facts),
      instance: name,
      scope: null,
      given: new Map(),
      environment: (variable) => (variable.startsWith('HERMES_INSTALL_') ? undefined : 'x'),
    },
    issues,
  )
  const all = [...issues, ...more]
  if (all.length > 0 || service === null) return all.map(asProblem)
  const refusals: Refusal[] = []
  ;(await platforms[os]()).render(service, refusals)
  return refusals
}

const asProblem = ({ key, message, hint }: Issue): Problem => ({ path: steps(key), message, hint })

/** `restart.delays[2]` -> its steps. */
const steps = (key: string): Path =>
  [...key.matchAll(/"((?:[^"\\]|\\.)*)"|\[(\d+)\]|([^.[\]"\s]+)/g)].map(([, quoted, index, word]) =>
    quoted !== undefined ? (JSON.parse(`"${quoted}"`) as string) : index !== undefined ? Number(index) : word!,
  )

/** Where in the profile as it is written a key stands that is wrong: the whole list of a bad item. Null for what no profile can do without. */
function placeOf(tree: unknown, path: Path): Path | null {
  const list = path.findIndex((step) => typeof step === 'number')
  let place = list < 0 ? path : path.slice(0, list)
  while (place.length > 0 && valueAt(tree, place) === undefined) place = place.slice(0, -1)
  const [first] = place
  return place.length === 0 || first === 'command' || first === 'name' || first === 'version' || first === 'label' ? null : place
}

const valueAt = (tree: unknown, path: Path): unknown => path.reduce<unknown>((at, step) => (isTree(at) ? at[step] : undefined), tree)

function without(tree: unknown, [first, ...rest]: Path): unknown {
  if (!isTree(tree)) return tree
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(tree)) {
    if (key !== first) out[key] = value
    else if (rest.length > 0) {
      const child = without(value, rest)
      if (!isTree(child) || Object.keys(child).length > 0) out[key] = child
    }
  }
  return out
}
