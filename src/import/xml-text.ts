// The text of an XML file in, its elements out. As much of XML 1.0 as property lists and WinSW's files need: no entities of their own, no namespaces.

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  /** All text in it, that of elements below left out. */
  readonly text: string
}

/** Why a text is no such XML, with the line. */
export class NotXml extends Error {}

const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * @param returns whether carriage returns stay: XML makes every line end a line feed (2.11), Apple's parser does not
 * @throws NotXml
 */
export function readXml(source: string, returns = false): Element {
  const marked = source.replace(/^\ufeff/, '')
  const text = returns ? marked : marked.replaceAll(/\r\n?/g, '\n')
  let at = 0
  const fail = (what: string): never => {
    throw new NotXml(`line ${text.slice(0, at).split('\n').length}: ${what}`)
  }
  const decoded = (raw: string): string =>
    raw.replaceAll(/&(#x[0-9A-Fa-f]+|#\d+|[A-Za-z]+);|&/g, (_, name: string | undefined) => {
      if (name === undefined) return fail('a bare "&"')
      if (Object.hasOwn(predefined, name)) return predefined[name]!
      if (!name.startsWith('#')) return fail(`the entity &${name}; is not defined here`)
      const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10)
      return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : fail('a character that cannot be')
    })
  const skipTo = (end: string, what: string): string => {
    const found = text.indexOf(end, at)
    if (found < 0) fail(`${what} does not end`)
    const content = text.slice(at, found)
    at = found + end.length
    return content
  }
  /** Blanks, comments, instructions and a document type between elements. */
  const skipMisc = (): void => {
    for (;;) {
      at += /^\s*/.exec(text.slice(at))![0].length
      if (text.startsWith('<!--', at)) skipTo('-->', 'a comment')
      else if (text.startsWith('<?', at)) skipTo('?>', 'an instruction')
      else if (text.startsWith('<!DOCTYPE', at)) {
        const type = skipTo('>', 'the document type')
        if (type.includes('[')) fail('a document type with rules of its own is not read')
      } else return
    }
  }
  const element = (depth: number): Element => {
    if (depth > 64) fail('it is nested too deeply')
    const open = /^<([A-Za-z_][\w.:-]*)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/.exec(text.slice(at))
    if (open === null) return fail('an element was expected')
    const [whole, name, list, empty] = open as unknown as [string, string, string, string]
    at += whole.length
    const attributes: Record<string, string> = {}
    for (const [, key, double, single] of list.matchAll(/([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
      attributes[key!] = decoded((double ?? single ?? '').replaceAll(/[\n\t]/g, ' '))
    const children: Element[] = []
    let content = ''
    if (empty === '/') return { name, attributes, children, text: content }
    for (;;) {
      const next = text.indexOf('<', at)
      if (next < 0) fail(`<${name}> does not end`)
      content += decoded(text.slice(at, next))
      at = next
      if (text.startsWith('<!--', at)) skipTo('-->', 'a comment')
      else if (text.startsWith('<![CDATA[', at)) {
        at += '<![CDATA['.length
        content += skipTo(']]>', 'a CDATA section')
      } else if (text.startsWith('<?', at)) skipTo('?>', 'an instruction')
      else if (text.startsWith('</', at)) {
        const close = /^<\/([\w.:-]+)\s*>/.exec(text.slice(at))
        if (close?.[1] !== name) fail(`<${name}> is not closed by its own end`)
        at += close![0].length
        return { name, attributes, children, text: content }
      } else children.push(element(depth + 1))
    }
  }
  skipMisc()
  const root = element(0)
  skipMisc()
  if (at < text.length) fail('there is something after the end')
  return root
}
