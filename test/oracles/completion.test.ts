// The completions in the real shells, typed on a terminal as a user does: what the command is started with after TAB and Enter.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installProgram } from '../beds/program.ts'
import { startBox } from '../beds/systemd.ts'
import { openTerminal, shells, type Terminal } from '../beds/terminal.ts'

const main = join(import.meta.dirname, '../../dist/main.cjs')
const profile = (name: string): string =>
  `version: 1\nname: ${name}\ncommand: [/bin/x]\nparameters:\n  port: { default: "80", description: "where it listens" }\n  path: { default: /x }\n`
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hermes-install-completion-'))
  for (const shell of Object.keys(shells)) writeFileSync(join(folder, `completion.${shell}`), execFileSync(process.execPath, [main, 'completion', shell]))
  for (const name of ['web.yaml', "it's my app.yaml", 'two "words".yml', 'notes.txt']) writeFileSync(join(folder, name), profile('web'))
  mkdirSync(join(folder, 'profiles of mine'))
  writeFileSync(join(folder, 'profiles of mine/deep.yaml'), profile('deep'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** zsh has its own ways: it takes a slash that it has added away again at the end of a command, and shows all files where none has the right ending. */
const zshWord: Readonly<Record<string, string>> = {
  'profiles of mine/': 'profiles of mine',
  '--out=profiles of mine/': '--out=profiles of mine',
  not: 'notes.txt',
}

const start = (shell: string, file: string): string =>
  ({
    bash: `PS1='READY> '\nsource '${file}'\n`,
    'bash with bash-completion': `PS1='READY> '\nsource /usr/share/bash-completion/bash_completion\nsource '${file}'\n`,
    zsh: `PS1='READY> '\nautoload -Uz compinit && compinit -u -d "$HOME/dump"\nsource '${file}'\n`,
    // As it is installed: a file on fpath, loaded when it is needed.
    'zsh with fpath': `PS1='READY> '\nmkdir -p "$HOME/functions" && cp '${file}' "$HOME/functions/_hermes-install"\nfpath=("$HOME/functions" $fpath)\nautoload -Uz compinit && compinit -u -d "$HOME/dump"\n`,
    fish: `function fish_prompt; echo -n 'READY> '; end\nfunction fish_greeting; end\nsource '${file}'\n`,
  })[shell]!

describe.each(['bash', 'bash with bash-completion', 'zsh', 'zsh with fpath', 'fish'])('%s', (kind) => {
  const shell = kind.split(' ')[0] as keyof typeof shells
  let terminal: Terminal
  beforeAll(async () => {
    terminal = await openTerminal(shell, folder, main, start(kind, join(folder, `completion.${shell}`)))
  })
  afterAll(() => terminal.close())

  test.each<[keys: string, argv: readonly string[]]>([
    ['hermes-install ren\t', ['render']],
    ['hermes-install winsw fe\t', ['winsw', 'fetch']],
    ['hermes-install winsw fetch --winsw-v\t3', ['winsw', 'fetch', '--winsw-version', '3']],
    ['hermes-install completion pow\t', ['completion', 'powershell']],
    ['hermes-install help unin\t', ['help', 'uninstall']],
    ['hermes-install render --os mac\t', ['render', '--os', 'macos']],
    ['hermes-install render --os=mac\t', ['render', '--os=macos']],
    ['hermes-install render --os mac\t --out pro\t', ['render', '--os', 'macos', '--out', 'profiles of mine/']],
    ['hermes-install render --out=pro\t', ['render', '--out=profiles of mine/']],
    ['hermes-install render hermes-g\t', ['render', 'hermes-gateway']],
    ['hermes-install render we\t', ['render', 'web.yaml']],
    ['hermes-install render it\t', ['render', "it's my app.yaml"]],
    ['hermes-install render tw\t', ['render', 'two "words".yml']],
    ['hermes-install render pro\tde\t', ['render', 'profiles of mine/deep.yaml']],
    ['hermes-install render "pro\tde\t', ['render', 'profiles of mine/deep.yaml']],
    ['hermes-install render --values=we\t', ['render', '--values=web.yaml']],
    ['hermes-install render web.yaml --set po\t81', ['render', 'web.yaml', '--set', 'port=81']],
    ['hermes-install render it\t --set po\t81', ['render', "it's my app.yaml", '--set', 'port=81']],
    ['hermes-install init note\t', ['init', 'notes.txt']],
    // Nothing fits, and nothing is said.
    ['hermes-install render not\t', ['render', 'not']],
    ['hermes-install render --set port=8\t', ['render', '--set', 'port=8']],
    ['hermes-install nonsense --x\t', ['nonsense', '--x']],
  ])('%s', async (keys, argv) => {
    expect(await terminal.type(keys)).toEqual(shell === 'zsh' ? argv.map((word) => zshWord[word] ?? word) : argv)
  })
})

test('what is installed, for this user and for the machine, and its instances', async () => {
  const box = await startBox({ root: '252' })
  try {
    const hermes = installProgram(box)
    const alice = await box.addUser('alice')
    await box.write('/srv/p.yaml', 'version: 1\nname: web\ncommand: [/bin/sleep, "1000"]\nhealth: { stableFor: 10ms }\n')
    for (const args of [[], ['--instance', 'blue'], ['--instance', 'green-2']])
      expect(await hermes(['apply', '/srv/p.yaml', '--scope', 'system', ...args])).toMatchObject({ code: 0 })
    expect(await hermes(['apply', '/srv/p.yaml', '--set', 'x=1'])).toMatchObject({ code: 2 })
    expect(await hermes(['apply', '/srv/p.yaml', '--instance', 'own'], { user: alice.name })).toMatchObject({ code: 0 })
    const offered = async (user: string | undefined, ...words: string[]): Promise<string[]> =>
      (await hermes(['__complete', 'fish', ...words], user === undefined ? {} : { user })).stdout.split('\n').map((line) => line.split('\t')[0]!)
    expect(await offered(undefined, 'restart', '=')).toEqual(['hermes-gateway', 'hermes-dashboard', 'web', 'web-blue', 'web-green-2', ':files yaml yml', ''])
    expect(await offered('alice', 'status', 'web', '=')).toEqual([
      'hermes-gateway',
      'hermes-dashboard',
      'web-blue',
      'web-green-2',
      'web-own',
      ':files yaml yml',
      '',
    ])
    // Only what can be stopped is named by what it is called here.
    expect(await offered(undefined, 'render', '=')).not.toContain('web')
    for (const profile of ['web', '/srv/p.yaml']) expect(await offered(undefined, 'restart', profile, '--instance', '=')).toEqual(['blue', 'green-2', ''])
    expect(await offered('alice', 'restart', 'web', '--instance', '=')).toEqual(['blue', 'green-2', 'own', ''])
    expect(await offered(undefined, 'restart', '--instance', '=')).toEqual([''])
  } finally {
    await box.stop()
  }
})

test("PowerShell's script is PowerShell to a parser (it has not been run: there is no PowerShell here)", async () => {
  // Beside the project: a grammar of 12 MB is nothing to install for everybody.
  const modules = join(folder, 'powershell')
  mkdirSync(modules)
  execFileSync('npm', ['install', '--silent', '--ignore-scripts', '--prefix', modules, 'tree-sitter-powershell@0.26.4', 'web-tree-sitter@0.27.1'])
  const { Parser, Language } = (await import(join(modules, 'node_modules/web-tree-sitter/web-tree-sitter.js'))) as {
    Parser: { new (): { setLanguage: (language: unknown) => void; parse: (text: string) => { rootNode: { hasError: boolean } } }; init: () => Promise<void> }
    Language: { load: (file: string) => Promise<unknown> }
  }
  await Parser.init()
  const parser = new Parser()
  parser.setLanguage(await Language.load(join(modules, 'node_modules/tree-sitter-powershell/tree-sitter-powershell.wasm')))
  const script = execFileSync(process.execPath, [main, 'completion', 'powershell'], { encoding: 'utf8' })
  expect(parser.parse(script).rootNode.hasError).toBe(false)
  // It does find mistakes.
  expect(parser.parse(script.replace('param(', 'param((')).rootNode.hasError).toBe(true)
})
