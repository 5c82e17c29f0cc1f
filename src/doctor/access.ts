// A path that an account may not pass in, the verdict out: of the account's own rights, and of what whoever asks may not see.
import type { Verdict } from './check.ts'
import { asSelf } from './words.ts'
import type { MachineFacts, PathFact, ServiceFacts } from './facts.ts'

type Account = ServiceFacts['account']

/** Why a path cannot be passed by the account of the service. */
export const barred = ({ name }: Account, { path, barrier }: PathFact, what: string): Verdict => [
  'error',
  `${name} may not ${what} ${path}: ${barrier === path ? 'its mode does not let it' : `the folder ${barrier} is closed`}`,
  barrier === path
    ? asSelf('chmod', what === 'read' ? 'a+r' : 'a+rx', path)
    : `move it out of ${barrier}, or let ${name} pass: ${asSelf('chmod', 'o+x', barrier ?? '')}`,
]

/** What this user cannot see, a service of theirs cannot either; of another account's nobody knows. */
export const unseen = ({ uid }: MachineFacts['user'], account: Account, fact: PathFact, what: string): Verdict =>
  account.uid === uid && fact.barrier !== null
    ? barred(account, fact, what)
    : ['skipped', `this user may not look at ${fact.path}`, 'sudo hermes-install doctor, with the same arguments']
