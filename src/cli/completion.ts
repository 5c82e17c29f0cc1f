// `completion`: what a shell reads to complete the words of this program, on stdout.
import { exitCodes, type ExitCode } from '../errors.ts'
import bash from '../../templates/completion/bash.hbs'
import fish from '../../templates/completion/fish.hbs'
import powershell from '../../templates/completion/powershell.hbs'
import zsh from '../../templates/completion/zsh.hbs'

const scripts = { bash, zsh, fish, powershell }
export type Shell = keyof typeof scripts

export async function completionCommand(shell: Shell): Promise<ExitCode> {
  process.stdout.write(scripts[shell]({}))
  return exitCodes.done
}
