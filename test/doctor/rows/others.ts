// Rows of checks: who else does the same work.
import { running } from '../known.ts'
import { old, state, type Row } from './row.ts'

export const others: readonly Row[] = [
  [
    'a unit that was not read',
    'stale-manager',
    'linux',
    () => state({ stale: true }),
    ['warning: systemd has not read the unit since it changed | systemctl --user daemon-reload'],
  ],
  ['an old program', 'stale-process', 'linux', () => ({ replacedProgram: true }), [/^warning: .*\| sudo systemctl restart my-app$/], '', 'system'],
  [
    'an earlier install',
    'replaced',
    'windows',
    () => state({ replaced: [{ name: 'Hermes_Gateway', live: false, enabled: true }] }),
    ['warning: the earlier install Hermes_Gateway starts at the next boot | hermes-install apply replaces it'],
  ],
  [
    'both scopes, by our own records',
    'both-scopes',
    'linux',
    () => ({ twice: true }),
    [/^warning: my-app is installed for this user and for the machine.*\| uninstall one: sudo hermes-install uninstall my-app --scope system$/],
  ],
  [
    'both scopes, by another hand',
    'both-scopes',
    'linux',
    () => ({ otherScope: running }),
    ['warning: my-app is there for the machine, too, and runs | sudo systemctl disable --now my-app.service'],
  ],
  [
    'both scopes, of launchd',
    'both-scopes',
    'macos',
    () => ({ otherScope: running }),
    ['warning: my-app is there for the machine, too, and runs | sudo launchctl bootout system/my-app; sudo launchctl disable system/my-app'],
  ],
  [
    'an earlier install of a user',
    'both-scopes',
    'linux',
    () => ({ otherScope: { ...running, loaded: false, live: false, enabled: false, replaced: [old] } }),
    ['warning: the earlier install old.service is there for this user, and runs | systemctl --user disable --now old.service'],
    '',
    'system',
  ],
  [
    'a service and its Startup entry',
    'service-and-startup',
    'windows',
    () => ({ fallback: { installed: true, disabled: false } }),
    [/^warning: the service and its Startup entry both start it/],
  ],
  [
    'a Startup entry that was switched off',
    'service-and-startup',
    'windows',
    () => ({ registry: null, fallback: { installed: true, disabled: true } }),
    [/^error: its Startup entry is switched off in the Task Manager/],
  ],
  [
    'a stray',
    'strays',
    'linux',
    () => ({ strays: [{ pid: 7, why: 'the same program runs already, started by hand', stop: 'kill 7' }] }),
    ['warning: the same program runs already, started by hand (pid 7) | kill 7'],
  ],
]
