#!/usr/bin/env node
// The bin: argv in, exit code out.
import { load } from './load.ts'

const { run } = load('program.cjs') as { run: typeof import('./cli/program.ts').run }
void run(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
