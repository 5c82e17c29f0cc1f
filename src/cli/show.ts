// A plan in; what a person reads of it, and what a program does, out. Secrets are in neither: a plan does not hold them.
import { unifiedDiff } from '../plan/diff.ts'
import { conflicts, type FileChange, type Plan, type Step } from '../plan/plan.ts'
import { quoteArgv } from '../escape/windows-argv.ts'
import { posixCommand } from '../escape/posix.ts'
import type { Output } from './output.ts'

const marks = {
  create: ['green', '+', 'create'],
  update: ['yellow', '~', 'update'],
  rights: ['yellow', '~', 'set mode and owner of'],
  remove: ['red', '-', 'remove'],
} as const

/** As many lines of a new file as a person reads; all of them with --verbose. */
const mostNew = 60

/** A command as somebody of that system would type it. */
export const commandWords = (argv: readonly string[]): string => (/^[A-Za-z]:\\/.test(argv[0] ?? '') ? quoteArgv(argv) : posixCommand(argv))

/** A step as one line of text. */
export function stepWords(step: Step): string {
  switch (step.kind) {
    case 'run':
      return commandWords(step.command.argv)
    case 'fetch':
      return `have ${step.pinned.name}`
    case 'folder':
      return `mkdir ${step.path}`
    case 'rights':
      return `set mode and owner of ${step.path}`
    case 'write':
      return `write ${step.path}`
    case 'remove':
      return `rm ${step.path}`
    case 'wait':
      return step.why
  }
}

/** Whether the words of a step leave out why. */
export const stepWhy = (step: Step): string | null => (step.kind === 'run' ? step.command.why : step.kind === 'wait' ? null : step.why)

export function showPlan(plan: Plan, out: Output, verbose: boolean): void {
  const { style, line } = out
  const heading = `${style('bold', plan.label)}  ${style('cyan', `${plan.os} ${plan.scope}`)}  ${style('dim', `now: ${plan.now}`)}`
  if (plan.steps.length === 0 && plan.obstacle === null) return line(`${heading}  ${style('green', 'as the profile says: nothing to do')}`)
  line(heading)
  if (plan.unfinished) line(`  ${style('yellow', 'an earlier run was cut short; this finishes its work')}`)
  for (const path of plan.hidden) line(`  ${style('yellow', '?')} ${path}  this user may not look into it`)
  // Steps as they come, the files in their place among them with their diffs.
  const width = Math.min(
    64,
    Math.max(0, ...plan.steps.filter(({ kind }) => kind === 'run' || kind === 'folder' || kind === 'fetch').map((step) => stepWords(step).length)),
  )
  plan.steps.forEach((step, i) => {
    const number = style('dim', `${i + 1}.`.padStart(3))
    if (step.kind === 'write' || step.kind === 'rights' || step.kind === 'remove')
      return showFile(
        plan.files.find(({ path }) => path === step.path)!,
        number,
        out,
        verbose,
      )
    const why = stepWhy(step)
    line(`  ${number} ${stepWords(step).padEnd(why === null ? 0 : width)}${why === null ? '' : `  ${style('dim', why)}`}`)
  })
}

function showFile({ path, how, sensitive, before, after, conflict }: FileChange, number: string, out: Output, verbose: boolean): void {
  const [color, mark, word] = marks[how]
  out.line(`  ${number} ${out.style(color, `${mark} ${word}`)} ${path}${conflict === null ? '' : `  ${out.style('red', conflict)}`}`)
  if (sensitive) return out.line(`      ${out.style('dim', 'it holds secrets, which are not shown')}`)
  if (how === 'rights') return
  const diff = unifiedDiff(before, after)
  const shown = verbose || how === 'update' ? diff : diff.slice(0, mostNew)
  for (const text of shown) out.line(`      ${diffLine(text, out)}`)
  if (shown.length < diff.length) out.line(`      ${out.style('dim', `... ${diff.length - shown.length} more lines (--verbose shows them)`)}`)
}

/** A line of a unified diff in its colour. */
export const diffLine = (text: string, { style }: Output): string =>
  style(text.startsWith('+') ? 'green' : text.startsWith('-') ? 'red' : text.startsWith('@') ? 'cyan' : 'dim', text)

/** `2 to create, 1 to update, 4 commands`. */
export function summary(plans: readonly Plan[]): string {
  const files = plans.flatMap(({ files }) => files)
  const count = (...how: readonly FileChange['how'][]): number => files.filter((file) => how.includes(file.how)).length
  const commands = plans.flatMap(({ steps }) => steps).filter(({ kind }) => kind === 'run').length
  const parts = [
    [count('create'), 'to create'],
    [count('update', 'rights'), 'to update'],
    [count('remove'), 'to remove'],
    [commands, commands === 1 ? 'command' : 'commands'],
  ] as const
  return parts.flatMap(([n, words]) => (n > 0 ? [`${n} ${words}`] : [])).join(', ')
}

/** A plan as a program reads it. */
export function planDocument(plan: Plan): object {
  const { id, label, os, scope, now, unfinished, obstacle, steps, fingerprint } = plan
  return {
    id,
    label,
    os,
    scope,
    now,
    changed: steps.length > 0,
    hidden: plan.hidden,
    unfinished,
    obstacle,
    fingerprint,
    files: plan.files.map(({ path, how, sensitive, before, after, conflict }) => ({
      path,
      how,
      sensitive,
      conflict,
      diff: sensitive || how === 'rights' ? null : unifiedDiff(before, after).join('\n'),
    })),
    steps: steps.map((step) =>
      step.kind === 'run' ? { kind: step.kind, argv: step.command.argv, why: step.command.why, elevate: step.command.elevate } : { ...step },
    ),
  }
}

/** The files that others changed, a line each. */
export const conflictLines = (plan: Plan): readonly string[] => conflicts(plan).map(({ path, conflict }) => `${path}: ${conflict}`)
