// A profile's name, label and instance in, the id and the one label that all of a service's files are named by out.
import type { Os } from '../profile/model.ts'
import { label as pattern } from '../profile/patterns.ts'

/** Contract: an instance name is a file name, a part of a label and a Hermes profile at once. */
export const instancePattern = /^[a-z0-9][a-z0-9_-]{0,63}$/

export const idOf = (name: string, instance: string | null): string => (instance === null ? name : `${name}-${instance}`)

/**
 * The label of a profile; undefined if it has no name to take one from.
 * @param profile expanded
 * @param written the same profile before it was expanded
 */
export function wholeLabel(
  profile: { name?: string | undefined; label?: string | undefined },
  written: { label?: string | undefined },
  instance: string | null,
): string | undefined {
  if (profile.name === undefined) return undefined
  return labelOf(idOf(profile.name, instance), profile.label ?? null, instance, (written.label ?? '').includes('${instance}'))
}

/**
 * The label of an instance must differ from that of its siblings: where the profile's label does not say `${instance}`, the instance is appended as it is to the name.
 * @param label as expanded, or null for the id
 * @param saysInstance whether the label was written with `${instance}`
 */
function labelOf(id: string, label: string | null, instance: string | null, saysInstance: boolean): string {
  if (label === null) return id
  return instance === null || saysInstance ? label : `${label}-${instance}`
}

/** Device names that Windows takes for a file of any extension (Microsoft, "Naming Files, Paths, and Namespaces"). */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/**
 * Why a text cannot be a label on an OS: it names files, a unit (systemd.unit(5): ASCII letters, digits and `:-_.\@`), a launchd job or a Windows service
 * (CreateService: at most 256 characters, no `/` or `\`), and must mean the same in all of them.
 * @returns undefined if it can
 */
export function labelProblem(label: string, os: Os): string | undefined {
  if (!pattern.test(label)) return 'letters, digits, ".", "_", "-" and "@" only, starting with a letter or digit and not ending with a dot'
  if (label.includes('..')) return 'no two dots in a row'
  if (label.length > 200) return 'at most 200 characters'
  if (label.endsWith('.service') || label.endsWith('.plist')) return 'without an extension'
  if (os === 'windows' && reserved.test(label)) return 'not the name of a device'
  return undefined
}
