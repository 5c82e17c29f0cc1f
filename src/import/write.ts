// A profile and the remarks on it in, its YAML out: the same profile, the same text.
import { Document, isMap, isPair, isScalar, isSeq, visit, type Node, type Pair } from 'yaml'
import type { Path } from '../profile/model.ts'
import type { Remark } from './model.ts'

/** The order people read a profile in. */
const order = [
  'version',
  'name',
  'extends',
  'label',
  'displayName',
  'description',
  'parameters',
  'scope',
  'user',
  'group',
  'command',
  'workingDirectory',
  'environment',
  'environmentFiles',
  'autostart',
  'restart',
  'stop',
  'reload',
  'hooks',
  'logs',
  'after',
  'limits',
  'priority',
  'umask',
  'hardening',
  'health',
  'replaces',
  'native',
  'linux',
  'macos',
  'windows',
  'instance',
]

const width = 120

/** @param head the first lines, as remarks on the whole */
export function writeProfile(profile: Readonly<Record<string, unknown>>, remarks: readonly Remark[], head: readonly string[]): string {
  const sorted = Object.fromEntries(Object.entries(profile).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)))
  const document = new Document(sorted, { version: '1.2' })
  visit(document, {
    Collection(_, node) {
      if (node === document.contents) return
      // Lists of words, and maps such as { secretFile: path }, stand on one line where they fit.
      const flat = isSeq(node) ? node.items.every((item) => isScalar(item)) : isMap(node) && node.items.every((pair) => isInline(pair))
      const small = ['secretFile', 'fromEnv', 'path', 'attempts', 'size', 'version', 'default'].some((key) => node.has(key))
      if (flat && (isSeq(node) || small) && JSON.stringify(node).length < width) node.flow = true
    },
  })
  const whole = [...head, ...remarks.filter(({ path }) => path.length === 0).map(({ text }) => text)]
  document.commentBefore = whole.flatMap((text) => wrapped(text, 0)).join('\n')
  for (const { path, text } of remarks) {
    if (path.length === 0) continue
    const key = nearest(document.contents, path)
    const lines = wrapped(text, path.length * 2).join('\n')
    if (key !== null) key.commentBefore = key.commentBefore ? `${key.commentBefore}\n${lines}` : lines
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}

const isInline = (pair: unknown): boolean => isPair(pair) && isScalar(pair.value)

/** The key at a path, or the nearest one above it that is there and stands on a line of its own. */
function nearest(contents: unknown, path: Path): Node | null {
  let node: unknown = contents
  let key: Node | null = null
  for (const step of path) {
    if (!isMap(node) || node.flow === true) return key
    const pair: Pair | undefined = node.items.find((item) => isScalar(item.key) && item.key.value === step)
    if (pair === undefined) return key
    key = pair.key as Node
    node = pair.value
  }
  return key
}

/** What must not move a cursor or end a comment. */
const oneLine = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g, '?')

function wrapped(text: string, indent: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of oneLine(text).split(' ')) {
    if (line !== '' && line.length + word.length + 1 + indent > width - 2) {
      lines.push(` ${line}`)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, ` ${line}`]
}
