// A plan that was saved: what was typed, and what each plan was made from. It is applied exactly, or not at all.
import { isAbsolute, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import { shippedNames } from '../profile/shipped.ts'
import { kindOf, readText } from '../system/files.ts'
import type { HereFlags } from './here.ts'

const format = 'hermes-install plan 1'

interface Saved {
  readonly format: typeof format
  readonly profiles: readonly string[]
  readonly flags: HereFlags
  readonly plans: readonly { readonly id: string; readonly fingerprint: string }[]
}

const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(path))

/** No text of any file is in it, so no secret: it is made again from the profile, and must come out the same. */
export function savedText(profiles: readonly string[], { instance, scope, user, set, values, host, strict, start }: HereFlags, plans: readonly Plan[]): string {
  const saved: Saved = {
    format,
    profiles: profiles.map((word) => (shippedNames.includes(word) ? word : absolute(word))),
    flags: {
      color: true,
      ...(instance === undefined ? {} : { instance }),
      ...(scope === undefined ? {} : { scope }),
      ...(user === undefined ? {} : { user }),
      ...(set === undefined ? {} : { set }),
      ...(values === undefined ? {} : { values: values.map(absolute) }),
      ...(host === undefined ? {} : { host: host.map(absolute) }),
      ...(strict === undefined ? {} : { strict }),
      ...(start === undefined ? {} : { start }),
    },
    plans: plans.map(({ id, fingerprint }) => ({ id, fingerprint })),
  }
  return `${JSON.stringify(saved, null, 2)}\n`
}

/** @returns the plan, if that is what the one word typed means; null if it means a profile */
export function readSaved(
  typed: readonly string[],
  flags: HereFlags,
): { profiles: readonly string[]; flags: HereFlags; expected: ReadonlyMap<string, string> } | null {
  const isPlan = (word: string): boolean =>
    !shippedNames.includes(word) && kindOf(word) === 'file' && readText(word).trimStart().startsWith(`{\n  "format": "hermes-install plan`)
  if (!typed.some(isPlan)) return null
  const [file] = typed as [string]
  const own = [flags.instance, flags.scope, flags.set, flags.values, flags.host].some((flag) => flag !== undefined)
  if (typed.length > 1 || own)
    throw new UserError('USAGE', `${file} is a saved plan: it is applied by itself, with the flags it was made with`, { hint: `hermes-install apply ${file}` })
  let saved: Saved
  try {
    saved = JSON.parse(readText(file)) as Saved
  } catch (error) {
    throw new UserError('PLAN_STALE', `${file} is no whole plan`, { hint: 'make it again: hermes-install plan --out FILE', cause: error })
  }
  if (saved.format !== format)
    throw new UserError('PLAN_STALE', `${file} was made by another version of this tool`, { hint: 'make it again: hermes-install plan --out FILE' })
  return {
    profiles: saved.profiles,
    // How it is shown is for whoever applies it to say.
    flags: { ...flags, ...saved.flags, color: flags.color },
    expected: new Map(saved.plans.map(({ id, fingerprint }) => [id, fingerprint])),
  }
}
