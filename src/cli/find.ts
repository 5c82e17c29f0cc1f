// The name of a service of this machine in, its file and what lies over it out.
import { UserError } from '../errors.ts'
import type { Given } from '../import/model.ts'

/** @throws UserError NOT_IMPORTED where there is no such service */
export async function findService(name: string, _scope: Given['scope']): Promise<Given> {
  throw new UserError('NOT_IMPORTED', `there is no file ${name}, and no service of that name here`)
}
