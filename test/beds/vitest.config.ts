// The heavy tests: npx vitest run --config test/beds/vitest.config.ts. As root, after test/beds/setup.sh.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { viteAnsible } from '../../build/ansible.mjs'
import { viteHandlebars } from '../../build/handlebars.mjs'
import { viteProfiles } from '../../build/profiles.mjs'

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [viteAnsible(), viteHandlebars(), viteProfiles()],
  test: {
    // A real Windows has no Wine, and Wine no recovery.
    include: process.platform === 'win32' ? ['test/hosted/**/*.test.ts'] : ['test/beds/**/*.test.ts', 'test/oracles/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
  },
})
