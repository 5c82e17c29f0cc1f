// The steps of an apply as they happen, on their way to a person: on a terminal the last line moves while it waits.
import type { Report } from '../apply/perform.ts'
import type { Output } from './output.ts'
import { stepWhy, stepWords } from './show.ts'

export function progress(out: Output): Report {
  // The result belongs on stdout, the way there on stderr; a terminal shows both.
  const live = process.stderr.isTTY && !out.json
  let open = false
  const close = (): void => {
    if (open) process.stderr.write('\r\u001b[K')
    open = false
  }
  const started = performance.now()
  return {
    step(step) {
      close()
      const why = stepWhy(step)
      out.note(`  ${out.style('dim', '>')} ${stepWords(step)}${why === null ? '' : out.style('dim', `  ${why}`)}`)
    },
    waiting(text) {
      if (!live) return
      const frames = '|/-\\'
      const seconds = Math.floor((performance.now() - started) / 1000)
      const width = (process.stderr.columns ?? 80) - 1
      process.stderr.write(
        `\r\u001b[K${`    ${frames[Math.floor(performance.now() / 150) % frames.length]} ${seconds} s  waiting for ${text}`.slice(0, width)}`,
      )
      open = true
    },
    done: close,
    goingBack(why, log) {
      close()
      out.note(`${out.style('red', 'failed:')} ${why}`)
      if (log !== '') {
        out.note('the last lines of the log:')
        for (const line of log.split('\n')) out.note(`    ${out.style('dim', line)}`)
      }
      out.note('putting back what was there before:')
    },
    undoing: (text) => out.note(`  ${out.style('dim', '<')} ${text}`),
  }
}
