import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { printActionTables } from './generate/action.ts'
import { fillTables, printTables } from './generate/reference.ts'
import { printSchema } from './generate/schema.ts'

interface Generated {
  /** Path from the root of the repository. */
  readonly path: string
  /** The new content, given the present one (empty where there is none). */
  readonly generate: (present: string) => string
}

export const generators: readonly Generated[] = [
  { path: 'schema/lockstep.schema.json', generate: printSchema },
  { path: 'docs/configuration.md', generate: (page) => fillTables(page, printTables()) },
  { path: 'docs/action.md', generate: (page) => fillTables(page, printActionTables()) },
]

const pathOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

const read = (path: string): string => (existsSync(pathOf(path)) ? readFileSync(pathOf(path), 'utf8') : '')

/** The generated files that no longer say what the code says. */
export const findStale = (): readonly Generated[] =>
  generators.filter(({ path, generate }) => generate(read(path)) !== read(path))

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = findStale()
  if (process.argv.includes('--check')) {
    for (const { path } of stale) console.error(`${path} is stale: run "npm run generate".`)
    process.exitCode = stale.length === 0 ? 0 : 1
  } else {
    for (const { path, generate } of stale) {
      writeFileSync(pathOf(path), generate(read(path)))
      console.log(`${path} written`)
    }
  }
}
