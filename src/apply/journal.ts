// The state folder of one service: who is at work, what was installed, and the way back. install.sh and uninstall.sh read and write the same files, so that
// any of them can finish what another left:
//   lock            a symbolic link to PID-STARTTIME of whoever is at work
//   manifest.json   what was written last; `files`, `label`: the same for the scripts
//   directories     folders made for it, now or earlier; a line each, outermost first
//   linger          a mark: this tool switched lingering on, for whichever of a user's services was the first
//   pending         a mark: what is installed has not been started yet
//   replaced        earlier installs that it took the place of: their facts, a line each
//   undo/           what was there before; there exactly as long as a change is not finished
//     facts         one line for each thing that was true before the first change
//     N.path        the path of the Nth file that changes; written last, so that a file with a record is safe to change
//     N.file        what it was; none if there was none. N.sensitive: not to be kept afterwards
//     directories   folders made since; touched: the service itself was started or stopped
//     manifest.json what is being written
//   previous/       the undo of the last change, without secrets, for a human
import { UserError } from '../errors.ts'
import { folderOf } from '../platform/scripts.ts'
import { Busy, holder, lines } from './state.ts'
import type { System } from './system.ts'

/** A file that a change touches; `kept` is where its former text lies, null if there was none. */
interface Original {
  readonly path: string
  readonly kept: string | null
}

export type Journal = ReturnType<typeof openJournal>

/** Makes the state folder, takes the lock. @throws Busy, UserError if the folder cannot be made */
export function openJournal(system: System, state: string, folderMode: number, title: string) {
  const undo = `${state}/undo`
  /** Everything in it is for its owner alone: it may hold what a former file held. */
  const put = (path: string, text: string): void => system.write(path, text, 0o600, null)
  const parents = system.missing(state)
  const me = `${system.pid}-${system.startedAt(system.pid) ?? ''}`
  const lockPath = `${state}/lock`

  for (const path of parents) system.makeFolder(path, folderMode, null)
  lock()

  function lock(): void {
    while (!system.link(lockPath, me)) {
      const found = system.look(lockPath)
      if (found.kind !== 'link') {
        if (found.kind === 'nothing') continue
        throw new UserError('WRITE_FAILED', `${lockPath} is not the lock it should be`, { hint: 'remove it if no install is running' })
      }
      const pid = holder(system, lockPath)
      if (pid !== null) throw new Busy(title, pid)
      // Its holder is dead. Of several that see this, one gets the link; if it was a new one after all, it goes back.
      const mine = `${lockPath}.${system.pid}`
      try {
        system.move(lockPath, mine)
      } catch {
        continue
      }
      const taken = system.look(mine)
      system.remove(mine)
      if (taken.kind === 'link' && taken.to !== found.to) system.link(lockPath, taken.to)
    }
  }

  const originals = (): readonly Original[] => {
    const numbers = system
      .list(undo)
      .flatMap((name) => /^(\d+)\.path$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b)
    return numbers.map((n) => ({
      path: (system.read(`${undo}/${n}.path`) ?? '').replace(/\n$/, ''),
      kept: system.look(`${undo}/${n}.file`).kind === 'file' ? `${undo}/${n}.file` : null,
    }))
  }
  const append = (path: string, line: string): void => put(path, `${[...lines(system.read(path)), line].join('\n')}\n`)

  /** The last version stays for a human, without what was secret. */
  function keepPrevious(): void {
    const folder = `${state}/previous.new`
    const kept = system.list(folder)
    for (const name of kept.filter((file) => file.endsWith('.sensitive'))) {
      system.remove(`${folder}/${name.replace('.sensitive', '.file')}`)
      system.remove(`${folder}/${name}`)
    }
    if (!system.list(folder).some((name) => name.endsWith('.file'))) return system.removeTree(folder)
    system.removeTree(`${state}/previous`)
    system.move(folder, `${state}/previous`)
  }

  return {
    /** Whether the state folder was made now: after a first install that failed, not even that is left. */
    fresh: parents.length > 0,

    /** From here on there is a way back. Of a run that was killed the facts of then stay, and what has come up since is added. */
    begin(facts: readonly string[], manifest: string): void {
      system.removeTree(`${undo}.new`)
      system.removeTree(`${state}/previous.new`)
      if (system.look(undo).kind === 'folder') {
        const known = new Set(lines(system.read(`${undo}/facts`)))
        for (const fact of facts) if (fact.startsWith('replaced-')) known.add(fact)
        put(`${undo}/facts`, [...known].map((fact) => `${fact}\n`).join(''))
        put(`${undo}/manifest.json`, manifest)
        return
      }
      // With all its facts or not at all.
      system.makeFolder(`${undo}.new`, 0o700, null)
      put(`${undo}.new/facts`, facts.map((fact) => `${fact}\n`).join(''))
      put(`${undo}.new/manifest.json`, manifest)
      system.move(`${undo}.new`, undo)
    },

    facts: (): ReadonlySet<string> => new Set(lines(system.read(`${undo}/facts`))),
    originals,

    /** Keeps what a file was before its first change. */
    keep(path: string, sensitive: boolean): void {
      const known = originals()
      if (known.some((original) => original.path === path)) return
      const n = known.length
      system.remove(`${undo}/${n}.file`)
      if (system.look(path).kind === 'file') system.copy(path, `${undo}/${n}.file`)
      if (sensitive) put(`${undo}/${n}.sensitive`, '')
      put(`${undo}/${n}.path`, `${path}\n`)
    },

    made: (folder: string): void => append(`${undo}/directories`, folder),
    madeFolders: (): readonly string[] => lines(system.read(`${undo}/directories`)),
    touch: (): void => put(`${undo}/touched`, ''),
    touched: (): boolean => system.look(`${undo}/touched`).kind === 'file',

    mark: (name: string): void => put(`${state}/${name}`, ''),
    unmark: (name: string): void => system.remove(`${state}/${name}`),
    marked: (name: string): boolean => system.look(`${state}/${name}`).kind === 'file',
    /** What this service's mark stands for serves others, too: it becomes theirs. @returns false if there is no other service */
    handOver(name: string): boolean {
      const states = folderOf(state)
      const heir = system.list(states).find((other) => `${states}/${other}` !== state && system.look(`${states}/${other}/manifest.json`).kind === 'file')
      if (heir === undefined) return false
      put(`${states}/${heir}/${name}`, '')
      system.remove(`${state}/${name}`)
      return true
    },

    /** All is well: what was written becomes what is installed. */
    commit(label: string, targets: readonly string[], manifest: string): void {
      const folders = [...new Set([...lines(system.read(`${state}/directories`)), ...parents, ...lines(system.read(`${undo}/directories`))])]
      // Names are no secret, and tell others than the owner what is installed.
      system.write(`${state}/files`, targets.map((target) => `${target}\n`).join(''), 0o644, null)
      system.write(`${state}/label`, `${label}\n`, 0o644, null)
      const replaced = new Set([
        ...lines(system.read(`${state}/replaced`)),
        ...lines(system.read(`${undo}/facts`)).filter((fact) => fact.startsWith('replaced-')),
      ])
      if (replaced.size > 0) put(`${state}/replaced`, [...replaced].map((fact) => `${fact}\n`).join(''))
      put(`${state}/directories`, folders.map((folder) => `${folder}\n`).join(''))
      // What was installed may be read by whoever may read the files; hashes of secrets may not.
      system.write(`${state}/manifest.json`, manifest, /"sensitive": true/.test(manifest) ? 0o600 : 0o644, null)
      // The point of no return: from here on a run that finds the rest only cleans up.
      system.move(undo, `${state}/previous.new`)
      try {
        keepPrevious()
      } catch {
        // The next run cleans up; the change itself is done, and cannot fail any more.
      }
    },

    /** Ends what {@link commit} was cut short in. */
    tidy(): void {
      if (system.look(`${state}/previous.new`).kind === 'folder') keepPrevious()
    },

    /** What was there before is there again: the way back is not needed any more. */
    clear(): void {
      // By a rename first: half of it would be a way back to something that never was.
      system.move(undo, `${undo}.new`)
      system.removeTree(`${undo}.new`)
    },

    /** The facts of earlier installs that this one took the place of. */
    replaced: (): ReadonlySet<string> => new Set(lines(system.read(`${state}/replaced`))),

    /**
     * Everything of this service goes, the lock with it, and the folders that were made for it, where nothing else is in them.
     * @param own folders of this tool, outermost first
     */
    forget(own: readonly string[]): void {
      const folders = [...new Set([...lines(system.read(`${state}/directories`)), ...lines(system.read(`${undo}/directories`)), ...parents, ...own])]
        .sort((a, b) => (a < b ? -1 : 1))
        .toReversed()
      const above = folders.filter((folder) => state.startsWith(folder) && /^[\\/]|^$/.test(state.slice(folder.length)))
      // What tells the next run that there is something to take away goes last.
      for (const folder of folders) if (!above.includes(folder)) system.removeFolder(folder)
      system.removeTree(state)
      for (const folder of above) system.removeFolder(folder)
    },

    /** @param failed whether a first install failed */
    unlock(failed: boolean): void {
      try {
        // What a failure left of a way back that never was one.
        system.removeTree(`${undo}.new`)
        const found = system.look(lockPath)
        if (found.kind === 'link' && found.to === me) system.remove(lockPath)
        if (failed) for (const path of parents.toReversed()) system.removeFolder(path)
      } catch {
        // A lock that stays is one whose holder is dead, which the next run takes over; what was done is done.
      }
    },
  }
}
