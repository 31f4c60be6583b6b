import { Hono } from 'hono'
import type { RepoRef } from '../core/issue.ts'
import type { WebEnv } from './context.ts'
import { demand, visitorOf } from './pages/visitor.ts'

/** Issues that are older than the app get their tickets only when somebody asks for it. */
export function createBackfillRoutes(backfill: (repo: RepoRef, actor: string) => Promise<void>): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  routes.post('/api/organizations/:organization/repositories/:repo/backfill', async (context) => {
    const { organization, repo } = context.req.param()
    const ref = { owner: organization, repo }
    const visitor = visitorOf(context)
    demand(visitor, ref, 'write')
    await backfill(ref, visitor.login)
    return context.json({ queued: true }, 202)
  })
  return routes
}
