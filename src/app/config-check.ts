import { z } from 'zod'
import type { Loaded } from '../config/load.ts'
import type { Problem } from '../config/problem.ts'
import { readBack } from '../config/read-back.ts'
import { printRepo } from '../core/issue.ts'
import type { Outcome } from '../core/outcome.ts'
import { countOutcomes, outcomeKinds } from '../core/outcome.ts'
import type { Client } from '../github/index.ts'
import { reconcile } from '../sync/reconcile.ts'
import type { Wired } from '../wire.ts'
import { laneOf, type WorkOf } from './tasks.ts'
import type { WorkerDeps } from './worker.ts'

export type CheckDeps = Pick<WorkerDeps, 'installations' | 'repositories' | 'queue' | 'configFile' | 'log'>

const NAME = 'Lockstep configuration'
const FileJson = z.object({ filename: z.string(), previous_filename: z.string().optional() })
const PullJson = z.object({ head: z.object({ repo: z.object({ full_name: z.string() }).nullable() }) })
const IssueJson = z.object({ number: z.int(), pull_request: z.unknown().optional() })
const RunsJson = z.object({ check_runs: z.array(z.object({ id: z.int(), app: z.object({ id: z.int() }).nullish() })) })

// GitHub takes 50 annotations in a request.
const MOST_ANNOTATIONS = 50
/** Of how many issues the plan tells. */
const PLANNED = 20
const PER_PAGE = 100

/** Reads the configuration of a commit and says on GitHub what is wrong with it, line by line, or what it would do. */
export async function checkConfig(deps: CheckDeps, work: WorkOf<'config'>): Promise<void> {
  const { installations, repositories, configFile } = deps
  const client = await installations.clientOf(work)
  if (work.pull === null) repositories.forget(work)
  else if (!(await touchesConfig(client, work, configFile))) return
  const loaded = await repositories.read(work, work.sha)
  if (loaded === undefined) return
  await report(deps, client, { work, result: await judge(deps, client, { work, loaded }) })
  if (work.pull === null && loaded.config !== undefined) await replay(deps, work)
}

interface Result {
  readonly conclusion: 'success' | 'failure'
  readonly title: string
  readonly summary: string
  readonly problems: readonly Problem[]
}

async function judge(
  { repositories, log }: CheckDeps,
  client: Client,
  { work, loaded }: { readonly work: WorkOf<'config'>; readonly loaded: Loaded },
): Promise<Result> {
  const problems = loaded.problems ?? loaded.warnings
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const more = problems.length > MOST_ANNOTATIONS ? `\n\nOnly the first ${MOST_ANNOTATIONS} are shown.` : ''
  if (loaded.config === undefined) {
    const title = `${errors} ${errors === 1 ? 'mistake' : 'mistakes'}`
    return {
      conclusion: 'failure',
      title,
      summary: `Nothing is synced by this file before it is right.${more}`,
      problems,
    }
  }
  const title = problems.length === 0 ? 'The file is right' : `The file is right, with ${problems.length} warnings`
  const meaning = readBack(loaded.config)
  const plan = (await mayBeTried(client, work))
    ? await planWith(await repositories.tryOut(work, loaded), work).catch((error: unknown) => {
        log.info('plan not made', { repository: printRepo(work), cause: error })
        return `The plan could not be made: ${error instanceof Error ? error.message : String(error)}`
      })
    : 'There is no plan for a pull request from a fork.'
  return { conclusion: 'success', title, summary: `${meaning}\n\n${plan}${more}`, problems }
}

/** Which issues would be touched, and in what fields. Values stay out: more people see a check than see the tracker. */
async function planWith({ client, deps }: Wired, { owner, repo }: WorkOf<'config'>): Promise<string> {
  const parameters = { owner, repo, state: 'open', sort: 'updated', per_page: PLANNED }
  const found = await client.read(z.array(IssueJson), 'GET /repos/{owner}/{repo}/issues', parameters)
  const outcomes: Outcome[] = []
  for (const { number, pull_request: pull } of found)
    if (pull === undefined) outcomes.push(...(await reconcile(deps, { owner, repo, number }, { dryRun: true })))
  if (outcomes.length === 0) return 'There is no open issue to plan for.'
  const tally = countOutcomes(outcomes)
  const counts = outcomeKinds.filter((kind) => tally[kind] > 0).map((kind) => `${tally[kind]} ${kind}`)
  const lines = outcomes
    .filter(({ outcome }) => outcome !== 'unchanged' && outcome !== 'skipped')
    .map(({ issue, outcome, changes }) => {
      const fields = [...new Set(changes.map(({ field }) => field))].join(', ')
      return `- ${issue ?? ''}: ${outcome}${fields === '' ? '' : ` (${fields})`}`
    })
  return [`What it would do with the ${found.length} issues that moved last: ${counts.join(', ')}.`, '', ...lines].join(
    '\n',
  )
}

async function touchesConfig(
  client: Client,
  { owner, repo, pull }: WorkOf<'config'>,
  configFile: string,
): Promise<boolean> {
  const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files'
  for (let page = 1; ; page++) {
    const files = await client.read(z.array(FileJson), route, {
      owner,
      repo,
      pull_number: pull,
      per_page: PER_PAGE,
      page,
    })
    if (files.some((file) => file.filename === configFile || file.previous_filename === configFile)) return true
    if (files.length < PER_PAGE) return false
  }
}

/** Whoever has no write access here must not make the server read trackers by rules of their own. */
async function mayBeTried(client: Client, { owner, repo, pull }: WorkOf<'config'>): Promise<boolean> {
  if (pull === null) return true
  const { head } = await client.read(PullJson, 'GET /repos/{owner}/{repo}/pulls/{pull_number}', {
    owner,
    repo,
    pull_number: pull,
  })
  return head.repo?.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase()
}

/** One check run per commit, however often it is looked at. */
async function report(
  { installations, configFile }: CheckDeps,
  client: Client,
  { work, result }: { readonly work: WorkOf<'config'>; readonly result: Result },
): Promise<void> {
  const { owner, repo, sha } = work
  const { conclusion, title, summary, problems } = result
  const annotations = problems.slice(0, MOST_ANNOTATIONS).map(({ severity, line, path, message, remedy }) => ({
    path: configFile,
    start_line: line,
    end_line: line,
    annotation_level: severity === 'error' ? 'failure' : 'warning',
    title: path === '' ? configFile : path,
    message: `${message}\n${remedy}`,
  }))
  const output = { title, summary, annotations }
  const body = { owner, repo, status: 'completed', conclusion, output }
  const { id: appId } = await installations.readSelf()
  const runs = await client.read(RunsJson, 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
    owner,
    repo,
    ref: sha,
    check_name: NAME,
  })
  const own = runs.check_runs.find(({ app }) => app?.id === appId)
  if (own === undefined) {
    await client.call('POST /repos/{owner}/{repo}/check-runs', { ...body, name: NAME, head_sha: sha })
  } else {
    await client.call('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', { ...body, check_run_id: own.id })
  }
}

/** What failed because of the file before is tried again with this one. */
async function replay({ queue, log }: CheckDeps, { owner }: WorkOf<'config'>): Promise<void> {
  const replayed = await queue.replay({ lane: laneOf(owner), code: 'config-invalid' })
  if (replayed > 0) log.info('work taken up again', { organization: owner, entries: replayed })
}
