import { Hono } from 'hono'
import { asLockstepError } from '../../core/errors.ts'
import type { WebContext, WebEnv } from '../context.ts'
import { refuseError } from '../refusal.ts'
import { createActivity } from './activity.ts'
import { createAssets } from './assets.ts'
import { createAttention } from './attention.ts'
import { createBackfillPage } from './backfill.ts'
import type { PagesDeps } from './deps.ts'
import { createDoctorPage } from './doctor.ts'
import { createImports } from './imports.ts'
import { createLayout, heading } from './layout.ts'
import type { MenuEntry } from './layout.ts'
import { createLive } from './live.ts'
import { html } from './markup.ts'
import { createOptionsPage } from './options.ts'
import { createOverview } from './overview.ts'
import { createPairActions } from './pair-actions.ts'
import { createPairPage } from './pair.ts'
import { createPairs } from './pairs.ts'
import { createPeoplePage } from './people.ts'
import { createScopeReader } from './scope.ts'

export { createGitHubReader, createHealthReader } from './health.ts'
export { createTimings } from './timings.ts'
export type { ConnectionHealth, MinuteTiming, PagesDeps } from './deps.ts'

/** The pages that people look at. They stand behind the sign-in of the server, and its check of forms. */
export function createPages(deps: PagesDeps): Hono<WebEnv> {
  const readScope = createScopeReader(deps)
  const activity = createActivity(deps)
  const menu: readonly MenuEntry[] = [
    { path: '/', label: 'Overview' },
    { path: '/pairs', label: 'Pairs' },
    { path: '/attention', label: 'Needs attention', waiting: 'attention' },
    { path: '/people', label: 'People' },
    ...(deps.openOptions === undefined ? [] : [{ path: '/options', label: 'Options' }]),
    ...(deps.imports === undefined ? [] : [{ path: '/imports', label: 'Imports' }]),
    ...(deps.examine === undefined ? [] : [{ path: '/doctor', label: 'Doctor' }]),
  ]
  const show = createLayout(menu, readScope)

  const behind = new Hono<WebEnv>()
  behind.route('/', createOverview({ deps, show, activity, readScope }))
  behind.route('/', createPairs(deps, show, readScope))
  behind.route('/', createPairPage(deps, show))
  behind.route('/', createPairActions(deps))
  behind.route('/', createAttention(deps, show, readScope))
  behind.route('/', createPeoplePage(deps, show, readScope))
  const { backfills, examine, imports, openOptions } = deps
  if (backfills !== undefined) behind.route('/', createBackfillPage({ deps, backfills, show, readScope }))
  if (openOptions !== undefined) behind.route('/', createOptionsPage({ deps, openOptions, show, readScope }))
  if (imports !== undefined) behind.route('/', createImports(deps, imports, show))
  if (examine !== undefined) behind.route('/', createDoctorPage({ deps, examine, show, readScope }))
  behind.onError(async (thrown, context) => await showFailure(context as WebContext, thrown))

  async function showFailure(context: WebContext, thrown: unknown): Promise<Response> {
    if (context.get('visitor') === null) return await showDoor(context)
    const { status, refusal } = refuseError(thrown)
    const { code, message, remedy } = refusal.error
    const facts = { method: context.req.method, path: context.req.path, code: asLockstepError(thrown).code }
    if (status >= 500) deps.log.error('page failed', { ...facts, cause: thrown })
    const title = status === 404 ? 'Not here' : 'That did not work'
    const content = html`${heading({ title, lead: message })}
      <section class="card" aria-label="What helps">
        <div class="inside stack">
          <p>
            ${remedy ?? (status === 404 ? 'It may have been moved, or you may not see it.' : 'Try again in a moment.')}
          </p>
          <p class="actions">
            <a class="button" href="/">To the overview</a>
            <span class="meta">Error code: ${code}</span>
          </p>
        </div>
      </section>`
    return await show(context, { title, content, status })
  }

  async function showDoor(context: WebContext): Promise<Response> {
    const to = context.req.method === 'GET' ? new URL(context.req.url) : undefined
    const back = to === undefined ? '/' : `${to.pathname}${to.search}`
    const content = html`<section class="card door">
      ${heading({
        title: 'Issues and tickets, in lockstep',
        lead: 'Sign in to see the pairs of your organizations, what changed, and what waits for a decision.',
      })}
      <p><a class="button main" href="/sign-in?to=${encodeURIComponent(back)}">Sign in with GitHub</a></p>
    </section>`
    return await show(context, { title: 'Sign in', content, status: 401 })
  }

  const app = new Hono<WebEnv>()
  app.route('/', createAssets())
  app.route('/', createLive(deps, activity, readScope))
  app.route('/', behind)
  return app
}
