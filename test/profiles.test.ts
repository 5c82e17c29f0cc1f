// The shipped and example profiles: they resolve for every OS, and say what facts about Hermes demand.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseText } from '../src/profile/parse.ts'
import { readShipped, shippedFile, shippedNames } from '../src/profile/shipped.ts'
import { made, make, said } from './help.ts'

const folder = join(import.meta.dirname, '../profiles')
const systems = ['linux', 'macos', 'windows'] as const
const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'))
const text = (name: string): string => readFileSync(join(folder, `${name}.yaml`), 'utf8')

test.each(all.flatMap((name) => systems.map((os) => [name, os] as const)))('%s renders for %s, and for an instance', async (name, os) => {
  for (const options of [{ os }, { os, instance: 'work-1' }, { os, scope: 'system' as const }]) {
    const { issues, rendered } = await made(readFileSync(join(folder, name), 'utf8'), options)
    expect(said(issues)).toEqual([])
    expect(rendered).not.toBeNull()
  }
})

test.each(shippedNames)('%s means the same compiled in and as a file, with every key at its place', (name) => {
  const compiled = readShipped(shippedFile(name))!
  const { layer, issues } = parseText(text(name), 'p.yaml')
  expect(issues).toEqual([])
  expect(compiled.layer.value).toEqual(layer.value)
  for (const path of [[], ['restart', 'delays', 3], ['windows', 'environment', 'PATH'], ['nothing', 'there']])
    expect(compiled.layer.locate(path)).toEqual(layer.locate(path))
})

describe('hermes-gateway', () => {
  const gateway = text('hermes-gateway')
  const services = (options = {}) => systems.map((os) => make(gateway, { os, ...options }).service!)
  const variable = (service: typeof services extends () => (infer S)[] ? S : never, name: string): unknown =>
    (service.environment.find((entry) => entry.name === name) as { value?: string } | undefined)?.value

  test('is named so that Hermes does not overwrite it and its update finds it', () => {
    expect(services().map(({ label }) => label)).toEqual(['hermes-agent-gateway', 'ai.hermes.agent-gateway', 'HermesGateway'])
    expect(services({ instance: 'work' }).map(({ label, id }) => [label, id])).toEqual([
      ['hermes-agent-gateway-work', 'hermes-gateway-work'],
      ['ai.hermes.agent-gateway-work', 'hermes-gateway-work'],
      ['HermesGateway-work', 'hermes-gateway-work'],
    ])
  })

  test('75 restarts, 0 and 78 do not; the ladder is squares and starts again after a minute', () => {
    for (const { restart } of services())
      expect(restart).toMatchObject({ policy: 'always', restartExitCodes: [75], stopExitCodes: [0, 78], resetAfterMs: 60_000, limit: null })
    for (const { os, restart } of services()) if (os !== 'macos') expect(restart.delaysMs).toEqual([1, 2, 4, 9, 16, 25, 36, 49, 64].map((s) => s * 1000))
  })

  test('runs under a supervisor, by an absolute interpreter, in its home, without --replace', () => {
    for (const service of services()) {
      expect(variable(service, 'HERMES_GATEWAY_EXTERNAL_SUPERVISOR')).toBe('1')
      expect(variable(service, 'HERMES_SUPERVISED_CHILD')).toBe('1')
      expect(variable(service, 'HERMES_HOME')).toBe(service.workingDirectory)
      expect(variable(service, 'PATH')).toMatch(/bin|System32/)
      expect(service.command).not.toContain('--replace')
      expect(service.command.slice(1)).toEqual(['-m', 'hermes_cli.main', 'gateway', 'run'])
      expect(service.stop.command?.[0]).toBe(service.command[0])
      expect(service.health.file).toMatchObject({ pointer: '/gateway_state', equals: ['running', 'degraded'] })
    }
    expect(services().map(({ stop }) => stop.timeoutMs)).toEqual([70_000, 60_000, 25_000])
  })

  test('an instance is a Hermes profile: its own home, forced, and its own predecessors', () => {
    for (const service of services({ instance: 'work' })) {
      expect(service.command.slice(3)).toEqual(['--profile', 'work', 'gateway', 'run', '--force'])
      expect(service.workingDirectory).toMatch(/hermes[/\\]profiles[/\\]work$/)
    }
    expect(services({ instance: 'work' }).map(({ replaces }) => [...replaces.units, ...replaces.labels, ...replaces.tasks])).toEqual([
      ['hermes-gateway-work.service'],
      ['ai.hermes.gateway-work'],
      ['Hermes_Gateway_work'],
    ])
  })
})
