// What the manifest says an install runs: the order of install.cmd, with every program by its full path.
import { expect, it } from 'vitest'
import { made } from '../help.ts'

const profile = `version: 1
name: hi
command: ['C:\\hi.exe']
replaces: { windows: { tasks: [Old Task], services: [old], startupItems: [Old.vbs] } }`

it('what is replaced is kept from starting first, and removed when the service runs', async () => {
  const { rendered } = await made(profile, { host: { os: 'windows', user: 'ann', home: 'C:\\Users\\ann' } })
  const { steps } = rendered!.manifest
  const item = 'C:\\Users\\ann\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\Old.vbs'
  const aside = 'C:\\ProgramData\\hermes-install\\hi\\replaced-0'
  expect(steps.map(({ argv }) => argv.slice(1))).toEqual([
    expect.arrayContaining(['/inheritance:r']),
    ['/Change', '/TN', 'Old Task', '/DISABLE'],
    ['config', 'old', 'start=', 'disabled'],
    ['/d', '/c', 'if', 'exist', item, 'move', '/y', item, aside],
    ['/End', '/TN', 'Old Task'],
    ['stop', 'old'],
    ['install'],
    expect.arrayContaining(['failure']),
    expect.arrayContaining(['failureflag']),
    ['start', 'hi'],
    ['/Delete', '/TN', 'Old Task', '/F'],
    ['delete', 'old'],
    ['/d', '/c', 'if', 'exist', aside, 'del', '/f', '/q', aside],
  ])
  for (const { argv } of steps) expect(argv[0]).toMatch(/^C:\\(Windows\\System32|ProgramData)\\.*\.exe$/)
})
