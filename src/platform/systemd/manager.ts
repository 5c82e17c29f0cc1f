// What systemd has of a service and what is wanted in, the commands of each change out: see platform/manager.ts for the contract.
import { systemdArgv } from '../../escape/systemd.ts'
import type { Service } from '../../resolve/service.ts'
import type { Action, Drift, Manager } from '../manager.ts'
import type { Command } from '../platform.ts'
import { targetOf } from '../scripts.ts'
import { commands, unitName } from './commands.ts'
import { folders, logFolders, paths } from './layout.ts'
import { argvQuestion, loadedArgv, questions, read, type SystemdState } from './status.ts'
import { needsLauncher } from './view.ts'

const wantsLinger = ({ scope, linux }: Service): boolean => scope === 'user' && linux.linger
const actions = (list: readonly Command[], starts = false): readonly Action[] => list.map((command) => ({ command, starts, mark: null, rights: null }))
const quoted = (service: Service, ...words: string[]): string => [...commands(service).manager, ...words].join(' ')

/** Whether systemd has exactly what the profile says: nothing but the service itself could still be wrong. */
const needsReload = (state: SystemdState, altered: boolean): boolean => altered || state.stale

/**
 * Directives that systemd itself acts on when something happens, so that `daemon-reload` is enough: no process has ever seen them.
 * Source: systemd.service(5) and systemd.unit(5); tried in test/oracles/apply-systemd.test.ts.
 */
const managerOnly =
  /^(?:#.*|;.*|\[.*\]|Description|After|Wants|StartLimit\w+|Restart\w*|SuccessExitStatus|KillMode|KillSignal|TimeoutStopSec|ExecStop|ExecStopPost|ExecReload|WantedBy)(?:=|$)/

const seenByProcess = (unit: string): string =>
  unit
    .split('\n')
    .filter((line) => line !== '' && !managerOnly.test(line))
    .join('\n')

export const manager: Manager = {
  versionQuestion: { id: 'version', argv: ['systemctl', '--version'] },
  version({ stdout }) {
    const version = /^systemd (\d+)/.exec(stdout)?.[1]
    return version === undefined ? undefined : { systemd: Number(version) }
  },
  target: (service, artifacts) => targetOf(service, artifacts, { state: folders(service).state, folders: logFolders(service), owner: () => null }),
  questions,
  read: (service, answers) => read(service, answers, wantsLinger(service)),

  obstacle(service, state: SystemdState) {
    const unit = unitName(service)
    const own = `${folders(service).unit}/${unit}`
    if (state.masked) return { why: `${unit} is masked`, hint: `somebody switched it off for good; to undo that: ${quoted(service, 'unmask', unit)}` }
    if (state.fragment !== '' && state.fragment !== own) {
      return {
        why: `a unit ${unit} is installed already, by ${state.fragment}`,
        hint: 'give this one another name: set `label` in the `linux` overlay of the profile',
      }
    }
    return null
  },

  affects: (source, before, after) => !source.endsWith('.service') || before === null || after === null || seenByProcess(before) !== seenByProcess(after),

  before(service, state: SystemdState, change) {
    const { lingerOn, lingerOff, replaced } = commands(service)
    const { user } = service.host
    const linger =
      wantsLinger(service) && state.lingering === false
        ? lingerOn.map((command) => ({
            command,
            starts: false,
            mark: { name: 'linger', undo: lingerOff },
            rights: {
              message: `this user may not switch on lingering, without which the service ends at logout`,
              argv: ['loginctl', 'enable-linger', user],
            },
          }))
        : []
    const live = new Set(state.replaced.filter(({ live }) => live).map(({ name }) => name))
    return [...linger, ...(change.start ? replaced.filter(({ name }) => live.has(name)).flatMap(({ stop }) => actions(stop)) : [])]
  },

  after(service, state: SystemdState, change) {
    const list = commands(service)
    const enabled = new Set(state.replaced.filter(({ enabled }) => enabled).map(({ name }) => name))
    const wanted = service.autostart === state.enabled ? [] : service.autostart ? list.enable : list.disable
    const start =
      !change.start || (state.running && !change.affected)
        ? []
        : state.live
          ? actions(list.restart, true)
          : // A unit that has failed too often refuses to start until that is forgotten.
            [...actions(state.failed ? list.resetFailed : []), ...actions(list.start, true)]
    return [
      // Before enable: a unit that the manager has not read yet is enabled by its old [Install] section.
      ...actions(needsReload(state, change.altered || change.unfinished) ? list.reload : []),
      ...actions(wanted),
      // Not before: whatever happens until then, one of the two starts at the next boot.
      ...actions(list.replaced.filter(({ name }) => enabled.has(name)).flatMap(({ disable }) => disable)),
      ...start,
    ]
  },

  facts: (_, state) => [
    ...(state.live ? ['active'] : []),
    ...(state.enabled ? ['enabled'] : []),
    ...state.replaced.flatMap(({ name, live, enabled }) => [...(live ? [`replaced-active ${name}`] : []), ...(enabled ? [`replaced-enabled ${name}`] : [])]),
  ],
  ran: (facts) => facts.has('active'),

  retreat(service, state, facts) {
    const list = commands(service)
    return [
      // First: as on the way there, one of the two starts at the next boot, whatever happens.
      ...list.replaced.flatMap(({ name, enable }) =>
        facts.has(`replaced-enabled ${name}`) && state.replaced.find((other) => other.name === name)?.enabled !== true ? enable : [],
      ),
      ...(!facts.has('active') && state.live ? list.stop : []),
      // While the unit is still there: systemctl reads its [Install] section to know which links to remove.
      ...(!facts.has('enabled') && state.enabled ? list.disable : []),
    ]
  },

  restore(service, state, facts, touched) {
    const list = commands(service)
    const again = facts.has('active') && (touched || !state.live)
    return [
      ...list.reload,
      ...(facts.has('enabled') && !state.enabled ? list.enable : []),
      ...(state.failed ? list.resetFailed : []),
      ...(again ? list.restart : []),
      ...list.replaced.flatMap(({ name, enable, start }) => {
        const now = state.replaced.find((other) => other.name === name)
        return [
          ...(facts.has(`replaced-enabled ${name}`) && now?.enabled !== true ? enable : []),
          ...(facts.has(`replaced-active ${name}`) && now?.live !== true ? start : []),
        ]
      }),
    ]
  },

  remove(service, state) {
    const list = commands(service)
    return [...(state.live ? list.stop : []), ...(state.enabled ? list.disable : [])]
  },

  links: (service) => ['multi-user', 'default'].map((target) => `${folders(service).unit}/${target}.target.wants/${unitName(service)}`),
  removed(service, state) {
    const list = commands(service)
    // Otherwise a unit that had failed stays in the list of failed units.
    return [...list.reload, ...(state.failed ? list.resetFailed : [])]
  },
  bringBack(service, facts) {
    // Of what was replaced then, whatever the profile says by now.
    const units = [...new Set([...facts].map((fact) => fact.replace(/^\S+ /, '')))]
    return commands({ ...service, replaces: { ...service.replaces, units } }).replaced.flatMap(({ name, enable, start }) => [
      ...(facts.has(`replaced-enabled ${name}`) ? enable : []),
      ...(facts.has(`replaced-active ${name}`) ? start : []),
    ])
  },
  unmark: (service) => new Map([['linger', commands(service).lingerOff]]),

  control(service, state, verb) {
    const list = commands(service)
    switch (verb) {
      case 'stop':
        return state.live ? list.stop : []
      case 'start':
        return state.running ? [] : [...(state.failed ? list.resetFailed : []), ...list.start]
      case 'restart':
        return [...(state.failed ? list.resetFailed : []), ...list.restart]
    }
  },

  driftQuestions: (service) => [argvQuestion(service)],
  drift: (service, state: SystemdState, answers) => drift(service, state, loadedArgv(answers)),

  logs({ scope, label, logs }, { lines, follow, json }) {
    const files = [...new Set([logs.stdout, logs.stderr].filter((path) => path !== null))]
    const journal = [
      'journalctl',
      ...(scope === 'user' ? ['--user'] : []),
      '--unit',
      `${label}.service`,
      '--lines',
      String(lines),
      '--no-pager',
      ...(json ? ['--output', 'json'] : ['--output', 'short-iso']),
      ...(follow ? ['--follow'] : []),
    ]
    // What goes into files is not in the journal, which still has the service's starts and ends.
    return [journal, ...(files.length === 0 ? [] : [['tail', '-n', String(lines), ...(follow ? ['-F'] : []), '--', ...files]])]
  },
}

/** One named difference after the other; files are compared for every platform alike, elsewhere. */
function drift(service: Service, state: SystemdState, argv: readonly (readonly string[])[] | null): readonly Drift[] {
  const unit = unitName(service)
  const found: Drift[] = []
  const say = (when: boolean, code: string, message: string, hint = 'hermes-install apply'): void => {
    if (when) found.push({ code, message, hint })
  }
  say(state.masked, 'masked', `${unit} is masked: nothing can start it`, quoted(service, 'unmask', unit))
  say(!state.loaded, 'not-loaded', `systemd does not know ${unit}`)
  say(state.stale, 'stale', `systemd has not read ${unit} since it changed`, quoted(service, 'daemon-reload'))
  for (const path of state.dropIns) say(true, 'drop-in', `a drop-in changes ${unit}: ${path}`, 'take it into the profile (`native`), or remove it')
  say(state.loaded && service.autostart && !state.enabled && !state.masked, 'disabled', `${unit} does not start by itself`)
  say(state.loaded && !service.autostart && state.enabled, 'enabled', `${unit} starts by itself, which the profile does not want`)
  const expected = systemdArgv(needsLauncher(service) ? ['/bin/sh', paths(service).launcher] : service.command)
  say(
    argv !== null && state.loaded && (argv.length !== 1 || JSON.stringify(argv[0]) !== JSON.stringify(expected)),
    'command',
    `systemd would start ${JSON.stringify(argv?.flat())}, the profile says ${JSON.stringify(expected)}`,
  )
  say(state.loaded && !state.running, 'not-running', `${unit} is ${state.words}`, `see \`hermes-install logs\`; to start it: ${quoted(service, 'start', unit)}`)
  say(
    wantsLinger(service) && state.lingering === false,
    'no-linger',
    `${service.host.user} does not linger: the service ends at logout and does not start at boot`,
  )
  for (const { name, live, enabled } of state.replaced) {
    say(live || enabled, 'replaced-back', `${name}, which this service replaces, ${live ? 'runs' : 'is enabled'}`)
  }
  return found
}
