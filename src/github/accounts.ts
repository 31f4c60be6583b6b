import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import type { AccountHost, AccountRights } from '../core/visitors.ts'
import { createHttp, type HttpOptions } from '../http/index.ts'

export interface AccountDeps extends Pick<HttpOptions, 'clock' | 'sleep' | 'log' | 'userAgent' | 'proxy'> {
  readonly apiUrl: string
  /** Of the pages, where people sign in. */
  readonly serverUrl: string
  readonly clientId: string
  readonly clientSecret: string
}

const Grant = z.object({
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
  error: z.string().optional(),
})
const User = z.object({ login: z.string(), name: z.string().nullish() })
const Installations = z.object({
  installations: z.array(z.object({ id: z.int(), account: z.object({ login: z.string() }).nullish() })),
})
const Repositories = z.object({
  repositories: z.array(
    z.object({
      name: z.string(),
      owner: z.object({ login: z.string() }),
      permissions: z
        .object({
          admin: z.boolean().default(false),
          push: z.boolean().default(false),
          pull: z.boolean().default(false),
        })
        .optional(),
    }),
  ),
})
const Membership = z.object({ state: z.string(), role: z.string() })

const PAGE = 100
const MOST_PAGES = 50

/** Signing in with GitHub: the web flow of the App, with the rights that GitHub gives the person. */
export function createAccountHost(deps: AccountDeps): AccountHost {
  const shared = { ...deps, authorize: () => ({}), concurrency: 8 }
  const api = createHttp({ ...shared, name: 'github', base: deps.apiUrl })
  const pages = createHttp({ ...shared, name: 'github', base: deps.serverUrl })

  const read = async <Out>(schema: z.ZodType<Out>, token: string, path: string, page = 1): Promise<Out> => {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' }
    const query = { per_page: PAGE, page }
    return (await api.request({ method: 'GET', path, query, headers })).read(schema)
  }

  async function readAll<Item>(readPage: (page: number) => Promise<readonly Item[]>): Promise<readonly Item[]> {
    const all: Item[] = []
    for (let page = 1; page <= MOST_PAGES; page++) {
      const items = await readPage(page)
      all.push(...items)
      if (items.length < PAGE) break
    }
    return all
  }

  async function isAdmin(token: string, login: string, self: string): Promise<boolean> {
    if (login.toLowerCase() === self.toLowerCase()) return true
    try {
      const path = `user/memberships/orgs/${encodeURIComponent(login)}`
      const { state, role } = await read(Membership, token, path)
      return state === 'active' && role === 'admin'
    } catch (error) {
      // An outside collaborator has repositories in the organization, but no membership.
      if (error instanceof LockstepError && ['not-found', 'not-permitted'].includes(error.code)) return false
      throw error
    }
  }

  return {
    printAuthorizeUrl({ state, challenge, callback }) {
      const url = new URL(`${deps.serverUrl}/login/oauth/authorize`)
      url.search = new URLSearchParams({
        client_id: deps.clientId,
        redirect_uri: callback,
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }).toString()
      return url.href
    },
    async exchange({ code, verifier, callback }) {
      const form = new URLSearchParams({
        client_id: deps.clientId,
        client_secret: deps.clientSecret,
        code,
        redirect_uri: callback,
        code_verifier: verifier,
      })
      const reply = await pages.request({
        method: 'POST',
        path: 'login/oauth/access_token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      })
      // A refusal comes with the status 200.
      const { access_token: token, expires_in: seconds, error } = reply.read(Grant)
      if (token === undefined) {
        throw new LockstepError('not-signed-in', 'GitHub did not confirm the sign-in.', {
          remedy: 'Sign in once more.',
          details: { said: error },
        })
      }
      const { login, name } = await read(User, token, 'user')
      const expiresAt =
        seconds === undefined ? null : new Date(deps.clock.now().getTime() + seconds * 1000).toISOString()
      return { login, name: name ?? login, token, expiresAt }
    },
    async readRights(token): Promise<AccountRights> {
      const self = await read(User, token, 'user')
      const installations = await readAll(
        async (page) => (await read(Installations, token, 'user/installations', page)).installations,
      )
      const lists = await Promise.all(
        installations.map(({ id }) =>
          readAll(
            async (page) =>
              (await read(Repositories, token, `user/installations/${id}/repositories`, page)).repositories,
          ),
        ),
      )
      const logins = [...new Set(installations.flatMap(({ account }) => account?.login ?? []))]
      return {
        organizations: await Promise.all(
          logins.map(async (login) => ({ login, admin: await isAdmin(token, login, self.login) })),
        ),
        repositories: lists.flat().map(({ owner, name, permissions }) => ({
          owner: owner.login,
          repo: name,
          right: permissions?.admin === true ? 'admin' : permissions?.push === true ? 'write' : 'read',
        })),
      }
    },
  }
}
