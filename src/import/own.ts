// The files that `render` leaves beside an artifact in, what they say of the profile that no artifact holds out.
import { isTree, type Os, type Tree } from '../profile/model.ts'
import type { Draft } from './draft.ts'
import { batchCommand } from './launcher-cmd.ts'
import { shellWords } from './launcher-sh.ts'
import type { Given } from './model.ts'

export const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

interface Step {
  readonly argv: readonly string[]
  readonly why: string
}

/** What the manifest says, as far as it is one: anybody may have written into it. */
function manifestOf({ beside }: Given): { readonly id: string; readonly steps: readonly Step[]; readonly keys: readonly string[] } | null {
  const manifest = parsed(beside('manifest.json') ?? '')
  if (!isTree(manifest)) return null
  const { id, version, steps, limits } = manifest
  if (version !== 1 || typeof id !== 'string' || !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id)) return null
  const list = (value: unknown): readonly Tree[] => (Array.isArray(value) ? value.filter(isTree) : [])
  return {
    id,
    steps: list(steps).flatMap(({ argv, why }) =>
      Array.isArray(argv) && argv.every((word) => typeof word === 'string') && typeof why === 'string' ? { argv, why } : [],
    ),
    keys: list(limits).flatMap(({ key }) => (typeof key === 'string' ? key : [])),
  }
}

/** A text of JSON, or null. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The profile's own name. */
export const ownName = (given: Given): string | null => manifestOf(given)?.id ?? null

/** Why `render` runs these steps (platform/<each>/commands.ts): they name the earlier installs that a profile replaces. */
const replacing = 'an earlier install must not run beside this one'

/**
 * health, replaces and the like, which no artifact of a service manager has room for: from the install script and the manifest beside it.
 * What the manifest names beyond that, nothing but the profile itself ever knew.
 */
export function ownExtras(given: Given, draft: Draft, os: Os): void {
  const manifest = manifestOf(given)
  if (manifest === null) return
  const { steps, keys } = manifest
  const named = (pick: (argv: readonly string[]) => string | undefined): string[] =>
    steps.filter(({ why }) => why === replacing).flatMap(({ argv }) => pick(argv) ?? [])
  if (os === 'linux') {
    const units = named((argv) => (argv.at(-2) === 'stop' ? argv.at(-1) : undefined))
    if (units.length > 0) draft.set(['replaces', 'linux', 'units'], units)
  }
  if (os === 'macos') {
    const labels = named((argv) => (argv[1] === 'bootout' ? argv[2]?.slice(argv[2].lastIndexOf('/') + 1) : undefined))
    if (labels.length > 0) draft.set(['replaces', 'macos', 'labels'], labels)
  }
  if (os === 'windows') {
    const services = steps.flatMap(({ argv }) => (argv[0]?.endsWith('\\sc.exe') === true && argv[1] === 'delete' ? argv[2]! : []))
    const tasks = steps.flatMap(({ argv }) =>
      argv[0]?.endsWith('\\schtasks.exe') === true ? argv.slice(argv.indexOf('/TN') + 1, argv.indexOf('/TN') + 2) : [],
    )
    const items = steps.flatMap(({ why }) => /^the Startup item (.*) must not run beside this one$/.exec(why)?.[1] ?? [])
    for (const [key, names] of [
      ['tasks', tasks],
      ['startupItems', items],
      ['services', services],
    ] as const)
      if (names.length > 0) draft.set(['replaces', 'windows', key], [...new Set(names)])
    if (given.beside('startup.cmd') === null) draft.set(['windows', 'fallback'], 'none')
    windowsHealth(given, draft)
  }
  const script = given.beside('install.sh')
  if (script !== null) health(script, draft)
  const lost = keys.filter((key) => !carried.has(key) && draft.get(key.split('.')) === undefined)
  if (lost.length > 0) draft.remark([], `The profile that this was rendered from had ${lost.join(', ')} too, which no rendered file holds as it was written.`)
}

/** What these say where they are not set is what the files say. */
const carried: ReadonlySet<string> = new Set(['label', 'displayName', 'autostart', 'health'])

/** health <- the checks that install.sh waits for (templates/posix/health.sh.hbs). */
function health(script: string, draft: Draft): void {
  const [stable, timeout] = ['stable_seconds', 'timeout_seconds'].map((name) => new RegExp(`^${name}=(\\d+)$`, 'm').exec(script)?.[1])
  if (stable !== undefined && stable !== '2') draft.set(['health', 'stableFor'], `${stable}s`)
  if (timeout !== undefined && timeout !== '30') draft.set(['health', 'timeout'], `${timeout}s`)
  const body = /\nhealthy\(\) \{\n([\s\S]*?)\n\}\n/.exec(script)?.[1] ?? ''
  const after = (start: string): readonly string[] | null => {
    const at = body.indexOf(start)
    return at < 0 ? null : shellWords(body, at + start.length)
  }
  const tcp = after('\n  tcp_answers ')
  if (tcp !== null) address(tcp[0] ?? '', tcp[1] ?? '', draft)
  const http = after('\n  http_answers ')
  if (http !== null) draft.set(['health', 'http'], http[0] ?? '')
  const command = after('\n  limited "$timeout_seconds" ')
  if (command !== null) draft.set(['health', 'command'], command)
  const file = /\nfile_agrees\(\) \{\n([\s\S]*?)\n\}\n/.exec(script)?.[1]
  if (file === undefined) return
  draft.set(['health', 'file', 'path'], shellWords(file, file.indexOf('[ -f ') + 5)[0] ?? '')
  const pointer = file.indexOf('value=$(json_at ')
  if (pointer >= 0) draft.set(['health', 'file', 'json'], (shellWords(file, pointer + 16)[1] ?? '').replace(/\)$/, ''))
  const wanted = file.indexOf('for wanted in ')
  if (wanted >= 0)
    draft.set(
      ['health', 'file', 'equals'],
      shellWords(file, wanted + 14)
        .slice(0, -1)
        .map((word) => word.replace(/;$/, '')),
    )
}

/** health <- install.cmd and health.js (templates/windows). */
function windowsHealth({ beside }: Given, draft: Draft): void {
  const script = beside('install.cmd') ?? ''
  const [stable, timeout] = [/^if %hi_up% GTR (\d+) exit \/b 0\r?$/m, /^if %hi_spent% GEQ (\d+) goto :unhealthy\r?$/m].map(
    (pattern) => pattern.exec(script)?.[1],
  )
  if (stable !== undefined && stable !== '2') draft.set(['health', 'stableFor'], `${stable}s`)
  if (timeout !== undefined && timeout !== '30') draft.set(['health', 'timeout'], `${timeout}s`)
  const command = /^(.*) >NUL 2>&1\r?\n(?:if not "%ERRORLEVEL%"=="0" )?goto :notYet/m.exec(script)?.[1]
  if (command?.startsWith('"') === true && !command.includes('%~dp0')) draft.set(['health', 'command'], batchCommand(command))
  const looks = beside('health.js') ?? ''
  const value = (name: string): unknown => {
    const literal = new RegExp(`^var ${name} = (.*);\\r?$`, 'm').exec(looks)?.[1]
    return parsed(literal ?? '')
  }
  const [tcp, http, file] = ['tcp', 'http', 'file'].map(value)
  if (isTree(tcp)) address(String(tcp['host']), String(tcp['port']), draft)
  if (typeof http === 'string') draft.set(['health', 'http'], http)
  if (!isTree(file)) return
  const { path, pointer, equals } = file
  draft.set(['health', 'file'], { path, ...(pointer === null ? {} : { json: pointer }), ...(equals === null ? {} : { equals }) })
}

/** An IPv6 address stands in brackets. */
const address = (host: string, port: string, draft: Draft): void => draft.set(['health', 'tcp'], host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)

/** The name for people, from the title that the install script shows. */
export function titleOf(given: Given): string | null {
  const id = ownName(given)
  const script = id === null ? null : given.beside('install.sh')
  const at = script?.indexOf('\ntitle=') ?? -1
  const title = at < 0 ? id : (shellWords(script!, at + '\ntitle='.length)[0] ?? id)
  return title === id ? null : title
}
