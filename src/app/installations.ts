import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import { printRepo, type RepoRef } from '../core/issue.ts'
import type { Clock } from '../core/ports.ts'
import type { Client, GitHubRequest, RequestLimit } from '../github/index.ts'

/** What Probot gives: clients of Octokit, signed in as the app or as one of its installations. */
export interface AppSignIn {
  auth(installation?: number): Promise<{
    request(route: string, parameters?: Record<string, unknown>): Promise<Awaited<ReturnType<GitHubRequest>>>
  }>
}

export interface Installations {
  /** The client of an installation, the same for all its repositories: their limits are one. Looked up unless it is known. */
  clientOf(repo: RepoRef & { readonly installation: number | null }): Promise<Client>
  /** The client of the app itself. */
  readonly app: Client
  /** The app's id, and the login under which it writes. */
  readSelf(): Promise<{ readonly id: number; readonly login: string }>
  /** Every repository that somebody let the app into. */
  list(): AsyncIterable<RepoRef & { readonly installation: number }>
  /** Whether the app may work there right now, asked anew. */
  has(repo: RepoRef): Promise<boolean>
  /** What is left to each installation that was asked for something in the last hour. */
  limits(): readonly (RequestLimit & { readonly owner: string })[]
  /** Somebody changed an installation: what is known of the account's counts no more. */
  forget(account: string): void
}

interface InstallationsDeps {
  readonly signIn: AppSignIn
  readonly connect: (request: GitHubRequest) => Client
  readonly clock: Clock
}

const App = z.object({ id: z.int(), slug: z.string() })
const Installation = z.object({ id: z.int(), suspended_at: z.string().nullish() })
const Repositories = z.object({
  repositories: z.array(
    z.object({
      name: z.string(),
      owner: z.object({ login: z.string() }),
      archived: z.boolean().default(false),
      has_issues: z.boolean().default(true),
    }),
  ),
})

const PER_PAGE = 100
// One repository can be taken from an installation, and an account can give itself another one.
const FRESH_MS = 10 * 60_000
const MOST_KNOWN = 10_000

export function createInstallations({ signIn, connect, clock }: InstallationsDeps): Installations {
  const clients = new Map<number, Client>()
  const owners = new Map<number, string>()
  /** By repository. */
  const known = new Map<string, { readonly id: number; readonly until: number }>()
  const app = connect(requestAs(signIn))
  let self: Promise<{ id: number; login: string }> | undefined

  const clientFor = (installation: number): Client => {
    const client = clients.get(installation) ?? connect(requestAs(signIn, installation))
    clients.set(installation, client)
    return client
  }

  const keyOf = (ref: RepoRef): string => printRepo(ref).toLowerCase()
  const readInstallation = async ({ owner, repo }: RepoRef) =>
    await app.read(Installation, 'GET /repos/{owner}/{repo}/installation', { owner, repo })

  function remember(ref: RepoRef, id: number): void {
    owners.set(id, ref.owner)
    const key = keyOf(ref)
    known.delete(key)
    known.set(key, { id, until: clock.now().getTime() + FRESH_MS })
    const [oldest] = known.keys()
    if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest)
  }

  async function findInstallation(ref: RepoRef): Promise<number> {
    const found = known.get(keyOf(ref))
    if (found !== undefined && found.until > clock.now().getTime()) return found.id
    const { id } = await readInstallation(ref)
    remember(ref, id)
    return id
  }

  async function readSelf() {
    const { id, slug } = await app.read(App, 'GET /app')
    return { id, login: `${slug}[bot]` }
  }

  async function* listOf(installation: number) {
    const client = clientFor(installation)
    for (let page = 1; ; page++) {
      const parameters = { per_page: PER_PAGE, page }
      const { repositories } = await client.read(Repositories, 'GET /installation/repositories', parameters)
      for (const { name, owner, archived, has_issues: hasIssues } of repositories) {
        if (!archived && hasIssues) yield { installation, owner: owner.login, repo: name }
      }
      if (repositories.length < PER_PAGE) return
    }
  }

  return {
    app,
    async clientOf({ installation, ...repo }) {
      if (installation === null) return clientFor(await findInstallation(repo))
      remember(repo, installation)
      return clientFor(installation)
    },
    async readSelf() {
      self ??= readSelf().catch((error: unknown) => {
        self = undefined
        throw error
      })
      return await self
    },
    async *list() {
      for (let page = 1; ; page++) {
        const found = await app.read(z.array(Installation), 'GET /app/installations', { per_page: PER_PAGE, page })
        for (const { id, suspended_at: suspended } of found) if (!suspended) yield* listOf(id)
        if (found.length < PER_PAGE) return
      }
    },
    async has(repo) {
      try {
        const { suspended_at: suspended } = await readInstallation(repo)
        return !suspended
      } catch (error) {
        if (error instanceof LockstepError && error.code === 'not-found') return false
        throw error
      }
    },
    limits: () =>
      [...clients].flatMap(([id, client]) => {
        const [owner, limit] = [owners.get(id), client.limit()]
        return owner === undefined || limit === null ? [] : [{ owner, ...limit }]
      }),
    forget(account) {
      const prefix = `${account.toLowerCase()}/`
      for (const key of known.keys()) if (key.startsWith(prefix)) known.delete(key)
    },
  }
}

function requestAs(signIn: AppSignIn, installation?: number): GitHubRequest {
  let octokit: ReturnType<AppSignIn['auth']> | undefined
  return async (route, parameters) => {
    octokit ??= signIn.auth(installation)
    try {
      const { status, headers, data, url } = await (await octokit).request(route, parameters)
      return { status, headers, data, url }
    } catch (error) {
      throw isSignIn(error) ? notInstalled() : error
    }
  }
}

/** The token of an installation is fetched along with the request; its refusal says nothing about the issue. */
function isSignIn(error: unknown): boolean {
  const { request, status } = error as { readonly request?: { readonly url?: string }; readonly status?: number }
  return request?.url?.endsWith('/access_tokens') === true && [403, 404].includes(status ?? 0)
}

function notInstalled() {
  const message = 'The app is not installed there any more, or is suspended.'
  return Object.assign(new Error(message), { status: 401, response: { headers: {}, data: { message } } })
}
