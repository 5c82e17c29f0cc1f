// Nothing in, a running Windows machine (Wine 10 with the real node.exe and WinSW) out; and what WinSW's and Windows' parsers say of a text.
import { mkdirSync, readdirSync, readFileSync, copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { bedFile } from './paths.ts'
import { mustRun } from './process.ts'
import { startSession, stopSession } from './session.ts'

export const nodeExe = 'C:\\Program Files\\nodejs\\node.exe'
/** The release's own file; copy it beside its XML to use it. */
export const winswExe = 'Z:\\opt\\win\\WinSW3.exe'

export interface WineResult {
  /** The whole 32-bit exit code, as GetExitCodeProcess gives it: 1060, not 36. */
  readonly code: number
  /** stdout and stderr as they came, with \r\n made \n. */
  readonly output: string
}

export interface WineOptions {
  /** The program and what it started are ended after that time, and it is an error; 60 s unless told. */
  readonly timeoutMs?: number
  readonly env?: Readonly<Record<string, string>>
  /** A Windows folder; C:\ unless told. */
  readonly cwd?: string
  readonly input?: string
}

export interface Wine {
  /** Runs a Windows program, found as CreateProcess finds it. Wine quotes the words by the rules of the Microsoft C runtime. */
  run(argv: readonly string[], options?: WineOptions): Promise<WineResult>
  /** Runs a CommonJS script in Windows' node.exe. */
  node(script: string, args?: readonly string[], options?: WineOptions): Promise<WineResult>
  /** Makes the folders above, too. */
  writeFile(path: string, bytes: string | Uint8Array): void
  readFile(path: string): Buffer
  copyFile(from: string, to: string): void
  /** `C:\...` or `Z:\...` -> the file on the host. Upper and lower case are one, as on Windows, for what exists. */
  hostPath(path: string): string
  /** A file on the host -> `C:\...`. */
  windowsPath(path: string): string
  /** Ends every process without asking, then boots: automatic services start again, delayed ones about two minutes later. */
  reboot(): Promise<void>
  stop(): Promise<void>
}

/** Stand-ins, each a program of ours in the place of one of Wine's that lacks what our scripts need; the head of its source says what it proves. */
export interface StandIns {
  /** `strict`: rejects malformed words, stores FailureActions and what `config` sets (wine/sc-strict.c). Neither performs a recovery: that cannot run here. */
  readonly sc?: 'stock' | 'strict'
  /** `engines`: cscript.exe and wscript.exe take //E:JScript (wine/script-host.c). */
  readonly scriptHost?: 'stock' | 'engines'
  /** `hashing`: `certutil -hashfile` prints the sum (wine/certutil.c). */
  readonly certutil?: 'stock' | 'hashing'
  /** `asked`: nobody is an administrator but a process that powershell.exe (`ctrl-c`) was let start as one (wine/net.c). */
  readonly rights?: 'stock' | 'asked'
  /** `files`: a task is a file (wine/schtasks.c). */
  readonly schtasks?: 'stock' | 'files'
  /** `ctrl-c`: powershell.exe knows our three commands: Ctrl+C, RunAs and the account of a service (wine/powershell.c). */
  readonly powershell?: 'stock' | 'ctrl-c'
}

/**
 * Boots in about a second from the prefix setup.sh made; what happens inside is gone after stop(). Several may run at once, but they
 * share the host's network. Wine's own sc.exe accepts any `failure` and stores nothing: only the `strict` one is proof of anything.
 */
export async function startWine({
  sc = 'stock',
  scriptHost = 'stock',
  certutil = 'stock',
  powershell = 'stock',
  schtasks = 'stock',
  rights = 'stock',
}: StandIns = {}): Promise<Wine> {
  bedFile('wine', 'wine', 'root', 'opt', 'win', 'stamp')
  const session = await startSession('wine', bedFile('wine', 'wine', 'root'))
  const root = join(session.state, 'root')
  const driveC = join(root, 'wp', 'drive_c')
  let count = 0

  function hostPath(path: string): string {
    const [, drive = '', rest = ''] = /^([CcZz]):[\\/]?(.*)$/s.exec(path) ?? []
    if (drive === '') throw new Error(`not a path on C: or Z: ${path}`)
    const parts = rest.split(/[\\/]/).filter((part) => part !== '')
    return parts.reduce((at, part) => join(at, spelling(at, part)), drive.toUpperCase() === 'C' ? driveC : root)
  }

  const inside = (path: string) => `/${relative(root, hostPath(path))}`

  async function runWindows(argv: readonly string[], { timeoutMs = 60_000, env = {}, cwd = 'C:\\', input }: WineOptions = {}): Promise<WineResult> {
    const id = `bed-${(count += 1)}`
    const file = (name: string) => join(root, 'tmp', `${id}.${name}`)
    if (input !== undefined) writeFileSync(file('in'), input)
    const words = [String(timeoutMs), `Z:\\tmp\\${id}.code`, input === undefined ? '/dev/null' : `/tmp/${id}.in`, `/tmp/${id}.out`, inside(cwd)]
    await mustRun([session.script, 'exec', session.state, ...words, ...Object.entries(env).map(([name, value]) => `${name}=${value}`), '--', ...argv]).catch(
      (error: unknown) => {
        // 1: launch.exe could not start the program, and says why in the code file.
        if (!(error instanceof Error && error.message.includes(': exit code 1\n'))) throw error
      },
    )
    const code = readFileSync(file('code'), 'utf8')
    const output = readFileSync(file('out'), 'utf8').replaceAll('\r\n', '\n')
    if (!/^\d+$/.test(code))
      throw new Error(`${argv.join(' ')}: ${code === 'timeout' ? `not done after ${timeoutMs} ms` : `not started, Windows ${code}`}\n${output}`)
    return { code: Number(code), output }
  }

  const wine: Wine = {
    run: runWindows,
    node(script, args = [], nodeOptions = {}) {
      const file = `C:\\bed\\script-${(count += 1)}.cjs`
      wine.writeFile(file, script)
      return runWindows([nodeExe, file, ...args], nodeOptions)
    },
    writeFile(path, bytes) {
      mkdirSync(dirname(hostPath(path)), { recursive: true })
      writeFileSync(hostPath(path), bytes)
    },
    readFile: (path) => readFileSync(hostPath(path)),
    copyFile(from, to) {
      mkdirSync(dirname(hostPath(to)), { recursive: true })
      copyFileSync(hostPath(from), hostPath(to))
    },
    hostPath,
    windowsPath(path) {
      const below = relative(driveC, path)
      return below.startsWith('..') ? `Z:\\${relative(root, path).replaceAll('/', '\\')}` : `C:\\${below.replaceAll('/', '\\')}`
    },
    reboot: async () => void (await mustRun([session.script, 'reboot', session.state], { timeoutMs: 240_000 })),
    stop: () => stopSession(session),
  }
  /** Our program in the place of Wine's, which goes where ours finds it. */
  const standIn = (name: string, ours: string, moved: string) => {
    wine.copyFile(`C:\\windows\\system32\\${name}`, moved)
    rmSync(wine.hostPath(`C:\\windows\\system32\\${name}`)) // a new file: the old one may be in use
    wine.copyFile(`Z:\\opt\\win\\${ours}`, `C:\\windows\\system32\\${name}`)
  }
  if (sc === 'strict') standIn('sc.exe', 'sc-strict.exe', 'C:\\windows\\system32\\sc-wine.exe')
  if (scriptHost === 'engines') for (const name of ['cscript.exe', 'wscript.exe']) standIn(name, 'script-host.exe', `C:\\windows\\bed\\${name}`)
  if (powershell === 'ctrl-c') standIn('WindowsPowerShell\\v1.0\\powershell.exe', 'powershell.exe', 'C:\\windows\\bed\\powershell.exe')
  if (rights === 'asked') standIn('net.exe', 'net.exe', 'C:\\windows\\bed\\net.exe')
  if (schtasks === 'files') standIn('schtasks.exe', 'schtasks.exe', 'C:\\windows\\bed\\schtasks.exe')
  if (certutil === 'hashing') standIn('certutil.exe', 'certutil.exe', 'C:\\windows\\bed\\certutil.exe')
  return wine
}

/** The name as it stands in the folder, or as given when it is not there. */
function spelling(folder: string, name: string): string {
  try {
    const names = readdirSync(folder)
    return names.find((other) => other === name) ?? names.find((other) => other.toLowerCase() === name.toLowerCase()) ?? name
  } catch {
    return name
  }
}

/** What WinSW made of a file: each property of its XmlServiceConfig. A refused property is `{$error}`, a refused file `{$fatal}`. */
export type WinswConfig = Readonly<Record<string, unknown>>

let batches = 0

/** Parses configurations with WinSW 3's own parser (the untouched WinSW.Core.dll), all in one run: a start costs a second, a file hardly anything. */
export function winswParse(xmls: readonly (string | Uint8Array)[], wine?: Wine): Promise<WinswConfig[]> {
  return using(wine, async (windows) => {
    const folder = `C:\\bed\\winsw-${(batches += 1)}`
    xmls.forEach((xml, i) => windows.writeFile(`${folder}\\${i}.xml`, xml))
    if (xmls.length === 0) return []
    const { code, output } = await windows.run(['Z:\\opt\\win\\winsw-oracle.exe', folder], { timeoutMs: 120_000 })
    if (code !== 0) throw new Error(`winsw-oracle.exe: exit code ${code}\n${output}`)
    return xmls.map((_, i) => JSON.parse(windows.readFile(`${folder}\\${i}.json`).toString('utf8')) as WinswConfig)
  })
}

/**
 * Splits whole command lines, program first, with CommandLineToArgvW of Wine's shell32, all in one run. The program's word knows no backslash escapes.
 * Differs from {@link nodeArgv} only for `""` inside quotes (8 of 120 random lines): there it ends the quoting, in the C runtime since 2008 it does not. Write `\"`.
 */
export function commandLineToArgv(lines: readonly string[], wine?: Wine): Promise<string[][]> {
  return using(wine, async (windows) => {
    const folder = `C:\\bed\\argv-${(batches += 1)}`
    const records = lines.flatMap((line) => {
      const units = Buffer.from(line, 'utf16le')
      return [uint32(units.length / 2), units]
    })
    windows.writeFile(`${folder}\\in`, Buffer.concat(records))
    const { code } = await windows.run(['Z:\\opt\\win\\argv.exe', `${folder}\\in`, `${folder}\\out`])
    if (code !== 0) throw new Error(`argv.exe: exit code ${code}`)
    const out = windows.readFile(`${folder}\\out`)
    let at = 0
    const number = () => out.readUInt32LE((at += 4) - 4)
    const word = () => {
      const length = number() * 2
      return out.toString('utf16le', at, (at += length))
    }
    return lines.map(() => Array.from({ length: number() }, word))
  })
}

/**
 * The same question to the end: node.exe starts a node.exe with each text behind its script, unquoted, and the child reports its
 * process.argv. The splitting is Microsoft's own C runtime, which is linked into node.exe. About 0.3 s a line.
 */
export function nodeArgv(tails: readonly string[], wine?: Wine): Promise<string[][]> {
  return using(wine, async (windows) => {
    const folder = `C:\\bed\\node-argv-${(batches += 1)}`
    windows.writeFile(`${folder}\\child.cjs`, 'process.stdout.write(JSON.stringify(process.argv.slice(2)))')
    windows.writeFile(`${folder}\\tails.json`, JSON.stringify(tails))
    const parent = `
      const { spawn } = require('child_process'), fs = require('fs'), folder = process.argv[2]
      const tails = JSON.parse(fs.readFileSync(folder + '\\\\tails.json', 'utf8')), results = []
      const argvOf = (tail) => new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [folder + '\\\\child.cjs', tail], { argv0: 'node', windowsVerbatimArguments: true, stdio: ['ignore', 'pipe', 'inherit'] })
        let out = ''
        child.stdout.setEncoding('utf8').on('data', (chunk) => (out += chunk))
        child.on('error', reject).on('close', () => resolve(JSON.parse(out)))
      })
      const worker = async () => { for (let i; (i = next++) < tails.length; ) results[i] = await argvOf(tails[i]) }
      let next = 0
      Promise.all([worker(), worker(), worker()]).then(() => fs.writeFileSync(folder + '\\\\results.json', JSON.stringify(results)))`
    const { code, output } = await windows.node(parent, [folder], { timeoutMs: 30_000 + 2_000 * tails.length })
    if (code !== 0) throw new Error(`node.exe: exit code ${code}\n${output}`)
    return JSON.parse(windows.readFile(`${folder}\\results.json`).toString('utf8')) as string[][]
  })
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** The given machine, or one for this question only. */
async function using<T>(given: Wine | undefined, ask: (wine: Wine) => Promise<T>): Promise<T> {
  const wine = given ?? (await startWine())
  try {
    return await ask(wine)
  } finally {
    if (!given) await wine.stop()
  }
}
