// The readers of `import` against the programs whose files they read: what systemd, Apple's parser and WinSW make of a text is what they make of it.
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { plistValue, type Plist } from '../../src/escape/plist.ts'
import { readPlist } from '../../src/import/plist-text.ts'
import { MachineSpecifier, specifiers, unitName } from '../../src/import/specifiers.ts'
import { readUnit } from '../../src/import/unit.ts'
import { execLines, NotTaken, wordsOf } from '../../src/import/words.ts'
import { canonicalPlist } from '../beds/plist.ts'
import type { SystemdVersion } from '../beds/systemd.ts'
import { loadUnits } from './units.ts'

/** Mulberry32: the same cases in every run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const pieces = [
  'a',
  'b c',
  ' ',
  '\t',
  '"',
  "'",
  '\\',
  '\\\\',
  '\\"',
  "\\'",
  '\\n',
  '\\t',
  '\\s',
  '\\x41',
  '\\xc3\\xa9',
  '\\x00',
  '\\101',
  '\\u00e9',
  '\\U0001f600',
  '\\q',
  '\\;',
  ';',
  ' ; ',
  ' \\; ',
  '%%',
  '%n',
  '%i',
  '%p',
  '%',
  '% ',
  '=',
  'A=',
  '#',
  '\\\n',
  '\\\n# x\n',
  '\\\n  ; y\n',
  '\r\n',
  '\n',
  '\n\n',
  'é',
  '😀',
  '"b c"',
  "'d e'",
  '"f',
  '--g=h',
  '/x',
  '~',
  '*',
  '|',
  '&',
  '[x]',
  '\\a',
  '""',
  "''",
  '\u00a0',
  '\u2028',
]

function cases(count: number, seed: number): readonly string[] {
  const next = random(seed)
  return Array.from({ length: count }, () => {
    const line = (key: string, start: string): string =>
      `${key}=${start}${Array.from({ length: 1 + Math.floor(next() * 9) }, () => pieces[Math.floor(next() * pieces.length)]!).join('')}\n`
    return `[Unit]\n${line('Description', 'd')}[Service]\n${line('Environment', '')}${line('Environment', 'B=')}${line('ExecStart', '/bin/true ')}Restart=no\n`
  })
}

/** What our readers say of a unit, in the words of D-Bus; null for one that depends on the machine. */
function ours(text: string, name: string): { environment: Record<string, string>; argv: readonly (readonly string[])[] | null } | null {
  const unit = readUnit([{ path: name, text }])
  if (unit.broken !== null) return null
  const percent = specifiers(unitName(name), 'system')
  const environment: Record<string, string> = {}
  try {
    for (const value of unit.values('Service', 'Environment'))
      for (const word of wordsOf(value).words) {
        const pair = percent(word)
        const key = pair.slice(0, Math.max(0, pair.indexOf('=')))
        if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) environment[key] = pair.slice(pair.indexOf('=') + 1)
      }
    return { environment, argv: unit.values('Service', 'ExecStart').flatMap((value) => execLines(value, percent).map(({ argv }) => argv)) }
  } catch (error) {
    if (error instanceof MachineSpecifier) return null
    if (!(error instanceof NotTaken)) throw error
    return { environment, argv: null }
  }
}

test.each(['252', '254', '257'] as const)('odd units are what systemd %s takes them for', { timeout: 300_000 }, async (version: SystemdVersion) => {
  const units = new Map(cases(400, 7).map((text, i) => [`g${i}-x.service`, text]))
  const loaded = await loadUnits(version, units, 'system', [...units.keys()])
  const wrong: string[] = []
  let skipped = 0
  for (const [name, text] of units) {
    const known = loaded.get(name)!
    const mine = ours(text, name)
    if (mine === null) {
      skipped++
      continue
    }
    const commands = (known['ExecStartEx'] as { argv: string[] }[]).map(({ argv }) => argv)
    // Of several commands, systemd keeps those before a mistake; a service that keeps running has one.
    const several = text.includes(';') && (mine.argv === null || mine.argv.length > 1)
    if (!several && JSON.stringify(commands) !== JSON.stringify(mine.argv ?? [])) wrong.push(JSON.stringify({ text, systemd: commands, mine: mine.argv }))
    if (!isDeepStrictEqual(known['Environment'], mine.environment)) wrong.push(JSON.stringify({ text, systemd: known['Environment'], mine: mine.environment }))
  }
  expect(wrong.slice(0, 8)).toEqual([])
  expect(skipped).toBeLessThan(100)
})

test("Apple's parser reads the same value, and refuses what is refused here", async () => {
  const header =
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">'
  const good = [
    '<dict><key>A</key><string>x &amp; y &#233; <![CDATA[<z>]]></string></dict>',
    '<dict><key>A</key><string>1</string><key>A</key><string>2</string></dict>',
    '<dict><!-- c --><key>A</key><array><true/><false/><integer>-7</integer><integer>0x1F</integer><real>1.5</real></array></dict>',
    '<dict><key>A</key><dict/><key>B</key><array/><key>C</key><string/></dict>',
    '<dict><key> spaced </key><string> both ends </string></dict>',
    '<dict>\r\n<key>A</key>\r\n<string>a\r\nb</string></dict>',
  ]
  const bad = [
    '<dict><key>A</key></dict>',
    '<dict><string>x</string></dict>',
    '<dict><key>A</key><string>x & y</string></dict>',
    '<dict><key>A</key><integer>x</integer></dict>',
    '<dict><key>A</key><string>x</dict>',
    '<dict><key>A</key><other>x</other></dict>',
    '<dict><key>A</key><string>&unknown;</string></dict>',
  ]
  const verdicts = await canonicalPlist([...good, ...bad].map((body) => `${header}${body}</plist>`))
  for (const [i, body] of good.entries()) {
    const verdict = verdicts[i]!
    expect(verdict, body).toMatchObject({ ok: true })
    const mine = readPlist(`${header}${body}</plist>`) as Plist
    const [again] = await canonicalPlist([`${header}${plistValue(mine)}</plist>`])
    expect(again, body).toEqual(verdict)
  }
  for (const [i, body] of bad.entries()) {
    expect(verdicts[good.length + i], body).toMatchObject({ ok: false })
    expect(() => readPlist(`${header}${body}</plist>`), body).toThrow()
  }
})
