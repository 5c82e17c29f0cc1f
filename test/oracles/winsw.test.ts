// Rendered WinSW XML against WinSW 3's own parser, and its command lines against the C runtime of a real Windows program (Node, under Wine).
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nodeArgv, startWine, winswParse } from '../beds/wine.ts'
import { fileOf, made, minimal, said } from '../help.ts'
import { controls, hand, inProfile, random } from './hostile.ts'

interface Parsed {
  readonly Executable: string
  readonly Arguments: string
  readonly WorkingDirectory: string
  readonly EnvironmentVariables: Readonly<Record<string, string>>
}

test('arguments and variables come back byte for byte', { timeout: 300_000 }, async () => {
  const wine = await startWine()
  try {
    const values = [...hand.filter((value) => value.length < 9000), ...random(400, 4242)]
    const chunks = Array.from({ length: Math.ceil(values.length / 12) }, (_, i) => values.slice(i * 12, i * 12 + 12))
    const texts = await Promise.all(
      chunks.map((chunk, i) =>
        fileOf(
          `version: 1\nname: q-${i}\ncommand: ['C:\\a %PATH% b\\x.exe', ${chunk.map(inProfile).join(', ')}]\nworkingDirectory: 'C:\\w %PATH% & é'\nenvironment:\n${chunk.map((value, j) => `  V${j}: ${inProfile(value)}`).join('\n')}`,
          `q-${i}.xml`,
          { os: 'windows' },
        ),
      ),
    )
    const parsed = (await winswParse(texts, wine)) as unknown as Parsed[]
    for (const [i, chunk] of chunks.entries()) {
      expect(parsed[i]).toMatchObject({ Executable: 'C:\\a %PATH% b\\x.exe', WorkingDirectory: 'C:\\w %PATH% & é' })
      expect(chunk.map((_, j) => parsed[i]!.EnvironmentVariables[`V${j}`])).toEqual(chunk)
    }
    expect(
      await nodeArgv(
        parsed.map((one) => one.Arguments),
        wine,
      ),
    ).toEqual(chunks)
  } finally {
    await wine.stop()
  }
})

test('control: without the variable that holds "%", WinSW reads another value', { timeout: 60_000 }, async () => {
  const text = await fileOf(minimal('environment: { A: "%PATH%" }'), 'my-app.xml', { os: 'windows' })
  const [right, wrong] = (await winswParse([text, text.replaceAll('%HERMES_INSTALL_PERCENT%', '%')])) as unknown as Parsed[]
  expect(right!.EnvironmentVariables['A']).toBe('%PATH%')
  expect(wrong!.EnvironmentVariables['A']).not.toBe('%PATH%')
})

test.each(controls.filter((value) => !value.includes('\x7f')))('%j is refused by name', async (value) => {
  const { issues } = await made(`version: 1\nname: a\ncommand: ['C:\\x.exe', ${JSON.stringify(value)}]`, { os: 'windows' })
  expect(said(issues)).toEqual([expect.stringContaining('p.yaml:3:23 command[1]')])
})

test('every shipped and example profile, and every key at once, is read without an error', { timeout: 120_000 }, async () => {
  const names = [
    'profiles/hermes-gateway',
    'profiles/hermes-dashboard',
    'profiles/examples/node-server',
    'profiles/examples/python-script',
    'profiles/examples/static-binary',
    'test/golden/full',
  ]
  const texts = await Promise.all(
    names.map(async (name) => {
      const { rendered, issues } = await made(readFileSync(new URL(`../../${name}.yaml`, import.meta.url), 'utf8'), {
        os: 'windows',
        env: { FULL_SECRET: 'x' },
      })
      expect(said(issues)).toEqual([])
      return rendered!.files.find((file) => file.name.endsWith('.xml'))!.text
    }),
  )
  for (const result of await winswParse(texts)) expect(JSON.stringify(result)).not.toMatch(/\$error|\$fatal/)
})
