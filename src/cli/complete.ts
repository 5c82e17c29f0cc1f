// What a shell's completion asks in, a line a candidate out. Loads next to nothing, and never says what went wrong: somebody is typing.
import { readFileSync, readdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { CommandDefinition } from './definition.ts'
import { nextWords, type Candidate, type Next, type Wanted } from './words.ts'

/** The names in profile/shipped.ts, which would bring the profiles along (a test holds both together). */
export const shipped: readonly string[] = ['hermes-gateway', 'hermes-dashboard']

/** What the shell finds by itself, better than anybody else: with tildes, quotes and colours. */
const lines: Readonly<Partial<Record<Wanted, string>>> = {
  profile: ':files yaml yml',
  data: ':files yaml yml json',
  file: ':files',
  folder: ':folders',
  user: ':users',
}

/**
 * Prints what may come next: `value<tab>what it is` for each candidate, `:files EXTENSION...`, `:folders` or `:users` for what the shell is to add, and
 * `:open` where a word goes on after the candidate.
 * @param argv the shell, `raw` where its words still have their quotes, and the words; the last of them behind a "=", as some shells drop what is empty
 */
export async function complete(root: CommandDefinition, argv: readonly string[]): Promise<void> {
  try {
    const [shell, ...rest] = argv
    const words = rest.map((word, i) => (i === rest.length - 1 ? word.replace(/^=/, '') : word)).map(shell === 'bash' ? withoutQuotes : (word) => word)
    const next = nextWords(root, words)
    const found = [...next.candidates, ...(await known(next))]
    const begun = (words.at(-1) ?? '').slice(next.prefix.length)
    const fitting = shell === 'bash' || shell === 'powershell' ? found.filter(({ value }) => value.startsWith(begun)) : found
    const out = [
      ...fitting.map(({ value, description }) => `${next.prefix}${value}\t${description.replaceAll(/\s+/g, ' ')}`),
      ...next.wanted.flatMap((wanted) => lines[wanted] ?? []),
      ...(next.wanted.includes('parameter') ? [':open'] : []),
    ]
    process.stdout.write(out.map((line) => `${line}\n`).join(''))
  } catch {
    // Nothing to offer.
  }
}

/** A word as the shell will read it; a quote that is still open goes to the end. */
export const withoutQuotes = (word: string): string =>
  word.replaceAll(/\\([\s\S])|'([^']*)(?:'|$)|"((?:[^"\\]|\\[\s\S])*)(?:"|$)/g, (_, escaped?: string, single?: string, double?: string) =>
    escaped !== undefined ? escaped : (single ?? (double ?? '').replaceAll(/\\(["\\$`\n])/g, '$1')),
  )

/** Names that only a look at the machine or into a profile can tell. */
async function known({ wanted, profiles }: Next): Promise<Candidate[]> {
  const found: Candidate[] = []
  if (wanted.includes('profile')) found.push(...shipped.filter((name) => !profiles.includes(name)).map((value) => ({ value, description: 'shipped profile' })))
  if (wanted.includes('installed'))
    found.push(
      ...installed()
        .filter((id) => !profiles.includes(id) && !shipped.includes(id))
        .map((value) => ({ value, description: 'installed' })),
    )
  if (wanted.includes('instance')) found.push(...instances(profiles))
  if (wanted.includes('parameter')) found.push(...(await import('./parameters.ts')).parameters(profiles))
  return found
}

/** @returns the ids of what is installed for this user and for the machine, as far as this user may see them */
const installed = (): string[] => [...new Set(stateFolders(process.platform, userInfo().homedir).flatMap((folder) => names(folder)))].sort()

/** Where the managers keep a folder for each service (their layout.ts; a test holds both together). */
export function stateFolders(platform: string, home: string): readonly string[] {
  if (platform === 'linux') return [`${home}/.local/state/hermes-install/state`, '/var/lib/hermes-install/state']
  if (platform === 'darwin') return [`${home}/Library/Application Support`, '/Library/Application Support'].map((folder) => `${folder}/hermes-install/state`)
  if (platform === 'win32') return [`${home}\\AppData\\Local`, 'C:\\Program Files'].map((folder) => `${folder}\\hermes-install\\state`)
  return []
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^[a-z0-9][\w-]*$/.test(name))
  } catch {
    return []
  }
}

/** An installed id is the name of its profile, "-" and the instance. */
function instances(profiles: readonly string[]): Candidate[] {
  const bases = profiles.length === 0 ? [shipped[0]!] : profiles.flatMap(nameOf)
  return installed().flatMap((id) =>
    bases.filter((base) => id.startsWith(`${base}-`) && !shipped.includes(id)).map((base) => ({ value: id.slice(base.length + 1), description: id })),
  )
}

function nameOf(profile: string): string[] {
  if (shipped.includes(profile)) return [profile]
  try {
    return /^name:\s*["']?([a-z0-9-]+)/m.exec(readFileSync(profile, 'utf8'))?.slice(1, 2) ?? []
  } catch {
    // The id of something installed.
    return [profile]
  }
}
