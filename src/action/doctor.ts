import { printChecks, printCheckSum } from '../commands/checks.ts'
import { createPointer } from '../config/pointer.ts'
import { countErrors } from '../doctor/check.ts'
import type { Check } from '../doctor/check.ts'
import { examine } from '../doctor/doctor.ts'
import { annotateChecks } from './annotations.ts'
import { readConfig, readConfigText } from './check.ts'
import type { ActionContext, Ending } from './context.ts'
import { code, escapeMarkdown, printTable } from './markdown.ts'
import { printable } from './runner.ts'
import { openSession } from './session.ts'

/** Holds everything that the configuration names against the live servers, and writes nothing. */
export async function doctor(context: ActionContext): Promise<Ending> {
  const { runner, inputs, job, clock } = context
  const config = await readConfig(context)
  if (config === null) return { failed: true, conflicted: false }
  const { host, people, deps, close } = await openSession(context, config, { state: { kind: 'memory' } })
  try {
    const keepsRef = inputs.state === 'ref'
    const checks = await examine({ config, repo: job.repo, host, people, trackers: deps.trackers, clock, keepsRef })
    const failed = countErrors(checks) > 0
    const find = createPointer(await readConfigText(context))
    annotateChecks(runner, checks, { file: inputs.config, find, red: job.failOn !== 'never' })
    runner.info(printable(printChecks(checks, true).trimEnd()))
    await runner.writeSummary(printExamination(checks))
    runner.setOutput('summary', printCheckSum(checks))
    return { failed, conflicted: false }
  } finally {
    await close()
  }
}

const signs = { error: '❌ error', warning: '⚠️ warning', ok: '✅ ok' } as const
const order = Object.keys(signs)

/** What is wrong comes first. */
function printExamination(checks: readonly Check[]): string {
  const sorted = [...checks].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  const rows = sorted.map(({ severity, area, subject, message, remedy }) => [
    signs[severity],
    code(area),
    code(subject),
    [message, remedy]
      .filter((part) => part !== null)
      .map(escapeMarkdown)
      .join('<br>→ '),
  ])
  const table = printTable(['', 'where', 'what', 'found'], rows)
  return `## Lockstep: the configuration, held against the servers\n\n**${printCheckSum(checks)}**\n\n${table}`
}
