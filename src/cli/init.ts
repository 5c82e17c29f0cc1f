// `init`: a commented profile to start from, written to a new file.
import { basename } from 'node:path'
import { exitCodes, type ExitCode } from '../errors.ts'
import starter from '../../templates/starter.yaml.hbs'
import { writeNew } from '../system/files.ts'
import { shippedPath } from '../system/machine.ts'
import { output } from './output.ts'

export async function initCommand(file: string, flags: { force?: boolean; json?: boolean; color: boolean }): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const stem = basename(file).replace(/\.ya?ml$/, '')
  const word = stem
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  // A name of digits alone would be a number to YAML.
  const name = stem === 'profile' || word === '' ? 'my-app' : /^\d+$/.test(word) ? `app-${word}` : word
  writeNew(file, starter({ name, schema: shippedPath('profiles/profile.schema.json') }), flags.force ?? false)
  out.line(`${out.style('green', 'wrote')} ${file}`)
  out.line(`Next: put your program into \`command\`, then: hermes-install validate ${file}`)
  out.document({ command: 'init', ok: true, changed: true, file })
  return exitCodes.done
}
