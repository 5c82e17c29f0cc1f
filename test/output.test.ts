// What is coloured: each stream by itself.
import { afterEach, expect, test, vi } from 'vitest'
import { output } from '../src/cli/output.ts'

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
