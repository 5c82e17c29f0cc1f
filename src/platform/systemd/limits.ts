// Where each key of a profile lands in a systemd unit, and what systemd (or a version or scope of it) cannot express.
import type { Mappings } from '../platform.ts'
import { growing, restartStepsSince } from './view.ts'

const userScope = 'a user service runs as the user who owns it'

export const mappings: Mappings<'linux'> = {
  label: { to: 'the name of the unit' },
  displayName: { to: 'Description=' },
  description: { to: 'Description=, after the display name' },
  scope: { to: 'the folder of the unit and its manager' },
  user: {
    to: 'User=',
    limits: [{ when: (s) => s.scope === 'user' && s.user !== s.host.user, fidelity: 'unsupported', reason: userScope, instead: 'left out; use scope: system' }],
  },
  group: { to: 'Group=', limits: [{ when: (s) => s.scope === 'user', fidelity: 'unsupported', reason: userScope, instead: 'left out; use scope: system' }] },
  command: { to: 'ExecStart=' },
  workingDirectory: { to: 'WorkingDirectory=' },
  environment: { to: 'Environment=; secrets: EnvironmentFile= with mode 0600, or launcher.sh for a secretFile' },
  environmentFiles: { to: 'EnvironmentFile=' },
  autostart: { to: 'WantedBy= and systemctl enable' },
  'restart.policy': { to: 'Restart=' },
  'restart.delays': {
    to: 'RestartSec=, from systemd 254 on RestartSteps= and RestartMaxDelaySec=',
    limits: [
      {
        when: (s) => growing(s),
        fidelity: 'approximate',
        reason: 'systemd grows the delay by a constant factor from the first to the last',
        instead: 'RestartSec= is the first, RestartMaxDelaySec= the last, RestartSteps= their number less one',
      },
      {
        when: (s) => s.restart.delaysMs.length > 1 && s.linux.systemdVersion < restartStepsSince,
        fidelity: 'approximate',
        reason: `systemd before ${restartStepsSince} knows one constant delay`,
        instead: 'RestartSec= is the first delay; with linux.systemd.version 254 or newer it grows to the last (`apply` takes the version of its machine)',
      },
      {
        when: (s) => new Set(s.restart.delaysMs).size > 1,
        fidelity: 'approximate',
        reason: 'systemd cannot shrink a delay',
        instead: 'RestartSec= is the first delay',
      },
    ],
  },
  'restart.resetAfter': {
    to: 'nothing to reset: one constant delay',
    limits: [
      {
        when: (s) => growing(s),
        fidelity: 'unsupported',
        reason: 'systemd counts restarts until the unit is stopped; a healthy run does not reset them',
        instead: 'the delay stays where it is until a stop, start or `systemctl reset-failed`',
      },
    ],
  },
  'restart.limit': { to: 'StartLimitIntervalSec=, StartLimitBurst=' },
  'restart.restartExitCodes': {
    to: 'RestartForceExitStatus=, SuccessExitStatus=',
    limits: [
      {
        when: (s) => s.restart.restartExitCodes.some((code) => code > 255),
        fidelity: 'approximate',
        reason: 'a process on Linux cannot exit with a code over 255',
        instead: 'those codes are left out',
      },
    ],
  },
  'restart.stopExitCodes': {
    to: 'RestartPreventExitStatus=',
    limits: [
      {
        when: (s) => s.restart.stopExitCodes.some((code) => code > 255),
        fidelity: 'approximate',
        reason: 'a process on Linux cannot exit with a code over 255',
        instead: 'those codes are left out',
      },
    ],
  },
  'stop.signal': { to: 'KillSignal=' },
  'stop.timeout': { to: 'TimeoutStopSec=, then SIGKILL to all processes (KillMode=mixed)' },
  'stop.command': {
    to: 'ExecStop=, then the signal',
    limits: [
      {
        when: (s) => s.stop.command !== null,
        fidelity: 'approximate',
        reason: 'systemd runs ExecStop= also after the program ended by itself without an error',
        instead: 'the command runs then too',
      },
    ],
  },
  'reload.signal': { to: 'ExecReload=' },
  'reload.command': { to: 'ExecReload=' },
  'hooks.preStart': { to: 'ExecStartPre=' },
  'hooks.postStart': { to: 'ExecStartPost=' },
  'hooks.preStop': {
    to: 'ExecStop=',
    limits: [
      {
        when: (s) => s.hooks.preStop.length > 0,
        fidelity: 'approximate',
        reason: 'systemd runs ExecStop= also after the program ended by itself without an error',
        instead: 'the hook runs then too',
      },
    ],
  },
  'hooks.postStop': { to: 'ExecStopPost=' },
  'logs.stdout': { to: 'StandardOutput=append:' },
  'logs.stderr': { to: 'StandardError=append:' },
  'logs.rotate': {
    to: '',
    limits: [
      {
        when: (s) => s.logs.stdout === null && s.logs.stderr === null,
        fidelity: 'unsupported',
        reason: 'the journal limits its size for all services together',
        instead: 'SystemMaxUse= in journald.conf(5) holds',
      },
      {
        when: () => true,
        fidelity: 'unsupported',
        reason: 'systemd does not rotate files',
        instead: 'the files grow; use logrotate with copytruncate, or the journal',
      },
    ],
  },
  after: {
    to: 'After=, and Wants= for the network',
    limits: [
      {
        when: (s) => s.scope === 'user' && s.after.includes('network'),
        fidelity: 'unsupported',
        reason: "a user's manager has no network-online.target",
        instead: '`network` is left out; the restart policy tries again until the network is there',
      },
    ],
  },
  'limits.openFiles': { to: 'LimitNOFILE=' },
  'limits.processes': { to: 'TasksMax=' },
  'limits.memory': { to: 'MemoryMax=' },
  'limits.cpuPercent': { to: 'CPUQuota=' },
  priority: {
    to: 'Nice=',
    limits: [
      {
        when: (s) => s.scope === 'user' && s.nice < 0,
        fidelity: 'unsupported',
        reason: "a user's manager may not raise a priority",
        instead: 'the priority stays normal',
      },
    ],
  },
  umask: { to: 'UMask=' },
  hardening: {
    to: 'a preset of systemd.exec(5) directives',
    limits: [
      {
        when: (s) => s.scope === 'user' && s.hardening !== 'none',
        fidelity: 'approximate',
        reason: "a user's manager may not set up mounts or capabilities",
        instead: 'only the directives that need no privileges are set',
      },
    ],
  },
  health: { to: 'waited for by `apply` and install.sh' },
  replaces: { to: 'stopped and disabled by `apply` and install.sh' },
  native: { to: 'as it is' },
  'linux.systemd': { to: 'the directives that may be used' },
  'linux.linger': {
    to: 'loginctl enable-linger',
    limits: [{ when: (s) => s.scope === 'system' && s.linux.linger, fidelity: 'unsupported', reason: 'a system service needs no linger', instead: 'left out' }],
  },
}
