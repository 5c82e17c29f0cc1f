// `init`: a commented profile to start from, written to a new file.
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { exitCodes, type ExitCode } from '../errors.ts'
import { posixCommand } from '../escape/posix.ts'
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
  // The language server ends a path at the first blank; a URL has none.
  const schema = pathToFileURL(shippedPath('profiles/profile.schema.json')).href
  writeNew(file, starter({ name, schema }), flags.force ?? false)
  out.line(`${out.style('green', 'wrote')} ${file}`)
  const validate = ['hermes-install', 'validate']
  const next = process.platform === 'win32' ? [...validate, `"${file}"`].join(' ') : posixCommand([...validate, file])
  out.line(`Next: put your program into \`command\`, then: ${next}`)
  out.document({ command: 'init', ok: true, changed: true, file })
  return exitCodes.done
}
