import { Hono } from 'hono'
import { printRepo } from '../../core/issue.ts'
import type { RepoRef } from '../../core/issue.ts'
import type { AssignablePerson } from '../../core/inspection.ts'
import type { Match } from '../../core/people.ts'
import type { Account } from '../../core/ticket.ts'
import type { ConnectedTracker, SyncDeps } from '../../sync/deps.ts'
import { runPool } from '../../sync/pool.ts'
import { toChoice } from '../../people/search.ts'
import type { WebEnv } from '../context.ts'
import type { PagesDeps } from './deps.ts'
import { empty, heading } from './layout.ts'
import type { Show } from './layout.ts'
import { html, plural } from './markup.ts'
import type { Markup } from './markup.ts'
import { explanation, sourceNames } from './person.ts'
import { stateBadge } from './pair-state.ts'
import { chooseRepo, chooser, repoChoice } from './place.ts'
import type { ReadScope } from './scope.ts'
import { demand, notHere, visitorOf } from './visitor.ts'

/** So many people are looked up for a page. */
const PAGE = 40
const AT_ONCE = 4

/** Who matches whom, and why not: for the people whom issues of a repository can be assigned to. */
export function createPeoplePage(deps: PagesDeps, show: Show, readScope: ReadScope): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.get('/people', async (context) => {
    const visitor = visitorOf(context)
    const scope = await readScope(visitor)
    const { repo: wanted, connection, after = '' } = context.req.query()
    const repo = chooseRepo(visitor, scope, wanted)
    const head = heading({
      title: 'People',
      lead: 'Who is whom on the other side. People are matched by their addresses, never by their names.',
    })
    if (repo === undefined) {
      const none = empty('No repository yet', 'With the first pair there are people to match.')
      return await show(context, {
        title: 'People',
        content: html`${head}
          <section class="card">${none}</section>`,
      })
    }
    // Addresses and accounts are for those who work here.
    demand(visitor, repo, 'write')
    const sync = await deps.open(repo)
    const chosen = chooseConnection(sync, connection)
    const name = chosen.tracker.connection
    const all = (await sync.host.inspector?.readAssignable(repo)) ?? []
    const sorted = all.toSorted((a, b) => compare(a.login, b.login)).filter(({ login }) => compare(login, after) > 0)
    const shown = sorted.slice(0, PAGE)
    const matches = await matchAll(sync, chosen, shown)
    const more = sorted.length > PAGE ? shown.at(-1) : undefined
    const place = new URLSearchParams({ repo: printRepo(repo), connection: name })
    const connections = { name: 'connection', label: 'Connection', values: [...sync.trackers.keys()], chosen: name }
    const content = html`${head} ${chooser('/people', [repoChoice(scope, repo), connections], 'Show')}
      <section class="card" aria-label="Matches">
        ${
          shown.length === 0
            ? empty('Nobody to match', 'GitHub names nobody whom issues of this repository can be assigned to.')
            : table(shown, matches, deps.explain === undefined ? null : place)
        }
        ${
          more === undefined
            ? ''
            : html`<nav class="pager" aria-label="Pages of the list">
                <span>${plural(all.length, 'person', 'people')}</span>
                <a href="/people?${place}&after=${encodeURIComponent(more.login)}" rel="next">Next page</a>
              </nav>`
        }
      </section>
      ${finder(repo, name)}`
    return await show(context, { title: 'People', content })
  })

  app.get('/people/accounts', async (context) => {
    const visitor = visitorOf(context)
    const { repo: wanted, connection, q = '', part } = context.req.query()
    const repo = chooseRepo(visitor, { ...(await readScope(visitor)), repos: [] }, wanted)
    if (repo === undefined) throw notHere()
    demand(visitor, repo, 'write')
    const chosen = chooseConnection(await deps.open(repo), connection)
    const found = await searchAccounts(chosen, q)
    if (part === 'options') return await context.html(accountOptions(found))
    if (part !== undefined) return await context.html(accountList(found, q))
    const content = html`${heading({ title: 'Accounts', lead: `In ${chosen.tracker.connection}, by a piece of name or address.` })}
    ${finder(repo, chosen.tracker.connection, q, accountList(found, q))}`
    return await show(context, { title: 'Accounts', content })
  })

  const { explain } = deps
  if (explain !== undefined) {
    app.get('/people/:login', async (context) => {
      const visitor = visitorOf(context)
      const { repo: wanted, connection } = context.req.query()
      const repo = chooseRepo(visitor, { ...(await readScope(visitor)), repos: [] }, wanted)
      if (repo === undefined) throw notHere()
      demand(visitor, repo, 'write')
      const login = context.req.param('login')
      const { tracker } = chooseConnection(await deps.open(repo), connection)
      const found = await explain(repo, login, tracker.connection)
      return await show(context, { title: login, content: explanation(login, tracker.connection, found) })
    })
  }
  return app
}

const compare = (a: string, b: string): number => a.toLowerCase().localeCompare(b.toLowerCase(), 'en')

export function chooseConnection({ trackers }: SyncDeps, wanted: string | undefined): ConnectedTracker {
  const chosen = trackers.get(wanted ?? '') ?? (wanted === undefined ? [...trackers.values()][0] : undefined)
  if (chosen === undefined) throw notHere()
  return chosen
}

type Matches = ReadonlyMap<string, Match<Account>>

async function matchAll(
  sync: SyncDeps,
  { tracker, project }: ConnectedTracker,
  people: readonly AssignablePerson[],
): Promise<Matches> {
  const scope = { project, ticket: null }
  const find = async ({ login }: AssignablePerson) =>
    [login, await sync.people.findAccount(login, tracker.connection, scope)] as const
  const found = new Map<string, Match<Account>>()
  for await (const [login, match] of runPool(people, { size: AT_ONCE, stopped: () => false }, find))
    found.set(login, match)
  return found
}

const badges = {
  matched: stateBadge('in-step', 'Matched'),
  unmatched: stateBadge('failed', 'Not matched'),
  ambiguous: stateBadge('conflict', 'Several'),
} as const

const table = (people: readonly AssignablePerson[], matches: Matches, place: URLSearchParams | null): Markup =>
  html`<table class="rows fold">
    <caption class="unseen">
      People and their accounts
    </caption>
    <thead>
      <tr>
        <th scope="col">On GitHub</th>
        <th scope="col">In the tracker</th>
        <th scope="col">Match</th>
      </tr>
    </thead>
    <tbody>
      ${people.map(({ login, name }) => {
        const match = matches.get(login)
        return html`<tr>
          <td>
            ${place === null ? html`<span class="title">${login}</span>` : html`<a class="title" href="/people/${encodeURIComponent(login)}?${place}">${login}</a>`}
            <span class="soft">${name ?? ''}</span>
          </td>
          <td>${match === undefined ? '' : other(match)}</td>
          <td>${match === undefined ? '' : badges[match.kind]}</td>
        </tr>`
      })}
    </tbody>
  </table>`

function other(match: Match<Account>): Markup {
  switch (match.kind) {
    case 'matched':
      return html`<span class="title">${match.found.name}</span>
        <span class="soft"
          >${match.email === null ? '' : `by ${match.email}, known from ${sourceNames[match.source]}`}</span
        >`
    case 'unmatched':
      return html`<span class="soft">${match.reason}</span>`
    case 'ambiguous':
      return html`<span class="soft">${match.reason} ${match.candidates.join(', ')}</span>`
  }
}

async function searchAccounts({ tracker, project }: ConnectedTracker, query: string): Promise<readonly Account[]> {
  return query.trim() === ''
    ? []
    : (await tracker.people.search(query.slice(0, 100), { project, ticket: null })).slice(0, 20)
}

/** For the suggestions of a field: only an address can stand in the configuration. */
const accountOptions = (accounts: readonly Account[]): Markup =>
  html`${accounts.flatMap((account) =>
    account.emails.slice(0, 1).map((email) => html`<option value="${email}">${toChoice(account).label}</option>`),
  )}`

function accountList(accounts: readonly Account[], query: string): Markup {
  if (query.trim() === '') return html`<p class="meta">Type a piece of a name or address.</p>`
  if (accounts.length === 0) return html`<p class="meta">Nobody is found for “${query}”.</p>`
  return html`<ul class="list">
    ${accounts.map(
      (account) =>
        html`<li>
          <span>${toChoice(account).label}</span>${account.active ? '' : html`<span class="meta">not active</span>`}
        </li>`,
    )}
  </ul>`
}

const finder = (repo: RepoRef, connection: string, query = '', results?: Markup): Markup =>
  html`<section class="card" aria-labelledby="finder-title">
    <div class="top"><h2 id="finder-title">Find an account</h2></div>
    <form class="inside stack" method="get" action="/people/accounts" role="search">
      <input type="hidden" name="repo" value="${printRepo(repo)}" />
      <input type="hidden" name="connection" value="${connection}" />
      <div class="search">
        <label for="account">Name or address in ${connection}</label>
        <input
          id="account"
          name="q"
          type="search"
          value="${query}"
          autocomplete="off"
          maxlength="100"
          data-suggest="/people/accounts"
          data-target="accounts"
          data-part="list"
          data-with="repo connection"
        />
      </div>
      <div class="actions"><button class="button" type="submit">Search</button></div>
      <div id="accounts" aria-live="polite">${results ?? ''}</div>
    </form>
  </section>`
