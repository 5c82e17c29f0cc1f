// What the user typed in, the services to work on out: profiles found, read, merged and resolved for each OS, one at a time.
import { dirname, isAbsolute, join } from 'node:path'
import { UserError, type Issue } from '../errors.ts'
import { nearest } from '../profile/issue.ts'
import { loadLayers, type Cache, type Source } from '../profile/load.ts'
import { merge, type Merged } from '../profile/merge.ts'
import type { Os } from '../profile/model.ts'
import { defaultProfile, readShipped, shippedFile, shippedNames } from '../profile/shipped.ts'
import { declaredParameters, unknownParameters, type Inputs } from '../resolve/expand.ts'
import { defaultFacts, toHost, type Host, type HostFacts } from '../resolve/host.ts'
import { instancePattern } from '../resolve/label.ts'
import { resolve, type Service } from '../resolve/service.ts'
import { kindOf, namesIn, readText } from '../system/files.ts'
import { usedVariables } from './rights.ts'
import { thisHost, thisOs } from '../system/machine.ts'

/** What commander made of the flags. */
export interface Flags {
  readonly os?: Os | 'all'
  readonly instance?: string
  readonly scope?: 'user' | 'system'
  readonly host?: readonly string[]
  readonly set?: readonly string[]
  readonly values?: readonly string[]
  readonly strict?: boolean
  readonly json?: boolean
  readonly color: boolean
  readonly verbose?: boolean
}

/** Facts, and where they come from. */
export interface KnownHost {
  readonly host: Host
  readonly from: 'this machine' | 'defaults' | { readonly file: string }
}

/** One profile for one OS: a service, or what is wrong with it. */
export interface Resolved {
  readonly file: string
  readonly os: Os
  readonly merged: Merged
  readonly service: Service | null
  readonly issues: readonly Issue[]
}

export interface Gathered {
  readonly systems: readonly Os[]
  readonly hosts: ReadonlyMap<Os, KnownHost>
  readonly files: readonly string[]
  /** Resolves profile after profile, all or some of `files`, so that memory does not grow with their number. */
  readonly services: (some?: readonly string[]) => Generator<Resolved>
}

const systemOrder: readonly Os[] = ['linux', 'macos', 'windows']

/**
 * @param profiles as typed; none means the shipped Hermes gateway
 * @param machine more about this machine than {@link thisHost} knows, for commands that act on it
 * @param lenient whether a secret that is not set here does not matter, as nothing is written
 * @throws UserError for what cannot be found or read at all; problems inside a profile come with its {@link Resolved}
 */
export async function gather(profiles: readonly string[], flags: Flags, machine?: HostFacts, lenient = false): Promise<Gathered> {
  const { files, source } = await readable(profiles)
  checkInstance(flags)
  const given = await parameterValues(flags)
  const hosts = await hostsFor(flags, machine)
  const systems = [...hosts.keys()]
  const cache: Cache = new Map()
  if (given.size > 0) checkParameters(given, declaredIn(files, source, cache))

  return {
    systems,
    hosts,
    files,
    *services(some = files) {
      for (const file of some) {
        const { layers, issues } = loadLayers(file, source, cache)
        for (const os of systems) {
          const inputs: Inputs = {
            host: hosts.get(os)!.host,
            instance: flags.instance ?? null,
            scope: flags.scope ?? null,
            given,
            environment: (name) => variable(name, lenient),
          }
          const merged = merge(layers, os, inputs.instance)
          const resolved = resolve(merged, inputs, issues)
          yield { file, os, merged, service: issues.length === 0 ? resolved.service : null, issues: [...issues, ...resolved.issues] }
        }
      }
    },
  }
}

/** The files that were meant, and what reads them. @throws UserError for what cannot be found */
export async function readable(profiles: readonly string[]): Promise<{ readonly files: readonly string[]; readonly source: Source }> {
  const files = profiles.length === 0 ? [shippedFile(defaultProfile)] : [...new Set(profiles.flatMap(filesOf))]
  // A shipped profile is compiled in: the YAML parser and the schema are loaded for files only.
  const parseText = files.every((file) => readShipped(file) !== undefined) ? undefined : (await import('../profile/parse.ts')).parseText
  const source: Source = {
    read: (file) => readShipped(file) ?? parseText!(readText(file), file),
    resolve: (from, reference) => {
      if (!/[/\\]|\.ya?ml$/.test(reference) && shippedNames.includes(reference)) return shippedFile(reference)
      return isAbsolute(reference) ? reference : join(dirname(from), reference)
    },
  }
  return { files, source }
}

export function checkInstance({ instance }: Flags): void {
  if (instance !== undefined && !instancePattern.test(instance)) {
    throw new UserError('USAGE', `${JSON.stringify(instance)} cannot be an instance`, {
      hint: 'a letter or digit, then up to 63 letters, digits, "_" and "-", all lower case',
    })
  }
}

export function variable(name: string, lenient: boolean): string | undefined {
  if (process.env[name] !== undefined) usedVariables.add(name)
  // Only for secrets: a parameter that is not set has its default.
  return process.env[name] ?? (lenient && !name.startsWith('HERMES_INSTALL_') ? 'not-set' : undefined)
}

/** A name without a slash or extension that is shipped means the shipped profile, whatever lies in the current folder. */
function filesOf(typed: string): string[] {
  if (shippedNames.includes(typed)) return [shippedFile(typed)]
  switch (kindOf(typed)) {
    case 'file':
      return [typed]
    case 'folder': {
      // Bases and drafts begin with "_" or ".".
      const files = namesIn(typed).filter((name) => /^[^._].*\.ya?ml$/.test(name))
      if (files.length === 0)
        throw new UserError('PROFILE_NOT_FOUND', `there is no profile (*.yaml) in the folder ${typed}`, { hint: '`hermes-install init` writes one' })
      return files.map((name) => join(typed, name)).filter((path) => kindOf(path) === 'file')
    }
    case 'nothing': {
      const near = nearest(typed, shippedNames)
      throw new UserError('PROFILE_NOT_FOUND', `there is no profile ${typed}`, {
        hint: near ? `did you mean the shipped profile ${near}?` : `give a file, a folder, or one of ${shippedNames.join(', ')}`,
      })
    }
  }
}

/** `--values` files in order, then `--set`, later ones win. */
export async function parameterValues(flags: Flags): Promise<Map<string, string>> {
  const given = new Map<string, string>()
  for (const file of flags.values ?? []) {
    const { values, issues } = (await import('../resolve/facts.ts')).parseValues(readText(file), file)
    if (issues.length > 0) throw new UserError('VALUES_INVALID', `${file} has mistakes`, { issues })
    for (const [key, value] of values) given.set(key, value)
  }
  for (const pair of flags.set ?? []) {
    const equals = pair.indexOf('=')
    if (equals < 1) throw new UserError('USAGE', `--set ${JSON.stringify(pair)} is not of the form k=v`, { hint: 'such as --set port=8080' })
    given.set(pair.slice(0, equals), pair.slice(equals + 1))
  }
  return given
}

/** The names of parameters that any of the files declares. */
export const declaredIn = (files: readonly string[], source: Source, cache: Cache): ReadonlySet<string> =>
  new Set(files.flatMap((file) => [...declaredParameters(loadLayers(file, source, cache).layers).keys()]))

/** A misspelt parameter would silently keep its default. @throws UserError USAGE */
export function checkParameters(given: ReadonlyMap<string, string>, declared: ReadonlySet<string>): void {
  const unknown = unknownParameters(given.keys(), declared)
  if (unknown.length > 0) throw new UserError('USAGE', unknown.join('\n'), { hint: 'parameters are declared in the profile, under `parameters`' })
}

/** The facts for each OS that is asked for: from `--host`, of this machine, or the stated defaults. */
async function hostsFor(flags: Flags, machine: HostFacts | undefined): Promise<Map<Os, KnownHost>> {
  const files = new Map<Os, KnownHost>()
  for (const file of flags.host ?? []) {
    const { facts, issues } = (await import('../resolve/facts.ts')).parseFacts(readText(file), file)
    if (facts === null) throw new UserError('HOST_INVALID', `${file} has mistakes`, { issues })
    if (files.has(facts.os)) throw new UserError('USAGE', `two --host files are for ${facts.os}`, { hint: 'one for each OS' })
    files.set(facts.os, { host: toHost(facts), from: { file } })
  }
  const own = thisOs()
  const asked = flags.os === 'all' ? systemOrder : flags.os ? [flags.os] : files.size > 0 ? [...files.keys()] : own ? [own] : []
  if (asked.length === 0)
    throw new UserError('USAGE', `this machine (${process.platform}) has no service manager that is known`, { hint: 'choose one with --os' })
  for (const os of files.keys())
    if (!asked.includes(os))
      throw new UserError('USAGE', `the --host file is for ${os}, but --os says ${asked.join(', ')}`, { hint: 'leave --os out, or give the facts of that OS' })
  const known = (os: Os): KnownHost =>
    files.get(os) ??
    (os === own && files.size === 0 ? { host: toHost(machine ?? thisHost(os)), from: 'this machine' } : { host: toHost(defaultFacts[os]), from: 'defaults' })
  return new Map(asked.map((os) => [os, known(os)]))
}

/** The facts as output names them. */
export function factsLine(os: Os, { host }: KnownHost): string {
  return `${os}: user=${host.user} home=${host.home}${os === 'windows' ? '' : ` uid=${host.uid}`}`
}
