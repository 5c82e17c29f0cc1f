// `init`: a commented profile to start from, written to a new file.
import { mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { exitCodes, type ExitCode } from '../errors.ts'
import { posixCommand } from '../escape/posix.ts'
import starter from '../../templates/starter.yaml.hbs'
import { cacheFolder } from '../system/cache.ts'
import { writeNew } from '../system/files.ts'
import { isExecutable, shippedText } from '../system/executable.ts'
import { shippedPath, thisOs } from '../system/machine.ts'
import { output } from './output.ts'
import manifest from '../../package.json' with { type: 'json' }

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
  const schema = isExecutable() ? unpackedSchema() : pathToFileURL(shippedPath('profiles/profile.schema.json')).href
  writeNew(file, starter({ name, schema }), flags.force ?? false)
  out.line(`${out.style('green', 'wrote')} ${file}`)
  const validate = ['hermes-install', 'validate']
  const next = process.platform === 'win32' ? [...validate, `"${file}"`].join(' ') : posixCommand([...validate, file])
  out.line(`Next: put your program into \`command\`, then: ${next}`)
  out.document({ command: 'init', ok: true, changed: true, file })
  return exitCodes.done
}

/** One executable has no folder with a schema in it: the cache gets one, by version. Where there can be none, it is looked for beside the profile. */
function unpackedSchema(): string {
  const path = join(cacheFolder(thisOs(), process.env), `profile-${manifest.version}.schema.json`)
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeNew(path, shippedText('profiles/profile.schema.json'), true)
    return pathToFileURL(path).href
  } catch {
    return 'profile.schema.json'
  }
}
