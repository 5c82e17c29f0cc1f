#!/usr/bin/env node
// The bin: argv in, exit code out.
import { load } from './load.ts'

const { run } = load('program.cjs') as { run: typeof import('./cli/program.ts').run }
// Whatever ends it before it is done, it has not done what it was asked to.
process.exitCode = 1
void run(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
