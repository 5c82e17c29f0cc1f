// Property lists in, Apple's canonical XML or Apple's reason against each out.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bedFile } from './paths.ts'
import { mustRun } from './process.ts'

export type PlistVerdict = { readonly ok: true; readonly xml: string } | { readonly ok: false; readonly error: string }

/** Asks Apple's CFPropertyList parser about each text; one process for 500 texts. It takes raw control characters, which XML 1.0 forbids: ask another parser for those. */
export async function canonicalPlist(texts: readonly (string | Uint8Array)[]): Promise<PlistVerdict[]> {
  const program = bedFile('macos', 'macos', 'cfplutil')
  const folder = mkdtempSync(join(tmpdir(), 'hermes-plist-'))
  try {
    const files = texts.map((_, i) => join(folder, `${i}.plist`))
    files.forEach((file, i) => writeFileSync(file, texts[i] ?? ''))
    for (let i = 0; i < files.length; i += 500) await mustRun([program, ...files.slice(i, i + 500)], { timeoutMs: 60_000 })
    return files.map((file) =>
      existsSync(`${file}.xml`) ? { ok: true, xml: readFileSync(`${file}.xml`, 'utf8') } : { ok: false, error: readFileSync(`${file}.err`, 'utf8') },
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
