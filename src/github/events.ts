import { z } from 'zod'
import type { IssueRef, RepoRef } from '../core/issue.ts'
import { parseApiUrl } from './convert.ts'

/** What a delivery is about. It carries no content: what happened is read afresh by whoever works on it. */
export interface Touched {
  readonly installation: number
  /** The login of whoever caused it. */
  readonly sender: string
  readonly issues: readonly { readonly ref: IssueRef; readonly comments: boolean }[]
  /** A comment that may be a command. */
  readonly command: { readonly issue: IssueRef; readonly comment: number } | null
  /** A commit whose configuration may have changed. */
  readonly config: ConfigTouch | null
  /** Whose archive of people was pushed. */
  readonly archive?: RepoRef
  /** A label or milestone that has another name now, or is gone: GitHub does not tell of each issue that has it. */
  readonly renamed: { readonly repo: RepoRef; readonly field: 'labels' | 'milestone'; readonly name: string } | null
}

export interface ConfigTouch {
  readonly repo: RepoRef
  readonly sha: string
  /** `null` for a push to the default branch. */
  readonly pull: number | null
}

export interface EventsContext {
  /** Id of our app and the login under which it writes. */
  readonly app: { readonly id: number; readonly login: string }
  /** Path of the configuration within a repository. */
  readonly configFile: string
  /** Path of the archive of people, in a repository that has one. */
  readonly archiveOf?: (repo: RepoRef) => string | undefined
}

const IssueJson = z.object({
  number: z.int(),
  pull_request: z.unknown().optional(),
  repository_url: z.string().optional(),
  performed_via_github_app: z.object({ id: z.number() }).nullish(),
})
const Envelope = z.object({
  action: z.string().optional(),
  installation: z.object({ id: z.int() }),
  repository: z.object({
    name: z.string(),
    default_branch: z.string().optional(),
    owner: z.object({ login: z.string() }),
  }),
  sender: z.object({ login: z.string() }),
})
const Issues = z.object({ issue: IssueJson })
const IssueComment = z.object({
  issue: IssueJson,
  comment: z.object({
    id: z.int(),
    body: z.string().nullish(),
    performed_via_github_app: z.object({ id: z.number() }).nullish(),
  }),
})
const SubIssues = z.object({ sub_issue: IssueJson.nullish(), parent_issue: IssueJson.nullish() })
const Label = z.object({
  label: z.object({ name: z.string() }),
  changes: z.object({ name: z.object({ from: z.string() }).optional() }).nullish(),
})
const Milestone = z.object({
  milestone: z.object({ title: z.string() }),
  changes: z.object({ title: z.object({ from: z.string() }).optional() }).nullish(),
})
const Commit = z.object({ added: z.array(z.string()), modified: z.array(z.string()), removed: z.array(z.string()) })
const Push = z.object({
  ref: z.string(),
  after: z.string(),
  deleted: z.boolean().optional(),
  commits: z.array(Commit).default([]),
  head_commit: Commit.nullish(),
})
const PullRequest = z.object({ number: z.int(), pull_request: z.object({ head: z.object({ sha: z.string() }) }) })
const CheckRun = z.object({
  check_run: z.object({ head_sha: z.string(), pull_requests: z.array(z.object({ number: z.int() })).default([]) }),
})

type Base = z.infer<typeof Envelope> & { readonly repo: RepoRef }
type Found = Partial<Omit<Touched, 'installation' | 'sender'>>

/** Which issues a delivery touches, and what else there is to do; `undefined` when it is none of our business. */
export function findTouched(event: string, payload: unknown, context: EventsContext): Touched | undefined {
  const parsed = Envelope.safeParse(payload)
  if (!parsed.success) return undefined
  const { installation, repository, sender } = parsed.data
  if (sender.login === context.app.login) return undefined
  const base = { ...parsed.data, repo: { owner: repository.owner.login, repo: repository.name } }
  const found = readers[event]?.(base, payload, context)
  if (found === undefined) return undefined
  const nothing = { issues: [], command: null, config: null, renamed: null }
  return { installation: installation.id, sender: sender.login, ...nothing, ...found }
}

type Reader = (base: Base, payload: unknown, context: EventsContext) => Found | undefined

/** The events that the app subscribes to. */
const readers: Readonly<Record<string, Reader>> = {
  issues: readIssues,
  issue_comment: readComment,
  sub_issues: readSubIssues,
  label: readLabel,
  milestone: readMilestone,
  push: readPush,
  pull_request: readPull,
  check_run: readCheckRun,
}

// Seen by nobody but GitHub itself.
const WITHOUT_EFFECT = ['locked', 'unlocked', 'pinned', 'unpinned']

function readIssues({ action, repo }: Base, payload: unknown, { app }: EventsContext): Found | undefined {
  const parsed = Issues.safeParse(payload)
  if (!parsed.success || WITHOUT_EFFECT.includes(action ?? '')) return undefined
  const { number, performed_via_github_app: via, pull_request: pull } = parsed.data.issue
  // An issue keeps for ever by which app it was opened; only its opening is our echo.
  if (pull !== undefined || (action === 'opened' && via?.id === app.id)) return undefined
  return { issues: [{ ref: { ...repo, number }, comments: false }] }
}

function readComment({ action, repo }: Base, payload: unknown, { app }: EventsContext): Found | undefined {
  const parsed = IssueComment.safeParse(payload)
  if (!parsed.success || parsed.data.issue.pull_request !== undefined) return undefined
  const { issue, comment } = parsed.data
  if (action === 'created' && comment.performed_via_github_app?.id === app.id) return undefined
  const ref = { ...repo, number: issue.number }
  const isCommand = /^\s*\/lockstep\b/i.test(comment.body ?? '')
  if (isCommand) return action === 'created' ? { command: { issue: ref, comment: comment.id } } : undefined
  return { issues: [{ ref, comments: true }] }
}

function readSubIssues({ repo }: Base, payload: unknown): Found | undefined {
  const { sub_issue: child, parent_issue: parent } = SubIssues.safeParse(payload).data ?? {}
  const refs = [child, parent].flatMap((issue) => {
    if (!issue) return []
    return [parseApiUrl(`${issue.repository_url ?? ''}/issues/${issue.number}`) ?? { ...repo, number: issue.number }]
  })
  // Each repository is told for itself, through the installation that has it.
  const own = refs.filter((ref) => ref.owner === repo.owner && ref.repo === repo.repo)
  return own.length === 0 ? undefined : { issues: own.map((ref) => ({ ref, comments: false })) }
}

function readLabel({ action, repo }: Base, payload: unknown): Found | undefined {
  const { label, changes } = Label.safeParse(payload).data ?? {}
  const name = action === 'deleted' ? label?.name : changes?.name?.from
  return name === undefined ? undefined : { renamed: { repo, field: 'labels', name } }
}

function readMilestone({ action, repo }: Base, payload: unknown): Found | undefined {
  const { milestone, changes } = Milestone.safeParse(payload).data ?? {}
  const name = action === 'deleted' ? milestone?.title : changes?.title?.from
  return name === undefined ? undefined : { renamed: { repo, field: 'milestone', name } }
}

function readPush({ repo, repository }: Base, payload: unknown, context: EventsContext): Found | undefined {
  const parsed = Push.safeParse(payload)
  if (!parsed.success || parsed.data.deleted === true) return undefined
  const { ref, after, commits, head_commit: head } = parsed.data
  if (ref !== `refs/heads/${repository.default_branch ?? ''}`) return undefined
  const paths = [...commits, ...(head ? [head] : [])].flatMap(({ added, modified, removed }) => [
    ...added,
    ...modified,
    ...removed,
  ])
  const archive = context.archiveOf?.(repo)
  const found = {
    ...(paths.includes(context.configFile) ? { config: { repo, sha: after, pull: null } } : {}),
    ...(archive !== undefined && paths.includes(archive) ? { archive: repo } : {}),
  }
  return Object.keys(found).length === 0 ? undefined : found
}

function readPull({ action, repo }: Base, payload: unknown): Found | undefined {
  const parsed = PullRequest.safeParse(payload)
  if (!parsed.success || !['opened', 'reopened', 'synchronize'].includes(action ?? '')) return undefined
  const { number, pull_request: pull } = parsed.data
  return { config: { repo, sha: pull.head.sha, pull: number } }
}

function readCheckRun({ action, repo }: Base, payload: unknown): Found | undefined {
  const parsed = CheckRun.safeParse(payload)
  if (!parsed.success || action !== 'rerequested') return undefined
  const { head_sha: sha, pull_requests: pulls } = parsed.data.check_run
  return { config: { repo, sha, pull: pulls[0]?.number ?? null } }
}
