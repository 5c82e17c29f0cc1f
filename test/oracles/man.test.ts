// The manual pages, judged by those who show them: mandoc (macOS, BSD, Alpine) and man with groff (everybody else).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { definitionOf, type CommandDefinition } from '../../src/cli/definition.ts'
import { commandLine } from '../../src/cli/program.ts'
import { profileKeys } from '../../build/reference.ts'
import { mustRun, run } from '../beds/process.ts'

const root = join(import.meta.dirname, '../..')
const pages = ['man/hermes-install.1', 'man/hermes-install-profile.5'].map((name) => join(root, name))
/** That there is no such page is so until they are installed: each names the other. */
const lint = async (page: string): Promise<string[]> =>
  (await run(['mandoc', '-Tlint', page])).stdout
    .split('\n')
    .filter((line) => line !== '' && !/STYLE: referenced manual not found: Xr hermes-install(?:-profile 5| 1)\b/.test(line))

test.each(pages)('%s is clean to mandoc, groff and man', async (page) => {
  expect(await lint(page)).toEqual([])
  expect(await mustRun(['groff', '-mdoc', '-ww', '-Tutf8', '-z', page])).toMatchObject({ stdout: '', stderr: '' })
  expect((await mustRun(['man', '--warnings', '-l', page])).stderr).toBe('')
  // They do find mistakes.
  const folder = mkdtempSync(join(tmpdir(), 'hermes-install-man-'))
  try {
    const broken = join(folder, 'x.1')
    writeFileSync(broken, readFileSync(page, 'utf8').replace('.El\n', '').replace('.Sh DESCRIPTION', '.Xx oh\n.Sh DESCRIPTION'))
    expect(await lint(broken)).not.toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** As it is read on a terminal. */
const shown = async (page: string): Promise<string> => (await mustRun(['mandoc', '-Tascii', '-Owidth=400', page])).stdout.replaceAll(/.\u0008/g, '')

test('every command, flag, choice and example is on the page, and every key', async () => {
  const text = await shown(pages[0]!)
  const walk = (command: CommandDefinition, words: readonly string[]): void => {
    if (command.commands.length === 0) expect(text).toContain(`hermes-install ${words.join(' ')} [options]`)
    for (const { name, choices } of command.options) for (const word of [name, ...choices]) expect(text).toContain(word)
    for (const line of command.below.split('\n').filter((example) => example.startsWith('  '))) expect(text).toContain(line.trim().split(/ {2,}/)[0])
    for (const below of command.commands) walk(below, [...words, below.name])
  }
  const definition = definitionOf(commandLine())
  // The program itself has no more than --version and --help.
  for (const command of definition.commands) walk(command, [command.name])
  const profile = await shown(pages[1]!)
  for (const { key } of profileKeys()) expect(profile).toContain(`${key} (`)
  for (const page of [text, profile]) expect(page).not.toMatch(/undefined|NaN|\[object/)
})

test('npm packs them where it will find them', async () => {
  const { man, files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { man: string[]; files: string[] }
  expect(man.map((name) => join(root, name))).toEqual(pages)
  expect(files).toContain('man')
})
