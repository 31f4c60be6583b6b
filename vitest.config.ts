import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['test/postgres-server.ts'],
    setupFiles: ['test/exchanges/record.ts'],
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // A process of its own for each file would load the same modules a hundred times over.
    isolate: false,
  },
})
