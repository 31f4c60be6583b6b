import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const long = 'test/**/*.long.test.ts'

/** Random histories and whole databases take longest, whatever the size of their files; begun last, one would end alone. */
const longest = /\/(convergence-\w+|store\/store)\.test\.ts$/

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => Number(longest.test(moduleId))
    return (await super.sort(files)).toSorted((left, right) => isLong(right) - isLong(left))
  }
}

export default defineConfig({
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
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: [long] } },
      { extends: true, test: { name: 'long', include: [long] } },
    ],
  },
})
