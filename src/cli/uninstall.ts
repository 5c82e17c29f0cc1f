// `uninstall`: a service goes, with everything that was written for it and nothing else.
import { UserError, type ExitCode } from '../errors.ts'
import { uninstall, type Removal } from '../apply/uninstall.ts'
import { ask } from './ask.ts'
import { each } from './each.ts'
import { here, mustHaveRights, type HereFlags } from './here.ts'
import { elsewhere, subjects } from './subjects.ts'
import { output, type Output } from './output.ts'
import { commandWords } from './show.ts'
import { isTerminal, runElevated } from './elevate.ts'

/** @returns 0, also if nothing was there (then `changed` is false); 1 if it could not be stopped; 4 without the rights it takes */
export async function uninstallCommand(typed: readonly string[], flags: HereFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const at = await here(flags)
  const absent: string[] = []
  const found = await subjects(at, typed, flags, 'default', absent)
  for (const word of absent) out.line(`${out.style('bold', word)}  was not installed: nothing to do`)
  const mayAsk = flags.elevate === true || (flags.elevate !== false && isTerminal(out))
  if (!at.admin && at.system.elevate !== undefined && mayAsk && found.some(({ service }) => service.scope === 'system')) {
    if (!flags.yes && isTerminal(out) && !(await ask('This takes admin rights, for which Windows asks next. Uninstall this? [y/N] ')))
      throw new UserError('DECLINED', 'not uninstalled; nothing was changed')
    const code = await runElevated(at, [...(isTerminal(out) ? ['--yes'] : []), '--no-elevate'])
    if (code !== null) return code
  }
  return each(found, { command: 'uninstall', out, name: ({ service }) => service }, async (wish) => {
    const { service } = wish
    mustHaveRights(at, service, 'uninstall')
    const earlier = await uninstall(at.system, {
      wish,
      approve: (removal) => approve(removal, flags, out),
      say: (text) => out.note(`  ${out.style('dim', '>')} ${text}`),
    })
    const changed = earlier !== null
    out.line(
      `${out.style('bold', service.label)}  ${changed ? out.style('green', 'uninstalled') : `was not installed: ${elsewhere(at, service) ?? 'nothing to do'}`}`,
    )
    // What a program has written is nobody's to take away but its owner's.
    const logs = wish.target.folders.filter(({ path }) => !wish.target.ownFolders.includes(path))
    for (const { path } of changed ? logs : []) if (at.system.look(path).kind === 'folder') out.line(`  its logs stay in ${path}`)
    if (earlier?.length) out.line(`  it had replaced an earlier install; to bring that back: ${earlier.map(({ argv }) => commandWords(argv)).join(' && ')}`)
    return { changed, bringBack: earlier?.map(({ argv }) => argv) ?? [] }
  })
}

async function approve({ files, changed, commands }: Removal, flags: HereFlags, out: Output): Promise<void> {
  if (flags.yes) return
  const terminal = process.stdin.isTTY && process.stdout.isTTY && !out.json
  if (terminal) {
    for (const { why } of commands) out.line(`  ${why}`)
    for (const path of files) out.line(`  ${out.style('red', '- remove')} ${path}`)
    for (const path of changed) out.line(`  ${out.style('red', '- remove')} ${path}  ${out.style('red', 'somebody changed it since it was written')}`)
    if (!(await ask('Uninstall this? [y/N] '))) throw new UserError('DECLINED', 'not uninstalled; nothing was changed')
  } else if (changed.length > 0) {
    throw new UserError('CHANGED_BY_OTHERS', `not removed, as somebody changed it since it was written:\n${changed.map((path) => `  ${path}`).join('\n')}`, {
      hint: 'keep a copy of what is wanted; --yes removes it',
    })
  }
}
