// Files that somebody cut, joined or scrambled: a profile or a reason, never a crash.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { imported } from './help.ts'

const trees = join(import.meta.dirname, '../golden/trees/full')
const sources = ['linux/Full.Service.service', 'macos/Full.Service.plist', 'windows/Full.Service.xml'] as const
const beside = ['manifest.json', 'launcher.sh', 'launcher.cmd', 'secrets.env', 'install.sh', 'install.cmd', 'recovery.cmd', 'stop.js', 'health.js']

function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function broken(text: string, pick: (below: number) => number): string {
  const [from, to] = [pick(text.length), pick(text.length)].sort((a, b) => a - b) as [number, number]
  const junk = ['', '"', "'", '\\', '%', '<', '&', '\0', '\n', ']', '[', '${', '\ud800', '-', '=', '9'.repeat(40)]
  switch (pick(4)) {
    case 0:
      return text.slice(0, to)
    case 1:
      return text.slice(0, from) + text.slice(from + pick(40))
    case 2:
      return text.slice(0, from) + junk[pick(junk.length)]! + text.slice(from)
    default:
      return text.slice(0, from) + text.slice(from, to).toUpperCase() + text.slice(to)
  }
}

test.each(sources)('%s', { timeout: 60_000 }, async (source) => {
  const pick = random(source.length)
  const folder = join(trees, source, '..')
  const around: Record<string, string> = {}
  for (const name of beside)
    try {
      around[name] = readFileSync(join(folder, name), 'utf8')
    } catch {
      // Not every OS has each of them.
    }
  const whole = readFileSync(join(trees, source), 'utf8')
  let made = 0
  for (let i = 0; i < 300; i++) {
    const files = Object.fromEntries(Object.entries(around).map(([name, text]) => [name, pick(3) === 0 ? broken(text, pick) : text]))
    try {
      await imported(source, pick(4) === 0 ? whole : broken(whole, pick), { files })
      made++
    } catch (error) {
      if (!(error instanceof UserError)) throw error
    }
  }
  expect(made).toBeGreaterThan(20)
})

test.each([
  ['many continued lines', `[Service]\nExecStart=/bin/a \\\n${'b \\\n'.repeat(400_000)}\n`],
  ['many words', `[Service]\nExecStart=/bin/a ${'b '.repeat(800_000)}\n`],
  ['many escapes', `[Service]\nExecStart=/bin/a "${'\\x41'.repeat(400_000)}"\n`],
  ['many directives', `[Service]\nExecStart=/bin/a\n${'Environment=A=1\n'.repeat(100_000)}`],
  ['many elements', `<service><id>a</id><executable>C:\\a.exe</executable>${'<depend>x</depend>'.repeat(100_000)}</service>`],
  ['many backslashes', `<service><id>a</id><executable>C:\\a.exe</executable><arguments>${'\\'.repeat(1_500_000)}</arguments></service>`],
  ['many keys', `<plist><dict><key>Label</key><string>a</string><key>Program</key><string>/a</string>${'<key>x</key><true/>'.repeat(90_000)}</dict></plist>`],
  ['a deep nest', `<plist>${'<array>'.repeat(200_000)}`],
])('%s: an answer in good time', { timeout: 20_000 }, async (_, text) => {
  await imported('a', text).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error
  })
})
