import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const long = 'test/**/*.long.test.ts'

/** The random histories take longest; begun last, one of them would end alone. */
class HistoriesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isFirst = ({ moduleId }: TestSpecification) => Number(moduleId.includes('/convergence-'))
    return (await super.sort(files)).toSorted((left, right) => isFirst(right) - isFirst(left))
  }
}

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
    // Each of them loads the modules anew, and more than a few gain nothing.
    maxWorkers: Math.min(4, Math.max(2, availableParallelism())),
    sequence: { sequencer: HistoriesFirst },
    projects: [
      { extends: true, test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: [long] } },
      { extends: true, test: { name: 'long', include: [long] } },
    ],
  },
})
