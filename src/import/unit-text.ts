// The text of a unit file in, its assignments in order out.
// Grammar: systemd.syntax(7), and where that is silent src/shared/conf-parser.c of systemd 252 (config_parse, parse_line); test/oracles/import.test.ts asks systemd itself.

interface Assignment {
  readonly section: string
  readonly key: string
  readonly value: string
  /** Where it begins, from 1. */
  readonly line: number
}

export interface UnitText {
  readonly assignments: readonly Assignment[]
  /** Lines that systemd passes over with a warning. */
  readonly ignored: readonly { readonly line: number; readonly why: string }[]
  /** Where systemd stops reading, and refuses the whole file. */
  readonly broken: { readonly line: number; readonly why: string } | null
}

const blanks = /^[ \t]+|[ \t]+$/g
const strip = (text: string): string => text.replace(blanks, '')

/** Whether the line goes on: its last backslash is not itself escaped by one. */
function goesOn(line: string): boolean {
  let count = 0
  while (line[line.length - 1 - count] === '\\') count++
  return count % 2 === 1
}

/**
 * Reads one file. Sections and keys that begin with `X-` are other programs' and left out, as systemd does.
 * @param text all of it, decoded from UTF-8
 */
export function readUnitText(text: string): UnitText {
  const assignments: Assignment[] = []
  const ignored: { line: number; why: string }[] = []
  let broken: UnitText['broken'] = null
  let section: string | null = null
  let parts: string[] = []
  let began = 0

  const take = (whole: string, line: number): void => {
    const content = strip(whole)
    if (content === '' || broken !== null) return
    if (content.startsWith('[')) {
      if (content.endsWith(']')) section = content.slice(1, -1)
      else broken ??= { line, why: 'a section without its "]"' }
      return
    }
    const equals = content.indexOf('=')
    if (section === null) ignored.push({ line, why: 'an assignment before the first section' })
    else if (equals < 1) ignored.push({ line, why: equals === 0 ? 'a line that begins with "="' : 'a line without "="' })
    else if (!section.startsWith('X-') && !content.startsWith('X-'))
      assignments.push({ section, key: strip(content.slice(0, equals)), value: strip(content.slice(equals + 1)), line })
  }

  // A byte order mark before the first line, and every kind of line end, are systemd's to skip (fileio.c, read_line_full).
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n\r|\n|\r|\0/)
  for (const [i, raw] of lines.entries()) {
    // Comments may stand between the parts of a continued line; the blanks before a part belong to it.
    if (/^[ \t]*[#;]/.test(raw)) continue
    if (parts.length === 0) began = i + 1
    const more = goesOn(raw)
    parts.push(more ? `${raw.slice(0, -1)} ` : raw)
    if (more) continue
    take(parts.join(''), began)
    parts = []
  }
  if (parts.length > 0) take(parts.join(''), began)
  return { assignments, ignored, broken }
}
