import { Hono } from 'hono'
import type { StoredEntry } from '../core/events.ts'
import { parseIssueRef } from '../core/issue.ts'
import type { Store } from '../core/store.ts'
import type { Visitor, WebEnv } from './context.ts'
import { notFound, notSignedIn } from './refusal.ts'

const PAGE = 100

/** What everybody meets who asks the API: a sign-in, and nothing of organizations that are not theirs. */
export function createApi({ links, events }: Pick<Store, 'links' | 'events'>): Hono<WebEnv> {
  const api = new Hono<WebEnv>()

  api.use('/api/*', async (context, next) => {
    if (context.get('visitor') === null) return notSignedIn()
    return await next()
  })
  api.use('/api/organizations/:organization/*', async (context, next) => {
    if (context.get('visitor')?.sees(context.req.param('organization')) !== true) return notFound()
    return await next()
  })

  api.get('/api/organizations', (context) => {
    const visitor = context.get('visitor')
    return context.json({ organizations: visitor?.organizations ?? [] })
  })

  api.get('/api/organizations/:organization/events', async (context) => {
    const visitor = context.get('visitor')
    const organization = context.req.param('organization')
    const after = Number(context.req.query('after') ?? 0)
    if (visitor === null || !Number.isSafeInteger(after) || after < 0) return notFound()
    const found = await events.list({ organization, after, limit: PAGE })
    return context.json({
      events: found.filter((entry) => maySee(visitor, organization, entry)),
      after: found.at(-1)?.id ?? after,
    })
  })

  api.get('/api/organizations/:organization/repositories/:repo/links', async (context) => {
    const { organization, repo } = context.req.param()
    const ref = { owner: organization, repo }
    if (context.get('visitor')?.may('read', ref) !== true) return notFound()
    const found = await links.list({ repo: ref, limit: PAGE })
    const shown = found.map(({ issue, ticket, state, outcome, updatedAt }) => ({
      issue,
      ticket,
      state,
      outcome,
      updatedAt,
    }))
    return context.json({ links: shown })
  })
  return api
}

/** Entries about an issue follow the rights in its repository; those about the organization are for who runs it. */
function maySee(visitor: Visitor, organization: string, { issue }: StoredEntry): boolean {
  if (issue === null) return visitor.administers(organization)
  const ref = parseIssueRef(issue)
  return ref !== undefined && visitor.may('read', ref)
}
