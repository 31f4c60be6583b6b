import type { RepoRef } from '../core/issue.ts'
import { printRepo } from '../core/issue.ts'
import type { Clock, Log } from '../core/ports.ts'
import type { Cursors } from '../core/store.ts'
import type { Entry, Handle, Queue, Verdict } from '../core/queue.ts'
import type { Outcome } from '../core/outcome.ts'
import { reconcile } from '../sync/reconcile.ts'
import { scan } from '../sync/scan.ts'
import type { Wired } from '../wire.ts'
import type { Backfills } from './backfills.ts'
import { runCommand } from './commands.ts'
import { checkConfig } from './config-check.ts'
import { importArchive, type ImportDeps } from './import.ts'
import type { Installations } from './installations.ts'
import type { Repositories } from './repositories.ts'
import { issueTask, Work, type WorkOf } from './tasks.ts'
import { isRefused, judgeError, judgeOutcomes } from './verdict.ts'

export interface WorkerDeps {
  readonly queue: Pick<Queue, 'add' | 'replay'>
  readonly repositories: Repositories
  readonly installations: Installations
  /** Path of the configuration within a repository. */
  readonly configFile: string
  readonly imports: ImportDeps
  readonly backfills: Pick<Backfills, 'begin' | 'end'>
  readonly clock: Clock
  readonly log: Log
  /** Hears how every piece of work ended: for metrics. */
  readonly onWork?: (facts: WorkFacts) => void
  /** Says that the process is about to end. */
  readonly stopped?: () => boolean
}

export interface WorkFacts {
  readonly kind: string
  readonly verdict: Verdict['kind']
  /** Of the pairs, where the work was about any. */
  readonly outcomes: readonly Pick<Outcome, 'outcome' | 'code'>[]
  readonly ms: number
  /** Since the first event that led to it, in milliseconds. */
  readonly latencyMs: number
}

type Ended = { readonly verdict: Verdict; readonly outcomes?: readonly Outcome[] }

const DONE: Ended = { verdict: { kind: 'done' } }

/** Takes an entry of the queue to its end. */
export function createWorker(deps: WorkerDeps): Handle {
  return async (entry) => {
    const started = performance.now()
    const { verdict: first, outcomes = [] } = await workOn(deps, entry).catch((error: unknown) => ({
      verdict: judgeError(error),
      outcomes: [],
    }))
    const verdict = isRefused(first) && (await isOutside(deps, entry)) ? DONE.verdict : first
    if ('reason' in verdict && verdict.kind !== 'blocked') {
      deps.log.warn('work failed', {
        key: entry.key,
        attempts: entry.attempts + 1,
        ...verdict.reason,
        next: verdict.kind,
      })
    }
    await endBackfill(deps, entry, first)
    const latencyMs = deps.clock.now().getTime() - Date.parse(entry.addedAt)
    deps.onWork?.({ kind: entry.kind, verdict: verdict.kind, outcomes, ms: performance.now() - started, latencyMs })
    return verdict
  }
}

async function endBackfill({ backfills }: WorkerDeps, { kind, facts }: Entry, verdict: Verdict): Promise<void> {
  const { data: work } = Work.safeParse({ kind, ...facts })
  if (work?.kind === 'scan' && work.whole) await backfills.end(work, verdict)
}

/** Whoever takes the app out of a repository wants nothing more of it there: that is no failure to be told. */
async function isOutside({ installations, log }: WorkerDeps, { kind, facts, key }: Entry): Promise<boolean> {
  const { owner, repo } = Work.parse({ kind, ...facts })
  const isIn = await installations.has({ owner, repo }).catch(() => true)
  if (!isIn) log.info('work dropped', { key, reason: 'the app is not installed there, or suspended' })
  return !isIn
}

async function workOn(deps: WorkerDeps, entry: Entry): Promise<Ended> {
  const work = Work.parse({ kind: entry.kind, ...entry.facts })
  if (work.kind === 'config') {
    await checkConfig(deps, work)
    return DONE
  }
  if (work.kind === 'import') {
    await importArchive(deps.imports, work)
    return DONE
  }
  const wired = await deps.repositories.open(work)
  if (wired === undefined) {
    deps.log.debug('no configuration', { repository: printRepo(work), key: entry.key })
    return DONE
  }
  switch (work.kind) {
    case 'issue':
      return await workOnIssue(wired, work, entry)
    case 'command':
      await runCommand({ ...deps, wired }, work)
      return DONE
    case 'renamed':
      await lookAtRenamed(deps, wired, work)
      return DONE
    case 'scan':
      return await scanRepository(deps, wired, work)
  }
}

async function workOnIssue({ deps }: Wired, { actor, ...ref }: WorkOf<'issue'>, { comments }: Entry): Promise<Ended> {
  const outcomes = await reconcile(deps, { owner: ref.owner, repo: ref.repo, number: ref.number }, { comments, actor })
  return { verdict: judgeOutcomes(outcomes), outcomes }
}

const PAGE = 200

/** GitHub does not tell of each issue that had the label or milestone; the pairs remember it. */
async function lookAtRenamed({ queue }: WorkerDeps, { store }: Wired, work: WorkOf<'renamed'>): Promise<void> {
  const repo: RepoRef = { owner: work.owner, repo: work.repo }
  const wanted = work.name.toLowerCase()
  let page = await store.links.list({ repo, limit: PAGE })
  while (page.length > 0) {
    const touched = page.filter(({ base }) =>
      [base?.issue[work.field]].flat().some((name) => String(name).toLowerCase() === wanted),
    )
    await queue.add(touched.map(({ issue }) => issueTask(issue, { installation: work.installation, actor: 'webhook' })))
    const after = page.at(-1)
    page = after === undefined || page.length < PAGE ? [] : await store.links.list({ repo, limit: PAGE, after })
  }
}

const DAY_MS = 24 * 3_600_000

/** Finds what no webhook told of. Where no scan was made before, it looks at the last day: older issues are for a backfill. */
async function scanRepository(
  { backfills, clock, log, stopped = () => false }: WorkerDeps,
  { deps }: Wired,
  { whole, actor, ...work }: WorkOf<'scan'>,
): Promise<Ended> {
  const outcomes: Outcome[] = []
  const since = new Date(clock.now().getTime() - DAY_MS).toISOString()
  const options = { actor, stopped, ...(whole ? {} : { since }) }
  const store = whole ? { ...deps.store, cursors: createBlankCursors(deps.store.cursors) } : deps.store
  const repo = { owner: work.owner, repo: work.repo }
  const progress = whole ? await backfills.begin(repo, actor) : undefined
  for await (const outcome of scan({ ...deps, store }, repo, options)) {
    outcomes.push(outcome)
    await progress?.add(outcome)
  }
  await progress?.save()
  log.info('repository scanned', { repository: printRepo(work), outcomes: outcomes.length })
  if (stopped()) return { verdict: { kind: 'again' }, outcomes }
  // Of single issues the next scan keeps track; what ended the scan itself is ours to come back to.
  const ending = outcomes.filter(
    ({ issue, ticket, code }) => (issue === null && ticket === null) || code === 'limit-reached',
  )
  return { verdict: judgeOutcomes(ending), outcomes }
}

/** Where earlier scans ended is not looked at; where this one ends is remembered. */
function createBlankCursors(cursors: Cursors): Cursors {
  const own = new Set<string>()
  return {
    ...cursors,
    find: async (name) => (/^(?:issues|tickets):/.test(name) && !own.has(name) ? undefined : await cursors.find(name)),
    async save(name, value) {
      own.add(name)
      await cursors.save(name, value)
    },
  }
}
