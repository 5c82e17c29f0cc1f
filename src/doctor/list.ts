// All checks, in the order in which they are shown. One that is missing here, or of which there is no check, does not compile.
import type { Os } from '../profile/model.ts'
import { judge, type Check, type Finding } from './check.ts'
import { environment } from './environment.ts'
import type { FactName, Gathered } from './facts.ts'
import { files } from './files.ts'
import { linux } from './linux.ts'
import { machine } from './machine.ts'
import { macos } from './macos.ts'
import { services } from './services.ts'
import { windows } from './windows.ts'

const all = { ...machine, ...linux, ...macos, ...windows, ...environment, ...files, ...services }
export type CheckId = keyof typeof all

const order = [
  'service-manager',
  'user-manager',
  'wsl',
  'runtime-folder',
  'linger',
  'uac',
  'console-window',
  'manager-proxy',
  'journal',
  'disk-space',
  'service',
  'exit-loop',
  'disabled',
  'login-items',
  'recovery-ladder',
  'stale-manager',
  'stale-process',
  'replaced',
  'both-scopes',
  'service-and-startup',
  'strays',
  'account',
  'program',
  'interpreter',
  'version-manager',
  'path',
  'console-interpreter',
  'working-directory',
  'environment-files',
  'secrets',
  'proxy',
  'selinux',
  'folder-permission',
  'local-network',
  'writable',
  'service-folder',
  'unquoted-path',
  'logs',
] as const satisfies readonly CheckId[]

/** A check that nobody put into the order has its name in this type, and what follows does not compile. */
type Forgotten = Exclude<CheckId, (typeof order)[number]>
const complete: [Forgotten] extends [never] ? true : Forgotten = true

export const checks: readonly (readonly [id: CheckId, check: Check])[] = complete && order.map((id) => [id, all[id]])

const of = (os: Os, about: Check['about']): readonly (readonly [CheckId, Check])[] =>
  checks.filter(([, check]) => check.about === about && check.platforms.includes(os))

/** The facts that the checks of an OS need. */
export const needed = (os: Os, about: Check['about']): ReadonlySet<FactName> => new Set(of(os, about).flatMap(([, { needs }]) => needs))

/** @param service the id of the service that the facts are about; null for the machine */
export const findings = (os: Os, facts: Gathered, service: string | null): readonly Finding[] =>
  of(os, service === null ? 'machine' : 'service').flatMap(([id, check]) => judge(id, check, facts, service))

/** The table of docs/doctor.md. */
export function checkTable(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const names = { linux: 'Linux', macos: 'macOS', windows: 'Windows' } as const
  const rows = checks.map(
    ([id, { platforms, about, finds }]) =>
      `| \`${id}\` | ${about} | ${platforms.length === 3 ? 'all' : platforms.map((os) => names[os]).join(', ')} | ${cell(finds)} |`,
  )
  return ['| check | of | on | finds |', '|---|---|---|---|', ...rows].join('\n')
}
