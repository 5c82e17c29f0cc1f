// The command line: what can be typed, and which file does it. Nothing here loads what the command does not use.
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { UserError, errorCodes, exitCodes, type ExitCode } from '../errors.ts'
import { below } from './examples.ts'
import { output, reportError } from './output.ts'
import { withCommand } from './rights.ts'
import type { Shell } from './completion.ts'
import manifest from '../../package.json' with { type: 'json' }

const lineCount = (value: string): number => {
  if (!/^\d{1,6}$/.test(value)) throw new InvalidArgumentError('It takes a whole number.')
  return Number(value)
}
const batch = (value: string): string => {
  if (!/^[1-9]\d{0,5}%?$/.test(value)) throw new InvalidArgumentError('It takes a whole number, or one of per cent.')
  return value
}
const list = (value: string, before: string[] = []): string[] => [...before, value]

/** Flags that say which service is meant, and for which machine. */
function profileFlags(command: Command): Command {
  return command
    .argument('[profile...]', 'a profile file, a folder of profiles, or the name of a shipped profile', [])
    .option('--instance <name>', 'render the instance NAME of the profile')
    .addOption(new Option('--scope <scope>', 'a service of this user or of the machine').choices(['user', 'system']))
    .option('--host <file>', 'facts of another machine (YAML or JSON); may be given once for each OS', list)
    .option('--set <k=v>', 'value of a parameter; may be repeated', list)
    .option('--values <file>', 'YAML file with values of parameters; may be repeated, later ones win', list)
    .option('--json', 'one JSON document on stdout')
    .option('--no-color', 'no colours')
    .option('--verbose', 'say more')
}

/** Flags of commands that act on this machine. */
const hereFlags = (command: Command): Command =>
  profileFlags(command)
    .option('--user <name>', "as root: act on this user's services (as that user); with --scope system: whom the service is for")
    .option('--yes', 'ask nothing; overwrite what others changed')

/** Of Windows, where a service takes rights that few users have, and a program that runs it. */
const serviceFlags = (command: Command): Command =>
  command
    .option('--elevate', 'Windows: ask for admin rights where it takes them, also without a terminal')
    .option('--no-elevate', 'Windows: never ask for admin rights')
    .option('--require-service', 'Windows: fail (exit 4) rather than run from the Startup folder')
    .option('--winsw <path>', 'Windows: an own copy of WinSW, taken if it is the pinned file')
    .option('--offline', 'Windows: fetch nothing; say what to fetch, and where to put it')

/** Flags of commands that act on every host of an inventory as well. */
const fleetFlags = (command: Command): Command =>
  hereFlags(command)
    .option('--inventory <file>', 'act on every host of this Ansible inventory')
    .option('--limit <pattern>', 'only on these hosts of it')
    .option('--forks <count>', 'on so many hosts at once', lineCount)
    .option('--check', 'with --inventory: show what would change; change nothing')

/** @param act the file that does it, loaded when it is used */
type Act = (profiles: string[], options: never) => Promise<ExitCode>
const acting =
  (done: (code: ExitCode) => void, load: () => Promise<Act>) =>
  async (profiles: string[], options: { user?: string; scope?: string }): Promise<void> => {
    // A service of the machine stays root's to install, whoever it is for.
    const delegated = options.user === undefined || options.scope === 'system' ? null : await (await import('./as-user.ts')).asUser(options.user)
    done(delegated ?? (await (await load())(profiles, options as never)))
  }

interface FleetOptions {
  inventory?: string
  limit?: string
  forks?: number
  serial?: string
  check?: boolean
  user?: string
  scope?: string
}

/** With `--inventory` Ansible does it, on other machines. */
const fleet =
  (verb: 'apply' | 'uninstall' | 'doctor', done: (code: ExitCode) => void, load: () => Promise<Act>) =>
  async (profiles: string[], options: FleetOptions): Promise<void> => {
    if (options.inventory === undefined) {
      const lone = (['limit', 'forks', 'serial', 'check'] as const).find((name) => options[name] !== undefined)
      if (lone !== undefined)
        throw new UserError('USAGE', `--${lone} goes with --inventory`, {
          hint: lone === 'check' ? 'here it is --dry-run' : 'give the inventory, or leave it out',
        })
      return acting(done, load)(profiles, options)
    }
    done(await (await import('./fleet.ts')).fleetCommand(verb, profiles, options as never))
  }

/** @param word the first that was typed: of the commands only that one is set up, all of them for help and for what is none */
function program(word: string | null, done: (code: ExitCode) => void): Command {
  const root = new Command('hermes-install')
    .description('One profile YAML becomes a service that comes back: systemd, launchd and the Windows Service Control Manager.')
    .version(manifest.version, '-V, --version')
    .showHelpAfterError('(add --help for what can be typed)')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(text) })
    .addHelpText('after', below(''))

  const control = (verb: 'start' | 'stop' | 'restart', words: string): Command =>
    hereFlags(root.command(verb))
      .description(words)
      .action(acting(done, async () => async (profiles: string[], options: never) => (await import('./control.ts')).controlCommand(verb, profiles, options)))
  const commands: Readonly<Record<string, () => Command>> = {
    render: () =>
      profileFlags(root.command('render'))
        .description('write the files of each OS to <out>/<id>/<os>/')
        .addOption(new Option('--os <os>', 'which OS (default: this one)').choices(['linux', 'macos', 'windows', 'all']))
        .option('--out <dir>', 'folder to write to', 'out')
        .option('--check', 'write nothing; exit 3 if anything in --out differs')
        .option('--strict', 'fail (exit 5) unless every key is exact')
        .action(async (profiles: string[], options) => done(await (await import('./render.ts')).renderCommand(profiles, options))),
    plan: () =>
      hereFlags(root.command('plan'))
        .description('show what apply would change on this machine; change nothing')
        .option('--out <file>', 'save the plan, for `apply FILE`')
        .option('--detailed-exitcode', 'exit 3 if anything would change')
        .option('--strict', 'fail (exit 5) unless every key is exact')
        .action(acting(done, async () => (await import('./plan.ts')).planCommand)),
    apply: () =>
      serviceFlags(fleetFlags(root.command('apply')))
        .option('--serial <count>', 'with --inventory: so many hosts (or so many %) at a time; stop after the first batch in which one fails', batch)
        .description('install or change a service, wait until it is healthy, go back if it is not')
        .option('--dry-run', 'show the plan; change nothing')
        .option('--no-start', 'write and enable, but start and stop nothing')
        .option('--strict', 'fail (exit 5) unless every key is exact')

        .action(fleet('apply', done, async () => (await import('./apply.ts')).applyCommand)),
    uninstall: () =>
      fleetFlags(root.command('uninstall'))
        .description('stop a service and take away what was written for it; by profile, or by the name that status shows')
        .option('--elevate', 'Windows: ask for admin rights where it takes them, also without a terminal')
        .option('--no-elevate', 'Windows: never ask for admin rights')
        .action(fleet('uninstall', done, async () => (await import('./uninstall.ts')).uninstallCommand)),
    status: () =>
      hereFlags(root.command('status'))
        .description('how a service is, or all that this tool has installed')
        .action(acting(done, async () => (await import('./status.ts')).statusCommand)),
    verify: () =>
      hereFlags(root.command('verify'))
        .description('compare this machine with the profile; exit 3 with every difference')
        .action(acting(done, async () => (await import('./verify.ts')).verifyCommand)),
    start: () => control('start', 'start a service, and wait until it is healthy'),
    stop: () => control('stop', 'stop a service; it starts again with the machine'),
    restart: () => control('restart', 'stop and start a service, and wait until it is healthy'),
    logs: () =>
      hereFlags(root.command('logs'))
        .description('what a service has said')
        .option('-f, --follow', 'and what it says from now on')
        .option('-n, --lines <count>', 'how many lines', lineCount, 50)
        .action(acting(done, async () => (await import('./logs.ts')).logsCommand)),
    doctor: () =>
      fleetFlags(root.command('doctor'))
        .description('look for what keeps services from running on this machine, and say how to mend it')
        .action(fleet('doctor', done, async () => (await import('./doctor.ts')).doctorCommand)),
    // What apply starts of itself with more rights, on Windows; nobody types it.
    elevated: () =>
      root
        .command('elevated', { hidden: true })
        .argument('<pipe>')
        .action(async (pipe: string) => done(await (await import('./elevated.ts')).elevatedCommand(pipe, run))),
    export: () => {
      const group = root.command('export').description('profiles for an engine that runs them on many machines')
      const shared = (command: Command): Command =>
        command
          .argument('[profile...]', 'a profile file, a folder of profiles, or the name of a shipped profile', [])
          .requiredOption('--out <dir>', 'folder to write to')
          .option('--instance <name>', 'the instance NAME of the profile')
          .addOption(new Option('--scope <scope>', 'services of a user or of the machine').choices(['user', 'system']))
          .option('--set <k=v>', 'value of a parameter on every host; may be repeated', list)
          .option('--values <file>', 'YAML file with values of parameters; may be repeated, later ones win', list)
          .option('--strict', 'fail where a key is not exact')
          .option('--check', 'write nothing; exit 3 if anything in --out differs')
          .option('--json', 'one JSON document on stdout')
          .option('--no-color', 'no colours')
          .option('--verbose', 'say more')
      shared(group.command('ansible'))
        .description('a role and playbooks for Linux, macOS and Windows hosts, which need no Node')
        .option('--hosts <file>', 'facts and values of every host ({hosts: {NAME: {facts, values}}}): render for them now, not in each run')
        .action(async (profiles: string[], options) => done(await (await import('./export.ts')).exportCommand(profiles, options)))
      return shared(group.command('hosts'))
        .description('what the role calls: render for every host of a file, into a folder each')
        .requiredOption('--hosts <file>', 'facts, values and secrets of every host')
        .action(async (profiles: string[], options) => done(await (await import('./export.ts')).hostsCommand(profiles, options)))
    },
    validate: () =>
      profileFlags(root.command('validate'))
        .description('check profiles for every OS; write nothing')
        .addOption(new Option('--os <os>', 'which OS').choices(['linux', 'macos', 'windows', 'all']).default('all'))
        .option('--strict', 'fail (exit 5) unless every key is exact')
        .action(async (profiles: string[], options) => done(await (await import('./validate.ts')).validateCommand(profiles, options))),
    schema: () =>
      root
        .command('schema')
        .description('print the JSON Schema of a profile')
        .option('--json', 'it is JSON anyway')
        .action(async () => done(await (await import('./schema.ts')).schemaCommand())),
    init: () =>
      root
        .command('init')
        .description('write a commented profile to start from')
        .argument('[file]', 'the file to write', 'profile.yaml')
        .option('--force', 'replace a file that is there')
        .option('--json', 'one JSON document on stdout')
        .option('--no-color', 'no colours')
        .action(async (file: string, options) => done(await (await import('./init.ts')).initCommand(file, options))),
    completion: () =>
      root
        .command('completion')
        .description('print what a shell needs to complete the words of this program')
        .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish', 'powershell']))
        .action(async (shell: Shell) => done(await (await import('./completion.ts')).completionCommand(shell))),
    import: () =>
      root
        .command('import')
        .description('make a profile of a service that exists: a systemd unit, a launchd property list, a WinSW XML, or a service of this machine')
        .argument('<file|name>', 'the file, or the name of a service of this machine')
        .addOption(new Option('--scope <scope>', 'whose service it is; without it, the file says').choices(['user', 'system']))
        .option('--out <file>', 'write the profile to this file instead of printing it')
        .option('--yes', 'replace a file that is there')
        .option('--json', 'one JSON document on stdout')
        .option('--no-color', 'no colours')
        .action(async (what: string, options) => done(await (await import('./import.ts')).importCommand(what, options))),
    winsw: () =>
      root
        .command('winsw')
        .description('the program that runs a service on Windows')
        .command('fetch')
        .description('fetch the pinned WinSW into the cache, or into a folder, on any OS')
        .addOption(new Option('--winsw-version <line>', 'its release line').choices(['2', '3']).default('3'))
        .addOption(
          new Option('--arch <arch>', "which build (default: this machine's, x64 where this is no Windows); net461 is small and needs .NET").choices([
            'x64',
            'x86',
            'net461',
          ]),
        )
        .option('--out <dir>', 'put it into this folder instead')
        .option('--offline', 'use no network; say what to fetch, and where to put it')
        .option('--json', 'one JSON document on stdout')
        .option('--no-color', 'no colours')
        .action(async (options) => done(await (await import('./winsw.ts')).fetchCommand(options))),
  }
  for (const set of word !== null && Object.hasOwn(commands, word) ? [commands[word]!] : Object.values(commands)) set()
  withExamples(root.commands, '')
  return root
}

/** Commands that have texts of their own keep them. */
function withExamples(commands: readonly Command[], before: string): void {
  for (const command of commands) {
    const words = before + command.name()
    const text = below(words)
    if (text !== '') command.addHelpText('after', text)
    withExamples(command.commands, `${words} `)
  }
}

/** All that can be typed, set up but not run. */
export const commandLine = (): Command => program(null, () => undefined)

/**
 * Runs one command.
 * @param argv the arguments after the program
 * @returns the exit code (design contract)
 */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  // Modes are what we say, whatever the caller's umask: the same tree on every machine.
  process.umask(0o022)
  // A reader that has seen enough (head, less) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(exitCodes.done)
  })
  let code: ExitCode = exitCodes.done
  try {
    await program(argv[0] ?? '', (result) => (code = result)).parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
    const out = output({ json: argv.includes('--json'), color: !argv.includes('--no-color') })
    const [first = '', second] = argv.filter((word) => !word.startsWith('-'))
    const command = (first === 'winsw' && second === 'fetch') || (first === 'export' && second !== undefined) ? `${first} ${second}` : first
    if (error instanceof CommanderError) {
      // Commander has told the user already; a program still gets its document.
      if (error.code === 'commander.help') return exitCodes.usage
      out.document({ command, ok: false, changed: false, error: { code: 'USAGE', message: error.message.replace(/^error: /, ''), hint: null, issues: [] } })
      return exitCodes.usage
    }
    reportError(withCommand(error), command, out)
    return error instanceof UserError ? errorCodes[error.code] : exitCodes.failed
  }
}
