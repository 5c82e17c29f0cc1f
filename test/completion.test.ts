// What may come next after some words: the engine of the completions, fed with the program's own definition. The shells: test/oracles/completion.test.ts.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandPage } from '../build/man.ts'
import { shipped, stateFolders, withoutQuotes } from '../src/cli/complete.ts'
import { definitionOf, type CommandDefinition } from '../src/cli/definition.ts'
import { commandLine } from '../src/cli/program.ts'
import { nextWords } from '../src/cli/words.ts'
import { platforms } from '../src/platform/index.ts'
import type { Os } from '../src/profile/model.ts'
import { shippedNames } from '../src/profile/shipped.ts'
import { defaultFacts } from '../src/resolve/host.ts'
import { make, minimal } from './help.ts'

const root = definitionOf(commandLine())
const next = (...typed: string[]): string[] => {
  const { candidates, wanted, prefix } = nextWords(root, typed)
  return [...candidates.map(({ value }) => prefix + value), ...wanted.map((kind) => `:${kind}`)]
}
const every = (command: CommandDefinition, words: readonly string[] = []): (readonly [string, CommandDefinition])[] => [
  [words.join(' '), command],
  ...command.commands.flatMap((below) => every(below, [...words, below.name])),
]

test('commands, those below them, and help', () => {
  expect(next('')).toEqual([...root.commands.map(({ name }) => name), 'help'])
  expect(next('')).toEqual(expect.arrayContaining(['render', 'apply', 'winsw', 'completion']))
  expect(next('winsw', '')).toEqual(['fetch'])
  expect(next('help', '')).toContain('render')
  expect(next('help', 'render', '')).toEqual([])
  expect(next('-')).toEqual(['--version', '--help'])
})

test('flags: once, unless they may be repeated; their values', () => {
  expect(next('render', '-')).toEqual(expect.arrayContaining(['--os', '--out', '--check', '--set', '--no-color', '--help']))
  expect(next('render', '--os', 'all', '--set', 'a=b', '-')).not.toContain('--os')
  expect(next('render', '--os=all', '--set', 'a=b', '-')).not.toContain('--os')
  expect(next('render', '--os', 'all', '--set', 'a=b', '-')).toContain('--set')
  expect(next('render', '--os', '')).toEqual(['linux', 'macos', 'windows', 'all'])
  expect(next('render', '--os=l')).toEqual(['--os=linux', '--os=macos', '--os=windows', '--os=all'])
  expect(next('render', '--out', '')).toEqual([':folder'])
  expect(next('plan', '--out', '')).toEqual([':file'])
  expect(next('render', '--host', '')).toEqual([':data'])
  expect(next('apply', '--user', '')).toEqual([':user'])
  expect(next('apply', '--instance', '')).toEqual([':instance'])
  expect(next('logs', '-n', '')).toEqual([])
  expect(next('logs', '-n', '5', '')).toContain(':installed')
})

test('arguments, also after -- and after flags', () => {
  expect(next('render', '')).toEqual([':profile'])
  expect(next('render', 'a.yaml', '--check', '')).toEqual([':profile'])
  expect(next('render', '--', '-')).toEqual([':profile'])
  expect(next('restart', '')).toEqual([':profile', ':installed'])
  expect(next('completion', '')).toEqual(['bash', 'zsh', 'fish', 'powershell'])
  expect(next('completion', 'bash', '')).toEqual([])
  expect(next('init', 'x.yaml', '')).toEqual([])
  expect(next('nonsense', '')).toEqual([])
  expect(nextWords(root, ['render', '--os', 'all', 'a.yaml', 'b.yaml', '--set', '']).profiles).toEqual(['a.yaml', 'b.yaml'])
})

test('what is added to the program is completed and described by itself', async () => {
  const added = commandLine()
  added
    .command('bundle')
    .description('x')
    .command('ansible')
    .description('for Ansible')
    .option('--hosts <file>', 'x')
    .option('--out <dir>', 'x')
    .argument('[profile...]', 'x')
  added.command('bring').description('x').argument('<file|name>', 'x')
  const definition = definitionOf(added)
  const offered = (...typed: string[]) => nextWords(definition, typed)
  expect(offered('bundle', '').candidates).toEqual([{ value: 'ansible', description: 'for Ansible' }])
  expect(offered('bundle', 'ansible', '--out', '').wanted).toEqual(['folder'])
  expect(offered('bundle', 'ansible', 'a.yaml', '').wanted).toEqual(['profile'])
  expect(offered('bring', '').wanted).toEqual(['file'])
  const page = commandPage(definition)
  expect(page).toContain('.Ss hermes-install bundle ansible\nFor Ansible.')
  expect(page).toContain('.Ss hermes-install bring')
})

test('words of bash, as the program would get them', () => {
  for (const [word, plain] of [
    ["it\\'s\\ my", "it's my"],
    ['"two \\"words', 'two "words'],
    ["'open $x", 'open $x'],
    [`a'b c'"d e"f\\ g`, 'ab cd ef g'],
  ] as const)
    expect(withoutQuotes(word)).toBe(plain)
})

test('what is not loaded, for its cost, is the same', async () => {
  expect([...shipped].sort()).toEqual([...shippedNames].sort())
  for (const os of Object.keys(platforms) as Os[]) {
    const platform = await platforms[os]()
    if (platform.manager === null) continue
    const manager = await platform.manager()
    const states = (['user', 'system'] as const).map((scope) => manager.target({ ...make(minimal(), { os, scope }).service!, scope }, []).state)
    const node = { linux: 'linux', macos: 'darwin', windows: 'win32' }[os]
    expect([os, ...stateFolders(node, defaultFacts[os].home)]).toEqual([os, ...states.map((state) => state.replace(/[/\\]my-app$/, ''))])
  }
})

describe.each(every(root))('%s', (_, command) => {
  test('says what each of its words is, and has an example', () => {
    for (const { name, description } of [...command.options, ...command.arguments]) expect([name, description]).toEqual([name, expect.stringMatching(/\w/)])
    expect(command.description).toMatch(/\w/)
    // Of `winsw`, `winsw fetch` has.
    if (command.commands.length === 0) expect(command.below).toMatch(/\nExamples:\n {2}\S/)
  })
  test('the examples can be typed', () => {
    for (const line of command.below.split('\n').filter((text) => /^ {2}(?:sudo )?hermes-install/.test(text))) {
      const typed = line
        .trim()
        .split(/ {2,}/)[0]!
        .split(/ && | \| | > /)[0]!
      const rest = typed
        .replace(/^sudo /, '')
        .replace(/^hermes-install /, '')
        .split(' ')
      let at = root
      do {
        at = at.commands.find(({ name }) => name === rest[0])!
        expect([line, at]).toEqual([line, expect.anything()])
        rest.shift()
      } while (at.commands.length > 0)
      for (const word of rest.filter((flag) => flag.startsWith('-')))
        expect([line, at.options.flatMap(({ name, short }) => [name, short])]).toEqual([line, expect.arrayContaining([word])])
    }
  })
})

describe('the built program', () => {
  const main = join(import.meta.dirname, '../dist/main.cjs')
  const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', cwd: join(import.meta.dirname, '..') })
  test('offers what fits, with what it is, and never says what went wrong', () => {
    expect(run('__complete', 'bash', 'ren', '=ren').stdout).toBe('')
    expect(run('__complete', 'bash', '=ren').stdout).toBe('render\twrite the files of each OS to <out>/<id>/<os>/\n')
    expect(run('__complete', 'bash', 'render', 'profiles/examples/node-server.yaml', '--set', '=').stdout).toMatch(/=\t.*\n:open\n$/)
    for (const args of [['bash'], [], ['bash', 'render', '/nowhere.yaml', '--set', '='], ['zsh', 'render', '/dev/null', '--instance', '='], ['fish', '\0']])
      expect(run('__complete', ...args.filter((word) => word !== '\0'))).toMatchObject({ status: 0, stderr: '' })
  })
  test('knows the same words as the source', () => {
    for (const [words, { options }] of every(root).filter(([path]) => path !== ''))
      expect(
        run('__complete', 'fish', ...words.split(' '), '=-')
          .stdout.split('\n')
          .flatMap((line) => (line === '' ? [] : [line.split('\t')[0]])),
      ).toEqual(options.map(({ name }) => name))
  })
})
