// Some services and what to do with each in; every one of them done, whatever becomes of the others, and one document out.
import { UserError, errorCodes, exitCodes, type ExitCode } from '../errors.ts'
import { reportError, type Output } from './output.ts'
import { withCommand } from './rights.ts'

interface Named {
  readonly id: string
  readonly label: string
}

/** What came of one: `changed`, and what the document says beside it. */
export interface Result {
  readonly changed: boolean
  readonly [key: string]: unknown
}

/**
 * One that fails does not keep the rest from being done.
 * @returns 0, or the exit code of the first failure
 * @throws UserError if it was the only one
 */
export async function each<T>(
  items: readonly T[],
  { command, name, out }: { command: string; name: (item: T) => Named; out: Output },
  act: (item: T) => Promise<Result>,
): Promise<ExitCode> {
  const services: object[] = []
  let changed = false
  let code: ExitCode = exitCodes.done
  for (const item of items) {
    const { id, label } = name(item)
    try {
      const result = await act(item)
      changed ||= result.changed
      services.push({ id, label, ok: true, ...result })
    } catch (error) {
      if (items.length === 1 || !(error instanceof UserError)) throw error
      const told = withCommand(error) as UserError
      reportError(told, command, { ...out, document: () => undefined, note: (text) => out.note(`${label}: ${text}`) })
      services.push({ id, label, ok: false, changed: false, error: { code: told.code, message: told.message, hint: told.hint } })
      if (code === exitCodes.done) code = errorCodes[error.code]
    }
  }
  out.document({ command, ok: code === exitCodes.done, changed, services })
  return code
}
