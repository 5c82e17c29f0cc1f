#!/usr/bin/env node
// The bin: argv in, exit code out.
import { run } from './cli/program.ts'

void run(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
