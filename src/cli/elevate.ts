// A command that takes more rights than this user has in; the same with rights after one question by Windows, or what can be had without them, out.
import { UserError, type ExitCode } from '../errors.ts'
import { uninstall } from '../apply/uninstall.ts'
import { planFor } from '../apply/apply.ts'
import { askManager } from '../apply/observe.ts'
import { ask } from './ask.ts'
import { isRecorded, type Here, type HereFlags, type Wished } from './here.ts'
import type { Output } from './output.ts'
import { own, usedVariables } from './rights.ts'
import { conflictLines, showPlan, summary } from './show.ts'

/** What the elevated process is told of the user for whom it acts: another account may have given its password. */
const elevatedFor = 'HERMES_INSTALL_ELEVATED_FOR'

/** Variables that a command may read; those of the elevated account are others. */
const passed = /^HERMES_INSTALL_|^(?:https?|all|no)_proxy$|^NO_COLOR$|^NODE_EXTRA_CA_CERTS$/i

/**
 * Asks Windows for rights, and runs this very command with them.
 * @param more flags that say what has been asked already
 * @returns its exit code; null if rights were not given
 */
export async function runElevated(at: Here, more: readonly string[]): Promise<ExitCode | null> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name, value]) => value !== undefined && (passed.test(name) || usedVariables.has(name))),
  ) as Record<string, string>
  const { os, user, home, configDir, dataDir, stateDir, logDir } = at.facts
  env[elevatedFor] = JSON.stringify({ os, user, home, configDir, dataDir, stateDir, logDir })
  return (await at.system.elevate!(own(), { argv: [...process.argv.slice(2), ...more], cwd: process.cwd(), env })) as ExitCode | null
}

/** Whether there is somebody who could answer a question; UAC is one. */
export const isTerminal = (out: Output): boolean => process.stdin.isTTY && process.stdout.isTTY && !out.json

const needsRights = async (at: Here, { wish }: Wished): Promise<boolean> => {
  if (wish.service.scope !== 'system') return false
  const { plan } = await planFor(at.system, wish)
  return plan.obstacle === null && (plan.steps.length > 0 || plan.hidden.length > 0)
}

/**
 * Decides how far an apply gets without admin rights: as a service after all (UAC), or as each profile's lesser way.
 * @returns the exit code of the elevated run, or what to apply here
 * @throws UserError NO_RIGHTS where there is no lesser way, or none is wanted
 */
export async function rightsOrLess(
  at: Here,
  wished: readonly Wished[],
  flags: HereFlags,
  out: Output,
): Promise<{ readonly code: ExitCode } | { readonly wished: readonly Wished[] }> {
  if (at.admin || at.system.elevate === undefined) return { wished }
  const needing = new Set<Wished>()
  for (const one of wished) if (await needsRights(at, one)) needing.add(one)
  if (needing.size === 0) return { wished }
  // Whoever has the fallback and says nothing else keeps it: a question each time would be in the way.
  const keeps = [...needing].every(({ lesser }) => lesser !== null && 'wished' in lesser && isRecorded(at, lesser.wished.wish))
  if (flags.elevate === true || (flags.elevate !== false && isTerminal(out) && !keeps)) {
    const plans = []
    for (const one of needing) plans.push((await planFor(at.system, one.wish)).plan)
    for (const plan of plans) showPlan(plan, out, flags.verbose ?? false)
    for (const line of plans.flatMap(conflictLines)) out.note(line)
    if (!flags.yes && isTerminal(out) && !(await ask(`${summary(plans)}. This takes admin rights, for which Windows asks next. Apply this? [y/N] `)))
      throw new UserError('DECLINED', 'not applied; nothing was changed')
    // Where nobody could be asked, what others changed stays a reason to stop.
    const code = await runElevated(at, [...(isTerminal(out) ? ['--yes'] : []), '--no-elevate', '--require-service'])
    if (code !== null) {
      if (code === 0) for (const one of wished) await takeOver(at, one, out)
      return { code }
    }
    out.note(`${out.style('yellow', 'warning:')} no admin rights were given`)
  }
  const result: Wished[] = []
  for (const one of wished) {
    if (!needing.has(one)) {
      result.push(one)
      continue
    }
    const { service, manager } = one.wish
    const title = service.displayName ?? service.id
    const because = (why: string): UserError => new UserError('NO_RIGHTS', `${title}: ${why}`)
    if ((await askManager(at.system, manager, service)).loaded) throw because('it is installed as a service, and only an administrator may change that')
    if (flags.requireService) throw because('a service takes admin rights')
    if (one.lesser === null) throw because('a service takes admin rights')
    if ('why' in one.lesser) throw because(`a service takes admin rights, and there is nothing less: ${one.lesser.why}`)
    out.note(
      `${out.style('yellow', 'warning:')} ${title}: without admin rights it is no service; it runs from login to logout, by an entry in the Startup folder (--elevate asks for rights)`,
    )
    result.push(one.lesser.wished)
  }
  return { wished: result }
}

/** A service takes the place of what its user had instead: that goes, now that the service is well. */
export async function takeOver(at: Here, { wish, lesser }: Wished, out: Output): Promise<void> {
  if (wish.service.scope !== 'system' || lesser === null || 'why' in lesser || !isRecorded(at, lesser.wished.wish)) return
  try {
    await uninstall(at.system, { wish: lesser.wished.wish, approve: async () => undefined, say: (text) => out.note(`  ${out.style('dim', '>')} ${text}`) })
  } catch (error) {
    // It does not run any more beside the service (startup.js looks for it); the next apply takes it away.
    out.note(`${out.style('yellow', 'warning:')} the fallback is not gone: ${(error as Error).message}`)
  }
}
