// Environment variables in, the proxies that they name out: never with the password that may stand in one.

export interface Proxy {
  /** The variable, as it is spelt. */
  readonly name: string
  /** host:port, or what cannot be read as an address. */
  readonly address: string
  /** Whether a user and a password stand in it. */
  readonly secret: boolean
  /** Whose environment: of the machine's manager, of this user's, or of the service itself. */
  readonly of: 'machine' | 'user' | 'service'
  /** The file that sets it for good; null if it was set by hand. */
  readonly file: string | null
  /** Whether anybody listens there: asked of this machine's own addresses alone; null for all others. */
  readonly answers: boolean | null
}

/** The variables that curl, git, npm, Python and Go read. `no_proxy` keeps a proxy from being used, and is none. */
export const proxyNames = ['http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'] as const

/** @returns host and port as they are dialled; null for what is no address */
export function proxyAddress(value: string): { readonly host: string; readonly port: number; readonly secret: boolean } | null {
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`
  if (!URL.canParse(text)) return null
  const { protocol, hostname, port, username, password } = new URL(text)
  const fallback = { 'http:': 80, 'https:': 443 }[protocol] ?? 1080
  return hostname === ''
    ? null
    : { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? fallback : Number(port), secret: username !== '' || password !== '' }
}

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.')

export function proxiesOf(environment: Readonly<Record<string, string | undefined>>, of: Proxy['of']): readonly Proxy[] {
  return Object.entries(environment).flatMap(([name, value]): readonly Proxy[] => {
    if (!value || !(proxyNames as readonly string[]).includes(name)) return []
    const at = proxyAddress(value)
    const address = at === null ? 'no address' : `${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`
    return [{ name, address, secret: at?.secret ?? false, of, file: null, answers: null }]
  })
}

/**
 * `systemctl show-environment`: NAME=VALUE lines, values that a shell would read otherwise as $'...' (systemctl(1)).
 * Of the values only those of proxies are looked at, which need no such quotes but for a `;`, a quote or a blank.
 */
export const shownEnvironment = (stdout: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    stdout.split('\n').flatMap((line): readonly (readonly [string, string])[] => {
      const [, name, quoted, plain] = /^(\w+)=(?:\$'(.*)'|(.*))$/.exec(line) ?? []
      return name === undefined ? [] : [[name, (quoted ?? plain ?? '').replaceAll(/\\(.)/g, '$1')]]
    }),
  )

/** Whether a line of environment.d(5), environment(5) or `DefaultEnvironment=` (systemd-system.conf(5)) sets a variable. */
export const setsVariable = (text: string, name: string): boolean =>
  text.split('\n').some((line) => new RegExp(`^\\s*(?:export\\s+)?${name}=`).test(line) || new RegExp(`^\\s*DefaultEnvironment=.*\\b${name}=`).test(line))
