import type { LockstepError } from '../core/errors.ts'
import type { Outcome } from '../core/outcome.ts'
import { countOutcomes } from '../core/outcome.ts'
import { printTally } from '../commands/report.ts'
import type { Wired } from '../wire.ts'
import { annotateOutcomes } from './annotations.ts'
import type { ActionContext, Ending } from './context.ts'
import type { RunCount } from './history.ts'
import { drawRuns } from './history.ts'
import { writeOutputs } from './outputs.ts'
import { tellPlan } from './pull-comment.ts'
import { printReport } from './summary.ts'

interface Told {
  readonly wired: Wired
  readonly outcomes: readonly Outcome[]
  readonly runs: readonly RunCount[]
  /** Why not everything was looked at. */
  readonly stopped: string | null
  /** What kept the run as a whole from ending well. */
  readonly reasons: readonly LockstepError[]
}

/** Outputs, annotations, the summary of the job and, for a pull request, its comment. */
export async function tell(context: ActionContext, told: Told): Promise<Ending> {
  const { runner, job } = context
  const { wired, outcomes, runs, stopped, reasons } = told
  const red = job.failOn !== 'never'
  for (const { message, remedy } of reasons) {
    runner.annotate(red ? 'error' : 'warning', [message, remedy].filter((part) => part !== null).join('\n'))
  }
  annotateOutcomes(runner, outcomes, red)
  if (stopped !== null) runner.annotate('notice', `${stopped}: the next run goes on from here.`)

  const report = printReport({
    title: job.command === 'plan' ? 'Lockstep: what would change' : 'Lockstep: what changed',
    outcomes,
    requests: wired.requests,
    stopped,
    note: job.note,
    reasons,
    history: drawRuns(runs),
    links: { serverUrl: runner.env['GITHUB_SERVER_URL'] ?? 'https://github.com', ticketUrl: wired.ticketUrl },
  })
  await runner.writeSummary(report)
  await writeOutputs(runner, outcomes, wired.requests)
  runner.info(printTally(countOutcomes(outcomes)))
  if (job.pullRequest !== null && !(await tellPlan(wired.host, job.repo, job.pullRequest, report))) {
    runner.annotate(
      'notice',
      'The token may not comment on the pull request: the plan stands in the summary of the run.',
    )
  }
  return {
    failed: reasons.length > 0 || outcomes.some(({ outcome }) => outcome === 'failed'),
    conflicted: outcomes.some(({ outcome }) => outcome === 'conflicted'),
  }
}
