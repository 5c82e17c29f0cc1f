// The profile's schema in; its JSON Schema and its field reference, as texts, out.
import { toJsonSchema } from '@valibot/to-json-schema'
import { checkTable } from '../src/doctor/list.ts'
import { mappings as macos } from '../src/platform/launchd/limits.ts'
import type { Mapping } from '../src/platform/platform.ts'
import { mappings as linux } from '../src/platform/systemd/limits.ts'
import { mappings as windows } from '../src/platform/windows/limits.ts'
import { platformEntries, profileSchema, serviceEntries } from '../src/profile/schema.ts'

type Json = { [key: string]: unknown }

/** JSON Schema draft 7, which editors read. Unknown keys are errors, `null` unsets a key of a lower layer. */
export function jsonSchema(): string {
  const schema = toJsonSchema(profileSchema, { errorMode: 'ignore', ignoreActions: ['check'] }) as Json
  const closed = { ...(close(schema) as Json), ...wholeProfile }
  return `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', title: 'hermes-install profile', description: 'One profile declares one service, for Linux, macOS and Windows.', ...closed }, null, 2)}\n`
}

/** A profile that lies over no other must say it all; a base says `extends: []` to be left alone. */
const wholeProfile = {
  if: { required: ['extends'] },
  else: {
    required: ['version', 'name'],
    anyOf: [
      { required: ['command'] },
      ...['linux', 'macos', 'windows', 'instance'].map((overlay) => ({ required: [overlay], properties: { [overlay]: { required: ['command'] } } })),
    ],
  },
}

function close(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(close)
  if (typeof node !== 'object' || node === null) return node
  const out: Json = Object.fromEntries(
    Object.entries(node as Json)
      .filter(([key]) => key !== '$schema')
      .map(([key, value]) => [key, close(value)]),
  )
  if (typeof out['properties'] === 'object' && out['properties'] !== null) {
    out['additionalProperties'] = false
    const required = Array.isArray(out['required']) ? (out['required'] as string[]) : []
    out['properties'] = Object.fromEntries(
      Object.entries(out['properties'] as Json).map(([key, value]) => [key, required.includes(key) ? value : nullable(value as Json)]),
    )
  }
  const values = out['additionalProperties']
  if (typeof values === 'object' && values !== null && out['properties'] === undefined) out['additionalProperties'] = nullable(values as Json)
  return out
}

function nullable({ description, ...rest }: Json): Json {
  const described = description === undefined ? {} : { description }
  if (typeof rest['type'] === 'string' && rest['enum'] === undefined && rest['const'] === undefined)
    return { ...described, ...rest, type: [rest['type'], 'null'] }
  if (Array.isArray(rest['enum']))
    return { ...described, ...rest, enum: [...(rest['enum'] as unknown[]), null], ...(rest['type'] ? { type: [rest['type'], 'null'] } : {}) }
  if (Array.isArray(rest['anyOf'])) return { ...described, ...rest, anyOf: [...(rest['anyOf'] as unknown[]), { type: 'null' }] }
  return { ...described, anyOf: [rest, { type: 'null' }] }
}

/** Just enough of valibot's own shape to name a type. */
interface Shape {
  type: string
  message?: string
  wrapped?: Shape
  pipe?: readonly (Shape & { description?: string })[]
  entries?: Record<string, Shape>
  options?: readonly Shape[]
  item?: Shape
  value?: Shape
}

const descriptionOf = (shape: Shape): string | undefined =>
  shape.wrapped ? descriptionOf(shape.wrapped) : shape.pipe?.findLast((action) => action.type === 'description')?.description
const bare = (shape: Shape): Shape => (shape.wrapped ? bare(shape.wrapped) : shape.pipe ? bare(shape.pipe[0]!) : shape)
const typeOf = (shape: Shape): string => bare(shape).message ?? bare(shape).type

/** What a reader is told of a key. */
export interface Entry {
  readonly key: string
  readonly type: string
  /** Its default, or `required`, or nothing. */
  readonly fallback: string
  readonly meaning: string
}

/** A key, then all keys below it. */
function entriesOf(name: string, shape: Shape, isEntry: boolean): Entry[] {
  const description = descriptionOf(shape)
  const below = keysBelow(name, bare(shape))
  if (description === undefined) return below
  const [, meaning, fallback, required] = /^(.*?)(?: Default: (.*)\.| (Required.*)\.)?$/.exec(description)!
  const must = required?.toLowerCase() ?? (isEntry && shape.type !== 'optional' ? 'required' : '')
  return [{ key: name, type: typeOf(shape), fallback: fallback ?? must, meaning: meaning! }, ...below]
}

function keysBelow(name: string, { entries, options, item, value }: Shape): Entry[] {
  return [
    ...Object.entries(entries ?? {}).flatMap(([key, shape]) => entriesOf(`${name}.${key}`, shape, true)),
    ...(value ? entriesOf(`${name}.NAME`, value, false) : []),
    ...(item ? entriesOf(`${name}[]`, item, false) : []),
    ...(options ?? []).flatMap((option) => keysBelow(name, bare(option))),
  ]
}

const top = (profileSchema as unknown as Shape).entries!
/** The keys of a profile, in the order of the reference. */
export const profileKeys = (): readonly Entry[] =>
  ['version', 'name', 'extends', 'parameters', ...Object.keys(serviceEntries)].flatMap((name) => entriesOf(name, top[name]!, true))

/** The overlays, and the keys that only they have. */
export const overlays = (): readonly Entry[] =>
  (['linux', 'macos', 'windows', 'instance'] as const).flatMap((name) => [
    entriesOf(name, top[name]!, true)[0]!,
    ...Object.entries(name === 'instance' ? {} : (platformEntries[name] as unknown as Record<string, Shape>)).flatMap(([key, shape]) =>
      entriesOf(`${name}.${key}`, shape, true),
    ),
  ])

/** Where a fact that is not given is, on Linux, macOS and Windows. */
export const facts = [
  ['configDir', '~/.config', '~/Library/Application Support', '~\\AppData\\Roaming'],
  ['dataDir', '~/.local/share', '~/Library/Application Support', '~\\AppData\\Local'],
  ['stateDir', '~/.local/state', '~/Library/Application Support', '~\\AppData\\Local'],
  ['logDir', '~/.local/state/log', '~/Library/Logs', '~\\AppData\\Local\\Logs'],
] as const

const row = ({ key, type, fallback, meaning }: Entry): string =>
  `| ${[`\`${key}\``, type, fallback, meaning].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
const header = ['| key | type | default | meaning |', '|---|---|---|---|']

/** docs/profile.md */
export function fieldReference(): string {
  const lines = [
    '# The profile',
    '',
    '<!-- Generated by `npm run generate` from src/profile/schema.ts: change that, not this. -->',
    '',
    'One YAML file declares one service. Unknown keys are errors. `extends` merges other profiles below this one; the overlays `linux`, `macos`, `windows`',
    'and `instance` are laid on top where they apply: the OS first, then `instance`, which may hold OS overlays itself. Maps merge by key, lists and scalars',
    'replace, `null` unsets.',
    '',
    '`${...}` expands parameters and host facts (`home`, `user`, `uid`, `configDir`, `dataDir`, `stateDir`, `logDir`, `instance`, `os`); `$${` is a literal `${`.',
    'With `--instance NAME` a label that does not say `${instance}` gets `-NAME` appended. A file may have 512 KiB.',
    'Durations are `500ms`, `2s`, `5m`, `1h`, `1d` and sums of them (`1m30s`); sizes are `10MB` (decimal) or `1GiB` (binary).',
    '',
    'In an editor with the YAML language server, the first line `# yaml-language-server: $schema=file:///PATH/profile.schema.json` checks and completes as you type',
    '(a URL: a path would end at its first blank); `hermes-install init` writes it.',
    '',
    'A file that lies over no other must have `version`, `name` and `command`; an editor asks for them too. A base that is not whole, such as `_base.yaml`, says `extends: []`',
    'to be left alone.',
    '',
    '`NAME` stands for a name of your choice, `[]` for each entry of a list. Nothing is required but what says so; a key below another is required where that other is.',
    '',
    ...header,
    ...profileKeys().map(row),
    '',
    '## Overlays',
    '',
    'Each holds any of the keys above from `parameters` on, and keys of its own.',
    '',
    ...header,
    ...overlays().map(row),
    '',
    '## Host facts (`--host FILE`)',
    '',
    'YAML or JSON: `os` (`linux`, `macos`, `windows`), `user` and `home`, which are required; `uid` (1000 on Linux, 501 on macOS); `arch` (`x64`, `x86`, `arm64`);',
    '`versions: {systemd: 252, winsw: 3}`. The folders follow from `home` unless they are given:',
    '',
    '| fact | Linux | macOS | Windows |',
    '|---|---|---|---|',
    ...facts.map((cells) => `| ${cells.map((cell) => `\`${cell}\``).join(' | ')} |`),
    '',
  ]
  return lines.join('\n')
}

/** The mapping table of one OS, for docs/<os>.md. */
function mappingTable(mappings: Readonly<Record<string, Mapping>>): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
  const rows = Object.entries(mappings).map(([key, { to, limits = [] }]) => {
    const notes = limits.map(({ fidelity, reason, instead }) => `**${fidelity}**: ${reason}; ${instead}`)
    return `| \`${key}\` | ${cell(to) || '-'} | ${cell(notes.join('<br>')).replaceAll('&lt;br>', '<br>')} |`
  })
  return ['| key | lands in | where it is not exact |', '|---|---|---|', ...rows].join('\n')
}

/** Puts a table between the markers of a page. */
const between = (page: string, name: string, table: string): string =>
  page.replace(new RegExp(`(<!-- ${name}: generated -->\\n)[\\s\\S]*?(<!-- end -->)`), (_, open: string, end: string) => `${open}${table}\n${end}`)
export const withTable = (page: string, mappings: Readonly<Record<string, Mapping>>): string => between(page, 'mapping', mappingTable(mappings))
/** docs/doctor.md */
export const withChecks = (page: string): string => between(page, 'checks', checkTable())

export const pages = { 'docs/linux.md': linux, 'docs/macos.md': macos, 'docs/windows.md': windows }
