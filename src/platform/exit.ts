// A restart policy in, what a launcher must make of exit codes out, for managers that know one rule: 0 stays down, anything else comes back.
import type { Service } from '../resolve/service.ts'

/** The launcher ends with 0 for `stop` codes, with something else for `restart` codes; `otherwise` says what the rest means. */
export interface ExitMapping {
  readonly restart: readonly number[]
  readonly stop: readonly number[]
  readonly otherwise: 'restart' | 'stop' | 'on-failure'
}

/**
 * @param managerHasAlways whether the manager itself can restart after exit code 0
 * @returns null where the manager's own rule already means what the policy says
 */
export function exitMapping({ policy, restartExitCodes, stopExitCodes }: Service['restart'], managerHasAlways: boolean): ExitMapping | null {
  const mapping: ExitMapping = {
    restart: restartExitCodes,
    stop: stopExitCodes,
    otherwise: policy === 'always' ? 'restart' : policy === 'never' ? 'stop' : 'on-failure',
  }
  switch (policy) {
    case 'always':
      return managerHasAlways && stopExitCodes.length === 0 ? null : mapping
    case 'never':
      return restartExitCodes.length === 0 ? null : mapping
    case 'on-failure':
      return stopExitCodes.some((code) => code !== 0) || restartExitCodes.includes(0) ? mapping : null
  }
}
