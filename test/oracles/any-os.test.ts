// The built program on a real Windows Node (under Wine): the same profile, flags and host facts give the same bytes as here.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeExe, startWine } from '../beds/wine.ts'

const root = join(import.meta.dirname, '../..')
const profiles = ['test/golden/full.yaml', 'test/golden/hostile.yaml', 'profiles/examples/node-server.yaml']
const hosts = {
  linux: 'os: linux\nuser: ann\nuid: 1007\nhome: /home/ann\n',
  macos: 'os: macos\nuser: ann\nuid: 502\nhome: /Users/ann\n',
  windows: "os: windows\nuser: ann\nhome: 'D:\\Users\\ann'\n",
}

/** A profile whose bases lie in other folders, in the words of a repository that is used on several OSes. */
const spread = {
  'team/web/web.yaml':
    "version: 1\nname: spread\nextends: [../../_bases/_common.yaml, ./_own.yaml]\ncommand: [/usr/bin/web, '${port}']\nwindows: { command: ['C:\\web.exe', '${port}'] }\n",
  'team/web/_own.yaml': 'extends: []\nenvironment: { A: "own ${home}" }\n',
  '_bases/_common.yaml': 'extends: _root.yaml\nrestart: { delays: [1s] }\nparameters: { port: { default: "1" } }\n',
  '_bases/_root.yaml': 'extends: []\nenvironment: { A: root, B: root }\n',
  'env/prod.yaml': 'port: "8080"\n',
}

const tree = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length).replaceAll('\\', '/'), readFileSync(path, 'utf8')] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

test('rendering on Windows and here gives the same trees', { timeout: 120_000 }, async () => {
  const here = mkdtempSync(join(tmpdir(), 'hermes-install-any-os-'))
  const wine = await startWine()
  try {
    for (const name of readdirSync(join(root, 'dist')).filter((file) => file.endsWith('.cjs')))
      wine.writeFile(`C:\\hi\\dist\\${name}`, readFileSync(join(root, 'dist', name)))
    for (const [os, facts] of Object.entries(hosts)) wine.writeFile(`C:\\hi\\${os}.yaml`, facts)
    // CRLF, as a checkout on Windows may have it.
    for (const profile of profiles)
      wine.writeFile(`C:\\hi\\p\\${profile.split('/').at(-1)!}`, readFileSync(join(root, profile), 'utf8').replaceAll('\n', '\r\n'))
    const flags = Object.keys(hosts).flatMap((os) => ['--host', `C:\\hi\\${os}.yaml`])
    const there = await wine.run([nodeExe, 'C:\\hi\\dist\\main.cjs', 'render', 'C:\\hi\\p', '--os', 'all', ...flags, '--out', 'C:\\hi\\out'], {
      env: { FULL_SECRET: 'x y' },
    })
    expect(there).toMatchObject({ code: 0 })
    for (const [name, text] of Object.entries(spread)) {
      wine.writeFile(`C:\\My Profiles\\${name.replaceAll('/', '\\')}`, text.replaceAll('\n', '\r\n'))
      mkdirSync(join(here, 'moved', name, '..'), { recursive: true })
      writeFileSync(join(here, 'moved', name), text)
    }
    const below = await wine.run([
      nodeExe,
      'C:\\hi\\dist\\main.cjs',
      'render',
      'C:\\My Profiles\\team\\web',
      '--values',
      'C:\\My Profiles\\env\\prod.yaml',
      '--os',
      'all',
      ...flags,
      '--out',
      'C:\\hi\\out',
    ])
    expect(below).toMatchObject({ code: 0 })
    for (const [os, facts] of Object.entries(hosts)) execFileSync('tee', [join(here, `${os}.yaml`)], { input: facts })
    execFileSync(
      process.execPath,
      [
        join(root, 'dist/main.cjs'),
        'render',
        ...profiles.map((name) => join(root, name)),
        '--os',
        'all',
        ...Object.keys(hosts).flatMap((os) => ['--host', join(here, `${os}.yaml`)]),
        '--out',
        join(here, 'out'),
      ],
      { env: { ...process.env, FULL_SECRET: 'x y' } },
    )
    execFileSync(process.execPath, [
      join(root, 'dist/main.cjs'),
      'render',
      join(here, 'moved/team/web'),
      '--values',
      join(here, 'moved/env/prod.yaml'),
      '--os',
      'all',
      ...Object.keys(hosts).flatMap((os) => ['--host', join(here, `${os}.yaml`)]),
      '--out',
      join(here, 'out'),
    ])
    const ours = tree(join(here, 'out'))
    expect(ours['/spread/linux/spread.service']).toMatch(/own \/home\/ann[^]*8080|8080[^]*own \/home\/ann/)
    expect(Object.keys(ours).length).toBeGreaterThan(40)
    expect(tree(wine.hostPath('C:\\hi\\out'))).toEqual(ours)
  } finally {
    await wine.stop()
    rmSync(here, { recursive: true, force: true })
  }
})
