// The release line of WinSW in, its pinned files out. Hashes and sizes were confirmed by several independent public pins.
// 2.12.0 is the last stable release, 3.0.0-alpha.11 the last of all (2023); no other file is ever run.

export interface WinswFile {
  /** PROCESSOR_ARCHITECTURE of the machine. */
  readonly arch: 'AMD64' | 'x86' | 'ARM64'
  readonly file: string
  readonly url: string
  readonly sha256: string
}

const releases = {
  3: {
    version: '3.0.0-alpha.11',
    x64: 'a2daa6a33a9c2b791ae31d9092e7935c339d1e03e89bfb747618ce2f4e819e20',
    x86: '3201432b44825b0dc763eb4052dc84b179314e2a338794c9f5f797e8fe2bb0fc',
  },
  2: {
    version: '2.12.0',
    x64: '05b82d46ad331cc16bdc00de5c6332c1ef818df8ceefcd49c726553209b3a0da',
    x86: '0c21327463a43a61f2efb227ec4afd2467fde91618cc725148c1099001ca91ae',
  },
} as const

export const winswVersion = (line: 2 | 3): string => releases[line].version

/** Windows on Arm runs x86 programs on every version, x64 ones from Windows 11 on; there is no release for it. */
export function winswFiles(line: 2 | 3): readonly WinswFile[] {
  const { version, x64, x86 } = releases[line]
  const pinned = (arch: WinswFile['arch'], bits: 'x64' | 'x86'): WinswFile => ({
    arch,
    file: `WinSW-${bits}.exe`,
    url: `https://github.com/winsw/winsw/releases/download/v${version}/WinSW-${bits}.exe`,
    sha256: bits === 'x64' ? x64 : x86,
  })
  return [pinned('AMD64', 'x64'), pinned('x86', 'x86'), pinned('ARM64', 'x86')]
}
