import type { Outcome } from '../core/outcome.ts'
import { countOutcomes } from '../core/outcome.ts'
import type { IssueRef } from '../core/issue.ts'
import { reconcile } from '../sync/reconcile.ts'
import { scan } from '../sync/scan.ts'
import type { CommandIO } from './command.ts'
import { defineCommand, exitCodes } from './command.ts'
import { isWorthALine, printJson, printOutcome, printTally } from './report.ts'
import { openSession, requireIssue, sessionOptions } from './session.ts'
import type { Session } from './session.ts'

const options = {
  ...sessionOptions,
  issue: { type: 'string', value: 'N', help: 'Only this issue.' },
  since: {
    type: 'string',
    value: 'TIME',
    help: 'Where the first scan begins, such as 2026-01-31; at the beginning unless given.',
  },
  json: { type: 'boolean', help: 'Print the outcomes as JSON, and nothing else, on stdout.' },
} as const

export const sync = defineCommand({
  name: 'sync',
  summary: 'Bring issues and tickets in step.',
  usage: '[--issue N] [--repo OWNER/NAME] [--config FILE] [--json]',
  options,
  async run({ values }, io) {
    const { outcomes } = await run(values, io, false)
    return outcomes.some(({ outcome }) => outcome === 'failed') ? exitCodes.failed : exitCodes.ok
  },
})

const CHANGES = 2

export const plan = defineCommand({
  name: 'plan',
  summary: 'Show what a sync would change, and change nothing.',
  usage: '[--issue N] [--detailed-exitcode] [--repo OWNER/NAME] [--config FILE] [--json]',
  options: {
    ...options,
    'detailed-exitcode': { type: 'boolean', help: 'Exit with 2 when something would change.' },
  },
  async run({ values }, io) {
    const { outcomes } = await run(values, io, true)
    if (outcomes.some(({ outcome }) => outcome === 'failed')) return exitCodes.failed
    const changes = outcomes.some(
      ({ outcome }) => outcome === 'created' || outcome === 'updated' || outcome === 'conflicted',
    )
    return changes && values['detailed-exitcode'] === true ? CHANGES : exitCodes.ok
  },
})

interface Values {
  readonly repo?: string
  readonly config?: string
  readonly issue?: string
  readonly since?: string
  readonly json?: boolean
}

async function run(values: Values, io: CommandIO, dryRun: boolean): Promise<{ readonly outcomes: readonly Outcome[] }> {
  const session = await openSession(values, io)
  try {
    const issue = values.issue === undefined ? null : requireIssue(values.issue, session.repo)
    const outcomes: Outcome[] = []
    for await (const outcome of work(session, issue, { dryRun, since: values.since })) {
      outcomes.push(outcome)
      if (values.json !== true && (issue !== null || isWorthALine(outcome))) io.stdout.write(printOutcome(outcome))
      if (io.isTTY && values.json !== true && outcomes.length % 100 === 0)
        io.stderr.write(`${outcomes.length} issues looked at\n`)
    }
    if (values.json === true) io.stdout.write(printJson(outcomes, session.wired.requests))
    else io.stdout.write(`${printTally(countOutcomes(outcomes))}\n`)
    return { outcomes }
  } finally {
    await session.close()
  }
}

async function* work(
  { wired, repo }: Session,
  issue: IssueRef | null,
  { dryRun, since }: { readonly dryRun: boolean; readonly since: string | undefined },
): AsyncGenerator<Outcome> {
  const common = { dryRun, actor: 'command line' }
  if (issue !== null) yield* await reconcile(wired.deps, issue, { ...common, comments: true })
  else
    yield* scan(wired.deps, repo, {
      ...common,
      ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
    })
}
