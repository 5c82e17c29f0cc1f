// Where each key of a profile lands in a launchd job, and what launchd cannot express.
import type { Service } from '../../resolve/service.ts'
import { exitMapping } from '../exit.ts'
import type { LimitRule, Mappings } from '../platform.ts'

const agent = (s: Service): boolean => s.scope === 'user'
const agentUser: LimitRule = { when: agent, fidelity: 'unsupported', reason: 'an agent runs as the user who owns it', instead: 'left out; use scope: system' }
const unsupported = (reason: string, instead: string): LimitRule => ({ when: () => true, fidelity: 'unsupported', reason, instead })

export const mappings: Mappings<'macos'> = {
  label: { to: 'Label' },
  displayName: { to: '', limits: [unsupported('a launchd job has no name for people', 'kept as a comment in the property list')] },
  description: { to: '', limits: [unsupported('a launchd job has no description', 'left out')] },
  scope: { to: 'LaunchAgents or LaunchDaemons' },
  user: { to: 'UserName', limits: [{ ...agentUser, when: (s) => agent(s) && s.user !== s.host.user }] },
  group: { to: 'GroupName', limits: [agentUser] },
  command: { to: 'ProgramArguments' },
  workingDirectory: { to: 'WorkingDirectory' },
  environment: { to: 'EnvironmentVariables; secrets through launcher.sh' },
  environmentFiles: {
    to: 'launcher.sh',
    limits: [
      {
        when: (s) => s.environmentFiles.length > 0,
        fidelity: 'approximate',
        reason: 'launchd reads no environment files',
        instead: 'launcher.sh reads them, line by line: no escapes and no values over several lines',
      },
    ],
  },
  autostart: { to: 'the folder of the property list: outside of LaunchAgents nothing loads it' },
  'restart.policy': { to: 'KeepAlive, with launcher.sh where exit codes count' },
  'restart.delays': {
    to: 'ThrottleInterval',
    limits: [
      {
        when: (s) => s.restart.delaysMs.length > 1,
        fidelity: 'approximate',
        reason: 'launchd knows one number, the seconds between two launches, and slows down crash loops by itself',
        instead: 'ThrottleInterval is the first delay; a run longer than it is followed by a launch at once',
      },
      {
        when: (s) => s.restart.delaysMs[0]! % 1000 !== 0 || s.restart.delaysMs[0]! < 1000,
        fidelity: 'approximate',
        reason: 'launchd counts in whole seconds, 1 at the least, between two launches',
        instead: 'rounded up',
      },
      {
        when: () => true,
        fidelity: 'approximate',
        reason: 'launchd counts the seconds between two launches, not after an exit',
        instead: 'ThrottleInterval; a run longer than it is followed by a launch at once',
      },
    ],
  },
  'restart.resetAfter': { to: '', limits: [unsupported('launchd has no count of restarts to reset', 'every launch is spaced alike')] },
  'restart.limit': { to: '', limits: [unsupported('launchd never gives up', 'it keeps trying, and slows down by itself')] },
  'restart.restartExitCodes': { to: 'KeepAlive SuccessfulExit=false, with launcher.sh where it must translate', limits: [codeLimit('restartExitCodes')] },
  'restart.stopExitCodes': { to: 'launcher.sh makes them 0, which KeepAlive SuccessfulExit=false leaves alone', limits: [codeLimit('stopExitCodes')] },
  'stop.signal': { to: 'SIGTERM by launchd; another one by launcher.sh' },
  'stop.timeout': {
    to: 'ExitTimeOut, then SIGKILL to the process group',
    limits: [
      {
        when: (s) => agent(s) && s.stop.timeoutMs > 60_000,
        fidelity: 'approximate',
        reason: "a user's launchd waits for 60 s at most",
        instead: 'ExitTimeOut is set, launchd cuts it to 60',
      },
      { when: (s) => s.stop.timeoutMs % 1000 !== 0, fidelity: 'approximate', reason: 'launchd counts in whole seconds', instead: 'rounded up' },
    ],
  },
  'stop.command': { to: 'launcher.sh, then the signal' },
  'reload.signal': {
    to: '',
    limits: [{ when: () => true, fidelity: 'approximate', reason: 'launchd has no reload', instead: '`launchctl kill SIGNAL` reaches the program' }],
  },
  'reload.command': { to: '', limits: [unsupported('launchd has no reload', 'run the command by hand')] },
  'hooks.preStart': { to: 'launcher.sh' },
  'hooks.postStart': { to: 'launcher.sh' },
  'hooks.preStop': { to: 'launcher.sh' },
  'hooks.postStop': {
    to: 'launcher.sh',
    limits: [
      {
        when: (s) => s.hooks.postStop.length > 0,
        fidelity: 'approximate',
        reason: 'launchd kills the launcher too when the stop takes too long',
        instead: 'the hook runs within stop.timeout, or not at all',
      },
    ],
  },
  'logs.stdout': { to: 'StandardOutPath' },
  'logs.stderr': { to: 'StandardErrorPath' },
  'logs.rotate': { to: '', limits: [unsupported('launchd does not rotate files', 'the files grow; add them to newsyslog.conf(5)')] },
  after: {
    to: '',
    limits: [
      {
        when: (s) => s.after.length > 0,
        fidelity: 'unsupported',
        reason: 'launchd has no order of starts',
        instead: 'the restart policy tries again until what it needs is there',
      },
    ],
  },
  'limits.openFiles': { to: 'SoftResourceLimits and HardResourceLimits, NumberOfFiles' },
  'limits.processes': {
    to: 'NumberOfProcesses',
    limits: [
      {
        when: () => true,
        fidelity: 'approximate',
        reason: 'macOS counts the processes of the whole user, not of the job',
        instead: 'SoftResourceLimits and HardResourceLimits, NumberOfProcesses',
      },
    ],
  },
  'limits.memory': { to: '', limits: [unsupported('macOS does not enforce a memory limit (ResidentSetSize is ignored)', 'left out')] },
  'limits.cpuPercent': { to: '', limits: [unsupported('launchd cannot limit CPU time by a share', 'left out')] },
  priority: {
    to: 'Nice',
    limits: [{ when: (s) => agent(s) && s.nice < 0, fidelity: 'unsupported', reason: 'only root may raise a priority', instead: 'the priority stays normal' }],
  },
  umask: { to: 'Umask' },
  hardening: {
    to: 'nothing to set',
    limits: [{ when: (s) => s.hardening !== 'none', fidelity: 'unsupported', reason: 'launchd has no sandbox directives', instead: 'left out' }],
  },
  health: { to: 'waited for by `apply` and install.sh' },
  replaces: { to: 'booted out by `apply` and install.sh' },
  native: { to: 'as it is' },
  'macos.sessions': {
    to: 'LimitLoadToSessionType',
    limits: [{ when: (s) => s.scope === 'system', fidelity: 'unsupported', reason: 'a daemon has no session', instead: 'left out' }],
  },
}

function codeLimit(list: 'restartExitCodes' | 'stopExitCodes'): LimitRule {
  return {
    when: (s) => exitMapping(s.restart, true) !== null && s.restart[list].some((code) => code > 255),
    fidelity: 'approximate',
    reason: 'a process on macOS cannot exit with a code over 255',
    instead: 'those codes never occur',
  }
}
