import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const long = 'test/**/*.long.test.ts'

export default defineConfig({
  // The builds that run in production, not those that check themselves.
  ssr: { resolve: { conditions: ['module', 'node', 'production'] } },
  test: {
    globalSetup: ['test/postgres-server.ts'],
    setupFiles: ['test/exchanges/record.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Processes that tests start need not compile the same sources again, which is half of their start.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compile', import.meta.url)) },
    pool: 'forks',
    // A process of its own for each file would load the same modules a hundred times over.
    isolate: false,
    // One more than a small machine has cores: some tests wait, for a limit or for the next second.
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: [long] } },
      { extends: true, test: { name: 'long', include: [long] } },
    ],
  },
})
