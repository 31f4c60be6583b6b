import type { EmailVisibility } from './switches.ts'
import type { WorkflowName } from './workflows.ts'

export interface Person {
  readonly key: string
  name: string
  displayName: string
  emailAddress: string
  /** Set where one person differs from the server-wide visibility. */
  emailShown: EmailVisibility | null
  active: boolean
  deleted: boolean
  timeZone: string
  locale: string
  password: string | null
  groups: string[]
  failedLogins: number
  loginCount: number
  lastFailedLogin: number | null
  previousLogin: number | null
}

export interface Version {
  readonly id: string
  readonly projectId: string
  name: string
  description: string
  released: boolean
  archived: boolean
  releaseDate: string | null
}

export interface Component {
  readonly id: string
  readonly projectId: string
  name: string
  description: string
}

export interface Project {
  readonly id: string
  key: string
  readonly formerKeys: string[]
  name: string
  description: string
  leadKey: string
  workflow: WorkflowName
  /** Anybody may browse it, signed in or not. */
  public: boolean
  /** Keys of those who work on it; `everyone` is every active person. */
  members: 'everyone' | string[]
  /** Permissions taken away again, per person key. */
  readonly denied: Map<string, Set<string>>
  assigneeType: 'PROJECT_LEAD' | 'UNASSIGNED'
  issueTypeIds: readonly string[]
  readonly versions: Version[]
  readonly components: Component[]
  /** Fields required besides the summary. */
  requiredFields: string[]
  /** Fields taken off the screens. */
  hiddenFields: string[]
  nextNumber: number
}

export interface Comment {
  readonly id: string
  readonly authorKey: string
  readonly updateAuthorKey: string
  readonly body: string
  readonly created: number
  readonly updated: number
  readonly visibility: { readonly type: 'role' | 'group'; readonly value: string } | null
  readonly properties: Map<string, unknown>
}

export interface ChangeItem {
  readonly field: string
  readonly fieldtype: 'jira' | 'custom'
  readonly from: string | null
  readonly fromString: string | null
  readonly to: string | null
  readonly toString: string | null
}

export interface ChangeGroup {
  readonly id: string
  readonly authorKey: string
  readonly created: number
  readonly items: readonly ChangeItem[]
}

export interface RemoteLink {
  readonly id: number
  readonly globalId: string | null
  readonly application: Readonly<Record<string, unknown>>
  readonly relationship: string | null
  readonly object: Readonly<Record<string, unknown>>
}

export interface Attachment {
  readonly id: string
  readonly filename: string
  readonly authorKey: string
  readonly created: number
  readonly mimeType: string
  readonly content: Buffer
}

/** Its lists are replaced, never changed in place: a shallow copy is a snapshot, and empty ones can be shared. */
export interface Issue {
  readonly id: number
  key: string
  projectId: string
  typeId: string
  statusId: string
  summary: string
  description: string | null
  environment: string | null
  resolutionId: string | null
  resolved: number | null
  priorityId: string | null
  assigneeKey: string | null
  reporterKey: string | null
  readonly creatorKey: string
  labels: readonly string[]
  componentIds: readonly string[]
  fixVersionIds: readonly string[]
  versionIds: readonly string[]
  dueDate: string | null
  parentId: number | null
  subtaskIds: readonly number[]
  custom: Readonly<Record<string, unknown>>
  readonly created: number
  updated: number
  comments: readonly Comment[]
  history: readonly ChangeGroup[]
  remoteLinks: readonly RemoteLink[]
  attachments: readonly Attachment[]
  watcherKeys: ReadonlySet<string>
  properties: ReadonlyMap<string, unknown>
}

export interface IssueLink {
  readonly id: string
  readonly typeId: string
  readonly outwardId: number
  readonly inwardId: number
}

export interface Hook {
  readonly id: number
  name: string
  url: string
  events: string[]
  jql: string
  excludeBody: boolean
  enabled: boolean
  secret: string | null
  /** The whole configuration of a version 10 hook, as it was given. */
  configuration: Record<string, string>
  lastUpdated: number
  lastUpdatedBy: string
}

export interface AccessToken {
  readonly id: number
  readonly name: string
  readonly secret: string
  readonly personKey: string
  readonly createdAt: number
  readonly expiringAt: number | null
  lastAccessedAt: number | null
}

export interface OAuthConsumer {
  readonly key: string
  readonly name: string
  readonly publicKey: string
}

export interface OAuthToken {
  readonly token: string
  readonly secret: string
  readonly consumerKey: string
  readonly callback: string | null
  verifier: string | null
  personKey: string | null
  kind: 'request' | 'access'
}

export interface OAuth2Client {
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
  readonly scope: string
}

export interface OAuth2Grant {
  readonly clientId: string
  readonly personKey: string
  readonly scope: string
  readonly challenge: { readonly method: string; readonly value: string } | null
  code: string | null
  accessToken: string | null
  refreshToken: string | null
  expiresAt: number
}

/** What an issue has at first besides its fields. */
export const bareIssue: Pick<
  Issue,
  'subtaskIds' | 'comments' | 'history' | 'remoteLinks' | 'attachments' | 'watcherKeys' | 'properties'
> = {
  subtaskIds: [],
  comments: [],
  history: [],
  remoteLinks: [],
  attachments: [],
  watcherKeys: new Set(),
  properties: new Map(),
}

/** How the search index still sees an issue, until it catches up. `null`: it does not know of it yet. */
interface Lagging {
  readonly before: Issue | null
  readonly until: number
}

export interface World {
  readonly people: Map<string, Person>
  readonly groups: Set<string>
  readonly projects: Map<string, Project>
  readonly issues: Map<number, Issue>
  /** Current and former keys, in capitals. */
  readonly issueIds: Map<string, number>
  readonly links: Map<string, IssueLink>
  readonly hooks: Map<number, Hook>
  readonly tokens: Map<string, AccessToken>
  readonly sessions: Map<string, string>
  readonly consumers: Map<string, OAuthConsumer>
  readonly oauthTokens: Map<string, OAuthToken>
  readonly nonces: Set<string>
  readonly oauth2Clients: Map<string, OAuth2Client>
  readonly oauth2Grants: OAuth2Grant[]
  readonly buckets: Map<string, { tokens: number; filledAt: number }>
  readonly lagging: Map<number, Lagging[]>
  /** Kept sorted by `updated` between changes; `null` asks for a fresh sort. */
  byUpdated: Issue[] | null
  nextId: number
}

export function createWorld(): World {
  return {
    people: new Map(),
    groups: new Set(),
    projects: new Map(),
    issues: new Map(),
    issueIds: new Map(),
    links: new Map(),
    hooks: new Map(),
    tokens: new Map(),
    sessions: new Map(),
    consumers: new Map(),
    oauthTokens: new Map(),
    nonces: new Set(),
    oauth2Clients: new Map(),
    oauth2Grants: [],
    buckets: new Map(),
    lagging: new Map(),
    byUpdated: null,
    nextId: 10_000,
  }
}

export function clearWorld(world: World): void {
  for (const part of Object.values(world)) {
    if (part instanceof Map || part instanceof Set) part.clear()
  }
  world.oauth2Grants.length = 0
  world.byUpdated = null
  world.nextId = 10_000
}

export const nextId = (world: World): number => world.nextId++

export function findPersonByName(world: World, name: string): Person | undefined {
  const wanted = name.toLowerCase()
  // Names are keys until somebody is renamed, so the first look mostly hits.
  const direct = world.people.get(name)
  if (direct !== undefined && direct.name.toLowerCase() === wanted) return direct
  for (const person of world.people.values()) if (person.name.toLowerCase() === wanted) return person
  return undefined
}

/** By id, or by key in any case, former keys included. */
export function findProject(world: World, idOrKey: string): Project | undefined {
  const byId = world.projects.get(idOrKey)
  if (byId !== undefined) return byId
  const wanted = idOrKey.toUpperCase()
  for (const project of world.projects.values()) {
    if (project.key === wanted || project.formerKeys.includes(wanted)) return project
  }
  return undefined
}

/** By id, or by current or former key. */
export function findIssue(world: World, idOrKey: string): Issue | undefined {
  const id = /^\d+$/.test(idOrKey) ? Number(idOrKey) : world.issueIds.get(idOrKey.toUpperCase())
  return id === undefined ? undefined : world.issues.get(id)
}

export const projectOf = (world: World, issue: Issue): Project => world.projects.get(issue.projectId)!

export const issueNumber = (key: string): number => Number(key.slice(key.lastIndexOf('-') + 1))
