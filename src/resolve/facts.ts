// The text of a `--host` file in, the facts it states out, or every mistake in it.
import * as v from 'valibot'
import type { Issue } from '../errors.ts'
import { nearest, placed, wording, type Finding } from '../profile/issue.ts'
import { isTree, type Path, type Position, type Tree } from '../profile/model.ts'
import { readYaml } from '../profile/yaml.ts'
import { isAbsolute, type HostFacts } from './host.ts'

const text = v.pipe(v.string('a string'), v.minLength(1, 'a string that is not empty'))
const whole = v.pipe(v.number('a whole number'), v.integer('a whole number'), v.minValue(0, 'a whole number, 0 or more'))

/** The `--host` file (design contract, "Host facts"). */
const hostSchema = v.object(
  {
    os: v.picklist(['linux', 'macos', 'windows'], 'one of linux, macos, windows'),
    user: text,
    uid: v.optional(whole),
    home: text,
    configDir: v.optional(text),
    dataDir: v.optional(text),
    stateDir: v.optional(text),
    logDir: v.optional(text),
    arch: v.optional(v.picklist(['x64', 'x86', 'arm64'], 'one of x64, x86, arm64')),
    versions: v.optional(v.object({ systemd: v.optional(whole), winsw: v.optional(v.picklist([2, 3], '2 or 3')) }, 'a map {systemd, winsw}')),
  },
  'a map of facts',
)

/** Facts become paths and names in every file: each must be one of that OS. */
function implausible(facts: Tree): Finding[] {
  const findings: Finding[] = []
  const os = facts['os']
  for (const key of ['home', 'configDir', 'dataDir', 'stateDir', 'logDir']) {
    const path = facts[key]
    if (typeof path !== 'string') continue
    if (/[\u0000-\u001f\u007f]/.test(path)) findings.push({ path: [key], message: 'control characters cannot stand here', hint: null })
    else if ((os === 'linux' || os === 'macos' || os === 'windows') && !isAbsolute(os, path))
      findings.push({ path: [key], message: `expected an absolute path of ${os}, got ${JSON.stringify(path.slice(0, 60))}`, hint: null })
  }
  if (typeof facts['user'] === 'string' && /[\u0000-\u001f\u007f/:"<>|]/.test(facts['user']))
    findings.push({ path: ['user'], message: `${JSON.stringify(facts['user'].slice(0, 40))} cannot be an account`, hint: null })
  return findings
}

/** @param text all of the file; JSON is YAML too */
export function parseFacts(text: string, file: string): { facts: HostFacts; issues: readonly [] } | { facts: null; issues: readonly Issue[] } {
  const { value, locate, issues: broken } = readYaml(text)
  if (broken.length > 0) return { facts: null, issues: broken.map((issue) => ({ file, key: '', ...issue })) }
  return checkFacts(value, file, locate)
}

/** @param value what was read from `file`, such as the facts of one host of many */
export function checkFacts(
  value: unknown,
  file: string,
  locate: (path: Path) => Position,
): { facts: HostFacts; issues: readonly [] } | { facts: null; issues: readonly Issue[] } {
  const known = Object.keys(hostSchema.entries)
  const issues: Issue[] = Object.keys(isTree(value) ? value : {})
    .filter((key) => !known.includes(key))
    .map((key) =>
      placed(
        { path: [key], message: `unknown fact "${key}"`, hint: nearest(key, known) ? `did you mean "${nearest(key, known)}"?` : `known: ${known.join(', ')}` },
        file,
        locate,
      ),
    )
  const versions = isTree(value) && isTree(value['versions']) ? value['versions'] : {}
  for (const key of Object.keys(versions))
    if (!['systemd', 'winsw'].includes(key))
      issues.push(placed({ path: ['versions', key], message: `unknown version "${key}"`, hint: 'known: systemd, winsw' }, file, locate))
  const checked = v.safeParse(hostSchema, value)
  if (isTree(value)) issues.push(...implausible(value).map((finding) => placed(finding, file, locate)))
  if (!checked.success) issues.push(...checked.issues.flatMap((issue) => wording(issue)).map((finding) => placed(finding, file, locate)))
  return checked.success && issues.length === 0 ? { facts: checked.output, issues: [] } : { facts: null, issues }
}

/** @returns the values of a `--values` file; they must be texts, as `--set` gives them */
export function parseValues(text: string, file: string): { values: ReadonlyMap<string, string>; issues: readonly Issue[] } {
  const { value, locate, issues: broken } = readYaml(text)
  const issues: Issue[] = broken.map((issue) => ({ file, key: '', ...issue }))
  const values = new Map<string, string>()
  if (issues.length === 0 && !isTree(value))
    issues.push(placed({ path: [], message: 'expected a map of parameters', hint: 'such as port: "8080"' }, file, locate))
  for (const [key, child] of Object.entries(isTree(value) ? value : {})) {
    if (typeof child === 'string') values.set(key, child)
    else issues.push(placed({ path: [key], message: 'expected a text', hint: typeof child === 'object' ? null : 'put it in quotes' }, file, locate))
  }
  return { values, issues }
}
