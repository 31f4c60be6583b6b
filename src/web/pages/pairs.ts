import { Hono } from 'hono'
import { parseIssueRef, printIssueRef, printRepo } from '../../core/issue.ts'
import type { RepoRef } from '../../core/issue.ts'
import type { Link } from '../../core/link.ts'
import type { LinkFilter } from '../../core/store.ts'
import { printTicketRef } from '../../core/ticket.ts'
import type { WebEnv } from '../context.ts'
import { BACKFILL_PATH, mayAsk } from './backfill.ts'
import type { PagesDeps } from './deps.ts'
import { findTitle, pairPath } from './entry-line.ts'
import { empty, heading } from './layout.ts'
import type { Show } from './layout.ts'
import { age, html, plural, printCount, raw } from './markup.ts'
import type { Markup } from './markup.ts'
import { countStates, filterOf, pairStates, stateBadge, stateIcon, stateLabels, stateOf } from './pair-state.ts'
import type { PairState } from './pair-state.ts'
import type { ReadScope, Scope } from './scope.ts'
import { visitorOf } from './visitor.ts'

const PAGE = 50
// A filter that is longer is nobody's search.
const LONGEST = 200

interface Wanted {
  readonly text: string
  readonly repo: RepoRef | undefined
  readonly connection: string | undefined
  readonly state: PairState | undefined
  readonly after: Pick<Link, 'issue' | 'ticket'> | undefined
}

/** All pairs, to be searched, filtered and leafed through. */
export function createPairs(deps: PagesDeps, show: Show, readScope: ReadScope): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  app.get('/pairs', async (context) => {
    const visitor = visitorOf(context)
    const scope = await readScope(visitor)
    const wanted = readWanted(context.req.query(), scope)
    const filter = filterFor(wanted, scope)
    const found = await deps.store.links.list({
      ...filter,
      ...(wanted.after === undefined ? {} : { after: wanted.after }),
      limit: PAGE + 1,
    })
    const shown = found.slice(0, PAGE)
    const more = found.length > PAGE ? shown.at(-1) : undefined
    const now = deps.clock.now()
    const content = html`
      ${heading({
        title: 'Pairs',
        lead: 'Every issue with its ticket, and how the two stand.',
        ...(deps.backfills === undefined || !mayAsk(visitor) ? {} : { actions: olderIssues }),
      })}
      ${filters(wanted, scope)} ${tabs(wanted, scope)}
      <section class="card" aria-label="Pairs">
        ${shown.length === 0 ? nothingFound(wanted, scope) : table(shown, now)} ${pager(wanted, more)}
      </section>
    `
    return await show(context, { title: 'Pairs', content })
  })
  return app
}

const olderIssues = html`<a class="button" href="${BACKFILL_PATH}">Older issues</a>`

function readWanted(query: Readonly<Record<string, string>>, { repos, connections }: Scope): Wanted {
  const { q = '', repo, connection, state, after } = query
  return {
    text: q.slice(0, LONGEST),
    repo: repos.find((one) => printRepo(one).toLowerCase() === repo?.toLowerCase()),
    connection: connections.find((one) => one === connection),
    state: pairStates.find((one) => one === state),
    after: parseAfter(after ?? ''),
  }
}

const printAfter = ({ issue, ticket }: Pick<Link, 'issue' | 'ticket'>): string =>
  `${printIssueRef(issue)} ${ticket.connection}`

function parseAfter(text: string): Wanted['after'] {
  const [ref = '', connection] = text.split(' ')
  const issue = parseIssueRef(ref)
  return issue === undefined || connection === undefined ? undefined : { issue, ticket: { connection, key: '' } }
}

const filterFor = ({ text, repo, connection, state }: Wanted, { repos }: Scope): LinkFilter => ({
  ...(repo === undefined ? { repos } : { repo }),
  ...(text.trim() === '' ? {} : { text }),
  ...(connection === undefined ? {} : { connection }),
  ...(state === undefined ? {} : filterOf(state)),
})

/** The address of the same list with something changed; it begins at its first page again. */
function pathFor(wanted: Wanted, changes: Partial<Wanted> = {}): string {
  const { text, repo, connection, state, after } = { ...wanted, after: undefined, ...changes }
  const query = new URLSearchParams()
  if (text !== '') query.set('q', text)
  if (repo !== undefined) query.set('repo', printRepo(repo))
  if (connection !== undefined) query.set('connection', connection)
  if (state !== undefined) query.set('state', state)
  if (after !== undefined) query.set('after', printAfter(after))
  return query.size === 0 ? '/pairs' : `/pairs?${query}`
}

const option = (value: string, label: string, chosen: boolean): Markup =>
  html`<option value="${value}" ${chosen ? raw('selected') : ''}>${label}</option>`

const filters = ({ text, repo, connection, state }: Wanted, { repos, connections }: Scope): Markup =>
  html`<form class="filters" method="get" action="/pairs" role="search">
    <div class="search">
      <label for="q">Search</label>
      <input id="q" name="q" type="search" value="${text}" placeholder="Title, #12, PLAT-7" maxlength="${LONGEST}" />
    </div>
    <div class="search">
      <label for="repo">Repository</label>
      <select id="repo" name="repo">
        ${option('', 'All', repo === undefined)}
        ${repos.map((one) => option(printRepo(one), printRepo(one), one === repo))}
      </select>
    </div>
    <div class="search">
      <label for="connection">Connection</label>
      <select id="connection" name="connection">
        ${option('', 'All', connection === undefined)} ${connections.map((one) => option(one, one, one === connection))}
      </select>
    </div>
    ${state === undefined ? '' : html`<input type="hidden" name="state" value="${state}" />`}
    <button class="button" type="submit">Show</button>
  </form>`

function tabs(wanted: Wanted, scope: Scope): Markup {
  const { repo, connection } = wanted
  const own = scope.tally.filter(
    (one) =>
      (repo === undefined || printRepo(one.repo) === printRepo(repo)) &&
      (connection === undefined || one.connection === connection),
  )
  const counts = countStates(own)
  const all = pairStates.reduce((sum, state) => sum + counts[state], 0)
  const tab = (state: PairState | undefined, count: number) =>
    html`<a href="${pathFor(wanted, { state })}" ${wanted.state === state ? raw('aria-current="true"') : ''}>
      ${state === undefined ? 'All' : html`${stateIcon(state)}${stateLabels[state]}`}
      <span class="number">${printCount(count)}</span>
    </a>`
  return html`<nav class="tabs" aria-label="Pairs by state">
    ${tab(undefined, all)}
    ${pairStates.filter((state) => counts[state] > 0 || state === wanted.state).map((state) => tab(state, counts[state]))}
  </nav>`
}

/** The list does not ask the servers, so it shows what was last agreed. */
export const titleOf = (link: Link): string => findTitle(link) ?? printIssueRef(link.issue)

const table = (links: readonly Link[], now: Date): Markup =>
  html`<table class="rows fold">
    <caption class="unseen">
      ${plural(links.length, 'pair')} on this page
    </caption>
    <thead>
      <tr>
        <th scope="col">Issue</th>
        <th scope="col">Ticket</th>
        <th scope="col">State</th>
        <th scope="col" class="right">Last change</th>
      </tr>
    </thead>
    <tbody>
      ${links.map(
        (link) =>
          html`<tr>
            <td>
              <a class="title" href="${pairPath(printIssueRef(link.issue), link.ticket.connection)}"
                >${titleOf(link)}</a
              >
              <span class="ref soft">${printIssueRef(link.issue)}</span>
            </td>
            <td><span class="ref">${printTicketRef(link.ticket)}</span></td>
            <td>${stateBadge(stateOf(link))}</td>
            <td class="right soft">${age(link.updatedAt, now)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`

const nothingFound = (wanted: Wanted, { tally }: Scope): Markup =>
  tally.length === 0
    ? empty('No pairs yet', 'A pair comes into being when an issue matches a route, or when a person links the two.')
    : empty(
        'Nothing matches',
        'No pair is like that. Try fewer words, or another state.',
        html`<a
          class="button"
          href="${pathFor({ ...wanted, text: '', repo: undefined, connection: undefined, state: undefined })}"
          >Show all</a
        >`,
      )

function pager(wanted: Wanted, more: Link | undefined): Markup {
  if (more === undefined && wanted.after === undefined) return html``
  return html`<nav class="pager" aria-label="Pages of the list">
    ${wanted.after === undefined ? html`<span></span>` : html`<a href="${pathFor(wanted)}">First page</a>`}
    ${more === undefined ? html`<span>End of the list</span>` : html`<a href="${pathFor(wanted, { after: more })}" rel="next">Next page</a>`}
  </nav>`
}
