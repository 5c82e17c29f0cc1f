// `apply`, `uninstall` and `doctor` with `--inventory`: profiles and an inventory in, what came of every host out. Ansible does the work (docs/fleet.md).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { UserError, exitCodes, type ExitCode } from '../errors.ts'
import { exportFiles } from '../fleet/export.ts'
import { recap, type HostRecap, type HostResult, type HostState } from '../fleet/recap.ts'
import { programIn, runEvents, type AnsibleEvent } from '../system/ansible.ts'
import { kindOf } from '../system/files.ts'
import { commit, newStage, stageFolder } from '../system/tree.ts'
import { ask } from './ask.ts'
import { gatherExport } from './export.ts'
import type { HereFlags } from './here.ts'
import { itself } from '../system/executable.ts'
import { output, type Output } from './output.ts'

export interface FleetFlags extends HereFlags {
  readonly inventory: string
  readonly limit?: string
  readonly forks?: number
  readonly serial?: string
  readonly check?: boolean
  readonly dryRun?: boolean
}

type Verb = 'apply' | 'uninstall' | 'doctor'

/** @returns 0; 1 if a host failed or did not answer, or `doctor` found an error; 2 without Ansible */
export async function fleetCommand(verb: Verb, profiles: readonly string[], flags: FleetFlags): Promise<ExitCode> {
  const out = output({ json: flags.json ?? false, color: flags.color })
  const playbook = programIn(process.env['PATH'] ?? '', 'ansible-playbook')
  if (playbook === null)
    throw new UserError('USAGE', 'there is no ansible-playbook on PATH, and --inventory is its work', {
      hint: 'pipx install ansible-core; or, on Debian and Ubuntu: sudo apt install ansible',
    })
  if (flags.host !== undefined)
    throw new UserError('USAGE', '--host says nothing of the hosts of an inventory', { hint: 'set hermes_install_host in group_vars or host_vars' })
  if (flags.start === false) throw new UserError('USAGE', '--no-start does not go with --inventory', { hint: 'leave it out' })
  if (kindOf(flags.inventory) === 'nothing' && !flags.inventory.includes(',')) throw new UserError('USAGE', `there is no inventory ${flags.inventory}`)
  const exported = await gatherExport(profiles, flags, false)
  await mustBeMeant(verb, exported.profiles, flags, out)

  const work = mkdtempSync(join(tmpdir(), 'hermes-install-fleet-'))
  // Whatever ends this process: secrets may lie in there while the hosts are rendered.
  process.once('exit', () => rmSync(work, { recursive: true, force: true }))
  const stage = newStage(work, 0)
  stageFolder(stage, exportFiles(exported))
  commit([stage])
  const dry = flags.check === true || flags.dryRun === true
  const variables = {
    hermes_install_command: ownCommand(),
    hermes_install_work_below: work,
    ...(flags.serial === undefined ? {} : { hermes_install_serial: flags.serial }),
    ...(flags.user === undefined ? {} : { hermes_install_user: flags.user }),
    ...(flags.yes === true ? { hermes_install_overwrite: true } : {}),
  }
  const argv = [
    playbook,
    '--inventory',
    flags.inventory,
    ...(flags.limit === undefined ? [] : ['--limit', flags.limit]),
    ...(flags.forks === undefined ? [] : ['--forks', String(flags.forks)]),
    ...(dry ? ['--check', '--diff'] : []),
    '--extra-vars',
    JSON.stringify(variables),
    join(work, `${verb}.yml`),
  ]
  const seen = watch(out, dry, flags.verbose ?? false)
  const { code, notes } = await runEvents(argv, environment(work), seen.tell)
  const hosts = recap(seen.hosts, seen.results, seen.failures)
  if (hosts.length === 0 || (!seen.ended && code !== 0))
    throw new UserError(
      code === 0 ? 'USAGE' : 'APPLY_FAILED',
      code === 0 ? `no host of ${flags.inventory} is meant` : `Ansible ended with ${code}:\n${notes.trim()}`,
      {
        hint: code === 0 ? 'see --limit, and `ansible-inventory --list`' : 'mend that, and run it again',
        document: { hosts },
      },
    )
  if (flags.verbose) out.note(notes.trim())
  return tell(verb, hosts, dry, flags, out)
}

/** How the role calls this program on the controller. */
const ownCommand = (): readonly string[] => itself().map((path) => resolve(path))

/** The plugin of the export says what happens; what the user has set otherwise stays. */
const environment = (work: string): NodeJS.ProcessEnv => ({
  ANSIBLE_STDOUT_CALLBACK: 'hermes_install',
  ANSIBLE_CALLBACK_PLUGINS: join(work, 'callback_plugins'),
  ANSIBLE_NOCOLOR: '1',
  ANSIBLE_FORCE_COLOR: '0',
  ANSIBLE_RETRY_FILES_ENABLED: '0',
  PYTHONDONTWRITEBYTECODE: '1',
})

async function mustBeMeant(verb: Verb, profiles: readonly string[], { yes, check, dryRun, inventory, limit }: FleetFlags, out: Output): Promise<void> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY && !out.json
  if (verb !== 'uninstall' || !terminal || yes || check || dryRun) return
  if (!(await ask(`Uninstall ${profiles.join(', ')} from every host of ${inventory}${limit === undefined ? '' : ` that ${limit} means`}? [y/N] `)))
    throw new UserError('DECLINED', 'not uninstalled; nothing was changed')
}

interface Seen {
  readonly tell: (event: AnsibleEvent) => void
  readonly hosts: string[]
  readonly results: HostResult[]
  readonly failures: Map<string, number>
  readonly ended: boolean
}

/** Collects the events, and shows what changes and what fails, host by host, as it happens. */
function watch(out: Output, dry: boolean, verbose: boolean): Seen {
  const seen = { hosts: [] as string[], results: [] as HostResult[], failures: new Map<string, number>(), ended: false }
  const tell = (event: AnsibleEvent): void => {
    switch (event.event) {
      case 'play':
        for (const host of event.hosts) if (!seen.hosts.includes(host)) seen.hosts.push(host)
        return
      case 'task':
        if (verbose) out.note(out.style('dim', event.task))
        return
      case 'result': {
        seen.results.push(event)
        const { host, task, status, changed, message, diff } = event
        const bad = status === 'failed' || status === 'unreachable'
        if (bad) out.note(`${out.style('bold', host)}  ${out.style('red', status)}  ${task}${message ? `: ${message}` : ''}`)
        else if (changed) out.note(`${out.style('bold', host)}  ${out.style('yellow', dry ? 'would change' : 'changed')}  ${task}`)
        if (diff !== undefined && (dry || verbose)) out.note(diff.trimEnd())
        return
      }
      case 'stats':
        seen.ended = true
        for (const [host, { failures, unreachable }] of Object.entries(event.hosts)) seen.failures.set(host, failures + unreachable)
    }
  }
  return {
    ...seen,
    tell,
    get ended() {
      return seen.ended
    },
  }
}

const colors: Readonly<Record<HostState, 'green' | 'yellow' | 'red' | 'dim'>> = {
  unchanged: 'green',
  changed: 'yellow',
  failed: 'red',
  unreachable: 'red',
  untouched: 'dim',
}

function words(verb: Verb, state: HostState, dry: boolean): string {
  if (state === 'changed') return dry ? 'would change' : verb === 'uninstall' ? 'uninstalled' : 'changed, and healthy'
  if (state === 'unchanged') return verb === 'uninstall' ? 'was not installed' : verb === 'doctor' || dry ? 'nothing to do' : 'as the profile says, and healthy'
  return state === 'untouched' ? 'not touched: the rollout stopped before it' : state
}

function tell(verb: Verb, hosts: readonly HostRecap[], dry: boolean, flags: FleetFlags, out: Output): ExitCode {
  const checks = hosts.flatMap(({ host, report }) =>
    report.map((line) => {
      const [service = '', level = '', check = '', ...text] = line.split(' ')
      return { host, service, level, check, message: text.join(' ') }
    }),
  )
  const levels: Readonly<Record<string, 'green' | 'cyan' | 'yellow' | 'red'>> = { ok: 'green', info: 'cyan', warning: 'yellow', error: 'red' }
  for (const { host, service, level, check, message } of checks)
    out.line(`${out.style('bold', host)}  ${out.style(levels[level] ?? 'cyan', level.padEnd(7))} ${service} ${check}: ${message}`)
  for (const { host, state, message } of hosts)
    if (verb !== 'doctor' || state === 'failed' || state === 'unreachable')
      out.line(`${out.style('bold', host)}  ${out.style(colors[state], words(verb, state, dry))}${message ? `: ${message.replaceAll('\n', '\n    ')}` : ''}`)
  const count = (state: HostState): number => hosts.filter((host) => host.state === state).length
  const bad = count('failed') + count('unreachable')
  out.line(
    `${hosts.length} hosts: ${(['changed', 'unchanged', 'failed', 'unreachable', 'untouched'] as const)
      .filter((state) => count(state) > 0)
      .map((state) => `${count(state)} ${state}`)
      .join(', ')}`,
  )
  const code = bad > 0 || count('untouched') > 0 || checks.some(({ level }) => level === 'error') ? exitCodes.failed : exitCodes.done
  out.document({
    command: verb,
    ok: code === exitCodes.done,
    changed: !dry && count('changed') > 0,
    inventory: flags.inventory,
    check: dry,
    // Also of a host that failed half-way: what had changed by then is listed in `tasks`.
    hosts: hosts.map(({ host, state, tasks, message }) => ({ host, state, changed: state === 'changed', tasks, message })),
    ...(verb === 'doctor' ? { checks } : {}),
  })
  return code
}
