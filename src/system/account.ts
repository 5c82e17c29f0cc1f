// The name of an account in, what the user database has of it out. Apart from machine.ts, as a render asks for none.
import { execFileSync } from 'node:child_process'
import { UserError } from '../errors.ts'

/**
 * Another account of this machine, as the user database has it.
 * @throws UserError USAGE if there is none
 */
export function accountOf(name: string): { readonly user: string; readonly uid: number; readonly home: string } {
  try {
    const entry = execFileSync('getent', ['passwd', '--', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const [user = '', , uid, , , home = ''] = entry.trim().split(':')
    return { user, uid: Number(uid), home }
  } catch (error) {
    throw new UserError('USAGE', `there is no account ${name} on this machine`, { hint: '`getent passwd` lists them', cause: error })
  }
}
