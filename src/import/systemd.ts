// A unit, the drop-ins over it and the files beside it in; the profile that renders to the same service, with a remark for each value it cannot carry, out.
// The reverse of platform/systemd/view.ts: read the two side by side.
import { label as labelPattern, account as accountPattern } from '../profile/patterns.ts'
import { fact, isAbsolutePath, nameFrom, newDraft } from './draft.ts'
import { baseName, ownExtras, ownName, titleOf } from './own.ts'
import type { Given, Imported } from './model.ts'
import { express, refuse, type Reading } from './reading.ts'
import { specifiers, unitName } from './specifiers.ts'
import { environmentKeys } from './systemd-environment.ts'
import { commandKeys, execStart } from './systemd-exec.ts'
import { nativeKeys } from './systemd-native.ts'
import { hardeningKey, orderKeys, outputKeys, resourceKeys } from './systemd-rest.ts'
import { restartKeys } from './systemd-restart.ts'
import { readUnit, type Unit } from './unit.ts'

/** @throws UserError NOT_IMPORTED for a unit that no profile can declare */
export function readSystemd(given: Given): Imported {
  const file = given.name ?? baseName(given.main.path)
  const kind = /\.(socket|timer|target|mount|automount|swap|path|slice|scope|device)$/.exec(file)?.[1]
  if (kind !== undefined) throw refuse(given, `it is a ${kind} unit`, 'only services (.service) become profiles')
  const unit = readUnit([given.main, ...given.dropIns])
  const name = unitName(file)
  const scope = scopeOf(given, unit)
  const draft = newDraft()
  const template = name.instance === ''
  const stem = template ? `${name.prefix}@${fact('instance')}` : name.stem
  const label =
    template || labelPattern.test(name.stem) ? stem : name.stem.replaceAll(/[^A-Za-z0-9._@-]+/g, '-').replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9_-]+$/g, '')
  const reading: Reading = { unit, draft, given, name, scope, label, percent: specifiers(name, scope) }

  if (unit.broken !== null) throw refuse(given, `systemd itself refuses it: ${unit.broken}`, 'mend the unit first: systemd-analyze verify')
  checkKind(reading)
  const id = ownName(given) ?? nameFrom(template ? name.prefix : label)
  draft.set(['name'], id)
  // label <- the name of the file
  if (label !== id) draft.set(['label'], label)
  if (label !== stem) draft.remark(['label'], `the unit is called ${name.stem}.service, and a label cannot hold all of these characters`)
  describe(reading)
  draft.set(['scope'], scope)
  account(reading)
  execStart(reading)
  workingDirectory(reading)
  environmentKeys(reading)
  install(reading)
  restartKeys(reading)
  commandKeys(reading)
  outputKeys(reading)
  orderKeys(reading)
  resourceKeys(reading)
  hardeningKey(reading)
  nativeKeys(reading)
  ownExtras(given, draft, 'linux')
  for (const { path, line, why } of unit.ignored) draft.remark([], `${path}:${line}: systemd passes over this line: ${why}`)
  if (template) draft.remark([], 'A template: give --instance NAME to render or apply it. What the unit calls %i is ${instance} here.')
  return { os: 'linux', ...draft.done(), instance: template ? '' : null }
}

/** A unit says nothing of the manager it is for; its place does, and what it wants to be started by. */
function scopeOf({ scope, main, beside }: Given, unit: Unit): 'user' | 'system' {
  if (scope !== null) return scope
  const placed = /"target": "([^"]+\.service)"/.exec(beside('manifest.json') ?? '')?.[1] ?? main.path
  if (/systemd\/user\/|\/\.config\/systemd\//.test(placed)) return 'user'
  if (/systemd\/system\//.test(placed)) return 'system'
  const by = unit.words('Install', 'WantedBy')
  return by.some((target) => ['default.target', 'graphical-session.target', 'basic.target'].includes(target)) && !by.includes('multi-user.target')
    ? 'user'
    : 'system'
}

/** A profile declares one program that keeps running. */
function checkKind({ unit, given }: Reading): void {
  const type = unit.last('Service', 'Type') ?? (unit.has('Service', 'ExecStart') ? 'simple' : 'oneshot')
  if (type === 'oneshot' || !unit.has('Service', 'ExecStart'))
    throw refuse(
      given,
      unit.has('Service', 'ExecStart') ? 'its program runs once and ends (Type=oneshot)' : 'it has no ExecStart=, so there is no program to keep running',
      'a profile declares a program that keeps running; leave this one a unit, or start it by a timer',
    )
}

/** Without a description systemd shows the unit's own name. */
function describe(reading: Reading): void {
  const { unit, draft, percent, label, given } = reading
  draft.set(['description'], `${label}.service`)
  if (unit.has('Unit', 'Description'))
    express(reading, ['Unit', 'Description'], ['description'], 'tool', () => {
      // Rendered: "the display name - the description", or either alone.
      const text = percent(unit.last('Unit', 'Description')!)
      const title = titleOf(given)
      if (title !== null) draft.set(['displayName'], title)
      if (title !== null && text.startsWith(`${title} - `)) draft.set(['description'], text.slice(title.length + 3))
      else draft.set(['description'], text === title ? null : text)
      return true
    })
}

/** user, group <- User=, Group=. A user's service runs as its user whatever the unit says, and systemd is told the same by native. */
function account(reading: Reading): void {
  const { unit, draft, percent, scope } = reading
  for (const [key, directive] of [
    ['user', 'User'],
    ['group', 'Group'],
  ] as const) {
    if (scope === 'user' || !unit.has('Service', directive)) continue
    express(reading, ['Service', directive], [key], 'anyone', () => {
      const name = percent(unit.last('Service', directive)!)
      if (accountPattern.test(name)) draft.set([key], name)
      return accountPattern.test(name)
    })
  }
}

/** workingDirectory <- WorkingDirectory=; "~" and "-" are words of systemd alone, and stay so. */
function workingDirectory(reading: Reading): void {
  const { unit, draft, percent } = reading
  if (!unit.has('Service', 'WorkingDirectory')) return
  express(reading, ['Service', 'WorkingDirectory'], ['workingDirectory'], 'anyone', () => {
    const path = percent(unit.last('Service', 'WorkingDirectory')!)
    const absolute = isAbsolutePath(path)
    if (absolute) draft.set(['workingDirectory'], path)
    return absolute
  })
}

/** autostart <- WantedBy= the target that this tool itself writes; any other start is native, and `systemctl enable` is for the user. */
function install({ unit, draft, scope }: Reading): void {
  const usual = scope === 'system' ? 'multi-user.target' : 'default.target'
  const by = unit.words('Install', 'WantedBy')
  if (by.length === 1 && by[0] === usual) {
    unit.take('Install', 'WantedBy')
    return
  }
  draft.set(
    ['autostart'],
    false,
    unit.section('Install').length > 0
      ? `the unit is started in another way than by ${usual}: see native.linux.Install, and run systemctl enable after an install`
      : 'the unit has no [Install] section: something else starts it',
  )
}
