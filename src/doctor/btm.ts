// What `sfltool dumpbtm` prints (macOS 13 and later; only root may ask) in, whether Login Items let a job start out.

/**
 * Records begin with ` #N:` and have lines `Name: value`; the identifier of a property list is `8.<label>` for an agent and `16.<label>` for a daemon, and its
 * URL ends in the name of the file. The disposition reads `[enabled, disallowed, notified] (0x9)`.
 * @returns null if there is no such item
 */
export function loginItem(dump: string, label: string): { readonly allowed: boolean } | null {
  const found = dump.split(/^ *#\d+:/m).filter((record) => {
    const identifier = /^ *Identifier: (.*)$/m.exec(record)?.[1]?.trim() ?? ''
    const url = /^ *URL: (.*)$/m.exec(record)?.[1]?.trim() ?? ''
    return identifier === label || identifier === `8.${label}` || identifier === `16.${label}` || url.endsWith(`/${encodeURI(label)}.plist`)
  })
  const dispositions = found.flatMap((record) => /^ *Disposition: \[(.*)\]/m.exec(record)?.[1]?.split(', ') ?? [])
  // One file may stand there for several users: refused for one is what a person has to look at.
  return dispositions.length === 0 ? null : { allowed: !dispositions.includes('disallowed') && !dispositions.includes('disabled') }
}
