import type { Host } from './host.ts'
import { nowOf } from './host.ts'
import { createGitStore } from './git-store.ts'
import { sharedKeyPair } from './keys.ts'
import { madeUp } from './render.ts'
import { DEFAULT_LABELS, placeLabel } from './doings/labels.ts'
import { commitFiles } from './doings/git.ts'
import { findPerson } from './world.ts'
import type { App, Installation, Org, Permission, Person, Repo, Token } from './world.ts'

export interface NewPerson {
  readonly login: string
  readonly name?: string | null
  /** Shown to everybody. */
  readonly publicEmail?: string | null
  readonly verifiedEmails?: readonly string[]
  readonly commitEmail?: string
  readonly samlNameId?: string | null
  /** `none` for people outside the organization. */
  readonly role?: 'admin' | 'member' | 'none'
}

export function addAccount(
  host: Host,
  type: Person['type'],
  draft: NewPerson,
  id = host.world.ids.next('person'),
): Person {
  const now = nowOf(host)
  const person: Person = {
    id,
    login: draft.login,
    type,
    name: draft.name ?? null,
    publicEmail: draft.publicEmail ?? null,
    verifiedEmails: [...(draft.verifiedEmails ?? [])],
    commitEmail: draft.commitEmail ?? `${id}+${draft.login}@users.noreply.github.com`,
    samlNameId: draft.samlNameId ?? null,
    createdAt: now,
    updatedAt: now,
  }
  host.world.people.set(draft.login.toLowerCase(), person)
  return person
}

/** Somebody with an account, and in the organization unless told otherwise. */
export function addPerson(host: Host, org: Org | null, draft: NewPerson): Person {
  const person = addAccount(host, 'User', draft)
  const role = draft.role ?? 'member'
  if (org !== null && role !== 'none') org.members.set(person.login.toLowerCase(), role)
  return person
}

const TYPES = [
  { name: 'Task', description: 'A specific piece of work', color: 'yellow' },
  { name: 'Bug', description: 'An unexpected problem or behavior', color: 'red' },
  { name: 'Feature', description: 'A request, idea, or new functionality', color: 'blue' },
]

export function addOrg(host: Host, login: string, name: string): Org {
  const org: Org = {
    account: addAccount(host, 'Organization', { login, name }),
    description: null,
    members: new Map(),
    basePermission: 'write',
    issueTypes: TYPES.map((type) => ({
      ...type,
      id: host.world.ids.next('issueType'),
      enabled: true,
      createdAt: nowOf(host),
    })),
    samlSsoUrl: null,
  }
  host.world.orgs.set(login.toLowerCase(), org)
  return org
}

export interface NewRepo {
  readonly name: string
  readonly private?: boolean
  readonly description?: string | null
  readonly collaborators?: Readonly<Record<string, Permission>>
  /** The first commit's files; an empty object leaves the Git repository empty. */
  readonly files?: Readonly<Record<string, string>>
  readonly topics?: readonly string[]
  readonly labels?: boolean
}

export function addRepo(host: Host, owner: Person, draft: NewRepo): Repo {
  const now = nowOf(host)
  const repo: Repo = {
    id: host.world.ids.next('repo'),
    owner,
    name: draft.name,
    description: draft.description ?? null,
    topics: draft.topics ?? [],
    private: draft.private ?? false,
    archived: false,
    hasIssues: true,
    defaultBranch: 'main',
    collaborators: new Map(
      Object.entries(draft.collaborators ?? {}).map(([login, role]) => [login.toLowerCase(), role]),
    ),
    labels: new Map(),
    milestones: new Map(),
    issues: new Map(),
    comments: new Map(),
    hooks: [],
    git: createGitStore(),
    checkRuns: new Map(),
    lastNumber: 0,
    version: 0,
    createdAt: now,
    updatedAt: now,
    pushedAt: now,
  }
  host.world.repos.set(repo.id, repo)
  if (draft.labels !== false) for (const label of DEFAULT_LABELS) placeLabel(host, repo, label)
  const files = Object.entries(draft.files ?? { 'README.md': `# ${draft.name}\n` })
  if (files.length > 0) {
    const author = findPerson(
      host.world,
      [...(host.world.orgs.get(owner.login.toLowerCase())?.members.keys() ?? [])][0] ?? '',
    )
    commitFiles(
      host,
      repo,
      { person: author ?? owner, via: null },
      {
        message: 'Initial commit',
        files: new Map(files.map(([path, text]) => [path, Buffer.from(text)])),
      },
    )
  }
  return repo
}

export interface NewApp {
  readonly slug: string
  readonly name: string
  readonly description?: string
  readonly url?: string
  readonly permissions: Readonly<Record<string, string>>
  readonly events: readonly string[]
  readonly webhookUrl?: string
  readonly webhookSecret?: string
  readonly callbackUrls?: readonly string[]
  readonly id?: number
}

export function addApp(host: Host, owner: Person, draft: NewApp): App {
  const id = draft.id ?? host.world.ids.next('app')
  const now = nowOf(host)
  const app: App = {
    id,
    slug: draft.slug,
    name: draft.name,
    description: draft.description ?? '',
    externalUrl: draft.url ?? 'https://lockstep.example.com',
    owner,
    bot: addAccount(host, 'Bot', { login: `${draft.slug}[bot]` }),
    clientId: `Iv23li${madeUp('client', id).slice(0, 14)}`,
    clientSecret: madeUp('secret', id),
    webhookUrl: draft.webhookUrl ?? '',
    webhookSecret: draft.webhookSecret ?? madeUp('webhook', id),
    hookId: host.world.ids.next('hook'),
    permissions: { ...draft.permissions },
    events: [...draft.events],
    callbackUrls: [...(draft.callbackUrls ?? [])],
    get privateKey() {
      return sharedKeyPair().privateKey
    },
    get publicKey() {
      return sharedKeyPair().publicKey
    },
    createdAt: now,
    updatedAt: now,
  }
  host.world.apps.push(app)
  return app
}

export function addInstallation(host: Host, app: App, account: Person, repoIds: number[] | null = null): Installation {
  const now = nowOf(host)
  const installation: Installation = {
    id: host.world.ids.next('installation'),
    app,
    account,
    repoIds,
    permissions: { ...app.permissions },
    events: [...app.events],
    createdAt: now,
    updatedAt: now,
    suspendedAt: null,
    suspendedBy: null,
  }
  host.world.installations.push(installation)
  return installation
}

const CLASSIC_SCOPES = ['admin:org', 'admin:repo_hook', 'read:user', 'repo', 'user:email', 'workflow']

export function addToken(host: Host, value: string, person: Person, scopes: readonly string[] = CLASSIC_SCOPES): Token {
  const token: Token = {
    value,
    kind: 'pat',
    person,
    app: null,
    installation: null,
    scopes,
    permissions: null,
    repoIds: null,
    expiresAt: null,
  }
  host.world.tokens.set(value, token)
  return token
}

/** What a workflow gets as `GITHUB_TOKEN`: bound to one repository, writing as github-actions[bot]. */
export function addActionsToken(
  host: Host,
  value: string,
  repo: Repo,
  permissions: Readonly<Record<string, string>>,
): Token {
  const app = host.world.apps.find(({ slug }) => slug === 'github-actions') ?? null
  if (app === null) throw new Error('the world has no github-actions App')
  const token: Token = {
    value,
    kind: 'actions',
    person: app.bot,
    app,
    installation: null,
    scopes: [],
    permissions,
    repoIds: [repo.id],
    expiresAt: null,
  }
  host.world.tokens.set(value, token)
  return token
}
