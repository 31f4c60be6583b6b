import { createHash } from 'node:crypto'
import { nodeId } from './ids.ts'
import type { Links } from './links.ts'
import { fullName } from './world.ts'
import type { App, Installation, Org, Permission, Person, Repo } from './world.ts'

export const NODE_PREFIX = { User: 'U', Bot: 'BOT', Organization: 'O' } as const

export const personNodeId = (person: Person): string => nodeId(NODE_PREFIX[person.type], person.id)

type RenderedUser = ReturnType<typeof composeUser>

const rendered = new WeakMap<Person, { readonly key: string; readonly user: RenderedUser }>()

/** The most frequent part of every body, so kept per person. */
export function renderUser(person: Person, links: Links): RenderedUser {
  const key = `${person.login} ${links.api}`
  const known = rendered.get(person)
  if (known?.key === key) return known.user
  const user = composeUser(person, links)
  rendered.set(person, { key, user })
  return user
}

function composeUser(person: Person, { api, html }: Links) {
  const url = `${api}/users/${encodeURIComponent(person.login)}`
  const page = person.type === 'Bot' ? `${html}/apps/${person.login.replace('[bot]', '')}` : `${html}/${person.login}`
  return {
    login: person.login,
    id: person.id,
    node_id: personNodeId(person),
    avatar_url: `${html}/avatars/u/${person.id}?v=4`,
    gravatar_id: '',
    url,
    html_url: page,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: person.type,
    user_view_type: 'public',
    site_admin: false,
  }
}

export function renderPublicUser(person: Person, links: Links) {
  return {
    ...renderUser(person, links),
    name: person.name,
    company: null,
    blog: '',
    location: null,
    email: person.publicEmail,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: person.createdAt,
    updated_at: person.updatedAt,
  }
}

export function renderPrivateUser(person: Person, links: Links) {
  return {
    ...renderPublicUser(person, links),
    user_view_type: 'private',
    private_gists: 0,
    total_private_repos: 0,
    owned_private_repos: 0,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
    plan: { name: 'free', space: 976_562_499, collaborators: 0, private_repos: 10_000 },
  }
}

export function renderOrg({ account, description }: Org, { api, html }: Links) {
  const url = `${api}/orgs/${account.login}`
  return {
    login: account.login,
    id: account.id,
    node_id: personNodeId(account),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${html}/avatars/u/${account.id}?v=4`,
    description,
  }
}

export function renderFullOrg(org: Org, publicRepos: number, links: Links) {
  return {
    ...renderOrg(org, links),
    name: org.account.name,
    company: null,
    blog: '',
    location: null,
    email: null,
    twitter_username: null,
    is_verified: true,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: publicRepos,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${links.html}/${org.account.login}`,
    created_at: org.account.createdAt,
    updated_at: org.account.updatedAt,
    archived_at: null,
    type: 'Organization',
  }
}

const REPO_URLS = {
  forks: '/forks',
  keys: '/keys{/key_id}',
  collaborators: '/collaborators{/collaborator}',
  teams: '/teams',
  hooks: '/hooks',
  issue_events: '/issues/events{/number}',
  events: '/events',
  assignees: '/assignees{/user}',
  branches: '/branches{/branch}',
  tags: '/tags',
  blobs: '/git/blobs{/sha}',
  git_tags: '/git/tags{/sha}',
  git_refs: '/git/refs{/sha}',
  trees: '/git/trees{/sha}',
  statuses: '/statuses/{sha}',
  languages: '/languages',
  stargazers: '/stargazers',
  contributors: '/contributors',
  subscribers: '/subscribers',
  subscription: '/subscription',
  commits: '/commits{/sha}',
  git_commits: '/git/commits{/sha}',
  comments: '/comments{/number}',
  issue_comment: '/issues/comments{/number}',
  contents: '/contents/{+path}',
  compare: '/compare/{base}...{head}',
  merges: '/merges',
  archive: '/{archive_format}{/ref}',
  downloads: '/downloads',
  issues: '/issues{/number}',
  pulls: '/pulls{/number}',
  milestones: '/milestones{/number}',
  notifications: '/notifications{?since,all,participating}',
  labels: '/labels{/name}',
  releases: '/releases{/id}',
  deployments: '/deployments',
}

/** The short form in `installation.repositories` and the start of every longer one. */
const repoHead = (repo: Repo) => ({
  id: repo.id,
  node_id: nodeId('R', repo.id),
  name: repo.name,
  full_name: fullName(repo),
  private: repo.private,
})

export const renderRepoHead = repoHead

const repoUrls = (url: string): Record<string, string> =>
  Object.fromEntries(Object.entries(REPO_URLS).map(([name, path]) => [`${name}_url`, url + path]))

/** Addresses without counts and settings: what references carry. */
export function renderSimpleRepo(repo: Repo, links: Links) {
  const url = `${links.api}/repos/${fullName(repo)}`
  return {
    ...repoHead(repo),
    owner: renderUser(repo.owner, links),
    html_url: `${links.html}/${fullName(repo)}`,
    description: repo.description,
    fork: false,
    url,
    ...repoUrls(url),
  }
}

export function renderRepo(repo: Repo, links: Links) {
  const page = `${links.html}/${fullName(repo)}`
  const host = links.html.replace(/^https?:\/\//, '')
  const open = countOpen(repo)
  return {
    ...renderSimpleRepo(repo, links),
    created_at: repo.createdAt,
    updated_at: repo.updatedAt,
    pushed_at: repo.pushedAt,
    git_url: `git://${host}/${fullName(repo)}.git`,
    ssh_url: `git@${host.replace(/:\d+$/, '')}:${fullName(repo)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: repo.hasIssues,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repo.archived,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: repo.topics,
    visibility: repo.private ? 'private' : 'public',
    forks: 0,
    open_issues: open,
    watchers: 0,
    default_branch: repo.defaultBranch,
  }
}

const openCounts = new WeakMap<Repo, { version: number; open: number }>()

function countOpen(repo: Repo): number {
  const known = openCounts.get(repo)
  if (known?.version === repo.version) return known.open
  let open = 0
  for (const issue of repo.issues.values())
    if (issue.state === 'open' && !issue.deleted && issue.transferredTo === null) open++
  openCounts.set(repo, { version: repo.version, open })
  return open
}

const ORDER: readonly Permission[] = ['read', 'triage', 'write', 'maintain', 'admin']

export function renderPermissions(role: Permission | 'none') {
  const rank = role === 'none' ? -1 : ORDER.indexOf(role)
  return { admin: rank >= 4, maintain: rank >= 3, push: rank >= 2, triage: rank >= 1, pull: rank >= 0 }
}

export function renderFullRepo(repo: Repo, role: Permission | 'none', links: Links) {
  const plain = renderRepo(repo, links)
  return {
    ...plain,
    permissions: renderPermissions(role),
    temp_clone_token: '',
    allow_squash_merge: true,
    allow_merge_commit: true,
    allow_rebase_merge: true,
    allow_auto_merge: false,
    delete_branch_on_merge: false,
    allow_update_branch: false,
    use_squash_pr_title_as_default: false,
    ...(repo.owner.type === 'Organization' ? { organization: plain.owner } : {}),
    network_count: 0,
    subscribers_count: 0,
  }
}

export function renderApp(app: App, links: Links) {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: nodeId('A', app.id),
    owner: renderUser(app.owner, links),
    name: app.name,
    description: app.description,
    external_url: app.externalUrl,
    html_url: `${links.html}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.updatedAt,
    permissions: app.permissions,
    events: app.events,
  }
}

export function renderInstallation(installation: Installation, links: Links) {
  const { id, app, account } = installation
  const settings = account.type === 'Organization' ? `organizations/${account.login}/settings` : 'settings'
  return {
    id,
    client_id: app.clientId,
    account: renderUser(account, links),
    repository_selection: installation.repoIds === null ? 'all' : 'selected',
    access_tokens_url: `${links.api}/app/installations/${id}/access_tokens`,
    repositories_url: `${links.api}/installation/repositories`,
    html_url: `${links.html}/${settings}/installations/${id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: installation.permissions,
    events: installation.events,
    created_at: installation.createdAt,
    updated_at: installation.updatedAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: installation.suspendedBy === null ? null : renderUser(installation.suspendedBy, links),
    suspended_at: installation.suspendedAt,
  }
}

/** Stable made-up secrets: the same in every run, so examples can name them. */
export const madeUp = (...about: readonly unknown[]): string => createHash('sha1').update(about.join(':')).digest('hex')
