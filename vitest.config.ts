// The quick tests: everything but the oracles, which need the beds of test/beds.
import { defineConfig } from 'vitest/config'
import { viteHandlebars } from './build/handlebars.mjs'
import { viteProfiles } from './build/profiles.mjs'

export default defineConfig({
  plugins: [viteHandlebars(), viteProfiles()],
  test: { include: ['test/**/*.test.ts'], exclude: ['test/beds/**', 'test/oracles/**'] },
})
