// `import` on every .service file of this machine, of the systemd boxes and of some hundred Debian packages: a valid profile or a clear reason,
// and what such a profile renders to is for a real systemd the same unit as its source, but for what the import's own comments name.
import { readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { checked, type Written } from '../../src/import/check.ts'
import { readAny } from '../../src/import/recognise.ts'
import { readUnit } from '../../src/import/unit.ts'
import { bedFile } from '../beds/paths.ts'
import { made, said } from '../help.ts'
import { differences, loadUnits, type Loaded } from './units.ts'

interface Case {
  /** Where it comes from, for people. */
  readonly from: string
  readonly scope: 'user' | 'system'
  readonly text: string
  /** The name it has in the boxes: each its own. */
  readonly name: string
}

const folders = ['lib/systemd/system', 'usr/lib/systemd/system', 'usr/lib/systemd/user']

function allUnits(): readonly Case[] {
  const roots = [
    '/',
    bedFile('systemd', 'roots', '254'),
    bedFile('systemd', 'roots', '257'),
    ...readdirSync(bedFile('systemd', 'units')).map((name) => bedFile('systemd', 'units', name)),
  ]
  const seen = new Set<string>()
  const cases: Case[] = []
  for (const root of roots)
    for (const folder of folders) {
      for (const file of names(join(root, folder))) {
        const text = readFileSync(join(root, folder, file), 'utf8')
        const scope = folder.endsWith('user') ? 'user' : 'system'
        // A link, or the same file in another root.
        if (seen.has(`${file}\0${scope}\0${text}`)) continue
        seen.add(`${file}\0${scope}\0${text}`)
        cases.push({ from: join(root, folder, file), scope, text, name: `i${cases.length}-${file}` })
      }
    }
  return cases
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.service') && readable(join(folder, name)))
  } catch {
    return []
  }
}

/** Links to /dev/null mask a unit; a link out of an unpacked package leads nowhere. */
function readable(path: string): boolean {
  try {
    return readFileSync(path, 'utf8') !== ''
  } catch {
    return false
  }
}

interface Result extends Case {
  readonly reason: string | null
  readonly written: Written | null
  /** What the profile renders to. */
  readonly rendered: string
  /** The name under which both are loaded: that of an instance for a template. */
  readonly loaded: string
}

/** Whose units those of a user are, in the boxes. */
const host = { os: 'linux', user: 'ann', uid: 1000, home: '/home/ann' } as const

async function importOne(one: Case): Promise<Result> {
  const template = one.name.endsWith('@.service')
  const loaded = template ? one.name.replace('@.service', '@x.service') : one.name
  const nothing = { ...one, written: null, rendered: '', loaded }
  try {
    const imported = await readAny({ main: { path: one.from, text: one.text }, dropIns: [], name: one.name, scope: one.scope, beside: () => null })
    const written = await checked(imported, host, ['test'])
    const env = Object.fromEntries([...written.text.matchAll(/fromEnv: "?([\w.-]+)/g)].map((match) => [match[1]!, 'x']))
    const { rendered, issues } = await made(written.text, { os: 'linux', host, env, ...(template ? { instance: 'x' } : {}) })
    if (rendered === null) throw new Error(`${one.from}: ${said(issues).join('\n')}\n${written.text}`)
    const unit = rendered.files.find((file) => file.name === loaded)
    if (unit === undefined) throw new Error(`${one.from}: rendered as ${rendered.files[0]!.name}, not ${loaded}`)
    return { ...nothing, reason: null, written, rendered: unit.text }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { ...nothing, reason: `${error.message} (${error.hint ?? ''})` }
  }
}

/** The remarks that must be there for a property to differ, by the key of the profile that they stand on. */
const named: readonly (readonly [property: RegExp, keys: RegExp])[] = [
  [/^ExecStartEx$/, /^command$/],
  [/^ExecStopEx$/, /^stop\.command$/],
  [/^Restart$/, /^restart\.policy$/],
  [/^(?:SuccessExitStatus|RestartForceExitStatus)$/, /^restart\.(?:restartExitCodes|policy)$/],
  [/^(?:KillSignal|RestartKillSignal)$/, /^stop\.signal$/],
  [/^TimeoutStopUSec$/, /^stop\.timeout$/],
  [/^TimeoutAbortUSec$/, /^stop\.timeout$/],
  [/^(?:Environment|EnvironmentFiles)$/, /^environment/],
]

const unnamed = (before: Loaded, after: Loaded, { remarks }: Written): string[] =>
  differences(before, after)
    .filter((property) => !named.some(([pattern, keys]) => pattern.test(property) && remarks.some(({ path }) => keys.test(path.join('.')))))
    .map((property) => `${property}: ${JSON.stringify(before[property])} -> ${JSON.stringify(after[property])}`)

const cases = allUnits()
const results = await Promise.all(cases.map(importOne))

test('there are hundreds, and most become a profile', () => {
  const count = (reason: RegExp): number => results.filter((one) => one.reason !== null && reason.test(one.reason)).length
  console.log(
    `${cases.length} units: ${results.filter(({ reason }) => reason === null).length} profiles, ${count(/runs once/)} run once, ${count(/no ExecStart/)} have no program`,
  )
  for (const { from, reason } of results) if (reason !== null && !/runs once|no ExecStart/.test(reason)) console.log(`${basename(from)}: ${reason}`)
  expect(cases.length).toBeGreaterThan(400)
  // The rest are tasks that run once.
  expect(count(/./) - count(/runs once|no ExecStart/)).toBeLessThan(10)
})

test.each([
  ['system', '252'],
  ['user', '252'],
  ['system', '257'],
] as const)('what is rendered is the same unit: %s, systemd %s', { timeout: 900_000 }, async (scope, version) => {
  const some = results.filter((one) => one.reason === null && one.scope === scope)
  const askFor = some.map(({ loaded }) => loaded)
  const [before, after] = await Promise.all([
    loadUnits(version, new Map(some.map(({ name, text }) => [name, text])), scope, askFor),
    loadUnits(version, new Map(some.map(({ loaded, rendered }) => [loaded, rendered])), scope, askFor),
  ])
  const wrong = some.flatMap(({ from, loaded, written }) => unnamed(before.get(loaded)!, after.get(loaded)!, written!).map((line) => `${from} ${line}`))
  expect(some.length).toBeGreaterThan(scope === 'system' ? 200 : 20)
  expect(wrong.slice(0, 40)).toEqual([])
})

test('what is rendered has the same [Install] section, which systemd reads only to enable a unit', () => {
  const install = (text: string, path: string): unknown =>
    readUnit([{ path, text }])
      .section('Install')
      .map(({ key, values }) => `${key}=${values.flatMap((value) => value.split(/\s+/)).join(' ')}`)
      .sort()
  for (const { reason, from, text, rendered, name } of results)
    // What an instance of a template is enabled as, its DefaultInstance= included, is a text of its own.
    if (reason === null && !name.includes('@')) expect(install(rendered, from), from).toEqual(install(text, from))
})

test('what is rendered is imported to the same profile', async () => {
  const some = results.filter((one) => one.reason === null)
  const again = await Promise.all(
    some.map(async ({ loaded, rendered, scope, from }) => {
      const { profile } = await readAny({ main: { path: from, text: rendered }, dropIns: [], name: loaded, scope, beside: () => null })
      return { from, loaded, profile }
    }),
  )
  const wrong = some.flatMap(({ written, from, name, loaded }, i) => {
    // A template has become its instance, a secret a file.
    if (name !== loaded || /fromEnv/.test(written!.text)) return []
    // A fact has become what it is on this host.
    const text = (profile: unknown): string =>
      JSON.stringify(ordered(profile)).replaceAll('${home}', host.home).replaceAll('${uid}', String(host.uid)).replaceAll('${user}', host.user)
    const [before, after] = [text(written!.profile), text(again[i]!.profile)]
    return before === after ? [] : [`${from}\n${before}\n${after}`]
  })
  expect(wrong.slice(0, 5)).toEqual([])
})

const ordered = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(ordered)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, child]) => [key, ordered(child)]),
        )
      : value

test('control: a directive that gets lost is noticed', { timeout: 120_000 }, async () => {
  const one = results.find(({ loaded, reason }) => reason === null && loaded.endsWith('-systemd-logind.service'))!
  const [before, after] = await Promise.all(
    [one.text, one.rendered.replace(/^ProtectHome=.*\n/m, '').replace(/^RestartSec=.*$/m, 'RestartSec=7s')].map((text) =>
      loadUnits('252', new Map([[one.loaded, text]]), 'system', [one.loaded]),
    ),
  )
  expect(unnamed(before!.get(one.loaded)!, after!.get(one.loaded)!, one.written!).map((line) => line.split(':')[0])).toEqual(['ProtectHome', 'RestartUSec'])
})
