// A wish in, what is on the machine about it out; nothing is changed.
import type { Answer, Answers, Manager, ManagerState, Question, Target } from '../platform/manager.ts'
import type { Found, Observed, Owner } from '../plan/observed.ts'
import { folderOf } from '../platform/scripts.ts'
import type { Service } from '../resolve/service.ts'
import { UserError } from '../errors.ts'
import { titleOf } from '../plan/plan.ts'
import { Busy, parseRecord, readState } from './state.ts'
import type { System } from './system.ts'

/** Asks all questions at once. */
export async function ask(system: System, questions: readonly Question[]): Promise<Answers> {
  const answers = questions.map(async (question): Promise<readonly [string, Answer]> => {
    if ('text' in question) {
      const text = system.read(question.text)
      return [question.id, { code: text === null ? 1 : 0, stdout: text ?? '' }]
    }
    if ('list' in question) return [question.id, { code: 0, stdout: system.list(question.list).join('\n') }]
    if ('registry' in question) return [question.id, await system.registry(question.registry)]
    if ('exists' in question) return [question.id, { code: system.look(question.exists).kind === 'nothing' ? 1 : 0, stdout: '' }]
    return [question.id, await system.run(question.argv, { timeoutMs: 30_000 })]
  })
  return new Map(await Promise.all(answers))
}

export const askManager = async (system: System, manager: Manager, service: Service): Promise<ManagerState> =>
  manager.read(service, await ask(system, manager.questions(service)))

export async function observe(system: System, { service, target, manager }: { service: Service; target: Target; manager: Manager }): Promise<Observed> {
  const state = await askManager(system, manager, service)
  const { record, unfinished, busy, pending } = readState(system, target.state)
  if (busy !== null) throw new Busy(titleOf(service), busy)
  const recorded = [...(record?.files ?? []), ...(unfinished?.intended?.files ?? [])].map((file) => file.target)
  const paths = [...new Set([...target.files.map(({ path }) => path), ...(target.absent ?? []), ...recorded])]
  const files = new Map<string, Found>(paths.map((path) => [path, system.look(path)]))
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
    pending,
    ...accountsOf(system, service, target),
    manager: state,
  }
}

/** An account that does not exist is an error now, not a service that cannot start; an uninstall asks for none. */
function accountsOf(system: System, service: Service, target: Target): Pick<Observed, 'accounts' | 'noAccount'> {
  // What root installs is root's, whoever looks.
  const accounts = new Map<string, Owner>([['', service.scope === 'system' ? { uid: 0, gid: null } : system.account(null)]])
  const own =
    service.scope === 'system' && (service.user !== null || service.group !== null)
      ? [`${service.user ?? 'root'}${service.group === null ? '' : `:${service.group}`}`]
      : []
  try {
    for (const name of [...own, ...[...target.files, ...target.folders].flatMap(({ owner }) => owner ?? [])]) accounts.set(name, system.account(name))
    return { accounts, noAccount: null }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { accounts, noAccount: { why: error.message, hint: error.hint ?? '' } }
  }
}

/** Files of this service that another one of this tool has put there. */
function ownersOf(system: System, target: Target, id: string): ReadonlyMap<string, string> {
  const states = folderOf(target.state)
  const owners = new Map<string, string>()
  const wanted = new Set(target.files.map(({ path }) => path))
  for (const other of system.list(states)) {
    if (other === id) continue
    for (const file of parseRecord(system.read(`${states}/${other}/manifest.json`))?.files ?? []) if (wanted.has(file.target)) owners.set(file.target, other)
  }
  return owners
}
