import { addComment, placeComment } from './doings/comments.ts'
import { placeIssue, setState } from './doings/issues.ts'
import { createMilestone, findOrCreateLabel } from './doings/labels.ts'
import {
  addAccount,
  addActionsToken,
  addApp,
  addInstallation,
  addOrg,
  addPerson,
  addRepo,
  addToken,
} from './founding.ts'
import type { NewPerson, NewRepo } from './founding.ts'
import type { Host } from './host.ts'
import { ISSUES, MILESTONES } from './seed-issues.ts'
import type { SeedIssue } from './seed-issues.ts'
import { findPerson, stamp } from './world.ts'
import type { Person, Repo } from './world.ts'

/** A world of one's own; what is left out is as in `empty`. */
export interface SeedPlan {
  readonly org?: string
  readonly people?: readonly NewPerson[]
  /** The first is the one most acts mean. */
  readonly repos?: readonly NewRepo[]
  /** Into the first repository. */
  readonly issues?: readonly SeedIssue[]
  readonly webhookUrl?: string
  /** What the App may do; the App's own wish unless told otherwise. */
  readonly permissions?: Readonly<Record<string, string>>
}

export type Seed = 'small' | 'empty' | 'large' | SeedPlan

export const TOKENS = { pat: 'ghp_sandbox', actions: 'ghs_sandbox_actions' } as const
export const WEBHOOK_SECRET = 'sandbox-secret'

/** People as different as they are: public address, only a verified one, only a private one, no name, outside. */
const PEOPLE: readonly NewPerson[] = [
  {
    login: 'ada',
    name: 'Ada Byron',
    publicEmail: 'ada.byron@example.com',
    verifiedEmails: ['ada.byron@example.com'],
    role: 'admin',
    samlNameId: 'ada.byron@example.com',
    commitEmail: 'ada.byron@example.com',
  },
  {
    login: 'grace',
    name: 'Grace Murray',
    verifiedEmails: ['grace.murray@example.com'],
    samlNameId: 'grace.murray@example.com',
  },
  {
    login: 'hedy',
    name: 'Hedy Kiesler',
    verifiedEmails: ['hedy.kiesler@example.com', 'hkiesler@corp.example.com'],
    samlNameId: 'hkiesler@corp.example.com',
  },
  { login: 'linus-h', name: 'Linus Holm', publicEmail: 'linus.holm@example.com' },
  { login: 'mstein', name: 'Margaret Stein', samlNameId: 'margaret.stein@example.com' },
  { login: 'kcole', name: null, commitEmail: 'katherine.cole@example.com' },
  { login: 'Emmy-Dev', name: 'Emmy Dev', publicEmail: 'emmy@example.org', verifiedEmails: ['emmy.dev@example.com'] },
  { login: 'passer-by', name: 'Pat Passerby', publicEmail: 'pat@example.org', role: 'none' },
]

const PERMISSIONS = {
  issues: 'write',
  metadata: 'read',
  members: 'read',
  contents: 'write',
  pull_requests: 'write',
  checks: 'write',
}
const EVENTS = ['check_run', 'issue_comment', 'issues', 'label', 'milestone', 'pull_request', 'push', 'sub_issues']
const ACTIONS_PERMISSIONS = {
  issues: 'write',
  metadata: 'read',
  contents: 'write',
  pull_requests: 'write',
  checks: 'write',
}

export function plant(host: Host, seed: Seed): void {
  const plan = typeof seed === 'object' ? seed : {}
  const { world } = host
  const org = addOrg(host, plan.org ?? 'acme', 'Acme Rockets')
  for (const person of plan.people ?? PEOPLE) addPerson(host, org, person)
  const repos = (plan.repos ?? [{ name: 'rocket', description: 'Goes up' }]).map((repo) =>
    addRepo(host, org.account, repo),
  )
  const [repo] = repos
  const app = addApp(host, org.account, {
    slug: 'lockstep-sandbox',
    name: 'Lockstep Sandbox',
    permissions: plan.permissions ?? PERMISSIONS,
    events: EVENTS,
    webhookUrl: plan.webhookUrl ?? '',
    webhookSecret: WEBHOOK_SECRET,
  })
  addInstallation(host, app, org.account)
  const github = addAccount(host, 'Organization', { login: 'github', name: 'GitHub' }, 9919)
  addApp(host, github, {
    id: 15_368,
    slug: 'github-actions',
    name: 'GitHub Actions',
    permissions: ACTIONS_PERMISSIONS,
    events: [],
  })
  const owner = findPerson(world, [...org.members.keys()][0] ?? '') ?? org.account
  addToken(host, TOKENS.pat, owner)
  if (repo === undefined) return
  addActionsToken(host, TOKENS.actions, repo, ACTIONS_PERMISSIONS)
  if (seed === 'small') plantIssues(host, repo, owner, ISSUES, MILESTONES)
  if (seed === 'large') plantMany(host, repo, owner, 10_000)
  if (plan.issues !== undefined) plantIssues(host, repo, owner, plan.issues, [])
}

const START = Date.parse('2026-01-05T08:00:00Z')
const STEP_MS = 7 * 3600 * 1000 + 13 * 60 * 1000

/** Runs the clock of the world back to when the issues were opened; nobody listens yet. */
function plantIssues(
  host: Host,
  repo: Repo,
  owner: Person,
  issues: readonly SeedIssue[],
  milestones: readonly string[],
): void {
  let at = START
  const then: Host = { ...host, clock: { ...host.clock, now: () => new Date(at) }, emit: () => {} }
  const by = (login: string | undefined) => ({ person: findPerson(host.world, login ?? '') ?? owner, via: null })
  const milestoneOf = (title: string) =>
    [...repo.milestones.values()].find((each) => each.title === title) ??
    createMilestone(then, repo, by(undefined), { title })
  for (const title of milestones) milestoneOf(title)
  for (const each of issues) {
    at += STEP_MS
    const issue = placeIssue(then, repo, by(each.author), { title: each.title, body: each.body ?? null })
    issue.labels = (each.labels ?? []).map((name) => findOrCreateLabel(then, repo, by(undefined), name))
    issue.assignees = (each.assignees ?? []).flatMap((login) => findPerson(host.world, login) ?? [])
    issue.milestone = each.milestone === undefined ? null : milestoneOf(each.milestone)
    issue.type = host.world.org.issueTypes.find(({ name }) => name === each.type) ?? null
    for (const { author, body } of each.comments ?? []) {
      at += 11 * 60 * 1000
      addComment(then, issue, by(author), body)
    }
    if (each.closed !== undefined) setState(then, issue, by(each.author), 'closed', each.closed)
  }
}

/** Plain issues by the thousand, one a minute, every fifth closed. */
function plantMany(host: Host, repo: Repo, owner: Person, count: number): void {
  const actor = { person: owner, via: null }
  const people = [...host.world.people.values()].filter(({ type }) => type === 'User')
  const labels = ['bug', 'enhancement', 'question'].map((name) => findOrCreateLabel(host, repo, actor, name))
  let at = START
  const then: Host = { ...host, clock: { ...host.clock, now: () => new Date(at) }, emit: () => {} }
  for (let n = 1; n <= count; n++) {
    at += 60_000
    const issue = placeIssue(then, repo, actor, { title: `Issue ${n}`, body: `Body of issue ${n}.\n\n- one\n- two` })
    const label = labels[n % labels.length]
    const person = people[n % people.length]
    if (label !== undefined) issue.labels = [label]
    if (person !== undefined && n % 3 === 0) issue.assignees = [person]
    if (n % 10 === 0) placeComment(then, issue, actor, `A word on ${n}`)
    if (n % 5 === 0) {
      issue.state = 'closed'
      issue.stateReason = 'completed'
      issue.closedAt = stamp(new Date(at))
      issue.closedBy = owner
    }
  }
}
