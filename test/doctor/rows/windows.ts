// Rows of checks: what the Service Control Manager has.
import { failureActions, serviceKey } from '../known.ts'
import { ladder, sc, type Row } from './row.ts'

export const windows: readonly Row[] = [
  [
    'three steps left by services.msc',
    'recovery-ladder',
    'windows',
    () => ({ registry: serviceKey(failureActions(60, 1000, 2000, 4000)) }),
    [
      `error: it recovers by restart/1000 restart/2000 restart/4000, reset after 60 s: services.msc keeps three; the profile says restart/1000 restart/2000 restart/4000 restart/9000, reset after 60 s | ${sc} failure my-app reset= 60 actions= restart/1000/restart/2000/restart/4000/restart/9000 & ${sc} failureflag my-app 1`,
    ],
    ladder,
  ],
  [
    'erased by a refresh',
    'recovery-ladder',
    'windows',
    () => ({ registry: serviceKey(failureActions(60)) }),
    [/^error: it recovers by nothing, reset after 60 s; the profile says restart\/1000/],
    ladder,
  ],
  [
    'the whole ladder',
    'recovery-ladder',
    'windows',
    () => ({ registry: serviceKey(failureActions(60, 1000, 2000, 4000, 9000)) }),
    [/^ok: it recovers by restart\/1000/],
    ladder,
  ],
  [
    'another reset',
    'recovery-ladder',
    'windows',
    () => ({ registry: serviceKey(failureActions(86_400, 1000, 2000, 4000, 9000)) }),
    [/^error: .*reset after 86400 s; the profile says/],
    ladder,
  ],
  [
    'no failure flag',
    'recovery-ladder',
    'windows',
    () => ({ registry: serviceKey(failureActions(60, 5000), '0x0') }),
    [`error: an exit code that it reports itself does not count as a failure | ${sc} failureflag my-app 1`],
  ],
  [
    'never, and nothing there',
    'recovery-ladder',
    'windows',
    () => ({ registry: serviceKey(failureActions(0), '0x0') }),
    ['ok: it recovers by nothing, reset after 0 s'],
    'restart: { policy: never }\n',
  ],
  [
    'a limit',
    'recovery-ladder',
    'windows',
    () => ({
      registry: serviceKey(
        // 300 s; no message, no command; two actions from byte 20 on: restart after 5 s, nothing.
        '2C010000000000000000000002000000140000000100000088130000'.concat('0'.repeat(16)),
      ),
    }),
    [/^ok: it recovers by restart\/5000 none\/0, reset after 300 s/],
    'restart: { limit: { attempts: 2, within: 5m } }\n',
  ],
  ['what is no ladder at all', 'recovery-ladder', 'windows', () => ({ registry: serviceKey('80510100') }), [/^error: its recovery actions cannot be read \|/]],
  ['no such service', 'recovery-ladder', 'windows', () => ({ registry: null }), ['skipped: there is no such service']],
]
