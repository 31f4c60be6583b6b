import { Hono } from 'hono'
import { printRepo } from '../../core/issue.ts'
import type { WebEnv } from '../context.ts'
import type { Check, PagesDeps } from './deps.ts'
import { empty, heading } from './layout.ts'
import type { Show } from './layout.ts'
import { html, plural } from './markup.ts'
import type { Markup } from './markup.ts'
import { stateBadge } from './pair-state.ts'
import { chooseRepo, chooser, repoChoice } from './place.ts'
import type { ReadScope } from './scope.ts'
import { visitorOf } from './visitor.ts'

const KEPT_MS = 60_000

interface DoctorParts {
  readonly deps: PagesDeps
  readonly examine: NonNullable<PagesDeps['examine']>
  readonly show: Show
  readonly readScope: ReadScope
}

/** Whether everything that the configuration names is there, and may be used. */
export function createDoctorPage({ deps, examine, show, readScope }: DoctorParts): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  const kept = new Map<string, { readonly checks: Promise<readonly Check[]>; readonly until: number }>()

  // An examination asks the servers dozens of things: leafing back and forth does not repeat it.
  function examineOnce(repo: { readonly owner: string; readonly repo: string }): Promise<readonly Check[]> {
    const [key, now] = [printRepo(repo).toLowerCase(), deps.clock.now().getTime()]
    const known = kept.get(key)
    if (known !== undefined && known.until > now) return known.checks
    const checks = examine(repo)
    checks.catch(() => kept.delete(key))
    kept.set(key, { checks, until: now + KEPT_MS })
    return checks
  }

  app.get('/doctor', async (context) => {
    const visitor = visitorOf(context)
    const scope = await readScope(visitor)
    const wanted = context.req.query('repo')
    const repo = chooseRepo(visitor, scope, wanted)
    const lead = 'Everything that a configuration names, held against the live servers. Nothing is written.'
    const head = heading({ title: 'Doctor', lead })
    if (repo === undefined) {
      const none = empty('No repository yet', 'With the first pair there is a repository to look at.')
      return await show(context, {
        title: 'Doctor',
        content: html`${head}
          <section class="card">${none}</section>`,
      })
    }
    const checks = wanted === undefined ? null : await examineOnce(repo)
    const content = html`${head} ${chooser('/doctor', [repoChoice(scope, repo)], 'Examine')}
    ${checks === null ? notYet : results(checks)}`
    return await show(context, { title: 'Doctor', content })
  })
  return app
}

const notYet = html`<section class="card">
  ${empty('Not examined yet', 'Choose a repository. An examination takes a few seconds.')}
</section>`

const badges: Readonly<Record<Check['severity'], Markup>> = {
  ok: stateBadge('in-step', 'Good'),
  warning: stateBadge('conflict', 'Warning'),
  error: stateBadge('failed', 'Error'),
}

const order: readonly Check['severity'][] = ['error', 'warning', 'ok']

function results(checks: readonly Check[]): Markup {
  const count = (severity: Check['severity']) => checks.filter((check) => check.severity === severity).length
  const [errors, warnings] = [count('error'), count('warning')]
  const said =
    errors + warnings === 0
      ? html`<p class="note is-in-step" role="status"><strong>Everything is as it should be.</strong></p>`
      : html`<p class="note ${errors > 0 ? 'is-failed' : 'is-conflict'}" role="status">
          <strong>${plural(errors, 'error')} and ${plural(warnings, 'warning')}.</strong>
        </p>`
  const areas = Map.groupBy(checks, ({ area }) => area)
  return html`${said}
  ${[...areas].map(
    ([area, own]) =>
      html`<section class="card" aria-labelledby="area-${area}">
        <div class="top">
          <h2 id="area-${area}">${area === 'github' ? 'GitHub' : area === 'people' ? 'People' : area}</h2>
        </div>
        <ul class="list flush">
          ${own
            .toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
            .map(
              ({ subject, severity, message, remedy }) =>
                html`<li class="health">
                  <div>
                    <span class="name">${message}</span>
                    ${remedy === null ? '' : html`<p class="message">${remedy}</p>`}
                    <p class="meta">${subject}</p>
                  </div>
                  ${badges[severity]}
                </li>`,
            )}
        </ul>
      </section>`,
  )}`
}
