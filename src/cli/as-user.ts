// `--user NAME` in; the same command, run as that user, out. Root itself never writes where a user could lead it astray.
import { execFile, execFileSync, spawn } from 'node:child_process'
import { UserError, exitCodes, type ExitCode } from '../errors.ts'
import { accountOf } from '../system/account.ts'
import { isExecutable, itself } from '../system/executable.ts'

/** What of root's environment is for the eyes of the user, too. */
const kept = ['TERM', 'COLORTERM', 'LANG', 'LC_ALL', 'NO_COLOR', 'TZ']

/**
 * @returns the exit code of the command as run by that user; null if this is that user already
 * @throws UserError USAGE, NO_RIGHTS
 */
export async function asUser(name: string): Promise<ExitCode | null> {
  const account = accountOf(name)
  const uid = process.getuid?.()
  if (uid === account.uid) return null
  if (uid !== 0) throw new UserError('NO_RIGHTS', `only root may act for ${account.user}`)
  const runtime = `/run/user/${account.uid}`
  const env = Object.fromEntries(kept.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]])))
  const argv = ['--reuid', String(account.uid), '--regid', gidOf(account.user), '--init-groups', '--inh-caps=-all', '--', ...itself(), ...process.argv.slice(2)]
  const child = spawn('setpriv', argv, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...env,
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: account.home,
      USER: account.user,
      LOGNAME: account.user,
      XDG_RUNTIME_DIR: runtime,
    },
  })
  // The one thing that takes root, and concerns that very user alone: lingering. Nothing that the child says becomes part of a command.
  child.on('message', (request) => {
    const verb = request === 'disable-linger' ? 'disable-linger' : 'enable-linger'
    execFile('loginctl', [verb, account.user], (error, stdout, stderr) => child.connected && child.send({ code: error === null ? 0 : 1, stdout, stderr }))
  })
  // Ctrl+C reaches the child by itself; this process only waits for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new UserError('APPLY_FAILED', 'setpriv(1) cannot be run', { hint: 'it is part of util-linux', cause: error })))
    child.once('exit', (code) => {
      if (code === 126 || code === 127)
        return reject(
          new UserError('APPLY_FAILED', `${account.user} may not run ${itself().join(' or ')}`, {
            hint: isExecutable() ? 'put it where every user may read it' : 'install Node and hermes-install where every user may read them',
          }),
        )
      resolve((code ?? exitCodes.failed) as ExitCode)
    })
  })
}

const gidOf = (name: string): string => execFileSync('id', ['-g', '--', name], { encoding: 'utf8' }).trim()
