// What commands have to say, on its way to a person (plain or coloured) or to a program (one JSON document).
import { stripVTControlCharacters, styleText } from 'node:util'
import { UserError, type Issue } from '../errors.ts'
import { annotation, inActions } from './annotations.ts'

type Style = Parameters<typeof styleText>[0]

export interface Output {
  readonly json: boolean
  /** A line of the result, on stdout; not with --json. */
  readonly line: (text?: string) => void
  /** A note on the way, on stderr. */
  readonly note: (text: string) => void
  /** The one document, on stdout; only with --json. */
  readonly document: (value: object) => void
  readonly style: (style: Style, text: string) => string
}

/** https://no-color.org: any value that is not empty; colours are for terminals, and of stdout and stderr only one may be one. */
export function output(options: { readonly json: boolean; readonly color: boolean }): Output {
  const colored = (stream: { readonly isTTY: boolean }): boolean => options.color && stream.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
  const [out, err] = [colored(process.stdout), colored(process.stderr)]
  const shown = (text: string, color: boolean): string => `${color ? clean(text) : stripVTControlCharacters(clean(text))}\n`
  return {
    json: options.json,
    line: (text = '') => void (options.json || process.stdout.write(shown(text, out))),
    note: (text) => void process.stderr.write(shown(text, err)),
    document: (value) => void (options.json && process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)),
    // Newer Nodes than 20 would look at stdout alone.
    style: (style, text) => (out || err ? styleText(style, text, { validateStream: false }) : text),
  }
}

/** Texts from files and other programs must not move the cursor or forge lines; our own colours (SGR) may pass. */
const clean = (text: string): string => text.replaceAll(/\u001b(?!\[[\d;]*m)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g, '?')

/** `file:line:column key: message`, then `hint: ...`. */
function issueLines({ file, line, column, key, message, hint }: Issue, style: Output['style']): string[] {
  const place = [file, line, column].filter((part) => part !== null).join(':')
  return [`${style('bold', place)}${key ? ` ${style('yellow', key)}` : ''}: ${message}`, ...(hint === null ? [] : [`  ${style('cyan', 'hint:')} ${hint}`])]
}

/** As many mistakes as a person reads. */
const most = 100

/** Tells of an error; what is not the user's to mend shows its message and asks for a report. */
export function reportError(error: unknown, command: string, out: Output): void {
  const known = error instanceof UserError ? error : null
  const message = error instanceof Error ? error.message : String(error)
  const issues = known?.issues ?? []
  for (const issue of issues.slice(0, most)) for (const line of issueLines(issue, out.style)) out.note(line)
  if (inActions(process.env))
    for (const issue of issues)
      out.note(annotation(issue, `${issue.key ? `${issue.key}: ` : ''}${issue.message}${issue.hint === null ? '' : ` (${issue.hint})`}`, process.env))
  if (issues.length > most) out.note(`... and ${issues.length - most} more (all of them with --json)`)
  out.note(`${out.style('red', 'error:')} ${known ? message : `internal error: ${message}`}`)
  if (known?.hint) out.note(`  ${out.style('cyan', 'hint:')} ${known.hint}`)
  if (!known) out.note(`  ${out.style('cyan', 'hint:')} this is a mistake of hermes-install; please report it with the profile, with secrets taken out`)
  out.document({
    command,
    ok: false,
    changed: false,
    ...known?.document,
    error: { code: known?.code ?? 'INTERNAL', message, hint: known?.hint ?? null, issues: known?.issues ?? [] },
  })
}
