// The name of a bed in, its files out; or an error that says which command builds it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type BedName = 'systemd' | 'wine' | 'macos' | 'fleet'

/** The folder setup.sh builds in. */
export const bedsDir = process.env['HERMES_INSTALL_BEDS'] ?? '/var/tmp/hermes-install-beds'

/** A file of this folder, as an absolute path. */
export const ownFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** A file setup.sh has made. @throws Error naming the command to run when it is not there: a bed is never skipped silently */
export function bedFile(bed: BedName, ...path: string[]): string {
  const file = join(bedsDir, ...path)
  if (!existsSync(file)) throw missingBed(bed, `${file} is missing`)
  return file
}

export const missingBed = (bed: BedName, why: string): Error => new Error(`the ${bed} test bed is not ready: ${why}. Run as root: test/beds/setup.sh ${bed}`)
