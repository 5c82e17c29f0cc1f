// Where WinSW writes the output in, `logs` out: logpath, logname, outfilepattern, errfilepattern and log.
import { size } from './span.ts'
import type { WinswReading } from './winsw.ts'

/** What `render` writes where the profile says nothing (platform/windows/view.ts). */
const usual = { bytes: 10_240 * 1024, keep: 8 }

export function logKeys({ all, draft, text, base, own, label, given }: WinswReading): void {
  const path = ['logs', 'stdout']
  const folder = text('logpath', path) ?? text('logdir', path) ?? base
  const stem = text('logname', path) ?? (own ? label : given.main.path.replace(/^.*[\\/]/, '').replace(/\.xml$/i, ''))
  const [out, err] = [text('outfilepattern', path) ?? '.out.log', text('errfilepattern', ['logs', 'stderr']) ?? '.err.log']
  const ownFolder = `C:\\ProgramData\\hermes-install\\${label}\\logs`
  if (folder === null) draft.remark(['logs'], `the log files lie beside the file that was imported; here in ${ownFolder}`)
  else if (!(own && folder === ownFolder && stem === label && out === '.out.log' && err === '.err.log')) {
    draft.set(['logs', 'stdout'], `${folder}\\${stem}${out}`)
    draft.set(['logs', 'stderr'], `${folder}\\${stem}${err}`)
  }
  // logs.rotate <- log mode="roll-by-size"; hermes-install knows no other mode
  const log = all('log').at(-1)
  const mode = log?.attributes['mode'] ?? all('logmode').at(-1)?.text.trim() ?? 'append'
  const part = (name: string, fallback: number): number => {
    const value = log?.children.findLast((one) => one.name === name)?.text.trim()
    return value !== undefined && /^\d+$/.test(value) ? Number(value) : fallback
  }
  if (mode === 'roll-by-size' || mode === 'rotate') {
    const [bytes, keep] = [part('sizeThreshold', 10_240) * 1024, part('keepFiles', 8)]
    if (bytes !== usual.bytes || keep !== usual.keep) draft.set(['logs', 'rotate'], { size: size(Math.max(1024, bytes)), keep: Math.max(1, keep) })
  } else draft.remark(['logs'], `not carried: <log mode="${mode}">: here a log file rolls at 10 MiB, and 8 are kept, unless logs.rotate says otherwise`)
}
