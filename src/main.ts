#!/usr/bin/env node
// The bin: argv in, exit code out.
import { load } from './load.ts'

const argv = process.argv.slice(2)
if (argv[0] === '__complete') {
  // A key was pressed: this loads neither the command line nor any command.
  const { complete } = load('complete.cjs') as { complete: typeof import('./cli/complete.ts').complete }
  const { definition } = load('words.cjs') as { definition: () => import('./cli/definition.ts').CommandDefinition }
  void complete(definition(), argv.slice(1))
} else {
  const { run } = load('program.cjs') as { run: typeof import('./cli/program.ts').run }
  // Whatever ends it before it is done, it has not done what it was asked to.
  process.exitCode = 1
  void run(argv).then((code) => {
    process.exitCode = code
  })
}
