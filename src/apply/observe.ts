// A wish in, what is on the machine about it out; nothing is changed.
import type { Answer, Answers, Manager, ManagerState, Question, Target } from '../platform/manager.ts'
import type { Found, Observed, Owner } from '../plan/observed.ts'
import type { Service } from '../resolve/service.ts'
import { parseRecord, readState } from './journal.ts'
import type { System } from './system.ts'

/** Asks all questions at once. */
export async function ask(system: System, questions: readonly Question[]): Promise<Answers> {
  const answers = questions.map(async (question): Promise<readonly [string, Answer]> => {
    if ('exists' in question) return [question.id, { code: system.look(question.exists).kind === 'nothing' ? 1 : 0, stdout: '' }]
    return [question.id, await system.run(question.argv, { timeoutMs: 30_000 })]
  })
  return new Map(await Promise.all(answers))
}

export const askManager = async (system: System, manager: Manager, service: Service): Promise<ManagerState> =>
  manager.read(service, await ask(system, manager.questions(service)))

export async function observe(system: System, { service, target, manager }: { service: Service; target: Target; manager: Manager }): Promise<Observed> {
  const state = await askManager(system, manager, service)
  const { record, unfinished } = readState(system, target.state)
  const recorded = [...(record?.files ?? []), ...(unfinished?.intended?.files ?? [])].map((file) => file.target)
  const paths = [...new Set([...target.files.map(({ path }) => path), ...recorded])]
  const files = new Map<string, Found>(paths.map((path) => [path, system.look(path)]))
  // An account that does not exist is an error now, not a service that cannot start.
  const names = new Set([null, service.scope === 'system' ? service.user : null, ...[...target.files, ...target.folders].map(({ owner }) => owner)])
  return {
    id: service.id,
    files,
    missingFolders: target.folders.map(({ path }) => path).filter((path) => system.missing(path).length > 0),
    record,
    unsafe: new Map(
      [...target.files, ...target.folders.filter(({ path }) => system.missing(path).length > 0)].flatMap(({ path }) => {
        const why = system.distrust(path)
        return why === null ? [] : [[path, why] as const]
      }),
    ),
    owners: ownersOf(system, target, service.id),
    unfinished,
    accounts: new Map<string, Owner>([...names].map((name) => [name ?? '', system.account(name)])),
    manager: state,
  }
}

/** Files of this service that another one of this tool has put there. */
function ownersOf(system: System, target: Target, id: string): ReadonlyMap<string, string> {
  const states = target.state.slice(0, target.state.lastIndexOf('/'))
  const owners = new Map<string, string>()
  const wanted = new Set(target.files.map(({ path }) => path))
  for (const other of system.list(states)) {
    if (other === id) continue
    for (const file of parseRecord(system.read(`${states}/${other}/manifest.json`))?.files ?? []) if (wanted.has(file.target)) owners.set(file.target, other)
  }
  return owners
}
