// A merged profile and the values of its parameters in, the same profile with every ${...} replaced out.
import type { Issue } from '../errors.ts'
import { dotted, nearest } from '../profile/issue.ts'
import type { Merged } from '../profile/merge.ts'
import { isTree } from '../profile/model.ts'
import type { Layer, Os, Path, Profile } from '../profile/model.ts'
import { parameterName } from '../profile/patterns.ts'
import type { Host } from './host.ts'

/** What the one who renders gives: `HERMES_INSTALL_k` loses against `--values`, that against `--set`. */
export interface Inputs {
  readonly host: Host
  readonly instance: string | null
  readonly scope: 'user' | 'system' | null
  /** Values by parameter name, the winning one of `--set` and `--values`. */
  readonly given: ReadonlyMap<string, string>
  /** The environment of the one who renders: parameters (`HERMES_INSTALL_k`) and `fromEnv`. */
  readonly environment: (name: string) => string | undefined
}

const systems: readonly Os[] = ['linux', 'macos', 'windows']
const factNames = ['home', 'user', 'uid', 'configDir', 'dataDir', 'stateDir', 'logDir', 'instance', 'os'] as const
// Left to right; "$${" is a literal "${" and wins.
const reference = /\$\$\{|\$\{([^{}]*)(\})?/g
/** Kept as written: they say what the file is, or explain. */
const unexpanded: ReadonlySet<string> = new Set(['version', 'name', 'extends', 'parameters'])

/**
 * Expands every string of the profile once; what was put in is not read again.
 * @param issues receives unknown names, missing parameters and values that break their pattern
 */
export function expand(merged: Merged, inputs: Inputs, issues: Issue[]): Profile {
  const { profile, issue } = merged
  const scope = new Map<string, string | null>(
    factNames.map((name) => [name, name === 'instance' ? inputs.instance : inputs.host[name] === null ? null : String(inputs.host[name])]),
  )
  const declared = profile.parameters ?? {}
  const busy = new Set<string>()

  const valueOf = (name: string, path: Path): string => {
    if (scope.has(name)) {
      const value = scope.get(name)
      if (value === null || value === undefined)
        issues.push(
          name === 'instance'
            ? issue(path, '${instance} stands here, but no instance was asked for', 'give --instance NAME, or move the key into the `instance` overlay')
            : issue(path, `\${${name}} has no value on ${inputs.host.os}`, null),
        )
      return value ?? ''
    }
    const parameter = Object.hasOwn(declared, name) ? declared[name]! : undefined
    if (!parameter) {
      const known = [...factNames, ...Object.keys(declared)]
      const near = nearest(name, known)
      const literal = '; a literal "${" is written "$${"'
      issues.push(
        issue(
          path,
          `unknown name in \${${name}}`,
          (near ? `did you mean \${${near}}?` : `known: ${known.join(', ')}; a name of your own is declared under \`parameters\``) + literal,
        ),
      )
      return ''
    }
    if (busy.has(name)) {
      issues.push(issue(['parameters', name, 'default'], `the defaults of ${[...busy, name].map((n) => `\${${n}}`).join(' -> ')} need each other`, null))
      return ''
    }
    busy.add(name)
    const given = inputs.given.get(name) ?? inputs.environment(`HERMES_INSTALL_${name}`)
    const value = given ?? (parameter.default === undefined ? undefined : text(parameter.default, ['parameters', name, 'default']))
    busy.delete(name)
    if (value === undefined) {
      issues.push(
        issue(
          parameter.required ? ['parameters', name] : path,
          `parameter "${name}" has no value`,
          `give --set ${name}=..., a --values file or the variable HERMES_INSTALL_${name}`,
        ),
      )
    } else if (parameter.pattern !== undefined && !new RegExp(`^(?:${parameter.pattern})$`, 'u').test(value)) {
      // The value may be a secret: it is not shown.
      issues.push(issue(['parameters', name], `the value of parameter "${name}" does not match ${parameter.pattern}`, parameter.description ?? null))
    }
    scope.set(name, value ?? '')
    return value ?? ''
  }

  const text = (raw: string, path: Path): string => {
    if (!raw.includes('${')) return raw
    return raw.replace(reference, (found, name: string | undefined, closed: string | undefined) => {
      if (found === '$${') return '${'
      if (closed) return valueOf(name!.trim(), path)
      issues.push(issue(path, `"\${" without "}"`, 'a literal "${" is written "$${"'))
      return ''
    })
  }

  for (const [name, parameter] of Object.entries(declared)) {
    if (scope.has(name) && factNames.includes(name as never))
      issues.push(issue(['parameters', name], `"${name}" is a fact of the host and cannot be a parameter`, 'choose another name'))
    else if (!parameterName.test(name)) issues.push(issue(['parameters', name], `"${name}" cannot be the name of a parameter`, 'letters, digits and _ only'))
    else if (parameter.required) valueOf(name, ['parameters', name])
  }

  const walk = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return text(value, path)
    if (Array.isArray(value)) return value.map((child, i) => walk(child, [...path, i]))
    if (isTree(value)) return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, walk(child, [...path, key])]))
    return value
  }
  return Object.fromEntries(Object.entries(profile).map(([key, value]) => [key, unexpanded.has(key) ? value : walk(value, [key])]))
}

/**
 * What any layer of a profile declares, for whatever OS and instance.
 * @returns the description of each, which may be empty
 */
export function declaredParameters(layers: readonly Layer[]): ReadonlyMap<string, string> {
  const declared = new Map<string, string>()
  for (const { value } of layers) {
    const instance = isTree(value['instance']) ? value['instance'] : {}
    const places = [value, instance, ...systems.flatMap((os) => [value[os], instance[os]])]
    for (const place of places) {
      if (!isTree(place) || !isTree(place['parameters'])) continue
      for (const [name, parameter] of Object.entries(place['parameters'])) {
        const description = isTree(parameter) && typeof parameter['description'] === 'string' ? parameter['description'] : ''
        if (description !== '' || !declared.has(name)) declared.set(name, description)
      }
    }
  }
  return declared
}

/** Names in `--set` or `--values` that no profile declares. @returns one sentence each */
export function unknownParameters(given: Iterable<string>, declared: ReadonlySet<string>): string[] {
  return [...given]
    .filter((name) => !declared.has(name))
    .map((name) => {
      const near = nearest(name, [...declared])
      return `no profile here has a parameter "${dotted([name])}"${near ? `; did you mean "${near}"?` : declared.size > 0 ? `; known: ${[...declared].join(', ')}` : ''}`
    })
}
