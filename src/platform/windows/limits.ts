// Where each key of a profile lands on Windows, and what WinSW and the Service Control Manager cannot express.
import type { Service } from '../../resolve/service.ts'
import type { LimitRule, Mappings } from '../platform.ts'
import { fallbackCarries, hasFallback } from './fallback.ts'
import { logFiles } from './paths.ts'
import { needsLauncher } from './view.ts'

const unsupported = (reason: string, instead: string): LimitRule => ({ when: () => true, fidelity: 'unsupported', reason, instead })
const winsw2 = (s: Service): boolean => s.windows.winsw.version === 2
const needs3: LimitRule = { when: winsw2, fidelity: 'unsupported', reason: 'WinSW 2 has no such hook', instead: 'left out; use windows.winsw.version: 3' }
const logged: LimitRule = {
  when: () => true,
  fidelity: 'approximate',
  reason: 'WinSW runs it, logs a failure and goes on',
  instead: 'a failing hook is seen in the wrapper log only',
}

export const mappings: Mappings<'windows'> = {
  label: { to: '<id>, and the names of the files' },
  displayName: { to: '<name>' },
  description: { to: '<description>' },
  scope: {
    to: 'a service of the machine',
    limits: [
      {
        when: (s) => s.askedScope === 'user',
        fidelity: 'approximate',
        reason: 'Windows services belong to the machine',
        instead: 'a service of the machine; without admin rights the fallback, which is of the user',
      },
      {
        when: hasFallback,
        fidelity: 'approximate',
        reason: 'without admin rights nothing runs outside of a session',
        instead: 'exact as a service; the fallback runs as the user, from login to logout; windows.fallback: none refuses it',
      },
    ],
  },
  user: { to: '', limits: [unsupported('a Windows service runs as an account of Windows', 'left out; use windows.account')] },
  group: { to: '', limits: [unsupported('a Windows service has no group', 'left out')] },
  command: {
    to: '<executable>, <arguments>',
    limits: [
      {
        when: (s) => s.windows.fallback === 'startup' && !fallbackCarries(s),
        fidelity: 'approximate',
        reason: 'a batch file cannot carry a value that the service can (a line end, or more than 8191 characters)',
        instead: 'exact as a service; there is no fallback without admin rights',
      },
    ],
  },
  workingDirectory: { to: '<workingdirectory>' },
  environment: {
    to: '<env>; secrets through launcher.cmd',
    limits: [
      {
        when: (s) => s.environment.some((variable) => variable.kind === 'file'),
        fidelity: 'approximate',
        reason: 'cmd.exe reads a file line by line',
        instead: 'a secretFile must hold one line, in UTF-8',
      },
      {
        when: (s) => winsw2(s) && s.environment.some((variable) => variable.kind === 'plain' && variable.value === ''),
        fidelity: 'approximate',
        reason: 'WinSW 2 drops variables without a value',
        instead: 'they are not set',
      },
    ],
  },
  environmentFiles: {
    to: 'launcher.cmd',
    limits: [
      {
        when: (s) => s.environmentFiles.length > 0,
        fidelity: 'approximate',
        reason: 'WinSW reads no environment files',
        instead: 'launcher.cmd reads them, line by line: no escapes and no values over several lines',
      },
    ],
  },
  autostart: { to: '<startmode>' },
  'restart.policy': { to: 'the recovery actions, with launcher.cmd where exit codes count' },
  'restart.delays': { to: 'sc failure actions=' },
  'restart.resetAfter': {
    to: 'sc failure reset=',
    limits: [
      {
        when: (s) => s.restart.limit !== null,
        fidelity: 'approximate',
        reason: 'the Service Control Manager has one time for both',
        instead: 'restart.limit.within is taken',
      },
      {
        when: (s) => s.restart.resetAfterMs % 1000 !== 0,
        fidelity: 'approximate',
        reason: 'the Service Control Manager counts in whole seconds',
        instead: 'rounded up',
      },
    ],
  },
  'restart.limit': {
    to: '',
    limits: [
      {
        when: (s) => s.restart.limit !== null,
        fidelity: 'approximate',
        reason: 'the Service Control Manager forgets failures after a time without one, not after a time since the first',
        instead: 'the actions end with "none", reset= is `within`',
      },
    ],
  },
  'restart.restartExitCodes': { to: 'launcher.cmd, where the policy alone would not restart' },
  'restart.stopExitCodes': { to: 'launcher.cmd makes them 0, which WinSW reports as stopped' },
  'stop.signal': {
    to: 'Ctrl+C',
    limits: [
      {
        when: (s) => s.stop.signal !== 'SIGINT',
        fidelity: 'approximate',
        reason: 'Windows has no signals',
        instead: 'WinSW sends Ctrl+C, or runs stop.command if there is one',
      },
    ],
  },
  'stop.timeout': {
    to: '<stoptimeout>, then the process tree is killed',
    limits: [
      {
        when: (s) => hasFallback(s) && s.stop.command === null,
        fidelity: 'approximate',
        reason: 'the script host that runs the fallback cannot send Ctrl+C',
        instead: 'exact as a service; the fallback lets PowerShell send it, and kills the tree at once where a policy forbids that',
      },
    ],
  },
  'stop.command': { to: 'stop.js, as <stopexecutable>: it keeps the timeout that WinSW does not' },
  'reload.signal': { to: '', limits: [unsupported('Windows has no signals', 'left out; restart the service')] },
  'reload.command': { to: '', limits: [unsupported('the Service Control Manager has no reload', 'run the command by hand')] },
  'hooks.preStart': { to: 'launcher.cmd' },
  'hooks.postStart': { to: '<poststart> (WinSW 3)', limits: [needs3, logged] },
  'hooks.preStop': { to: '<prestop> (WinSW 3)', limits: [needs3, logged] },
  'hooks.postStop': {
    to: 'launcher.cmd',
    limits: [
      {
        when: (s) => s.hooks.postStop.length > 0,
        fidelity: 'approximate',
        reason: 'the launcher is killed with the program when a stop takes too long',
        instead: 'the hook runs after every end that the launcher sees',
      },
    ],
  },
  'logs.stdout': {
    to: '<logpath>, <logname>, <outfilepattern>',
    limits: [
      {
        when: (s) => s.logs.stdout !== null && s.logs.stderr === null && !logFiles(s).exact,
        fidelity: 'approximate',
        reason: 'WinSW makes a name of a stem and an extension',
        instead: '.log is appended',
      },
    ],
  },
  'logs.stderr': {
    to: '<logpath>, <logname>, <errfilepattern>',
    limits: [
      {
        when: (s) => !logFiles(s).exact,
        fidelity: 'approximate',
        reason: 'WinSW writes both streams into one folder, into two files with a common beginning',
        instead: 'stderr goes beside stdout, as .err',
      },
    ],
  },
  'logs.rotate': { to: '<log mode="roll-by-size">' },
  after: {
    to: '<depend>',
    limits: [
      {
        when: (s) => s.after.includes('network'),
        fidelity: 'approximate',
        reason: 'Windows has no service that says the network is up',
        instead: 'starts after Tcpip; windows.delayedStart waits longer',
      },
      {
        when: (s) => s.after.length > 0,
        fidelity: 'approximate',
        reason: 'a Windows dependency is more than an order',
        instead: 'the services named are started too, and stopping one stops this service',
      },
    ],
  },
  'limits.openFiles': { to: '', limits: [unsupported('Windows has no limit of open files for a process', 'left out')] },
  'limits.processes': { to: '', limits: [unsupported('WinSW sets no job limits', 'left out')] },
  'limits.memory': { to: '', limits: [unsupported('WinSW sets no job limits', 'left out')] },
  'limits.cpuPercent': { to: '', limits: [unsupported('WinSW sets no job limits', 'left out')] },
  priority: {
    to: '<priority>',
    limits: [
      { when: (s) => ![10, 0, -5].includes(s.nice), fidelity: 'approximate', reason: 'Windows has six priority classes', instead: 'the nearest class' },
      {
        when: (s) => s.nice < 0 && (needsLauncher(s) || hasFallback(s)),
        fidelity: 'approximate',
        reason: 'a batch file hands only classes below normal down to what it starts',
        instead: 'normal where launcher.cmd or the fallback starts the program',
      },
    ],
  },
  umask: { to: '', limits: [unsupported('Windows has access control lists instead', 'left out')] },
  hardening: {
    to: 'nothing to set',
    limits: [
      { when: (s) => s.hardening !== 'none', fidelity: 'unsupported', reason: 'WinSW has no sandbox', instead: 'left out; windows.account takes rights away' },
    ],
  },
  health: { to: 'waited for by install.cmd, as a service and as the fallback' },
  replaces: {
    to: 'stopped and taken away by install.cmd',
    limits: [
      {
        when: (s) => s.replaces.services.length > 0,
        fidelity: 'approximate',
        reason: 'install.cmd does not keep how a replaced service was started',
        instead: 'if the install fails, it comes back as one that starts by itself',
      },
    ],
  },
  native: {
    to: 'as it is',
    limits: [
      {
        when: (s) => hasFallback(s) && Object.keys(s.native.windows).length > 0,
        fidelity: 'approximate',
        reason: 'these are words of WinSW',
        instead: 'exact as a service; the fallback does without them',
      },
    ],
  },
  'windows.winsw': { to: 'the release of WinSW that install.cmd takes' },
  'windows.delayedStart': {
    to: '<delayedAutoStart>',
    limits: [
      {
        when: (s) => s.windows.delayedStart && !s.autostart,
        fidelity: 'unsupported',
        reason: 'a service that does not start by itself cannot start late',
        instead: 'left out',
      },
      {
        when: (s) => s.windows.delayedStart && hasFallback(s),
        fidelity: 'approximate',
        reason: 'only the Service Control Manager starts late',
        instead: 'exact as a service; the fallback starts at once at login',
      },
    ],
  },
  'windows.account': {
    to: '<serviceaccount>',
    limits: [
      {
        when: (s) => s.windows.account?.passwordFile != null,
        fidelity: 'approximate',
        reason: 'a password may not stand in an XML file or on a command line',
        instead: 'install.cmd lets WinSW ask for it; there is no fallback without admin rights',
      },
      {
        when: (s) => s.windows.fallback === 'startup',
        fidelity: 'approximate',
        reason: 'only a service can run as another account',
        instead: 'exact as a service; there is no fallback without admin rights; windows.fallback: none says so',
      },
    ],
  },
  'windows.fallback': {
    to: 'startup.cmd',
    limits: [
      {
        when: (s) => s.windows.fallback === 'startup' && s.windows.account !== null,
        fidelity: 'unsupported',
        reason: 'the fallback runs as the user who logs in, never as another account',
        instead: 'left out; without admin rights install.cmd says what to run (4)',
      },
      {
        when: (s) => s.windows.fallback === 'startup' && !fallbackCarries(s),
        fidelity: 'unsupported',
        reason: 'a batch file cannot carry a value that the service can',
        instead: 'left out; without admin rights install.cmd says what to run (4)',
      },
    ],
  },
}
