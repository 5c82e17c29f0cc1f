// What is coloured, and what moves: each stream by itself.
import { afterEach, expect, test, vi } from 'vitest'
import { output } from '../src/cli/output.ts'
import { telling } from '../src/cli/winsw.ts'

const was = [process.stdout.isTTY, process.stderr.isTTY] as const
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  ;[process.stdout.isTTY, process.stderr.isTTY] = was
})

test.each([
  [true, true, {}],
  [true, false, {}],
  [false, true, {}],
  [false, false, {}],
  [true, true, { NO_COLOR: '1' }],
])('stdout a terminal: %s, stderr a terminal: %s, %j', (stdout, stderr, env: Record<string, string>) => {
  ;[process.stdout.isTTY, process.stderr.isTTY] = [stdout, stderr]
  vi.stubEnv('NO_COLOR', env['NO_COLOR'] ?? '')
  vi.stubEnv('TERM', 'xterm')
  const said = { out: '', err: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true))
  const out = output({ json: false, color: true })
  out.line(out.style('red', 'x'))
  out.note(out.style('red', 'x'))
  const colored = '\u001b[31mx\u001b[39m\n'
  expect(said).toEqual({ out: stdout && !env['NO_COLOR'] ? colored : 'x\n', err: stderr && !env['NO_COLOR'] ? colored : 'x\n' })
})

test.each([
  [true, false, true],
  [true, true, false],
  [false, false, false],
])('a download on a terminal: %s, with --json: %s, moves: %s', (terminal, json, moves) => {
  process.stderr.isTTY = terminal
  vi.stubEnv('NO_COLOR', '1')
  let said = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said += String(text)), true))
  const told = telling(output({ json, color: true }))
  told.started('http://x/y.exe')
  told.progress(2_000_000, 2_000_000)
  told.retrying('it was cut', 3000)
  told.close()
  const bar = `\r\u001b[K  [${'#'.repeat(24)}]  2.0 of 2.0 MB\r\u001b[K`
  expect(said).toBe(`fetching http://x/y.exe\n${moves ? bar : ''}failed: it was cut; trying again in 3 s\n`)
})
