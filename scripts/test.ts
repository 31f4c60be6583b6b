import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countTests } from './test/count.ts'

// Runs the tests with the Node that runs this, also in their child processes, and ends with one line that counts them.
const folder = mkdtempSync(join(tmpdir(), 'lockstep-test-'))
const report = join(folder, 'report.json')
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`

const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { cwd: fileURLToPath(new URL('..', import.meta.url)), env: { ...process.env, PATH }, stdio: 'inherit' },
)

const count = countTests(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined, status ?? 1)
rmSync(folder, { recursive: true })
const skipped = count.skipped === 0 ? '' : `, ${count.skipped} skipped`
console.log(`${count.passed} passed, ${count.failed} failed${skipped}`)
process.exitCode = count.failed === 0 ? 0 : 1
