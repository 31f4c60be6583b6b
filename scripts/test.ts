import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { countTests } from './test/count.ts'

// Runs the tests with the Node that runs this, also in their child processes, and ends with one line that counts them.
const folder = mkdtempSync(join(chooseTemporary(), 'lockstep-test-'))
const report = join(folder, 'report.json')
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const exchanges = join(folder, 'exchanges')
mkdirSync(exchanges)
const TMPDIR = join(folder, 'tmp')
mkdirSync(TMPDIR)
// PostgreSQL refuses to run as root, and its own user has to get through to its files.
chmodSync(folder, 0o711)
const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`

const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, PATH, TMPDIR, LOCKSTEP_EXCHANGES: exchanges },
    stdio: 'inherit',
  },
)

const count = countTests(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined, status ?? 1)
const bodies = await validateExchanges()
rmSync(folder, { recursive: true })
const skipped = count.skipped === 0 ? '' : `, ${count.skipped} skipped`
console.log(`${count.passed + bodies.passed} passed, ${count.failed + bodies.failed} failed${skipped}`)
process.exitCode = count.failed + bodies.failed === 0 ? 0 : 1

/** In memory, where Linux has enough of it: a new database is hundreds of files, and no test pulls the plug. */
function chooseTemporary(): string {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return tmpdir()
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize > 8 * 1024 ** 3 ? memory : tmpdir()
}

/** What the local servers said in the whole run, held against the official schemas: one more test, so to speak. */
async function validateExchanges(): Promise<{ readonly passed: number; readonly failed: number }> {
  let results: readonly Validated[]
  try {
    results = await Promise.all(['github', 'trackers'].map(validate))
  } catch (error) {
    console.log(`The bodies of the local servers could not be validated.\n${String(error)}`)
    return { passed: 0, failed: 1 }
  }
  if (results.some(({ skipped }) => skipped)) {
    console.log('The bodies of the local servers were not validated: the official schemas are not beside the project.')
    return { passed: 0, failed: 0 }
  }
  const validated = results.reduce((sum, result) => sum + result.validated, 0)
  const problems = results.flatMap((result) => Object.entries(result.problems))
  console.log(
    `${validated} bodies of the local servers, some of every shape they answered in, were held against the official schemas: ${problems.length} problems.`,
  )
  for (const [problem, times] of problems) console.log(`  ${times} x ${problem}`)
  if (validated === 0) return { passed: 0, failed: 0 }
  return problems.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

interface Validated {
  readonly skipped: boolean
  readonly validated: number
  readonly problems: Readonly<Record<string, number>>
}

async function validate(half: string): Promise<Validated> {
  const script = fileURLToPath(new URL('../test/exchanges/validate.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [script, exchanges, half], { maxBuffer: 2 ** 26 })
  return JSON.parse(stdout) as Validated
}
