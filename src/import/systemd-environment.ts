// Environment= and EnvironmentFile= of a unit in, `environment` and `environmentFiles` out.
import { variableName } from '../profile/patterns.ts'
import { isAbsolutePath } from './draft.ts'
import { secretNames } from './launcher-sh.ts'
import { express, type Reading } from './reading.ts'
import { looksSecret } from './secrets.ts'
import { MachineSpecifier } from './specifiers.ts'
import { wordsOf } from './words.ts'

export function environmentKeys(reading: Reading): void {
  if (reading.unit.has('Service', 'Environment')) variables(reading)
  if (reading.unit.has('Service', 'EnvironmentFile')) files(reading)
}

/** environment <- Environment=; of a name that comes twice, the last counts. */
function variables(reading: Reading): void {
  const { unit, draft, percent } = reading
  const found = new Map<string, string>()
  const odd: string[] = []
  for (const value of unit.values('Service', 'Environment')) {
    const { words, problem } = wordsOf(value)
    if (problem !== null) odd.push(`a part of Environment=: ${problem}`)
    for (const word of words) {
      const [name, text] = [word.slice(0, Math.max(0, word.indexOf('='))), word.slice(word.indexOf('=') + 1)]
      try {
        // Not shown: it may be the rest of a secret that has a blank in it.
        if (!variableName.posix.test(name)) odd.push('a word of Environment= that is no NAME=value')
        else found.set(name, percent(text))
      } catch (error) {
        if (!(error instanceof MachineSpecifier)) throw error
        // The whole directive goes as it is, unless that would show a secret.
        if ([...found].every(([other, known]) => !looksSecret(other, known)) && !looksSecret(name, text)) return
        draft.remark(['environment'], `not carried: ${name}: ${error.message}`)
      }
    }
  }
  unit.take('Service', 'Environment')
  for (const what of odd) draft.remark(['environment'], `systemd passes over ${what}`)
  for (const [name, text] of found) draft.variable(name, text)
}

/** environmentFiles <- EnvironmentFile=. The file of secrets that `render` wrote is not one of them: its variables are secrets of the profile. */
function files(reading: Reading): void {
  const { unit, draft, given, percent } = reading
  express(reading, ['Service', 'EnvironmentFile'], ['environmentFiles'], 'anyone', () => {
    const list = unit.values('Service', 'EnvironmentFile').map((value) => ({ path: percent(value.replace(/^-/, '')), optional: value.startsWith('-') }))
    const carried: (string | { path: string; optional: boolean })[] = []
    for (const { path, optional } of list) {
      if (/\/hermes-install\/[^/]+\/secrets\.env$/.test(path) && !optional) {
        const text = given.beside('secrets.env') ?? given.beside(path)
        if (text === null) draft.remark(['environment'], `${path} cannot be read here: name each of its variables as { fromEnv: NAME, secret: true }`)
        for (const name of secretNames(text ?? ''))
          draft.set(['environment', name], { fromEnv: name, secret: true }, `set the variable ${name} for the command that renders or applies`)
      } else if (!isAbsolutePath(path)) draft.remark(['environmentFiles'], `systemd passes over EnvironmentFile=${path}: it is not absolute`)
      else carried.push(optional ? { path, optional } : path)
    }
    if (carried.length > 0) draft.set(['environmentFiles'], carried)
    return true
  })
}
