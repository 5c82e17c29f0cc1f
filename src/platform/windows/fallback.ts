// A Service in, whether it has a fallback without admin rights out: a program that batch files start, without the help of WinSW.
import { cmdArgv, cmdCall, cmdQuoted, cmdSet } from '../../escape/cmd.ts'
import { CannotCarry } from '../../escape/refuse.ts'
import type { Service } from '../../resolve/service.ts'
import { fallbackFolder } from './paths.ts'

/** A service has no limits of cmd.exe; its fallback has: no line ends, 8191 characters a line, and paths that a `call` reads the same twice. */
export function fallbackCarries(service: Service): boolean {
  const { command, environment, stop, hooks, logs, workingDirectory } = service
  return carries(() => {
    cmdCall(startupCmd(service))
    for (const argv of [command, ...Object.values(hooks).flat(), ...(stop.command === null ? [] : [stop.command])]) cmdArgv(argv)
    for (const variable of environment) cmdSet(variable.name, variable.kind === 'file' ? variable.path : variable.value)
    for (const path of [workingDirectory, logs.stdout, logs.stderr]) cmdQuoted(path ?? '')
  })
}

const startupCmd = (service: Service): string => `${fallbackFolder(service)}\\startup.cmd`

function carries(escape: () => void): boolean {
  try {
    escape()
    return true
  } catch (error) {
    if (error instanceof CannotCarry) return false
    throw error
  }
}

/** Whether an earlier profile of this name may have left one, which must not run beside the service. */
export const hadFallback = (service: Service): boolean => carries(() => cmdCall(startupCmd(service)))

/** None under another account: the one who logs in may have more rights than the profile means its program to have, or other files. */
export const hasFallback = (service: Service): boolean => service.windows.fallback === 'startup' && service.windows.account === null && fallbackCarries(service)
