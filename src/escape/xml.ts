// A text in, XML character data out.
// Grammar: XML 1.0 (Fifth Edition), 2.2 (which characters may occur at all), 2.4 (what must be escaped), 2.11 (line ends), 3.3.3 (attributes).
import { CannotCarry, refuseAlways } from './refuse.ts'
const notXml = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' }

function carried(text: string): string {
  refuseAlways(text)
  if (notXml.test(text)) throw new CannotCarry('XML cannot carry a control character')
  return text
}

/** The content of an element. ">" is escaped for the sake of "]]>"; a carriage return by number, or a parser would make it a line feed. */
export const xmlText = (text: string): string => carried(text).replaceAll(/[&<>\r]/g, (c) => entities[c]!)

/** The value of an attribute in double quotes: line feeds and tabs by number too, or a parser would make them blanks. */
export const xmlAttribute = (text: string): string =>
  carried(text)
    .replaceAll(/[&<>"\r]/g, (c) => entities[c]!)
    .replaceAll('\n', '&#10;')
    .replaceAll('\t', '&#9;')

/** The text of a comment: "--" cannot occur in one, nor "-" at its end (2.5). */
export const xmlComment = (text: string): string => carried(text).replaceAll(/-(?=-|$)/g, '- ')
