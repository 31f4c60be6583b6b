import type { GitStore } from './git-store.ts'
import { createIds } from './ids.ts'
import type { Ids } from './ids.ts'

export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read'

/** An account: a person, a bot or an organization. */
export interface Person {
  readonly id: number
  login: string
  readonly type: 'User' | 'Bot' | 'Organization'
  name: string | null
  /** What `GET /users/{login}` shows to everybody. */
  publicEmail: string | null
  /** Addresses on domains the organization has verified: only GraphQL tells them, and only to its members. */
  verifiedEmails: string[]
  /** Written into commits. */
  commitEmail: string
  samlNameId: string | null
  readonly createdAt: string
  updatedAt: string
}

export interface IssueType {
  readonly id: number
  name: string
  description: string | null
  color: string
  enabled: boolean
  readonly createdAt: string
}

export interface Org {
  readonly account: Person
  description: string | null
  /** By lower-case login. */
  readonly members: Map<string, 'admin' | 'member'>
  basePermission: 'none' | 'read' | 'write' | 'admin'
  readonly issueTypes: IssueType[]
  /** Single sign-on is on: people have a `samlNameId`. */
  samlSsoUrl: string | null
}

export interface Label {
  readonly id: number
  name: string
  color: string
  description: string | null
  readonly isDefault: boolean
  updatedAt: string
}

export interface Milestone {
  readonly id: number
  readonly number: number
  title: string
  description: string | null
  state: 'open' | 'closed'
  dueOn: string | null
  readonly creator: Person
  readonly createdAt: string
  updatedAt: string
  closedAt: string | null
}

export interface Reaction {
  readonly id: number
  readonly content: string
  readonly person: Person
  readonly createdAt: string
}

export interface Comment {
  readonly id: number
  readonly repoId: number
  readonly issueNumber: number
  body: string
  readonly author: Person
  /** The App through which it was written. */
  readonly via: App | null
  readonly createdAt: string
  updatedAt: string
  readonly reactions: Reaction[]
  /** The classifier it was hidden under. */
  minimized: string | null
}

export interface IssueEvent {
  readonly id: number
  readonly event: string
  readonly actor: Person
  readonly via: App | null
  readonly createdAt: string
  readonly facts: {
    readonly label?: { readonly name: string; readonly color: string }
    readonly assignee?: Person
    readonly milestone?: string
    readonly rename?: { readonly from: string; readonly to: string }
    readonly lockReason?: string | null
    readonly stateReason?: string | null
    readonly issueType?: IssueType
    readonly previousType?: IssueType
    readonly otherIssueId?: number
  }
}

export interface Pull {
  headRef: string
  headSha: string
  baseRef: string
  baseSha: string
  mergedAt: string | null
  draft: boolean
}

export interface Issue {
  readonly id: number
  readonly repoId: number
  readonly number: number
  title: string
  body: string | null
  state: 'open' | 'closed'
  stateReason: string | null
  readonly author: Person
  readonly via: App | null
  labels: Label[]
  assignees: Person[]
  milestone: Milestone | null
  type: IssueType | null
  locked: boolean
  lockReason: string | null
  pinned: boolean
  readonly comments: Comment[]
  readonly events: IssueEvent[]
  readonly reactions: Reaction[]
  parentId: number | null
  readonly subIssueIds: number[]
  readonly createdAt: string
  updatedAt: string
  closedAt: string | null
  closedBy: Person | null
  readonly pull: Pull | null
  deleted: boolean
  transferredTo: { readonly repoId: number; readonly number: number } | null
}

export interface Hook {
  readonly id: number
  url: string
  secret: string | null
  contentType: 'json' | 'form'
  events: string[]
  active: boolean
  readonly createdAt: string
  updatedAt: string
  lastResponse: { code: number | null; status: string; message: string | null }
}

export interface CheckRun {
  readonly id: number
  readonly app: App
  readonly headSha: string
  readonly startedAt: string
  fields: Record<string, unknown>
}

export interface Repo {
  readonly id: number
  readonly owner: Person
  name: string
  description: string | null
  topics: readonly string[]
  private: boolean
  archived: boolean
  hasIssues: boolean
  defaultBranch: string
  /** By lower-case login; members of the organization have its base permission besides. */
  readonly collaborators: Map<string, Permission>
  /** By lower-case name. */
  readonly labels: Map<string, Label>
  readonly milestones: Map<number, Milestone>
  readonly issues: Map<number, Issue>
  readonly comments: Map<number, Comment>
  readonly hooks: Hook[]
  readonly git: GitStore
  readonly checkRuns: Map<number, CheckRun>
  lastNumber: number
  /** Moves with every change of an issue or comment: what sorted lists are cached under. */
  version: number
  readonly createdAt: string
  updatedAt: string
  pushedAt: string
}

export interface App {
  readonly id: number
  slug: string
  name: string
  description: string
  externalUrl: string
  readonly owner: Person
  readonly bot: Person
  readonly clientId: string
  readonly clientSecret: string
  webhookUrl: string
  webhookSecret: string
  readonly hookId: number
  permissions: Record<string, string>
  events: string[]
  callbackUrls: string[]
  /** Made when first asked for: 2048 bits take longer than starting the whole server. */
  readonly privateKey: string
  readonly publicKey: string
  readonly createdAt: string
  updatedAt: string
}

export interface Installation {
  readonly id: number
  readonly app: App
  readonly account: Person
  /** `null` is every repository of the account. */
  repoIds: number[] | null
  permissions: Record<string, string>
  events: string[]
  readonly createdAt: string
  updatedAt: string
  suspendedAt: string | null
  suspendedBy: Person | null
}

export interface Token {
  readonly value: string
  readonly kind: 'pat' | 'actions' | 'installation' | 'user'
  /** In whose name it writes. */
  readonly person: Person
  readonly app: App | null
  readonly installation: Installation | null
  /** Of a classic personal access token. */
  readonly scopes: readonly string[]
  /** Of everything an App hands out; `null` is all that the person may. */
  readonly permissions: Readonly<Record<string, string>> | null
  readonly repoIds: readonly number[] | null
  readonly expiresAt: string | null
}

export interface OauthCode {
  readonly app: App
  readonly person: Person
  readonly redirectUri: string | null
  readonly challenge: string | null
  readonly expiresAt: number
}

export interface HookDelivery {
  readonly id: number
  readonly guid: string
  readonly app: App
  readonly redelivery: boolean
  readonly event: string
  readonly action: string | null
  readonly installationId: number | null
  readonly repositoryId: number | null
  readonly url: string
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly payload: string
  readonly deliveredAt: string
  readonly duration: number
  readonly statusCode: number
  readonly replyHeaders: Readonly<Record<string, string>>
  readonly replyBody: string
  readonly error: string | null
}

export interface Attachment {
  readonly id: string
  readonly repoId: number
  readonly contentType: string
  readonly bytes: Buffer
}

export interface World {
  readonly ids: Ids
  /** By lower-case login; organizations too. */
  readonly people: Map<string, Person>
  readonly orgs: Map<string, Org>
  readonly repos: Map<number, Repo>
  readonly issuesById: Map<number, Issue>
  readonly apps: App[]
  readonly installations: Installation[]
  readonly tokens: Map<string, Token>
  readonly oauthCodes: Map<string, OauthCode>
  readonly refreshTokens: Map<string, Token>
  readonly manifestCodes: Map<string, App>
  readonly deliveries: HookDelivery[]
  readonly attachments: Map<string, Attachment>
  /** The seed's organization, repository and App: what most tests mean. */
  readonly org: Org
  readonly repo: Repo
  readonly app: App
}

export function createWorld(): World {
  const orgs = new Map<string, Org>()
  const repos = new Map<number, Repo>()
  const apps: App[] = []
  return {
    ids: createIds(),
    people: new Map(),
    orgs,
    repos,
    issuesById: new Map(),
    apps,
    installations: [],
    tokens: new Map(),
    oauthCodes: new Map(),
    refreshTokens: new Map(),
    manifestCodes: new Map(),
    deliveries: [],
    attachments: new Map(),
    get org() {
      return firstOf(orgs.values(), 'organization')
    },
    get repo() {
      return firstOf(repos.values(), 'repository')
    },
    get app() {
      return firstOf(apps.values(), 'App')
    },
  }
}

function firstOf<Thing>(things: IterableIterator<Thing>, what: string): Thing {
  const { value, done } = things.next()
  if (done === true) throw new Error(`this world has no ${what}`)
  return value
}

export const fullName = (repo: Repo): string => `${repo.owner.login}/${repo.name}`

export function findRepo(world: World, owner: string, name: string): Repo | undefined {
  const wanted = `${owner}/${name}`.toLowerCase()
  for (const repo of world.repos.values()) if (fullName(repo).toLowerCase() === wanted) return repo
  return undefined
}

export const findPerson = (world: World, login: string): Person | undefined => world.people.get(login.toLowerCase())

const RANK: Readonly<Record<Permission | 'none', number>> = {
  none: 0,
  read: 1,
  triage: 2,
  write: 3,
  maintain: 4,
  admin: 5,
}

/** What this account may do in the repository, ignoring that anybody may read a public one. */
export function permissionOf(world: World, repo: Repo, person: Person): Permission | 'none' {
  if (person.login.toLowerCase() === repo.owner.login.toLowerCase()) return 'admin'
  const login = person.login.toLowerCase()
  const org = world.orgs.get(repo.owner.login.toLowerCase())
  const role = org?.members.get(login)
  if (role === 'admin') return 'admin'
  const base = role === undefined || org === undefined ? 'none' : org.basePermission
  const own = repo.collaborators.get(login) ?? 'none'
  return RANK[own] > RANK[base] ? own : base
}

export const atLeast = (have: Permission | 'none', need: Permission): boolean => RANK[have] >= RANK[need]

export const hooksUp = (installation: Installation, repo: Repo): boolean =>
  installation.suspendedAt === null &&
  installation.account.id === repo.owner.id &&
  (installation.repoIds === null || installation.repoIds.includes(repo.id))

/** GitHub's timestamps: seconds, no fraction. */
export const stamp = (moment: Date): string => `${moment.toISOString().slice(0, 19)}Z`
