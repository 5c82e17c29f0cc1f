// Each check, judged by facts: the good case, the bad ones with their fix, and facts that nobody could find out.
import { expect, test } from 'vitest'
import { judge } from '../../src/doctor/check.ts'
import { known, unknown, type FactName, type Facts, type Gathered } from '../../src/doctor/facts.ts'
import { checks, findings, needed, type CheckId } from '../../src/doctor/list.ts'
import { facts } from './known.ts'
import { environment } from './rows/environment.ts'
import { machine } from './rows/machine.ts'
import { others } from './rows/others.ts'
import { services } from './rows/services.ts'
import { windows } from './rows/windows.ts'

const systems = ['linux', 'macos', 'windows'] as const
const all = new Map(checks)
const wrap = (values: Facts): Gathered => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, known(value)]))
const said = (id: CheckId, values: Facts): string[] =>
  judge(id, all.get(id)!, wrap(values), 'my-app').map(({ level, text, fix }) => `${level}: ${text}${fix === '' ? '' : ` | ${fix}`}`)

test.each(systems)('%s: where nothing is wrong, every check is ok, and only facts are asked for that a check needs', (os) => {
  const values = facts(os)
  for (const service of [null, 'my-app']) {
    const found = findings(os, wrap(values), service)
    expect(found.filter(({ level }) => level !== 'ok')).toEqual([])
    expect(found.every((one) => one.service === service && one.fix === '' && /^[a-z-]+$/.test(one.id))).toBe(true)
  }
  for (const [id, check] of checks) {
    if (!check.platforms.includes(os)) continue
    for (const name of check.needs) expect([id, name, needed(os, check.about).has(name)]).toEqual([id, name, true])
  }
})

test('every fact is needed by some check, and every check finds something on some OS', () => {
  const used = new Set(checks.flatMap(([, { needs }]) => needs))
  expect(Object.keys(facts('linux')).filter((name) => !used.has(name as FactName))).toEqual([])
  expect(checks.filter(([, { platforms, needs, finds }]) => platforms.length === 0 || needs.length === 0 || finds === '')).toEqual([])
})

const needs = checks.flatMap(([id, check]) => check.needs.map((name) => [id, name] as const))
test.each(needs)('%s without %s is skipped, with the reason and what would find out', (id, name) => {
  const check = all.get(id)!
  const gathered = { ...wrap(facts(check.platforms[0]!)), [name]: unknown('nobody may look', 'sudo look') }
  expect(judge(id, check, gathered, null)).toEqual([{ id, level: 'skipped', text: 'nobody may look', fix: 'sudo look', service: null }])
})

test('a fact that was never gathered is a mistake of this program, and named', () => {
  expect(() => judge('wsl', all.get('wsl')!, {}, null)).toThrow('wsl: nobody gathered wsl')
})

const rows = [...machine, ...services, ...windows, ...others, ...environment].map(([what, id, os, change, expected, profile = '', scope = 'user']) => {
  const values = facts(os, profile, scope)
  return { what, id, os, expected, lines: () => said(id, { ...values, ...change(values) }) }
})

test.each(rows)('$what: $id on $os', ({ expected, lines }) => {
  expect(lines()).toEqual(expected.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))))
})

test('every check has a bad case, and each bad case a fix', () => {
  const bad = rows.filter(({ lines }) => lines().some((line) => /^(?:error|warning|info)/.test(line)))
  expect(checks.map(([id]) => id).filter((id) => !bad.some((row) => row.id === id))).toEqual([])
  for (const { what, lines } of bad) for (const line of lines()) if (/^(?:error|warning)/.test(line)) expect(line, what).toContain(' | ')
})
