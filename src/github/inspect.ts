import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import type { AssignablePerson, Hook, HostInspector, RepositoryFacts } from '../core/inspection.ts'
import type { RepoRef } from '../core/issue.ts'
import type { Client } from './client.ts'

const Repository = z.object({
  archived: z.boolean().default(false),
  has_issues: z.boolean().default(true),
  permissions: z.object({ push: z.boolean().default(false), triage: z.boolean().optional() }).optional(),
})
const Label = z.object({ name: z.string() })
const Milestone = z.object({ title: z.string() })
const User = z.object({ login: z.string(), type: z.string().optional() })
const Profile = z.object({ name: z.string().nullish(), email: z.string().nullish() })
const RepositoryHook = z.object({ active: z.boolean(), config: z.object({ url: z.string().default('') }) })

const PER_PAGE = 100
/** Each of them costs a request: more help nobody to begin with. */
const MOST_PEOPLE = 100

export function createHostInspector(client: Client): HostInspector {
  async function readAll<Shape extends z.ZodType>(shape: Shape, route: string, parameters: Record<string, unknown>) {
    const all: z.infer<Shape>[] = []
    for (let page = 1; ; page++) {
      const items = await client.read(z.array(shape), route, { ...parameters, per_page: PER_PAGE, page })
      all.push(...items)
      if (items.length < PER_PAGE) return all
    }
  }

  async function readPerson(login: string): Promise<AssignablePerson> {
    try {
      const { name, email } = await client.read(Profile, 'GET /users/{username}', { username: login })
      return { login, name: name ?? null, email: email ?? null }
    } catch (error) {
      if (error instanceof LockstepError && error.code === 'not-found') return { login, name: null, email: null }
      throw error
    }
  }

  /** A write that lacks what it needs: GitHub looks at the permission first, and refuses the content then. */
  async function mayPost(route: string, repo: RepoRef): Promise<boolean> {
    try {
      await client.call(route, { ...repo })
      return true
    } catch (error) {
      const status = error instanceof LockstepError ? error.details['status'] : undefined
      if (status === 422 || status === 400) return true
      if (status === 403 || status === 404 || status === 409 || status === 410) return false
      throw error
    }
  }

  return {
    async readServer() {
      // The one address that every kind of token may ask; it costs nothing of the limit.
      const { headers } = await client.call('GET /rate_limit').catch(ratesOff)
      const ends = headers['github-authentication-token-expiration']
      return { account: null, time: toDate(headers['date']), signInEnds: toDate(ends) }
    },

    async readRepository({ owner, repo }): Promise<RepositoryFacts> {
      const place = { owner, repo }
      const found = await client.read(Repository, 'GET /repos/{owner}/{repo}', place)
      const [labels, milestones] = await Promise.all([
        readAll(Label, 'GET /repos/{owner}/{repo}/labels', place),
        readAll(Milestone, 'GET /repos/{owner}/{repo}/milestones', { ...place, state: 'all' }),
      ])
      return {
        archived: found.archived,
        hasIssues: found.has_issues,
        labels: labels.map(({ name }) => name),
        milestones: milestones.map(({ title }) => title),
      }
    },

    async mayWrite({ owner, repo }, what) {
      const place = { owner, repo }
      if (what === 'contents') return await mayPost('POST /repos/{owner}/{repo}/git/refs', place)
      const { permissions } = await client.read(Repository, 'GET /repos/{owner}/{repo}', place)
      // Anybody may open an issue in public; to edit, label and assign takes a role.
      if (permissions !== undefined && !permissions.push && permissions.triage !== true) return false
      return await mayPost('POST /repos/{owner}/{repo}/issues', place)
    },

    async readAssignable({ owner, repo }) {
      const users = await readAll(User, 'GET /repos/{owner}/{repo}/assignees', { owner, repo })
      const people = users.filter(({ type }) => type !== 'Bot').slice(0, MOST_PEOPLE)
      return await Promise.all(people.map(({ login }) => readPerson(login)))
    },

    async readHooks({ owner, repo }): Promise<readonly Hook[] | null> {
      try {
        const hooks = await readAll(RepositoryHook, 'GET /repos/{owner}/{repo}/hooks', { owner, repo })
        return hooks.map(({ active, config }) => {
          return { name: config.url, url: config.url, stopped: active ? null : 'somebody disabled it' }
        })
      } catch (error) {
        if (error instanceof LockstepError && ['not-permitted', 'not-found'].includes(error.code)) return null
        throw error
      }
    },
  }
}

/** An Enterprise Server without limits answers 404, and is there all the same. */
function ratesOff(error: unknown): { readonly headers: Readonly<Record<string, string>> } {
  if (error instanceof LockstepError && error.code === 'not-found') return { headers: {} }
  throw error
}

/** `2026-12-01 07:00:00 UTC`, or as HTTP writes it. */
function toDate(text: string | undefined): Date | null {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? null : new Date(time)
}
