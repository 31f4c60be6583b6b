import { isWorthALine, printOutcome, printTally } from '../commands/report.ts'
import { asLockstepError } from '../core/errors.ts'
import type { Outcome } from '../core/outcome.ts'
import { countOutcomes } from '../core/outcome.ts'
import type { Store } from '../core/store.ts'
import { reconcile } from '../sync/reconcile.ts'
import { scan } from '../sync/scan.ts'
import type { Wired } from '../wire.ts'
import { readConfig } from './check.ts'
import type { ActionContext, Ending } from './context.ts'
import { countRuns } from './history.ts'
import { printable } from './runner.ts'
import { openSession } from './session.ts'
import { createStateGuard } from './state.ts'
import { createStop } from './stop.ts'
import type { Stop } from './stop.ts'
import { tell } from './tell.ts'

const HEARTBEAT_MS = 60_000

/** Brings everything that moved in step, or shows what that would change. */
export async function sync(context: ActionContext): Promise<Ending> {
  const stop = createStop(context.clock, context.inputs.deadline)
  try {
    const config = await readConfig(context)
    if (config === null) return { failed: true, conflicted: false }
    const wired = await openSession(context, config)
    const outcomes: Outcome[] = []
    const broken = await reasonOf(run(context, { wired, stop, outcomes }))
    const runs = countRuns(await wired.store.events.list({ kind: 'reconcile' }))
    // What was done is written down before it is told: a run that is cancelled has little time left.
    const unsaved = await reasonOf(wired.close())
    const reasons = [broken, unsaved].filter((reason) => reason !== null)
    const ending = await tell(context, { wired, outcomes, runs, stopped: stop.reason, reasons })
    return { ...ending, cancelled: stop.cancelled }
  } finally {
    stop.close()
  }
}

const reasonOf = async (work: Promise<void>) => await work.then(() => null, asLockstepError)

interface Run {
  readonly wired: Wired
  readonly stop: Stop
  readonly outcomes: Outcome[]
}

async function run(context: ActionContext, { wired, stop, outcomes }: Run): Promise<void> {
  const { runner, job, log } = context
  const heartbeat = setInterval(() => {
    runner.info(`… ${outcomes.length} looked at so far. ${printTally(countOutcomes(outcomes))}`)
    wired.save().catch((error: unknown) => log.warn('state not written yet', { error }))
  }, HEARTBEAT_MS)
  const collect = async () => {
    for await (const outcome of work(context, wired, stop)) {
      outcomes.push(outcome)
      if (job.issue !== null || isWorthALine(outcome)) runner.info(printable(printOutcome(outcome).trimEnd()))
    }
  }
  runner.startGroup(job.command === 'plan' ? 'Plan' : 'Sync')
  try {
    // What hangs after a cancellation is left behind: its claim tells the next run to look for what it did.
    await Promise.race([collect(), stop.graceOver])
  } finally {
    clearInterval(heartbeat)
    runner.endGroup()
  }
}

async function* work(context: ActionContext, wired: Wired, stop: Stop): AsyncGenerator<Outcome> {
  const { job, inputs } = context
  const { deps, store } = wired
  const guard = createStateGuard(wired, context)
  await guard.restore()
  const common = { dryRun: job.command === 'plan', actor: job.actor }
  if (job.issue !== null) {
    const ref = { ...job.repo, number: job.issue }
    if ((await store.links.ofIssue(ref)).length === 0) await guard.catchUp()
    yield* await reconcile(deps, ref, { ...common, comments: true })
    return
  }
  const whole = job.pullRequest === null ? deps : { ...deps, store: fromTheBeginning(store) }
  yield* scan(whole, job.repo, {
    ...common,
    stopped: stop.asks,
    prepare: guard.prepare,
    ...(inputs.since === null ? {} : { since: inputs.since }),
  })
}

/** A changed configuration concerns every issue, not only those that moved since the last run. */
const fromTheBeginning = (store: Store): Store => ({
  ...store,
  cursors: {
    ...store.cursors,
    find: async (name) => (name.startsWith('issues:') ? undefined : await store.cursors.find(name)),
  },
})
