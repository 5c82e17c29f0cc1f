// The tests that need a real launchd: npx vitest run --config test/macos/vitest.config.ts, on macOS only. They install and take away a job of this user.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: { include: ['test/macos/**/*.test.ts'], fileParallelism: false, testTimeout: 120_000 },
})
