// The name of an account as users write it in, the one that Windows knows out.

const builtin: Readonly<Record<string, string>> = {
  localsystem: 'LocalSystem',
  localservice: 'NT AUTHORITY\\LocalService',
  networkservice: 'NT AUTHORITY\\NetworkService',
}

/** LocalSystem, LocalService and NetworkService in any spelling; a name without a domain is of this machine (`.\name`). */
export function accountName(name: string): string {
  const known =
    builtin[
      name
        .toLowerCase()
        .replace(/^nt authority\\/, '')
        .replaceAll(' ', '')
    ]
  return known ?? (name.includes('\\') || name.includes('@') ? name : `.\\${name}`)
}
