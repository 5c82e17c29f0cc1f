// The definition of the command line and the profile's schema in; hermes-install(1) and hermes-install-profile(5), as mdoc(7), out.
import { definitionOf, type ArgumentDefinition, type CommandDefinition, type OptionDefinition } from '../src/cli/definition.ts'
import { commandLine } from '../src/cli/program.ts'
import { exitCodes } from '../src/errors.ts'
import { facts, overlays, profileKeys, type Entry } from './reference.ts'

/** The day that a reader is told: that of the last change to what the pages say of themselves. */
const date = 'November 21, 2026'

/** As wide as a terminal is, for those who read the source of a page. */
const wrapped = (from: string): string => from.replaceAll(/(?=.{80})(.{1,79}) /g, '$1\n')

/** Text that roff takes for text: one sentence a line, as mdoc wants it; words in backticks are bold. */
const text = (from: string): string => wrapped(roff(from)).replaceAll(/^(?=[.'])/gm, '\\&')

function roff(from: string): string {
  return from
    .replaceAll('\\', '\\e')
    .replaceAll(/`([^`]+)`/g, '\\fB$1\\fR')
    .replaceAll(/[^\n\x20-\x7e]/gu, (char) => `\\[u${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`)
    .replaceAll(/([.!?]) +(?=[A-Z\\])/g, '$1\n')
}
/** The same as one argument of a macro. */
const argument = (from: string): string => `"${roff(from).replaceAll('\n', ' ').replaceAll('"', '""').replaceAll('-', '\\-')}"`
/** Words of ours may be names of macros. */
const word = (from: string): string => (/^[A-Z][A-Za-z]$/.test(from) ? `\\&${from}` : from.replaceAll(/[^\w]/g, (char) => (char === '-' ? '-' : `\\&${char}`)))

const flag = (name: string): string => (name.startsWith('--') ? `Fl \\-${name.slice(2).replaceAll('-', '\\-')}` : `Fl ${name.slice(1)}`)
const optionHead = ({ name, short, value }: OptionDefinition): string =>
  `.It ${short === null ? '' : `${flag(short)} , `}${flag(name)}${value === null ? '' : ` Ar ${argument(value)}`}`

function option(of: OptionDefinition): string[] {
  const { description, choices, defaultValue, repeatable } = of
  const more = [
    ...(choices.length > 0 ? [`One of ${choices.map((choice) => `\`${choice}\``).join(', ')}.`] : []),
    ...(defaultValue === null ? [] : [`The default is \`${defaultValue}\`.`]),
    ...(repeatable && !/repeated|once for each/.test(description) ? ['It may be repeated.'] : []),
  ]
  return [optionHead(of), [sentence(description), ...more].map(text).join('\n')]
}
const sentence = (from: string): string => `${from.slice(0, 1).toUpperCase()}${from.slice(1)}${/[.!?]$/.test(from) ? '' : '.'}`

/** Leaves only: `winsw fetch`, not `winsw`. */
const leaves = (command: CommandDefinition, before: readonly string[]): (readonly [readonly string[], CommandDefinition])[] =>
  command.commands.length === 0 ? [[before, command]] : command.commands.flatMap((below) => leaves(below, [...before, below.name]))

const same = (option: OptionDefinition): string => JSON.stringify(option)
const argumentUsage = ({ name, required, variadic, choices }: ArgumentDefinition): string => {
  const usage = `Ar ${choices.length > 0 ? argument(choices.join('|')) : `${argument(name)}${variadic ? ' ...' : ''}`}`
  return required ? usage : `Op ${usage}`
}

/** What stands below the options in the help: blocks with a title, and lines of two columns. */
function below(from: string): string[] {
  return from
    .split(/\n(?=\S[^\n]*:\n)/)
    .filter((block) => block.trim() !== '')
    .flatMap((block) => {
      const [title = '', ...lines] = block.trim().split('\n')
      const rows = lines.filter((line) => line.trim() !== '').map((line) => line.trim().split(/ {2,}/))
      const isExamples = title.startsWith('Example')
      return [
        '.Pp',
        text(title),
        ...(isExamples
          ? rows.flatMap(([typed = '', ...what]) => [
              ...(what.length > 0 ? ['.Pp', text(`${sentence(what.join(' ')).slice(0, -1)}:`)] : []),
              `.Dl ${argument(typed)}`,
            ])
          : ['.Bl -tag -width Ds -compact', ...rows.flatMap(([name = '', ...what]) => [`.It Ev ${argument(name)}`, text(sentence(what.join(' ')))]), '.El']),
      ]
    })
}

const exits: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'Done, and nothing is wrong.',
  failed: 'The operation failed, and was put back where it could be; or there is no service manager to act on.',
  usage: 'Bad usage, or a bad profile.',
  differs: 'Something differs: `render --check`, `verify` with differences, `plan --detailed-exitcode` with changes.',
  rights: 'This user lacks the rights; the message has the exact command to run.',
  notExact: '`--strict`, and something is not exact.',
}

/** man/hermes-install.1 */
export function commandPage(root = definitionOf(commandLine())): string {
  const commands = leaves(root, [])
  const counts = new Map<string, number>()
  for (const [, { options }] of commands) for (const each of options) counts.set(same(each), (counts.get(same(each)) ?? 0) + 1)
  const isCommon = (each: OptionDefinition): boolean => counts.get(same(each))! >= 6
  const common = [...new Map(commands.flatMap(([, { options }]) => options.filter(isCommon)).map((each) => [each.name, each])).values()]
  const lines = [
    ...head('HERMES-INSTALL', 1),
    '.Sh NAME',
    '.Nm hermes-install',
    '.Nd one profile becomes a service of systemd, launchd or Windows',
    '.Sh SYNOPSIS',
    ...commands.flatMap(([words, { arguments: args }]) => [
      '.Nm',
      `.Cm ${words.map(word).join(' ')}`,
      '.Op Ar options',
      ...args.map((each) => `.${argumentUsage(each)}`),
    ]),
    '.Sh DESCRIPTION',
    text(root.description),
    '.Pp',
    'The profile is described in',
    '.Xr hermes-install-profile 5 .',
    text('It is a file, a folder of files, or the name of a profile that is shipped; without one, the commands mean'),
    '.Ql hermes-gateway .',
    'With no terminal nothing ever asks.',
    '.Sh COMMANDS',
    ...commands.flatMap(([words, command]) => commandSection(words, command, isCommon)),
    '.Sh COMMON OPTIONS',
    '.Bl -tag -width Ds',
    ...common.flatMap(option),
    '.El',
    '.Sh ENVIRONMENT',
    '.Bl -tag -width Ds',
    '.It Ev HERMES_INSTALL_ Ns Ar name',
    'The value of the parameter',
    '.Ar name ,',
    'where neither',
    '.Fl \\-set',
    'nor',
    '.Fl \\-values',
    'gives it one.',
    '.It Ev NO_COLOR',
    'No colours, whatever its value, unless that is empty.',
    '.It Ev GITHUB_ACTIONS',
    'Where it is',
    '.Ql true ,',
    text('mistakes and differences are marked in the code, by the workflow commands of GitHub Actions.'),
    '.El',
    '.Sh FILES',
    '.Bl -tag -width Ds',
    '.It Pa ~/.local/state/hermes-install/state , /var/lib/hermes-install/state',
    'What is installed, for a user and for the machine, on Linux.',
    '.It Pa "~/Library/Application Support/hermes-install/state" , "/Library/Application Support/hermes-install/state"',
    'The same on macOS.',
    '.El',
    '.Sh EXIT STATUS',
    '.Bl -tag -width Ds -compact',
    ...Object.entries(exitCodes).flatMap(([name, code]) => [`.It ${code}`, text(exits[name as keyof typeof exitCodes])]),
    '.El',
    '.Sh EXAMPLES',
    ...below(root.below).slice(3),
    '.Sh SEE ALSO',
    '.Xr hermes-install-profile 5',
    '',
  ]
  return lines.join('\n')
}

function commandSection(words: readonly string[], command: CommandDefinition, isCommon: (option: OptionDefinition) => boolean): string[] {
  const own = command.options.filter((each) => !isCommon(each))
  const shared = command.options.filter(isCommon)
  return [
    `.Ss hermes-install ${words.map(word).join(' ')}`,
    text(sentence(command.description)),
    ...command.arguments.flatMap(({ name, description, choices }) => [
      '.Pp',
      `.Ar ${argument(name)} :`,
      text(`${sentence(description)}${choices.length > 0 ? ` One of ${choices.map((choice) => `\`${choice}\``).join(', ')}.` : ''}`),
    ]),
    ...(own.length > 0 ? ['.Bl -tag -width Ds', ...own.flatMap(option), '.El'] : []),
    ...(shared.length > 0 ? ['.Pp', 'Common options:', ...shared.map(({ name }, i) => `.${flag(name)}${i < shared.length - 1 ? ' ,' : ' .'}`)] : []),
    ...below(command.below),
  ]
}

const head = (title: string, section: number): string[] => [
  `.\\" Generated by npm run generate from ${section === 1 ? 'src/cli/program.ts and src/cli/examples.ts' : 'src/profile/schema.ts'}: change that, not this.`,
  `.Dd ${date}`,
  `.Dt ${title} ${section}`,
  '.Os',
]

const entry = ({ key, type, fallback, meaning }: Entry): string[] => [
  `.It Ic ${argument(key)} Pq ${argument(type)}`,
  text([sentence(meaning), ...(fallback === '' ? [] : [fallback.startsWith('required') ? sentence(fallback) : `The default is ${fallback}.`])].join(' ')),
]
const list = (entries: readonly Entry[]): string[] => ['.Bl -tag -width Ds', ...entries.flatMap(entry), '.El']

/** man/hermes-install-profile.5 */
export function profilePage(): string {
  const lines = [
    ...head('HERMES-INSTALL-PROFILE', 5),
    '.Sh NAME',
    '.Nm hermes-install-profile',
    '.Nd the file that declares one service for Linux, macOS and Windows',
    '.Sh DESCRIPTION',
    'One YAML file declares one service.',
    'Unknown keys are errors.',
    text('`extends` merges other profiles below this one; the overlays `linux`, `macos`, `windows` and `instance` are laid on top where they apply:'),
    text('the OS first, then `instance`, which may hold OS overlays itself. Maps merge by key, lists and scalars replace, `null` unsets.'),
    '.Pp',
    text(
      '`${...}` expands parameters and host facts (`home`, `user`, `uid`, `configDir`, `dataDir`, `stateDir`, `logDir`, `instance`, `os`); `$${` is a literal `${`.',
    ),
    text('Durations are `500ms`, `2s`, `5m`, `1h`, `1d` and sums of them; sizes are `10MB`, `1GiB`.'),
    '.Sh KEYS',
    ...list(profileKeys()),
    '.Sh OVERLAYS',
    'Each holds any of the keys above from',
    '.Ic parameters',
    'on, and keys of its own.',
    ...list(overlays()),
    '.Sh HOST FACTS',
    'A file for',
    '.Fl \\-host ,',
    text('YAML or JSON: `os`, `user` and `home`, which are required; `uid`, `arch`, `versions`; and the folders, which otherwise follow from `home`:'),
    '.Bl -tag -width Ds',
    ...facts.flatMap(([name, linux, macos, windows]) => [`.It Ic ${name}`, text(`\`${linux}\` on Linux, \`${macos}\` on macOS, \`${windows}\` on Windows.`)]),
    '.El',
    '.Sh EXAMPLES',
    '.Bd -literal -offset indent',
    ...[
      'version: 1',
      'name: my-app',
      'command: [/usr/local/bin/my-app, --port, "8080"]',
      'restart: { policy: always, delays: [1s, 5s, 30s] }',
      'health: { tcp: 127.0.0.1:8080 }',
    ].map(text),
    '.Ed',
    '.Sh SEE ALSO',
    '.Xr hermes-install 1',
    '',
  ]
  return lines.join('\n')
}
