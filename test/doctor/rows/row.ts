// What a row is, and the few changes of facts that many rows make.
import type { Facts } from '../../../src/doctor/facts.ts'
import type { CheckId } from '../../../src/doctor/list.ts'
import type { Os } from '../../../src/profile/model.ts'
import { path, running } from '../known.ts'

/** What is wrong (or not), and what the check says: `level: text | fix`. */
export type Row = readonly [
  what: string,
  id: CheckId,
  os: Os,
  change: (values: Facts) => Partial<Facts>,
  said: readonly (string | RegExp)[],
  profile?: string,
  scope?: 'user' | 'system',
]
export const proxy = { name: 'http_proxy', address: '127.0.0.1:7890', secret: false, of: 'user', file: null, answers: null } as const
export const loose = { path: '/opt/app', by: 'everyone', owner: 'root', ownerUid: 0 } as const
export const state = (more: object): Pick<Facts, 'state'> => ({ state: { ...running, ...more } })
export const looping = (codes: readonly number[], lastHour: number | null = codes.length, restarts = 9): Partial<Facts> => ({
  ...state({ running: false, restarts, words: 'activating (auto-restart)' }),
  exits: { codes, lastHour },
})
export const argv =
  (...words: string[]) =>
  (values: Facts): Partial<Facts> => ({ started: { ...values.started, argv: words }, program: path(words[0]!) })
export const old = { name: 'old.service', live: true, enabled: false }
export const ladder = 'restart: { delays: [1s, 2s, 4s, 9s], resetAfter: 60s }\n'
export const sc = 'C:\\Windows\\System32\\sc.exe'
