import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printJson, printTally } from '../commands/report.ts'
import type { Outcome } from '../core/outcome.ts'
import { countOutcomes } from '../core/outcome.ts'
import type { Runner } from './runner.ts'

const FILE = 'lockstep-plan.json'

/** What later steps of the job may use; docs and action.yml name the same. */
export async function writeOutputs(
  runner: Runner,
  outcomes: readonly Outcome[],
  requests: Readonly<Record<string, number>>,
): Promise<void> {
  const tally = countOutcomes(outcomes)
  for (const [kind, count] of Object.entries(tally)) runner.setOutput(kind, String(count))
  runner.setOutput('changed', String(tally.created + tally.updated > 0))
  const conflicts = outcomes.filter(({ outcome }) => outcome === 'conflicted').map(({ issue }) => issue)
  runner.setOutput('conflicts', JSON.stringify([...new Set(conflicts)]))
  const file = join(runner.env['RUNNER_TEMP'] ?? tmpdir(), FILE)
  await writeFile(file, printJson(outcomes, requests))
  runner.setOutput('plan', file)
  runner.setOutput('summary', printTally(tally))
}
