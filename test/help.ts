// Profiles as texts in, services and rendered files out: the pipeline without a file system.
import { posix } from 'node:path'
import type { Issue } from '../src/errors.ts'
import { platforms } from '../src/platform/index.ts'
import type { Refusal } from '../src/platform/platform.ts'
import { loadLayers, type Source } from '../src/profile/load.ts'
import { merge } from '../src/profile/merge.ts'
import type { Os } from '../src/profile/model.ts'
import { parseText } from '../src/profile/parse.ts'
import { readShipped, shippedFile, shippedNames } from '../src/profile/shipped.ts'

import { render, type RenderedService } from '../src/render/render.ts'
import type { Inputs } from '../src/resolve/expand.ts'
import { defaultFacts, toHost, type HostFacts } from '../src/resolve/host.ts'
import { resolve, type Service } from '../src/resolve/service.ts'

export interface Options {
  readonly os?: Os
  readonly host?: HostFacts
  readonly instance?: string
  readonly scope?: 'user' | 'system'
  readonly set?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Other files by path, for `extends`. */
  readonly files?: Readonly<Record<string, string>>
}

export interface Made {
  readonly issues: readonly Issue[]
  readonly service: Service | null
}

/** Resolves a profile text for one OS. */
export function make(text: string, options: Options = {}): Made & { readonly merged: ReturnType<typeof merge> } {
  const os = options.os ?? 'linux'
  const files: Record<string, string> = { 'p.yaml': text, ...options.files }
  const source: Source = {
    read: (file) => {
      const found = files[file]
      if (found === undefined && readShipped(file) === undefined) throw new Error(`cannot read ${file}: there is no such file`)
      return readShipped(file) ?? parseText(found!, file)
    },
    resolve: (from, reference) => (shippedNames.includes(reference) ? shippedFile(reference) : posix.join(posix.dirname(from), reference)),
  }
  const { layers, issues } = loadLayers('p.yaml', source, new Map())
  const inputs: Inputs = {
    host: toHost(options.host ?? defaultFacts[os]),
    instance: options.instance ?? null,
    scope: options.scope ?? null,
    given: new Map(Object.entries(options.set ?? {})),
    environment: (name) => options.env?.[name],
  }
  const merged = merge(layers, os, inputs.instance)
  const resolved = resolve(merged, inputs, issues)
  return { merged, issues: [...issues, ...resolved.issues], service: issues.length === 0 ? resolved.service : null }
}

/** Renders a profile text; refusals are among the issues. */
export async function made(text: string, options: Options = {}): Promise<Made & { readonly rendered: RenderedService | null }> {
  const { merged, issues, service } = make(text, options)
  if (service === null) return { issues, service, rendered: null }
  const refusals: Refusal[] = []
  const rendered = render(service, await platforms[service.os](), refusals)
  return { service, rendered, issues: refusals.map(({ path, message, hint }) => merged.issue(path, message, hint)) }
}

/** The text of one rendered file. @throws with the issues if nothing was rendered */
export async function fileOf(text: string, name: string, options: Options = {}): Promise<string> {
  const { rendered, issues } = await made(text, options)
  if (rendered === null) throw new Error(JSON.stringify(issues, null, 1))
  const file = rendered.files.find((candidate) => candidate.name === name)
  if (file === undefined) throw new Error(`${name} is not among ${rendered.files.map((candidate) => candidate.name).join(', ')}`)
  return file.text
}

/** Issues as a person reads them. */
export const said = (issues: readonly Issue[]): string[] =>
  issues.map(({ file, line, column, key, message, hint }) => `${file}:${line}:${column} ${key}: ${message}${hint ? ` (${hint})` : ''}`)

/** A profile with nothing but what must be there, and some lines of YAML. */
export const minimal = (more = ''): string => `version: 1\nname: my-app\ncommand: [/usr/bin/my-app]\nwindows: { command: ['C:\\my-app.exe'] }\n${more}`
