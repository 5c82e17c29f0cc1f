// A question on the terminal in, whether it was answered with yes out.
import { createInterface } from 'node:readline'

/** Anything but y or yes is a no: Enter, Ctrl+C and the end of the input, too. */
export const ask = (question: string): Promise<boolean> =>
  new Promise((resolve) => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout })
    const end = (answer: string): void => {
      resolve(/^y(es)?$/i.test(answer.trim()))
      terminal.close()
    }
    terminal.on('SIGINT', () => end(''))
    terminal.on('close', () => resolve(false))
    terminal.question(question, end)
  })
