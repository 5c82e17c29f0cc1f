// `validate`: profiles in, everything that is wrong with them for any OS out; nothing is written.
import { UserError, exitCodes, type ExitCode, type Issue } from '../errors.ts'
import type { Limit } from '../platform/platform.ts'
import { gather, type Flags } from './gather.ts'
import { output } from './output.ts'
import { loadPlatforms, renderOne, unique } from './render.ts'
import { inexactOf, legend, tellLimits } from './tell.ts'

/** @returns 0, 2 for a bad profile, 5 for `--strict` with limits */
export async function validateCommand(profiles: readonly string[], flags: Flags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const gathered = await gather(profiles, flags)
  const managers = await loadPlatforms(gathered.systems)
  const issues: Issue[] = []
  const checked: { profile: string; os: string; id: string; label: string; exact: boolean; limits: readonly Limit[] }[] = []
  const wordy = flags.strict === true || flags.verbose === true
  for (const resolved of gathered.services()) {
    const made = renderOne(resolved, managers, issues)
    if (made === null) continue
    const { id, label } = made.service
    const limits = inexactOf(made.rendered.manifest)
    checked.push({ profile: resolved.file, os: resolved.os, id, label, exact: limits.length === 0, limits })
    const brief = limits.length > 0 && !wordy ? out.style('dim', `  (not exact: ${limits.map(({ key }) => key).join(', ')})`) : ''
    out.line(`${out.style('green', 'ok')}  ${resolved.file}  ${resolved.os}  ${label}${brief}`)
    if (wordy) tellLimits(limits, out)
  }
  const all = unique(issues)
  if (all.length > 0)
    throw new UserError('PROFILE_INVALID', all.length === 1 ? 'one mistake' : `${all.length} mistakes`, { issues: all, document: { checked } })
  const inexact = checked.filter(({ exact }) => !exact).length
  if (wordy && inexact > 0) out.line(out.style('dim', legend))
  if (flags.strict && inexact > 0) throw new UserError('NOT_EXACT', `--strict: ${inexact} of ${checked.length} are not exact`, { document: { checked } })
  if (!wordy && inexact > 0) out.line(out.style('dim', 'The reasons: --verbose'))
  out.document({ command: 'validate', ok: true, changed: false, checked })
  return exitCodes.done
}
