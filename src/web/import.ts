import { Hono } from 'hono'
import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import type { RepoRef } from '../core/issue.ts'
import type { ImportScope } from '../people/models.ts'
import type { WebEnv } from './context.ts'
import { demand, visitorOf } from './pages/visitor.ts'

type RequestImport = (repo: RepoRef, request: { readonly scope: ImportScope; readonly actor: string }) => Promise<void>

const Scope = z.enum(['user', 'organization'])

/** The archive of people that the operator names in a repository, imported although nobody pushed it. */
export function createImportRoutes(requestImport: RequestImport): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  routes.post('/api/organizations/:organization/repositories/:repo/import', async (context) => {
    const { organization, repo } = context.req.param()
    const ref = { owner: organization, repo }
    const visitor = visitorOf(context)
    demand(visitor, ref, 'write')
    const scope = Scope.safeParse(context.req.query('scope') ?? 'user')
    if (!scope.success)
      throw new LockstepError('usage', 'There is no such scope.', { remedy: 'Use user or organization.' })
    await requestImport(ref, { scope: scope.data, actor: visitor.login })
    return context.json({ queued: true }, 202)
  })
  return routes
}
