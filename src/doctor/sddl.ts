// A security descriptor as Windows writes it (SDDL) in, who may change the thing out. Letters and SIDs mean the same in every language of Windows.

/** Who may do anything anyway: SYSTEM, Administrators, the first administrator, TrustedInstaller; CREATOR OWNER is whoever could make the file in the first place. */
const trusted = new Set(['SY', 'BA', 'LA', 'CO', 'OW', 'S-1-5-18', 'S-1-5-32-544', 'S-1-3-0', 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464'])

/**
 * "ACE Strings" (Microsoft Learn): two letters a right. Those that let somebody put another program there; DC, LC and DT are the bits that a file calls
 * FILE_WRITE_DATA, FILE_APPEND_DATA and FILE_DELETE_CHILD.
 */
const writing = new Set(['GA', 'GW', 'FA', 'FW', 'KA', 'KW', 'WD', 'WO', 'DC', 'LC', 'DT', 'SD'])
/** FILE_WRITE_DATA, FILE_APPEND_DATA, FILE_DELETE_CHILD, DELETE, WRITE_DAC, WRITE_OWNER, GENERIC_ALL, GENERIC_WRITE. */
const writingBits = 0x2 | 0x4 | 0x40 | 0x1_0000 | 0x4_0000 | 0x8_0000 | 0x1000_0000 | 0x4000_0000

const mayWrite = (rights: string): boolean =>
  /^0x[\da-f]+$/i.test(rights) ? (BigInt(rights) & BigInt(writingBits)) !== 0n : (rights.match(/../g) ?? []).some((right) => writing.has(right))

/**
 * @param own the SID of the account that the service runs as; null for one of the system
 * @returns the SIDs (or their letters) of the others that may write; null for what is no DACL at all, which lets everybody
 */
export function writers(sddl: string, own: string | null): readonly string[] | null {
  const [, dacl] = /D:([A-Z_]*(?:\([^)]*\))*)/.exec(sddl) ?? []
  if (dacl === undefined || /^[A-Z]*NO_ACCESS_CONTROL/.test(dacl)) return null
  const found = [...dacl.matchAll(/\(([^)]*)\)/g)].flatMap(([, ace = '']) => {
    const [type = '', , rights = '', , , sid = ''] = ace.split(';')
    return (type === 'A' || type === 'XA') && mayWrite(rights) && !trusted.has(sid) && sid !== own ? [sid] : []
  })
  return [...new Set(found)]
}

const names: Readonly<Record<string, string>> = {
  WD: 'everyone',
  BU: 'all users',
  AU: 'all who have logged in',
  IU: 'whoever sits at the machine',
  BG: 'guests',
  AN: 'everyone',
  'S-1-1-0': 'everyone',
  'S-1-5-32-545': 'all users',
  'S-1-5-11': 'all who have logged in',
}
/** What a SID is called, where it is the same on every machine. */
export const sidName = (sid: string): string => names[sid] ?? sid

/** For icacls, which takes the letters as SIDs only. */
const wellKnown: Readonly<Record<string, string>> = { WD: 'S-1-1-0', BU: 'S-1-5-32-545', AU: 'S-1-5-11', IU: 'S-1-5-4', BG: 'S-1-5-32-546', AN: 'S-1-5-7' }
export const sidOf = (sid: string): string => wellKnown[sid] ?? sid
