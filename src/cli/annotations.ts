// A mistake or a difference in, the line that puts it beside the code of a pull request out: the workflow commands of GitHub Actions, written where it runs us.
// docs.github.com, "Workflow commands for GitHub Actions"; escaping as in actions/toolkit, packages/core/src/command.ts.
import { isAbsolute, relative, resolve } from 'node:path'

export interface Place {
  readonly file: string
  readonly line: number | null
  readonly column: number | null
}

/** GitHub sets it for every step. */
export const inActions = (env: NodeJS.ProcessEnv): boolean => env['GITHUB_ACTIONS'] === 'true'

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

/**
 * @param env of the step: a path is named as seen from the top of the repository
 * @returns one `::error` line; without a file where that lies outside of the repository
 */
export function annotation({ file, line, column }: Place, message: string, env: NodeJS.ProcessEnv): string {
  const path = relative(env['GITHUB_WORKSPACE'] ?? '.', resolve(file)).replaceAll('\\', '/')
  const inside = path !== '' && path !== '..' && !path.startsWith('../') && !isAbsolute(path) && !file.startsWith('<')
  const properties = [
    ...(inside ? [`file=${property(path)}`] : []),
    ...(inside && line !== null ? [`line=${line}`] : []),
    ...(inside && line !== null && column !== null ? [`col=${column}`] : []),
    'title=hermes-install',
  ]
  return `::error ${properties.join(',')}::${data(message)}`
}

/** Text that is not ours is no command, whatever it begins with. @param token that nobody can guess */
export const quoted = (lines: readonly string[], token: string): readonly string[] => [`::stop-commands::${token}`, ...lines, `::${token}::`]
