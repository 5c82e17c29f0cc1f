// Rendered units against real systemds: every hostile value must reach the process byte for byte, and every shipped unit must be clean.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startBox, verifyUnit, type Box, type SystemdVersion } from '../beds/systemd.ts'
import { fileOf, made, minimal } from '../help.ts'
import { controls, hand, inProfile, random } from './hostile.ts'

const versions: readonly SystemdVersion[] = ['252', '254', '257']
// The process's own view of what it was given: argv and environment, NUL-separated, from the kernel.
const dump = '#!/bin/bash\nout=$1\ncat /proc/$$/cmdline > "$out.argv"\ncat /proc/$$/environ > "$out.env"\npwd > "$out.pwd"\n'

async function withBox(version: SystemdVersion, use: (box: Box) => Promise<void>): Promise<void> {
  const box = await startBox({ root: version })
  try {
    await use(box)
  } finally {
    await box.stop()
  }
}

async function start(box: Box, units: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(units)) await box.write(`/etc/systemd/system/${name}`, text)
  await box.exec(['systemctl', 'daemon-reload'])
  for (const name of Object.keys(units)) await box.exec(['systemctl', 'start', '--no-block', name])
  await box.exec([
    'sh',
    '-c',
    `for u in ${Object.keys(units).join(' ')}; do for i in $(seq 200); do case $(systemctl is-active $u) in inactive|failed) break;; esac; sleep 0.05; done; done`,
  ])
}
const split = (box: Box, path: string): string[] => readFileSync(join(box.root, path), 'utf8').split('\0').slice(0, -1)

describe.each(versions)('systemd %s', (version) => {
  test('arguments, variables and the working directory arrive byte for byte', { timeout: 300_000 }, async () => {
    await withBox(version, async (box) => {
      await box.write('/opt/dump', dump, 0o755)
      const values = [...hand, ...controls, ...random(300, 12_345)]
      const chunks = Array.from({ length: Math.ceil(values.length / 30) }, (_, i) => values.slice(i * 30, i * 30 + 30))
      const units: Record<string, string> = {}
      for (const [i, chunk] of chunks.entries()) {
        const folder = `/srv/d${i} a"b'c%n $x\\y é`
        await box.exec(['mkdir', '-p', folder])
        const variables = chunk.map((value, j) => `  V${j}: ${inProfile(value)}`).join('\n')
        const text = `version: 1\nname: q-${i}\nscope: system\nworkingDirectory: ${inProfile(folder)}\ncommand: [/opt/dump, /var/q${i}, ${chunk.map(inProfile).join(', ')}]\nenvironment:\n${variables}\nrestart: { policy: never }`
        units[`q-${i}.service`] = await fileOf(text, `q-${i}.service`)
      }
      await start(box, units)
      for (const [i, chunk] of chunks.entries()) {
        expect(split(box, `/var/q${i}.argv`).slice(3)).toEqual(chunk)
        const environment = split(box, `/var/q${i}.env`)
        expect(chunk.map((_, j) => environment.find((line) => line.startsWith(`V${j}=`)))).toEqual(chunk.map((value, j) => `V${j}=${value}`))
        expect(readFileSync(join(box.root, `/var/q${i}.pwd`), 'utf8')).toBe(`/srv/d${i} a"b'c%n $x\\y é\n`)
      }
    })
  })

  test('a program path that systemd refuses is started all the same, with the same arguments', { timeout: 120_000 }, async () => {
    await withBox(version, async (box) => {
      const names = ['sp ace', 'do$lar', 'br${HOME}ace', 'per%cent', "quo'te", 'dq"uote', 'back\\slash', 'é', 'tab\tx', 'semi;colon', '-dash', ';', 'nl\nx']
      const units: Record<string, string> = {}
      for (const [i, name] of names.entries()) {
        await box.write(`/opt/p/${name}`, `#!/bin/bash\nprintf '%s\\0' "$0" "$@" > /var/p${i}\n`, 0o755)
        units[`p-${i}.service`] = await fileOf(
          `version: 1\nname: p-${i}\nscope: system\ncommand: [${inProfile(`/opt/p/${name}`)}, "a b", "%n"]\nrestart: { policy: never }`,
          `p-${i}.service`,
        )
      }
      await start(box, units)
      expect(names.map((_, i) => split(box, `/var/p${i}`))).toEqual(names.map((name) => [`/opt/p/${name}`, 'a b', '%n']))
    })
  })

  test('control: with one rule of quoting taken away, values do not arrive', { timeout: 60_000 }, async () => {
    await withBox(version, async (box) => {
      await box.write('/opt/dump', dump, 0o755)
      const unit = await fileOf(`version: 1\nname: c\nscope: system\ncommand: [/opt/dump, /var/c, "a%nb"]\nrestart: { policy: never }`, 'c.service')
      await start(box, { 'c.service': unit.replaceAll('%%', '%') })
      expect(split(box, '/var/c.argv').slice(3)).not.toEqual(['a%nb'])
    })
  })

  const shipped: [string, string][] = ['hermes-gateway', 'hermes-dashboard', 'examples/node-server', 'examples/python-script', 'examples/static-binary'].map(
    (name) => [name, readFileSync(new URL(`../../profiles/${name}.yaml`, import.meta.url), 'utf8')],
  )
  test.each(shipped)('%s is clean by systemd-analyze verify, for a user and for the system', { timeout: 60_000 }, async (_, text) => {
    for (const scope of ['user', 'system'] as const) {
      const { rendered, service } = await made(text.replace(/^linux:\n/m, `linux:\n  systemd: { version: ${version} }\n`), { scope })
      const unit = rendered!.files.find(({ name }) => name.endsWith('.service'))!
      const programs = [service!.command[0]!, ...(service!.stop.command ?? []).slice(0, 1)]
      const { findings } = await verifyUnit(unit.text, { version, user: scope === 'user', name: unit.name, programs })
      expect(findings).toEqual([])
    }
  })

  test('every key at once is clean, for a user and for the system', { timeout: 60_000 }, async () => {
    const full = readFileSync(new URL('../golden/full.yaml', import.meta.url), 'utf8').replace(/^linux:\n/m, `linux:\n  systemd: { version: ${version} }\n`)
    for (const scope of ['user', 'system'] as const) {
      const { rendered } = await made(full, { scope, env: { FULL_SECRET: 'x' } })
      const unit = rendered!.files.find(({ name }) => name.endsWith('.service'))!
      const { findings } = await verifyUnit(unit.text, { version, user: scope === 'user', name: unit.name, programs: ['/opt/full/bin/full'] })
      expect(findings).toEqual([])
    }
  })

  test.each(['baseline', 'strict'])('hardening %s lets node run, and scores what docs/linux.md says', { timeout: 60_000 }, async (preset) => {
    await withBox(version, async (box) => {
      // A JIT is what careless hardening kills: a real node, and code hot enough to be compiled.
      await box.write('/opt/node', readFileSync(process.execPath), 0o755)
      const hot = 'let n = 0; for (let i = 0; i < 3e7; i++) n += i % 7; require("fs").writeFileSync("/var/w/out", String(n > 0)); setInterval(() => {}, 1e6)'
      const unit = await fileOf(
        minimal(`scope: system\nhardening: ${preset}\nworkingDirectory: /var/w`).replace('[/usr/bin/my-app]', `[/opt/node, -e, ${JSON.stringify(hot)}]`),
        'my-app.service',
      )
      await box.exec(['mkdir', '-p', '/var/w'])
      await box.write('/etc/systemd/system/my-app.service', unit)
      await box.exec(['systemctl', 'daemon-reload'])
      expect(await box.exec(['systemctl', 'start', 'my-app'])).toMatchObject({ code: 0 })
      expect(
        await box.exec(['sh', '-c', 'for i in $(seq 100); do [ -s /var/w/out ] && break; sleep 0.1; done; cat /var/w/out; echo; systemctl is-active my-app']),
      ).toMatchObject({ stdout: 'true\nactive\n' })
      const { stdout } = await box.exec(['systemd-analyze', 'security', '--no-pager', 'my-app.service'])
      const score = /exposure level for my-app.service: ([\d.]+)/.exec(stdout)?.[1]
      const docs = readFileSync(new URL('../../docs/linux.md', import.meta.url), 'utf8')
      expect(docs).toContain(`| ${preset} | ${version} | ${score} |`)
    })
  })
})
