// `validate`: profiles in, everything that is wrong with them for any OS out; nothing is written.
import { UserError, exitCodes, type ExitCode, type Issue } from '../errors.ts'
import { gather, type Flags } from './gather.ts'
import { output } from './output.ts'
import { loadPlatforms, renderOne, unique } from './render.ts'

/** @returns 0, 2 for a bad profile, 5 for `--strict` with limits */
export async function validateCommand(profiles: readonly string[], flags: Flags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const gathered = await gather(profiles, flags)
  const managers = await loadPlatforms(gathered.systems)
  const issues: Issue[] = []
  const checked: { profile: string; os: string; id: string; label: string; exact: boolean }[] = []
  for (const resolved of gathered.services()) {
    const made = renderOne(resolved, managers, issues)
    if (made === null) continue
    const limits = made.rendered.manifest.limits.filter(({ fidelity }) => fidelity !== 'exact')
    checked.push({ profile: resolved.file, os: resolved.os, id: made.service.id, label: made.service.label, exact: limits.length === 0 })
    out.line(
      `${out.style('green', 'ok')}  ${resolved.file}  ${resolved.os}  ${made.service.label}${limits.length > 0 ? out.style('dim', `  (not exact: ${limits.map(({ key }) => key).join(', ')})`) : ''}`,
    )
  }
  if (issues.length > 0) {
    const all = unique(issues)
    throw new UserError('PROFILE_INVALID', all.length === 1 ? 'one mistake' : `${all.length} mistakes`, { issues: all })
  }
  const inexact = checked.filter(({ exact }) => !exact).length
  if (flags.strict && inexact > 0) throw new UserError('NOT_EXACT', `--strict: ${inexact} of ${checked.length} are not exact`)
  out.document({ command: 'validate', ok: true, changed: false, checked })
  return exitCodes.done
}
