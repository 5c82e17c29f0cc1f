// The quick tests, which need Node and a /bin/sh: everything but the oracles (test/beds) and, without HERMES_INSTALL_ALL_SHELLS=1, the install scripts,
// which want several shells, awks and shellcheck.
import { defineConfig } from 'vitest/config'
import { viteAnsible } from './build/ansible.mjs'
import { viteHandlebars } from './build/handlebars.mjs'
import { viteProfiles } from './build/profiles.mjs'

export default defineConfig({
  plugins: [viteAnsible(), viteHandlebars(), viteProfiles()],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/beds/**',
      'test/oracles/**',
      'test/hosted/**',
      'test/macos/**',
      ...(process.env['HERMES_INSTALL_ALL_SHELLS'] === '1' ? [] : ['test/posix/health*', 'test/posix/install*']),
    ],
    testTimeout: 20_000,
  },
})
