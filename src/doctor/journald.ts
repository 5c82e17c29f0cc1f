// Texts of journald.conf(5) and of /proc/self/mountinfo in; the limit of the journal, and where nothing may be executed, out.

const powers: Readonly<Record<string, number>> = { '': 0, B: 0, K: 1, M: 2, G: 3, T: 4, P: 5, E: 6 }

/** @param texts the main file, then drop-ins in their order: the last that sets it counts. @returns bytes; null if nobody sets it */
export function journalLimit(texts: readonly string[], key: 'SystemMaxUse' | 'RuntimeMaxUse'): number | null {
  let limit: number | null = null
  for (const [, value = ''] of texts.flatMap((text) => [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))])) {
    const [, count, unit] = /^\s*([\d.]+)\s*([BKMGTPE]?)\s*$/.exec(value) ?? []
    limit = count === undefined ? null : Number(count) * 1024 ** powers[unit!]!
  }
  return limit
}

/**
 * proc(5), mountinfo: the fifth field is the mount point, the sixth its options; blanks are `\040`.
 * @returns the mount point that a path lies on, if nothing on it may be executed
 */
export function noexecMount(mountinfo: string, path: string): string | null {
  let found: { readonly at: string; readonly noexec: boolean } | null = null
  for (const line of mountinfo.split('\n')) {
    const [, , , , point = '', options = ''] = line.split(' ')
    const at = point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    // The last of two mounts on one place is the one that is seen.
    if (at !== '' && (at === '/' || path === at || path.startsWith(`${at}/`)) && at.length >= (found?.at.length ?? 0))
      found = { at, noexec: options.split(',').includes('noexec') }
  }
  return found?.noexec === true ? found.at : null
}
