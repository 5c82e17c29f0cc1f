// `schema`: the JSON Schema that is shipped beside the profiles, on stdout.
import { exitCodes, type ExitCode } from '../errors.ts'
import { shippedText } from '../system/executable.ts'

export async function schemaCommand(): Promise<ExitCode> {
  process.stdout.write(shippedText('profiles/profile.schema.json'))
  return exitCodes.done
}
