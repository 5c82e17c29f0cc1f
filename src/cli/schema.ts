// `schema`: the JSON Schema that is shipped beside the profiles, on stdout.
import { exitCodes, type ExitCode } from '../errors.ts'
import { readText } from '../system/files.ts'
import { shippedPath } from '../system/machine.ts'

export async function schemaCommand(): Promise<ExitCode> {
  process.stdout.write(readText(shippedPath('profiles/profile.schema.json')))
  return exitCodes.done
}
