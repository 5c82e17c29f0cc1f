// How the texts of a profile are written, as regular expressions: the parser, the rules and the JSON Schema of editors read the same ones.

/** Characters that would end a line or forge one, and those that reverse a text. */
const controls = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069'
export const control = new RegExp(`[${controls}]`)
export const oneLine = new RegExp(`^[^${controls}]*$`)

export const duration = /^(?:\d{1,12}(?:\.\d{1,9})?(?:ms|s|m|h|d) ?)+$/
export const size = /^(\d{1,15}(?:\.\d{1,6})?) ?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/
/** Up to 0777. */
export const umask = /^(?:0o)?0?[0-7]{1,3}$/
export const address = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/
export const httpUrl = /^https?:\/\/[^\s/?#@"'<>\\^`{|}]+(?:[/?#][^\s"'<>\\^`{|}]*)?$/
/** RFC 6901. */
export const jsonPointer = /^(?:\/(?:[^~/]|~[01])*)*$/

export const absolutePath = { posix: /^\//, windows: /^(?:[A-Za-z]:[\\/]|[\\/]{2}[^\\/])/ } as const
export const label = /^[A-Za-z0-9](?:[A-Za-z0-9._@-]*[A-Za-z0-9_-])?$/
/** Signals that every POSIX system has under the same name (POSIX.1-2017, signal.h), in the spelling of systemd.exec(5). */
export const signals = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGKILL', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGTERM', 'SIGCONT'] as const
/** systemd.exec(5), User=: names as in useradd(8), or a number; launchd and sysusers take no others either. */
export const account = /^(?:[A-Za-z_][A-Za-z0-9_.-]{0,30}\$?|\d{1,10})$/
export const parameterName = /^[A-Za-z_][A-Za-z0-9_]*$/
/** systemd.exec(5), Environment=: letters, digits and "_", not starting with a digit; on Windows "=" ends a name. */
export const variableName = {
  posix: /^[A-Za-z_][A-Za-z0-9_]*$/,
  windows: /^[^=%\s"<>|&^!\u0000-\u001f]+(?: ?[^=%\s"<>|&^!\u0000-\u001f]+)*$/,
} as const

/** Names of other services, which become parts of files and commands. */
export const names = {
  afterUnit: /^[A-Za-z0-9:_.@\\-]{1,255}$/,
  afterService: /^[^/\\\u0000-\u001f<>"]{1,256}$/,
  unit: /^[A-Za-z0-9][A-Za-z0-9:_.@\\-]{0,254}$/,
  job: /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/,
  service: /^[^/\\\u0000-\u001f<>"%&|^!]{1,256}$/,
  task: /^[^/\u0000-\u001f<>"%&|^!:*?]{1,256}$/,
  startupItem: /^[^/\\\u0000-\u001f<>"%&|^!:*?]{1,200}$/,
} as const

/** systemd.syntax(7): a section, or a key in one. */
export const directive = /^[A-Za-z][A-Za-z0-9-]*$/
export const xmlElement = /^[A-Za-z][A-Za-z0-9]*$/
