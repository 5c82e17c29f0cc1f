// How `apply` and its sisters act on Windows: on a service of the machine through the Service Control Manager, on one of a user through the fallback's own scripts.
import type { Service } from '../../resolve/service.ts'
import type { Manager } from '../manager.ts'
import { serviceManager } from './service.ts'
import { startupManager } from './startup.ts'

const of = ({ scope }: Service): Manager => (scope === 'system' ? serviceManager : startupManager)

export const manager: Manager = {
  versionQuestion: null,
  version: () => undefined,
  target: (service, artifacts) => of(service).target(service, artifacts),
  questions: (service) => of(service).questions(service),
  read: (service, answers) => of(service).read(service, answers),
  obstacle: (service, state) => of(service).obstacle(service, state),
  affects: (source, before, after) => serviceManager.affects(source, before, after),
  before: (service, state, change) => of(service).before(service, state, change),
  after: (service, state, change) => of(service).after(service, state, change),
  settle: (service, state, change) => of(service).settle!(service, state, change),
  facts: (service, state) => of(service).facts(service, state),
  ran: (facts) => facts.has('running'),
  retreat: (service, state, facts) => of(service).retreat(service, state, facts),
  restore: (service, state, facts, touched) => of(service).restore(service, state, facts, touched),
  remove: (service, state) => of(service).remove(service, state),
  links: () => [],
  removed: (service, state) => of(service).removed(service, state),
  bringBack: (service, facts) => of(service).bringBack(service, facts),
  unmark: () => new Map(),
  control: (service, state, verb) => of(service).control(service, state, verb),
  drift: (service, state, answers) => of(service).drift(service, state, answers),
  driftQuestions: (service) => of(service).driftQuestions(service),
  logs: (service, options) => of(service).logs(service, options),
  lesser: (service) => serviceManager.lesser!(service),
  granted: new Set(['start', 'stop', 'restart']),
}
