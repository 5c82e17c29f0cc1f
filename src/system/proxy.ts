// An address and the environment in, the proxy that leads there out: the variables that curl, git and npm read.
import { BlockList, isIP } from 'node:net'
import { UserError } from '../errors.ts'

/** Lower case wins, as in curl and in Node 24's own NODE_USE_ENV_PROXY; an empty variable is one that is not set. */
function variable(env: NodeJS.ProcessEnv, name: string): { readonly name: string; readonly value: string } | null {
  for (const spelt of [name, name.toUpperCase()]) if (env[spelt]) return { name: spelt, value: env[spelt] }
  return null
}

/** A URL's host as sockets want it: an IPv6 address without its brackets. */
export const bareHost = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1')

/**
 * NO_PROXY: `*`, names (with or without a dot before them; those below them too), addresses, networks (`10.0.0.0/8`, as curl 7.86 and Go read them), each with
 * a port or without, parted by commas or blanks.
 */
function without(url: URL, list: string): boolean {
  const host = bareHost(url)
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '') return false
      if (entry === '*') return true
      const subnet = /^([\d.]+|\[?[\da-f:.]+\]?)\/(\d+)$/.exec(entry)
      if (subnet !== null) return inSubnet(host, subnet[1]!.replace(/[[\]]/g, ''), Number(subnet[2]))
      const [, name = '', wanted] = isIP(entry) === 6 ? [entry, entry] : (/^\[?(.*?)\]?(?::(\d+))?$/.exec(entry) ?? [])
      const domain = name.replace(/^\*?\./, '')
      return (wanted === undefined || wanted === port) && domain !== '' && (host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`)))
    })
}

function inSubnet(host: string, network: string, bits: number): boolean {
  const [ours, theirs] = [isIP(host), isIP(network)]
  if (ours === 0 || ours !== theirs || bits > (ours === 4 ? 32 : 128)) return false
  const family = ours === 4 ? 'ipv4' : 'ipv6'
  const block = new BlockList()
  block.addSubnet(network, bits, family)
  return block.check(host, family)
}

/**
 * @returns the proxy for this address, credentials included; null for none
 * @throws UserError USAGE for a variable that names no HTTP proxy; its value is not repeated, as a password may stand in it
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): URL | null {
  const found = variable(env, url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') ?? variable(env, 'all_proxy')
  if (found === null || without(url, variable(env, 'no_proxy')?.value ?? '')) return null
  const { name, value } = found
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`
  const proxy = URL.canParse(text) ? new URL(text) : null
  if (proxy === null || proxy.hostname === '' || !['http:', 'https:'].includes(proxy.protocol)) {
    throw new UserError('USAGE', `${name} names no proxy that can be used`, { hint: 'it takes http://host:port or https://host:port; SOCKS is not supported' })
  }
  return proxy
}
