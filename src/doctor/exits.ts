// Exit codes in, what each means and what ends the loop out. Also: what the journal and launchd print of them.
import type { Service } from '../resolve/service.ts'

/** What systemd itself ends with where it could not set the process up (systemd.exec(5), "Process Exit Codes"), and what it needs. */
const setup: Readonly<Record<number, readonly [why: string, fix: string]>> = {
  200: ['its working directory cannot be entered', 'set `workingDirectory` in the profile, or make the folder'],
  203: ['its program cannot be executed', 'set `command` in the profile; the check `program` says what is wrong'],
  208: ['its standard input cannot be set up', 'see `native.linux` in the profile'],
  209: ['its log file cannot be opened', 'set `logs.stdout` in the profile, or make its folder'],
  216: ['its group is not there', 'set `group` in the profile'],
  217: ['its account is not there', 'set `user` in the profile'],
  226: ['its sandbox cannot be set up', 'set `hardening: none` in the profile, or make the paths that it names'],
  228: ['its system call filter cannot be set up', 'set `hardening: none` in the profile'],
}

/** What programs mean by a code: sysexits.h, and the shells. */
const known: Readonly<Record<number, string>> = {
  2: 'bad usage: an option that it does not know, mostly',
  64: 'bad usage (EX_USAGE)',
  69: 'something that it needs is not there (EX_UNAVAILABLE)',
  75: 'try again (EX_TEMPFAIL)',
  77: 'it may not (EX_NOPERM)',
  78: 'a mistake in its own configuration (EX_CONFIG), which no restart can mend',
  126: 'a program that cannot be executed',
  127: 'a program that is not there: look at PATH',
  137: 'killed, for want of memory mostly',
}

/** @returns what follows the code in a sentence, and what to do */
export function meaning(code: number, { os, id, restart }: Pick<Service, 'os' | 'id' | 'restart'>): { readonly why: string; readonly fix: string } {
  const [why, fix] = (os === 'linux' ? setup[code] : undefined) ?? []
  if (why !== undefined) return { why: `: ${why}`, fix: fix! }
  const logs = `hermes-install logs ${id} says why it ends`
  if (os === 'macos' && code === 78)
    return {
      why: ': its log, folder or account cannot be had, or a mistake in its own configuration',
      fix: `${logs}; the checks \`working-directory\` and \`account\` look at the former`,
    }
  const words = known[code] === undefined ? '' : `: ${known[code]}`
  if (restart.restartExitCodes.includes(code))
    return {
      why: `${words}; the profile says to restart on it always`,
      fix: `${logs}; if it is no request for a restart, take ${code} out of \`restart.restartExitCodes\``,
    }
  return {
    why: words,
    fix: `${logs}; if no restart can mend it, add ${code} to \`restart.stopExitCodes\` in the profile`,
  }
}

/** Messages "process exited" of a unit (SD_MESSAGE_UNIT_PROCESS_EXIT, sd-messages.h). */
export const processExited = '98e322203f7a4ed290d09fe03c09fe15'

/**
 * `journalctl --output=json --output-fields=COMMAND,EXIT_CODE,EXIT_STATUS --reverse`: an object a line. Only ends of the program itself count, not those of
 * hooks; one by a signal has its name as status, and no code (null).
 * @param most how many of the newest count
 */
export function journalExits(stdout: string, most: number): readonly (number | null)[] {
  const ends = stdout.split('\n').flatMap((line): readonly (number | null)[] => {
    if (!line.startsWith('{')) return []
    const { COMMAND, EXIT_CODE, EXIT_STATUS } = JSON.parse(line) as { readonly [field: string]: string | undefined }
    return COMMAND === 'ExecStart' ? [EXIT_CODE === 'exited' && /^\d+$/.test(EXIT_STATUS ?? '') ? Number(EXIT_STATUS) : null] : []
  })
  return ends.slice(0, most)
}

/** `last exit code = 78: EX_CONFIG` of `launchctl print`; launchd keeps one alone. */
export function launchdExits(stdout: string): readonly number[] {
  const code = /^\s*last exit code = (\d+)/m.exec(stdout)?.[1]
  return code === undefined ? [] : [Number(code)]
}

/** `wevtutil qe System /f:xml`: events 7031 and 7034 of the Service Control Manager have the display name of the service in `param1`. */
export const scmCrashes = (xml: string, displayName: string): number =>
  [...xml.matchAll(/<Data Name=['"]param1['"]>([^<]*)<\/Data>/g)].filter(([, name = '']) => unescaped(name) === displayName).length
const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&amp;', '&')
