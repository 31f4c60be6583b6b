import { Hono } from 'hono'
import { printRepo } from '../../core/issue.ts'
import type { WebEnv } from '../context.ts'
import type { Check, PagesDeps } from './deps.ts'
import { empty, heading } from './layout.ts'
import type { Show } from './layout.ts'
import { html, plural } from './markup.ts'
import type { Markup } from './markup.ts'
import { stateBadge, stateIcon } from './pair-state.ts'
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

const goodSign = html`<span>${stateIcon('in-step')}<span class="unseen">Good</span></span>`

const areaName = (area: string): string => (area === 'github' ? 'GitHub' : area === 'people' ? 'People' : area)

/** `routes[0].status.closed` is for the file; people count from one. */
export function printSubject({ area, subject }: Pick<Check, 'area' | 'subject'>): string {
  if (area === 'people') return subject
  const [, index, key = ''] = /^routes\[(\d+)\]\.?(.*)$/.exec(subject) ?? []
  if (index !== undefined) return key === '' ? `Route ${Number(index) + 1}` : `Route ${Number(index) + 1}: ${key}`
  return subject.charAt(0).toUpperCase() + subject.slice(1)
}

function results(checks: readonly Check[]): Markup {
  const by = (severity: Check['severity']) => checks.filter((check) => check.severity === severity)
  const [errors, warnings, good] = [by('error'), by('warning'), by('ok')]
  const areas = Map.groupBy(good, ({ area }) => area)
  return html`${verdict(errors.length, warnings.length, checks.length)}
    ${errors.length + warnings.length === 0 ? '' : problems([...errors, ...warnings])}
    <div class="columns">
      ${[...areas].map(
        ([area, own]) =>
          html`<section class="card" aria-label="${areaName(area)}: good">
            <div class="top">
              <h2>${areaName(area)}</h2>
              <p>${own.length} good</p>
            </div>
            <ul class="list flush checks">
              ${own.map((check) => html`<li>${goodSign}<span>${check.message}</span><span class="soft">${printSubject(check)}</span></li>`)}
            </ul>
          </section>`,
      )}
    </div>`
}

function verdict(errors: number, warnings: number, all: number): Markup {
  const checked = `${plural(all, 'check')} on the live servers.`
  if (errors + warnings === 0)
    return html`<div class="note is-in-step" role="status">
      <strong>Everything is as it should be.</strong>
      <p class="remedy">${checked}</p>
    </div>`
  const said = [errors === 0 ? null : plural(errors, 'error'), warnings === 0 ? null : plural(warnings, 'warning')]
  const meaning =
    errors > 0 ? 'Some of it will not work until it is put right.' : 'It works; the warnings are worth a look.'
  return html`<div class="note ${errors > 0 ? 'is-failed' : 'is-conflict'}" role="status">
    <strong>${said.filter((one) => one !== null).join(' and ')}</strong>
    <p class="remedy">${meaning} ${checked}</p>
  </div>`
}

const problems = (found: readonly Check[]): Markup =>
  html`<section class="card" aria-labelledby="problems-title">
    <div class="top"><h2 id="problems-title">What to look at</h2></div>
    <ul class="list flush">
      ${found.map(
        ({ area, subject, severity, message, remedy }) =>
          html`<li class="problem">
            ${badges[severity]}
            <div>
              <span class="name">${message}</span>
              ${remedy === null ? '' : html`<p class="message">${remedy}</p>`}
            </div>
            <span class="meta">${areaName(area)} · ${printSubject({ area, subject })}</span>
          </li>`,
      )}
    </ul>
  </section>`
