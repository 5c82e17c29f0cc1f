// The shells and tools that the scripts are held against.
// Any machine has a /bin/sh, and `npm test` needs no more. With HERMES_INSTALL_ALL_SHELLS=1, which CI sets, every one of these must be there, or its tests fail.
const all = process.env['HERMES_INSTALL_ALL_SHELLS'] === '1'

/** dash is Debian's /bin/sh, bash in POSIX mode macOS's, busybox that of small systems. */
export const shells: Record<string, string[]> = all ? { dash: ['dash'], bash: ['bash', '--posix'], busybox: ['busybox', 'sh'] } : { sh: ['/bin/sh'] }
export const hasShellcheck = all
