// The files that `render` leaves beside an artifact in, what they say of the profile that no artifact holds out.
import type { Given } from './model.ts'

export const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

/** The profile's own name, from the manifest. */
export function ownName({ beside }: Given): string | null {
  const manifest = beside('manifest.json')
  if (manifest === null) return null
  try {
    const { id, version } = JSON.parse(manifest) as { id?: unknown; version?: unknown }
    return version === 1 && typeof id === 'string' && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id) ? id : null
  } catch {
    return null
  }
}
