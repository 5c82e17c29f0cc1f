// `import`: a service that exists in, as a file or by its name, a profile out.
import { dirname, join } from 'node:path'
import { UserError, exitCodes, type ExitCode } from '../errors.ts'
import { checked } from '../import/check.ts'
import type { Given } from '../import/model.ts'
import { readAny } from '../import/recognise.ts'
import { dotted } from '../profile/issue.ts'
import { defaultFacts, type HostFacts } from '../resolve/host.ts'
import { kindOf, namesIn, readText, writeNew } from '../system/files.ts'
import { thisHost, thisOs } from '../system/machine.ts'
import { besideOf, plistText } from '../system/nearby.ts'
import { output } from './output.ts'

export interface ImportFlags {
  readonly scope?: 'user' | 'system'
  readonly out?: string
  readonly yes?: boolean
  readonly json?: boolean
  readonly color: boolean
}

/** @returns 0; the YAML is on stdout, or in the document, or in `--out` */
export async function importCommand(what: string, flags: ImportFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  if (kindOf(what) === 'folder') throw new UserError('USAGE', `${what} is a folder`, { hint: 'name the unit, property list or WinSW file in it' })
  const given = kindOf(what) === 'file' ? await fileGiven(what, flags.scope ?? null) : await (await import('./find.ts')).findService(what, flags.scope ?? null)
  const imported = await readAny(given)
  const os = thisOs()
  const facts: HostFacts = os === imported.os ? thisHost(os) : defaultFacts[imported.os]
  const { text, profile, remarks } = await checked(imported, facts, [
    `Imported from ${given.main.path} by hermes-install. Look it over: hermes-install validate, then plan.`,
  ])
  if (flags.out !== undefined) writeNew(flags.out, text, flags.yes ?? false, 0o644, 'choose another name, or --yes to replace it')
  else if (!out.json) process.stdout.write(text)
  // On stdout the remarks stand in the YAML, beside their keys.
  if (flags.out !== undefined) {
    for (const { path, text: words } of remarks) out.note(`${out.style('yellow', 'note:')} ${path.length === 0 ? '' : `${dotted(path)}: `}${words}`)
    out.line(`${out.style('green', 'wrote')} ${flags.out}`)
  }
  out.document({
    command: 'import',
    ok: true,
    changed: flags.out !== undefined,
    os: imported.os,
    source: given.main.path,
    dropIns: given.dropIns.map(({ path }) => path),
    ...(flags.out === undefined ? {} : { file: flags.out }),
    profile,
    yaml: text,
    comments: remarks.map(({ path, text: message }) => ({ key: dotted(path), message })),
  })
  return exitCodes.done
}

/** A file, with the drop-ins that lie in the folder named after it. */
async function fileGiven(path: string, scope: Given['scope']): Promise<Given> {
  const folder = `${path}.d`
  const dropIns = kindOf(folder) === 'folder' ? namesIn(folder).filter((name) => name.endsWith('.conf')) : []
  return {
    main: { path, text: path.endsWith('.plist') ? await plistText(path) : readText(path) },
    dropIns: dropIns.map((name) => ({ path: join(folder, name), text: readText(join(folder, name)) })),
    name: null,
    scope,
    beside: besideOf(dirname(path)),
  }
}
