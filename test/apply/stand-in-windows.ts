// A stand-in for Windows' service manager, its registry and WinSW's `install`, as far as `apply` asks them; the files are real, below a folder that stands for C:.
// The real WinSW on Wine's service manager is in test/oracles/windows-apply.test.ts.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Ran, System } from '../../src/apply/system.ts'
import { place } from '../../src/system/place.ts'
import type { Machine } from './stand-in.ts'

export interface Service {
  image: string
  start: number
  delayed: boolean
  depends: string
  displayName: string
  description: string
  account: string
  failure: string
  flag: number
  security: string
}

/** `C:\a b\c` -> the file that stands for it. */
export const hostPath = (at: Machine, path: string): string => (/^[A-Z]:/.test(path) ? join(at.home, path[0]!, ...path.slice(2).split(/[\\/]/)) : path)

const ok: Ran = { code: 0, stdout: '', stderr: '' }
const fail = (code: number): Ran => ({ code, stdout: '', stderr: `error ${code}` })
const startWords: Readonly<Record<string, number>> = { auto: 2, 'delayed-auto': 2, demand: 3, disabled: 4 }

const bytesOf = (numbers: readonly number[]): string => {
  const buffer = Buffer.alloc(numbers.length * 4)
  numbers.forEach((number, i) => buffer.writeUInt32LE(number, i * 4))
  return [...buffer].map((byte) => byte.toString(16).padStart(2, '0')).join(',')
}
const text = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&')}"`

/** `reg export`. */
export function registry(at: Machine, key: string): Ran {
  const found = at.services.get(key.slice(key.lastIndexOf('\\') + 1))
  if (found === undefined) return fail(1)
  const lines = [
    `"ImagePath"=${text(found.image)}`,
    `"Start"=dword:${found.start.toString(16).padStart(8, '0')}`,
    ...(found.delayed ? ['"DelayedAutostart"=dword:00000001'] : []),
    `"DisplayName"=${text(found.displayName)}`,
    `"Description"=${text(found.description)}`,
    `"ObjectName"=${text(found.account)}`,
    ...(found.failure === '' ? [] : [`"FailureActions"=hex:${found.failure}`]),
    `"FailureActionsOnNonCrashFailures"=dword:0000000${found.flag}`,
  ]
  return { ...ok, stdout: `Windows Registry Editor Version 5.00\r\n\r\n[${key}]\r\n${lines.join('\r\n')}\r\n` }
}

const created = (image: string, displayName = ''): Service => ({
  image,
  start: 2,
  delayed: false,
  depends: '',
  displayName,
  description: displayName,
  account: 'LocalSystem',
  failure: '',
  flag: 0,
  security: 'D:(A;;CC;;;SY)',
})

/** What WinSW runs is what its XML says when it starts. */
function start(at: Machine, name: string): Ran {
  const xml = hostPath(at, `C:\\ProgramData\\hermes-install\\${name}\\${name}.xml`)
  const loaded = existsSync(xml) ? readFileSync(xml, 'utf8') : name === 'demo' ? null : 'old'
  const unit = at.units.get(name)
  if (at.services.get(name)!.start === 4) return fail(1058)
  if (unit?.active) return fail(1056)
  if (loaded === null) return fail(2)
  const breaks = /broken/.test(loaded)
  at.units.set(name, { loaded, active: !breaks, failed: breaks, pid: breaks ? 0 : ++at.pids })
  return ok
}

function sc(at: Machine, [verb = '', name = '', ...rest]: readonly string[]): Ran {
  const found = at.services.get(name)
  const unit = at.units.get(name)
  if (!['queryex', 'query', 'interrogate', 'sdshow'].includes(verb)) at.calls.push([verb, name, ...rest].join(' '))
  if (verb === 'create') {
    at.services.set(name, created(rest[1]!))
    return ok
  }
  if (found === undefined) return fail(1060)
  const options = new Map(rest.flatMap((word, i) => (word.endsWith('=') ? [[word, rest[i + 1] ?? ''] as const] : [])))
  switch (verb) {
    case 'query':
      return ok
    case 'queryex':
      return {
        ...ok,
        stdout: `\nNAME: ${name}\n TYP : 10\n ZUSTAND : ${unit?.active ? 4 : 1}  X\n  (X)\n CODE : ${unit?.failed ? 1067 : 0}\n CODE : 0\n P : 0x0\n H : 0x0\n PID : ${unit?.pid ?? 0}\n F :\n`,
      }
    case 'interrogate':
      return unit?.active ? ok : fail(1062)
    case 'sdshow':
      return { ...ok, stdout: `\n${found.security}\n` }
    case 'sdset':
      found.security = rest[0]!
      return ok
    case 'config': {
      const word = options.get('start=')
      found.start = word === undefined ? found.start : startWords[word]!
      found.delayed = word === undefined ? found.delayed : word === 'delayed-auto'
      found.displayName = options.get('DisplayName=') ?? found.displayName
      found.account = options.get('obj=') ?? found.account
      found.image = options.get('binPath=') ?? found.image
      return ok
    }
    case 'description':
      found.description = rest[0]!
      return ok
    case 'failure': {
      const actions = (options.get('actions=') ?? '').split('/').filter((word) => word !== '' && word !== 'restart')
      found.failure = bytesOf([Number(options.get('reset=')), 0, 0, actions.length, 20, ...actions.flatMap((delay) => [1, Number(delay)])])
      return ok
    }
    case 'failureflag':
      found.flag = Number(rest[0])
      return ok
    case 'start':
      return start(at, name)
    case 'stop':
      if (!unit?.active) return fail(1062)
      at.units.set(name, { loaded: null, active: false, failed: false, pid: 0 })
      return ok
    case 'delete':
      at.services.delete(name)
      at.units.delete(name)
      return ok
    default:
      throw new Error(`the stand-in does not know sc ${verb}`)
  }
}

export function runWindows(at: Machine, [program = '', ...args]: readonly string[]): Ran {
  const name = program.slice(program.lastIndexOf('\\') + 1).toLowerCase()
  if (name === 'sc.exe') return sc(at, args)
  if (name === 'whoami.exe') return { ...ok, stdout: '"pc\\ann","S-1-5-21-1-2-3-1001"' }
  if (name === 'reg.exe') return fail(1)
  if (name === 'icacls.exe') return existsSync(hostPath(at, args[0]!)) ? ok : fail(2)
  if (name === 'demo.exe' && args[0] === 'install') {
    at.calls.push('install')
    if (![program, program.replace(/exe$/, 'xml')].every((file) => existsSync(hostPath(at, file)))) return fail(1)
    at.services.set('demo', created(`"${program}"`, 'demo'))
    return ok
  }
  throw new Error(`the stand-in does not know ${program}`)
}

/** The file system's half: the same calls, below the folder that stands for C:. */
export function placeOn(at: Machine): typeof place {
  const to = (path: string): string => hostPath(at, path)
  const above = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')))
  return {
    look: (path) => place.look(to(path)),
    list: (path) => place.list(to(path)),
    read: (path) => place.read(to(path)),
    write: (path, data, mode, owner) => place.write(to(path), data, mode, owner),
    setRights: (path, mode, owner) => place.setRights(to(path), mode, owner),
    copy: (from, target) => place.copy(to(from), to(target)),
    remove: (path) => place.remove(to(path)),
    sweep: (path) => existsSync(dirname(to(path))) && place.sweep(to(path)),
    missing(path) {
      const missing: string[] = []
      for (let folder = path; folder.length > 2 && statSync(to(folder), { throwIfNoEntry: false }) === undefined; folder = above(folder))
        missing.unshift(folder)
      return missing
    },
    makeFolder: (path, mode, owner) => place.makeFolder(to(path), mode, owner),
    removeFolder: (path) => place.removeFolder(to(path)),
    move: (from, target) => place.move(to(from), to(target)),
    removeTree: (path) => place.removeTree(to(path)),
    link: (path, target) => place.link(to(path), target),
    startedAt: place.startedAt,
  } satisfies Partial<System>
}
