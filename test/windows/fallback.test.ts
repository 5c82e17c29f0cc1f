// What the fallback without admin rights cannot do is said of the key, and nobody but the profile's own account runs it.
import { expect, test } from 'vitest'
import { made } from '../help.ts'

const host = { os: 'windows', user: 'ann', home: 'C:\\Users\\ann' } as const
const render = async (more: string) => (await made(`version: 1\nname: hi\ncommand: ['C:\\hi.exe']\n${more}`, { os: 'windows', host })).rendered!

const none = 'windows: { fallback: none }'
test.each([
  ['stop.timeout', 'stop: { timeout: 9s }', 'approximate'],
  ['stop.timeout', `stop: { timeout: 9s }\n${none}`, 'exact'],
  ['stop.timeout', "stop: { timeout: 9s, command: ['C:\\stop.exe'] }", 'exact'],
  ['scope', 'scope: system', 'approximate'],
  ['scope', `scope: system\n${none}`, 'exact'],
  ['priority', 'priority: low', 'exact'],
  ['priority', 'priority: high', 'approximate'],
  ['priority', `priority: high\n${none}`, 'exact'],
  ['priority', `priority: high\nhooks: { postStop: ['C:\\x.exe'] }\n${none}`, 'approximate'],
  ['native', "native: { windows: { hidewindow: 'true' } }", 'approximate'],
  ['windows.delayedStart', 'windows: { delayedStart: true }', 'approximate'],
  ['windows.account', 'windows: { account: { name: LocalService } }', 'approximate'],
  ['windows.account', 'windows: { account: { name: LocalService }, fallback: none }', 'exact'],
  ['windows.fallback', 'windows: { account: { name: LocalService }, fallback: startup }', 'unsupported'],
])('%s: %s', async (key, more, fidelity) => expect((await render(more)).manifest.limits.find((limit) => limit.key === key)).toMatchObject({ key, fidelity }))

test.each([
  ['', true],
  [none, false],
  ['windows: { account: { name: LocalService } }', false],
])('the tree holds one with %j: %s; an earlier one is taken away in any case', async (more, offered) => {
  const { files } = await render(more)
  const install = files.find(({ name }) => name === 'install.cmd')!.text
  expect(files.some(({ name }) => name === 'startup.cmd')).toBe(offered)
  expect(install.includes('%~dp0startup.cmd')).toBe(offered)
  expect(install).toContain('call "C:\\Users\\ann\\AppData\\Local\\hermes-install\\hi\\startup.cmd" uninstall')
})
