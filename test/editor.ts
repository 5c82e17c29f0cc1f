// A profile file in, what the YAML language server of editors says about it out: the real server, over its own protocol.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

interface Diagnostic {
  readonly message: string
  readonly range: { readonly start: { readonly line: number } }
}
export interface Editor {
  /** Diagnostics of a file on disk, as `line: message`. */
  readonly diagnose: (file: string) => Promise<string[]>
  /** Labels that completion offers at a place (counted from 0). */
  readonly complete: (file: string, line: number, character: number) => Promise<string[]>
  readonly close: () => void
}

/** Starts the server and tells it nothing but what an editor would. */
export async function startEditor(): Promise<Editor> {
  const server = join(dirname(createRequire(import.meta.url).resolve('yaml-language-server/package.json')), 'bin/yaml-language-server')
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] })
  let buffer = Buffer.alloc(0)
  let next = 1
  const answers = new Map<number, (value: unknown) => void>()
  const published = new Map<string, (value: Diagnostic[]) => void>()
  const send = (message: object): void => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }
  const ask = (method: string, params: object): Promise<unknown> =>
    new Promise((done) => {
      answers.set(next, done)
      send({ id: next++, method, params })
    })
  child.stdout.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk])
    for (;;) {
      const head = buffer.indexOf('\r\n\r\n')
      const length = Number(/Content-Length: (\d+)/.exec(buffer.subarray(0, Math.max(0, head)).toString())?.[1])
      if (head < 0 || buffer.length < head + 4 + length) return
      const message = JSON.parse(buffer.subarray(head + 4, head + 4 + length).toString()) as {
        id?: number
        method?: string
        params?: { uri: string; diagnostics: Diagnostic[]; items?: unknown[] }
        result?: unknown
      }
      buffer = buffer.subarray(head + 4 + length)
      if (message.method === 'textDocument/publishDiagnostics') published.get(message.params!.uri)?.(message.params!.diagnostics)
      else if (message.method !== undefined && message.id !== undefined)
        send({
          id: message.id,
          result: message.method === 'workspace/configuration' ? message.params!.items!.map(() => ({ completion: true, validate: true })) : null,
        })
      else if (message.id !== undefined) answers.get(message.id)?.(message.result)
    }
  })
  await ask('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: { textDocument: { publishDiagnostics: {}, completion: {} }, workspace: { configuration: true } },
  })
  send({ method: 'initialized', params: {} })
  const open = (file: string): string => {
    const uri = pathToFileURL(file).href
    send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text: readFileSync(file, 'utf8') } } })
    return uri
  }
  return {
    diagnose: async (file) => {
      const answer = new Promise<Diagnostic[]>((done) => published.set(pathToFileURL(file).href, done))
      open(file)
      return (await answer).map(({ message, range }) => `${range.start.line + 1}: ${message}`)
    },
    complete: async (file, line, character) => {
      const result = (await ask('textDocument/completion', { textDocument: { uri: open(file) }, position: { line, character } })) as {
        items: { label: string }[]
      }
      return result.items.map(({ label }) => label)
    },
    close: () => void child.kill(),
  }
}
