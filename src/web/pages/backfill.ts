import { Hono } from 'hono'
import { printRepo } from '../../core/issue.ts'
import type { RepoRef } from '../../core/issue.ts'
import type { Visitor, WebEnv } from '../context.ts'
import type { Backfill, PagesDeps } from './deps.ts'
import { heading, token } from './layout.ts'
import type { Show } from './layout.ts'
import { age, html, plural, printActor, printCount } from './markup.ts'
import type { Markup } from './markup.ts'
import { stateBadge } from './pair-state.ts'
import { readRepo } from './place.ts'
import type { ReadScope, Scope } from './scope.ts'
import { demand, visitorOf } from './visitor.ts'

export const BACKFILL_PATH = '/pairs/older'

interface BackfillParts {
  readonly deps: PagesDeps
  readonly backfills: NonNullable<PagesDeps['backfills']>
  readonly show: Show
  readonly readScope: ReadScope
}

/** Tickets for issues that are older than the app: they come when somebody asks. */
export function createBackfillPage({ deps, backfills, show, readScope }: BackfillParts): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.get(BACKFILL_PATH, async (context) => {
    const visitor = visitorOf(context)
    const scope = await readScope(visitor)
    const wanted = context.req.query('repo')
    const repo = wanted === undefined ? undefined : readRepo(wanted)
    if (repo !== undefined) demand(visitor, repo, 'read')
    const content = html`${heading({
      title: 'Older issues',
      trail: html`<a href="/pairs">Pairs</a>`,
      lead: 'Whatever moves gets its ticket by itself. Issues that lie still since before Lockstep came get theirs when somebody asks for it.',
    })}
    ${mayAsk(visitor) ? form({ visitor, scope, repo, csrf: context.get('csrf') }) : notYours}
    ${repo === undefined ? '' : standing(repo, await backfills.find(repo), deps.clock.now())}`
    return await show(context, { title: 'Older issues', content })
  })

  app.post(BACKFILL_PATH, async (context) => {
    const visitor = visitorOf(context)
    const { repo: wanted } = await context.req.parseBody()
    const repo = readRepo(typeof wanted === 'string' ? wanted : '')
    demand(visitor, repo, 'write')
    // Without a usable configuration nothing would come of it, and nobody would hear why.
    await deps.open(repo)
    await backfills.request(repo, visitor.login)
    return context.redirect(pathOf(repo), 303)
  })
  return app
}

export const mayAsk = ({ organizations, worksIn }: Visitor): boolean => organizations.some((one) => worksIn(one))

const pathOf = (repo: RepoRef): string => `${BACKFILL_PATH}?repo=${encodeURIComponent(printRepo(repo))}`

const notYours = html`<p class="note">Whoever may write in a repository can ask for its older issues.</p>`

interface Form {
  readonly visitor: Visitor
  readonly scope: Scope
  readonly repo: RepoRef | undefined
  readonly csrf: string
}

/** A field and no list to choose from: who is let in by the one-time link may name any repository. */
function form({ visitor, scope, repo, csrf }: Form): Markup {
  const known = [...visitor.repositories, ...scope.repos.filter((one) => visitor.may('write', one))]
  const names = [...new Map(known.map((one) => [printRepo(one).toLowerCase(), printRepo(one)])).values()].sort()
  const given = repo ?? (known.length === 1 ? known[0] : undefined)
  return html`<form class="filters few" method="post" action="${BACKFILL_PATH}">
    ${token(csrf)}
    <div class="search">
      <label for="repo">Repository</label>
      <input
        id="repo"
        name="repo"
        type="text"
        required
        value="${given === undefined ? '' : printRepo(given)}"
        placeholder="organization/name"
        list="repositories"
        autocomplete="off"
        spellcheck="false"
      />
      <datalist id="repositories">${names.map((name) => html`<option value="${name}"></option>`)}</datalist>
    </div>
    <button class="button main" type="submit">Make their tickets</button>
  </form>`
}

const badges: Readonly<Record<Backfill['state'], Markup>> = {
  queued: stateBadge('pending', 'Queued'),
  running: stateBadge('pending', 'Under way'),
  done: stateBadge('in-step', 'Done'),
  failed: stateBadge('failed', 'Given up'),
}

const badgeOf = ({ state, failed }: Backfill): Markup =>
  state === 'done' && failed > 0 ? stateBadge('conflict', 'Done in part') : badges[state]

const begun: Readonly<Record<Backfill['state'], string>> = {
  queued: 'Queued',
  running: 'Begun',
  done: 'Ended',
  failed: 'Given up',
}

function standing(repo: RepoRef, backfill: Backfill | undefined, now: Date): Markup {
  const name = printRepo(repo)
  if (backfill === undefined)
    return html`<p class="note" role="status">Nobody has asked for the older issues of ${name} yet.</p>`
  const { state, since, actor, failed, reason } = backfill
  const ended = state === 'done' || state === 'failed'
  return html`<section class="card" aria-labelledby="standing-title">
    <div class="top">
      <h2 id="standing-title">${name}</h2>
      ${badgeOf(backfill)}
    </div>
    <div class="inside stack" role="status">
      <div>
        <p>${sentence(backfill)}</p>
        ${reason === null ? '' : html`<p class="message">${reason}</p>`}
        <p class="meta">${begun[state]} ${age(since, now)}, asked for ${printActor(actor)}</p>
      </div>
      <p class="actions">
        ${ended ? html`<a class="button" href="/pairs?repo=${encodeURIComponent(name)}">To its pairs</a>` : html`<a class="button" href="${pathOf(repo)}">Look again</a>`}
        ${failed > 0 || state === 'failed' ? html`<a class="button" href="/attention">To what failed</a>` : ''}
      </p>
    </div>
  </section>`
}

function sentence({ state, created, updated, failed, reason }: Backfill): string {
  const parts = [
    created === 0 ? null : `${plural(created, 'ticket')} made`,
    updated === 0 ? null : `${plural(updated, 'pair')} brought in step`,
    failed === 0 ? null : `${printCount(failed)} failed`,
  ].filter((part) => part !== null)
  const tally = parts.join(', ')
  switch (state) {
    case 'queued':
      return reason === null ? 'It begins when its turn has come.' : 'It goes on by itself.'
    case 'running':
      return tally === '' ? 'All issues are being looked at.' : `So far: ${tally}.`
    case 'done':
      return tally === '' ? 'Nothing was left to do.' : `${tally}.`
    case 'failed':
      return tally === '' ? 'It was given up.' : `Given up after this: ${tally}.`
  }
}
