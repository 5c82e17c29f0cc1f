// WinSW files in, what WinSW's own parser reads of the source and of what its import renders to: the same program, arguments, variables and times.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { splitArguments } from '../../src/import/command-line.ts'
import { nodeExe, startWine, winswParse } from '../beds/wine.ts'
import { made, said } from '../help.ts'
import { imported } from '../import/help.ts'

const dist = join(import.meta.dirname, '../../dist')

interface Parsed {
  readonly Executable: string
  readonly Arguments: string
  readonly WorkingDirectory: string
  readonly EnvironmentVariables: Readonly<Record<string, string>>
  readonly [property: string]: unknown
}

const service = (...elements: readonly string[]): string =>
  `<service>\n<id>App</id>\n<name>App</name>\n<description>An app</description>\n<executable>C:\\app\\app.exe</executable>\n<workingdirectory>C:\\w</workingdirectory>\n${elements.join('\n')}\n</service>\n`
const sources = [
  service(),
  service('<arguments>-x "a b" \\"q\\" c\\d "e\\\\"</arguments>', '<env name="A" value="1"/>', '<env name="B" value="%A%;%BASE%\\x;100%"/>'),
  service(
    '<arguments>never</arguments>',
    '<startarguments>run --now</startarguments>',
    '<stoparguments>stop</stoparguments>',
    '<stoptimeout>45 sec</stoptimeout>',
  ),
  service('<startmode>Manual</startmode>', '<priority>belownormal</priority>', '<depend>Eventlog</depend>', '<depend>Tcpip</depend>'),
  service(
    '<delayedAutoStart>true</delayedAutoStart>',
    '<stoptimeout>2 mins</stoptimeout>',
    '<beeponshutdown>true</beeponshutdown>',
    '<hidewindow>true</hidewindow>',
  ),
  service(
    '<logpath>C:\\logs</logpath>',
    '<log mode="roll-by-size"><sizeThreshold>1024</sizeThreshold><keepFiles>3</keepFiles></log>',
    '<priority>high</priority>',
  ),
  service('<poststart><executable>C:\\a.exe</executable><arguments>b "c d"</arguments></poststart>', '<prestop><executable>C:\\e.exe</executable></prestop>'),
  service('<serviceaccount><username>NT AUTHORITY\\LocalService</username></serviceaccount>', '<env name="U" value="é &amp; &lt;x&gt; &quot;q&quot;"/>'),
]
const same = [
  'Name',
  'DisplayName',
  'Description',
  'Executable',
  'WorkingDirectory',
  'StopTimeout',
  'StartMode',
  'ServiceDependencies',
  'Priority',
  'DelayedAutoStart',
  'BeepOnShutdown',
  'HideWindow',
  'ServiceAccountUserName',
] as const

test('the same service for WinSW', { timeout: 300_000 }, async () => {
  const rendered = await Promise.all(
    sources.map(async (text) => {
      const { text: yaml } = await imported('C:\\services\\App.xml', text)
      const { rendered: files, issues } = await made(yaml, { os: 'windows' })
      expect(said(issues)).toEqual([])
      return files!.files.find(({ name }) => name === 'App.xml')!.text
    }),
  )
  // The oracle's own folder is %BASE%: the import took the one of the file.
  const parsed = (await winswParse([...sources.map((text) => text.replaceAll('%BASE%', 'C:\\services')), ...rendered])) as unknown as Parsed[]
  for (const [i, source] of sources.entries()) {
    const [before, after] = [parsed[i]!, parsed[sources.length + i]!]
    expect(JSON.stringify(after), source).not.toMatch(/\$fatal/)
    for (const property of same) expect([property, after[property]], source).toEqual([property, before[property]])
    const argumentsOf = (one: Parsed): readonly string[] => splitArguments((one['StartArguments'] as string | null) ?? one.Arguments)
    expect(argumentsOf(after), source).toEqual(argumentsOf(before))
    for (const [name, value] of Object.entries(before.EnvironmentVariables))
      if (!['BASE', 'SERVICE_ID', 'SERVICE_EXECUTABLE'].includes(name.toUpperCase()) && !name.startsWith('WINSW'))
        expect([name, after.EnvironmentVariables[name]], source).toEqual([name, value])
  }
})

test('by name on Windows: the registry leads to the XML, and says all there is where there is none', { timeout: 300_000 }, async () => {
  const wine = await startWine()
  try {
    for (const name of readdirSync(dist).filter((file) => file.endsWith('.cjs'))) wine.writeFile(`C:\\hi\\dist\\${name}`, readFileSync(join(dist, name)))
    const key = (name: string): string => `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${name}`
    const add = async (name: string, value: string, type: string, data: string): Promise<void> => {
      expect(await wine.run(['C:\\windows\\system32\\reg.exe', 'add', key(name), '/v', value, '/t', type, '/d', data, '/f'])).toMatchObject({ code: 0 })
    }
    wine.writeFile('C:\\my services\\App.xml', service('<arguments>a "b c"</arguments>'))
    for (const [name, image] of [
      ['App', '"C:\\my services\\App.exe"'],
      ['Plain', '"C:\\Program Files\\Plain\\plain.exe" --serve "x y"'],
    ] as const) {
      await add(name, 'Type', 'REG_DWORD', '16')
      await add(name, 'Start', 'REG_DWORD', '2')
      await add(name, 'ImagePath', 'REG_EXPAND_SZ', image)
    }
    await add('Plain', 'DependOnService', 'REG_MULTI_SZ', 'Tcpip\\0Eventlog')
    const read = async (name: string): Promise<Record<string, unknown>> => {
      const { output } = await wine.run([nodeExe, 'C:\\hi\\dist\\main.cjs', 'import', name, '--json'])
      return JSON.parse(output) as Record<string, unknown>
    }
    expect(await read('App')).toMatchObject({ ok: true, source: 'C:\\my services\\App.xml', profile: { command: ['C:\\app\\app.exe', 'a', 'b c'] } })
    expect(await read('Plain')).toMatchObject({
      ok: true,
      source: key('Plain'),
      profile: { name: 'plain', command: ['C:\\Program Files\\Plain\\plain.exe', '--serve', 'x y'], after: ['network', 'Eventlog'] },
    })
    expect((await wine.run([nodeExe, 'C:\\hi\\dist\\main.cjs', 'import', 'Nobody'])).output).toMatch(/no service of that name[^]*looked at: HKLM/)
  } finally {
    await wine.stop()
  }
})
