// The release line of WinSW in, its pinned files out. Hashes and sizes were confirmed by several independent public pins.
// 2.12.0 is the last stable release, 3.0.0-alpha.11 the last of all (2023); no other file is ever run.

/** The builds of each release; `net461` is small, and needs the .NET Framework of Windows. */
export type WinswArch = 'x64' | 'x86' | 'net461'

/** One file of a release. */
export interface WinswRelease {
  readonly line: 2 | 3
  readonly version: string
  readonly arch: WinswArch
  readonly file: string
  /** Null where no source that is independent of the release says it. */
  readonly bytes: number | null
  readonly sha256: string
}

/** Where the releases are. A mirror has the same two steps below its own address: `v<version>/<file>`. */
export const officialBase = 'https://github.com/winsw/winsw/releases/download'

const versions = { 3: '3.0.0-alpha.11', 2: '2.12.0' } as const
const pin = (line: 2 | 3, arch: WinswArch, file: string, bytes: number | null, sha256: string): WinswRelease => ({
  line,
  version: versions[line],
  arch,
  file,
  bytes,
  sha256,
})

/** Every file that may ever be run. */
export const winswReleases: readonly WinswRelease[] = [
  pin(3, 'x64', 'WinSW-x64.exe', 18_286_774, 'a2daa6a33a9c2b791ae31d9092e7935c339d1e03e89bfb747618ce2f4e819e20'),
  pin(3, 'x86', 'WinSW-x86.exe', null, '3201432b44825b0dc763eb4052dc84b179314e2a338794c9f5f797e8fe2bb0fc'),
  pin(3, 'net461', 'WinSW-net461.exe', null, '91bce26b4fa3a7534e7967c1804d7417737b7169014435e5b3b31924bf19f3ee'),
  pin(2, 'x64', 'WinSW-x64.exe', 18_243_033, '05b82d46ad331cc16bdc00de5c6332c1ef818df8ceefcd49c726553209b3a0da'),
  pin(2, 'x86', 'WinSW-x86.exe', null, '0c21327463a43a61f2efb227ec4afd2467fde91618cc725148c1099001ca91ae'),
  // Version 2 spells this name in its own way.
  pin(2, 'net461', 'WinSW.NET461.exe', null, 'b5066b7bbdfba1293e5d15cda3caaea88fbeab35bd5b38c41c913d492aadfc4f'),
]

export const winswVersion = (line: 2 | 3): string => versions[line]

/** @param releases another list, for tests */
export function winswRelease(line: 2 | 3, arch: WinswArch, releases: readonly WinswRelease[] = winswReleases): WinswRelease {
  const found = releases.find((release) => release.line === line && release.arch === arch)
  if (found === undefined) throw new Error(`no WinSW ${line} ${arch} is pinned`)
  return found
}

/** @param base the official address, or that of a mirror; one slash at its end does not count */
export const winswUrl = ({ version, file }: WinswRelease, base: string = officialBase): string => `${base.replace(/\/$/, '')}/v${version}/${file}`

/** The builds by PROCESSOR_ARCHITECTURE. Windows on Arm runs x86 programs on every version, x64 ones from Windows 11 on; there is no release for it. */
export const winswArchOf = { AMD64: 'x64', x86: 'x86', ARM64: 'x86' } as const satisfies Readonly<Record<string, WinswArch>>

/** What install.cmd chooses from. */
export interface WinswFile {
  /** PROCESSOR_ARCHITECTURE of the machine. */
  readonly arch: keyof typeof winswArchOf
  readonly file: string
  readonly url: string
  readonly sha256: string
}

/** One file for each processor architecture that Windows runs on. */
export function winswFiles(line: 2 | 3): readonly WinswFile[] {
  return (Object.keys(winswArchOf) as (keyof typeof winswArchOf)[]).map((arch) => {
    const release = winswRelease(line, winswArchOf[arch])
    return { arch, file: release.file, url: winswUrl(release), sha256: release.sha256 }
  })
}
