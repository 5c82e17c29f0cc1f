// The name of a service of this machine in, its file and what lies over it out: asked of the service manager, not looked for in folders.
import { dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import type { Given } from '../import/model.ts'
import { readKeys } from '../import/registry.ts'
import { kindOf, readText } from '../system/files.ts'
import { liveSystem } from '../system/live.ts'
import { thisHost, thisOs } from '../system/machine.ts'
import { besideOf, plistText } from '../system/nearby.ts'

type Scope = 'user' | 'system'
type Run = (...argv: string[]) => Promise<{ readonly code: number | null; readonly stdout: string }>

/** @throws UserError NOT_IMPORTED where there is no such service, with all that was looked at */
export async function findService(name: string, scope: Scope | null): Promise<Given> {
  if (/[/\\]/.test(name)) throw new UserError('NOT_IMPORTED', `there is no file ${name}`)
  const system = await liveSystem({})
  const run: Run = (...argv) => system.run(argv)
  const os = thisOs()
  if (os === 'linux') return inSystemd(name, scope, run)
  if (os === 'macos') return inLaunchd(name, scope, run)
  if (os === 'windows') return inRegistry(name, run)
  throw new UserError('NOT_IMPORTED', `there is no file ${name}, and this machine (${process.platform}) has no service manager that is known`)
}

const scopes = (scope: Scope | null): readonly Scope[] => (scope === null ? ['user', 'system'] : [scope])

/** FragmentPath= is the unit, DropInPaths= what systemd has laid over it, in its order. */
async function inSystemd(name: string, scope: Scope | null, run: Run): Promise<Given> {
  const unit = name.includes('.') && /\.[a-z]+$/.test(name) ? name : `${name}.service`
  const found: Given[] = []
  const looked: string[] = []
  for (const where of scopes(scope)) {
    const manager = where === 'user' ? '--user' : '--system'
    const answer = await run('systemctl', manager, 'show', '--property=LoadState,FragmentPath,DropInPaths,Id', '--', unit)
    const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(answer.stdout)?.[1] ?? ''
    const fragment = value('FragmentPath')
    looked.push(`systemctl ${manager} show ${unit}: ${answer.code === 0 ? value('LoadState') || 'no answer' : 'there is nobody to ask'}`)
    if (answer.code !== 0 || fragment === '' || value('LoadState') !== 'loaded') continue
    const dropIns = value('DropInPaths')
      .split(' ')
      .filter((path) => path !== '')
    found.push({
      main: { path: fragment, text: readText(fragment) },
      dropIns: dropIns
        .map((path) => path.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))))
        .map((path) => ({ path, text: readText(path) })),
      // An alias is a link; the unit has the name that systemd knows it by.
      name: value('Id') || unit,
      scope: where,
      beside: besideOf(dirname(fragment)),
    })
  }
  return one(name, found, looked)
}

/** The path in `launchctl print`, or, of a job that is not loaded, the file of its name in the folders that launchd looks into. */
async function inLaunchd(name: string, scope: Scope | null, run: Run): Promise<Given> {
  const { home, uid } = thisHost('macos')
  const found: Given[] = []
  const looked: string[] = []
  for (const where of scopes(scope)) {
    const domains = where === 'system' ? ['system'] : [`gui/${uid}`, `user/${uid}`]
    let path: string | undefined
    for (const domain of domains) {
      const answer = await run('launchctl', 'print', `${domain}/${name}`)
      looked.push(`launchctl print ${domain}/${name}: ${answer.code}`)
      path ??= answer.code === 0 ? /^\s*path = (\/.+)$/m.exec(answer.stdout)?.[1] : undefined
    }
    const folders = where === 'system' ? ['/Library/LaunchDaemons'] : [join(home, 'Library/LaunchAgents'), '/Library/LaunchAgents']
    path ??= folders.map((folder) => join(folder, `${name}.plist`)).find((file) => kindOf(file) === 'file')
    looked.push(...folders.map((folder) => join(folder, `${name}.plist`)))
    if (path === undefined || kindOf(path) !== 'file') continue
    found.push({ main: { path, text: await plistText(path) }, dropIns: [], name: null, scope: where, beside: besideOf(dirname(path)) })
  }
  return one(name, found, looked)
}

/** ImagePath leads to the program: that of WinSW has its XML beside it. */
async function inRegistry(name: string, run: Run): Promise<Given> {
  const reg = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'reg.exe')
  const key = `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${name}`
  const answer = await run(reg, 'query', key, '/s')
  const [, values] = [...readKeys(answer.stdout)][0] ?? []
  if (answer.code !== 0 || values === undefined)
    throw new UserError('NOT_IMPORTED', `there is no file ${name}, and no service of that name`, { hint: `looked at: ${key}` })
  const image = values.get('imagepath') ?? ''
  const program = /^"([^"]+)"/.exec(image)?.[1] ?? image.split(' ')[0]!
  const given = /\s"?([A-Za-z]:\\[^"]+\.xml)"?/i.exec(image)?.[1]
  const xml = given ?? program.replace(/\.exe$/i, '.xml')
  if (/\.xml$/i.test(xml) && kindOf(xml) === 'file')
    return { main: { path: xml, text: readText(xml) }, dropIns: [], name: null, scope: 'system', beside: besideOf(dirname(xml)) }
  return { main: { path: key, text: answer.stdout }, dropIns: [], name, scope: 'system', beside: () => null }
}

function one(name: string, found: readonly Given[], looked: readonly string[]): Given {
  if (found.length === 0)
    throw new UserError('NOT_IMPORTED', `there is no file ${name}, and no service of that name`, { hint: `looked at: ${looked.join('; ')}` })
  if (found.length > 1)
    throw new UserError('USAGE', `there are two services ${name}: ${found.map(({ main }) => main.path).join(' and ')}`, {
      hint: 'choose one with --scope user or --scope system',
    })
  return found[0]!
}
