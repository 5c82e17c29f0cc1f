// What this user may not do in, the exact command of who may out.
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { UserError } from '../errors.ts'
import { quoteArgv } from '../escape/windows-argv.ts'
import { posixCommand } from '../escape/posix.ts'
import { itself } from '../system/executable.ts'

/** Variables of the environment that a profile has read: sudo would drop them. */
export const usedVariables = new Set<string>()

/** @returns the same error, with the command to run as its hint */
export function withCommand(error: unknown): unknown {
  if (!(error instanceof UserError) || error.code !== 'NO_RIGHTS' || error.hint?.startsWith('run: ')) return error
  const more = { document: error.document, cause: error.cause }
  const argv = process.argv.slice(2)
  if (process.platform === 'win32')
    return new UserError('NO_RIGHTS', error.message, { hint: `in a prompt that is run as administrator, run: ${quoteArgv([...own(), ...argv])}`, ...more })
  const path = (error.cause as NodeJS.ErrnoException | undefined)?.path
  if (path !== undefined) {
    // Not the same command as root: then it would be root's facts that are rendered, and root's service.
    const folder = /\.tmp$|\.hermes-install-new$/.test(path) ? dirname(path) : path
    const { username } = userInfo()
    const mend = argv.includes('--check') ? ['chown', '-R', username, folder] : ['install', '-d', '-o', username, folder]
    return new UserError('NO_RIGHTS', error.message, { hint: `run: ${posixCommand(['sudo', ...mend])}; or choose another place`, ...more })
  }
  const kept = usedVariables.size === 0 ? [] : [`--preserve-env=${[...usedVariables].join(',')}`]
  return new UserError('NO_RIGHTS', error.message, { hint: `run: ${posixCommand(['sudo', ...kept, ...own(), ...argv])}`, ...more })
}

/** How root calls this program: sudo has a PATH of its own (sudoers(5), secure_path), where a Node of the user's is not. */
export function own(): readonly string[] {
  const started = itself()
  return /^\/usr\/(?:local\/)?bin\/hermes-install$/.test(started.at(-1)!) ? ['hermes-install'] : started
}
