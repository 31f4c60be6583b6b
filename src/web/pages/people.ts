import { Hono } from 'hono'
import { printRepo } from '../../core/issue.ts'
import type { RepoRef } from '../../core/issue.ts'
import type { AssignablePerson } from '../../core/inspection.ts'
import type { Match } from '../../core/people.ts'
import type { Account } from '../../core/ticket.ts'
import type { ConnectedTracker, SyncDeps } from '../../sync/deps.ts'
import { runPool } from '../../sync/pool.ts'
import type { WebEnv } from '../context.ts'
import { accountList, accountOptions, finder, searchAccounts } from './accounts.ts'
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
            : html`${more === undefined && after === '' ? tally(matches) : ''}
              ${table(shown, matches, { place, explained: deps.explain !== undefined, named: deps.openOptions !== undefined })}`
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
      return await show(context, {
        title: login,
        content: explanation(
          {
            login,
            connection: tracker.connection,
            ...(deps.openOptions === undefined ? {} : { action: nameThem(repo, tracker.connection, login) }),
          },
          found,
        ),
      })
    })
  }
  return app
}

const nameThem = (repo: RepoRef, connection: string, login: string): Markup => {
  const place = new URLSearchParams({ repo: printRepo(repo), connection, login })
  return html`<a class="button" href="/options?${place}#login">Name their address</a>`
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

function tally(matches: Matches): Markup {
  const found = [...matches.values()].filter(({ kind }) => kind === 'matched').length
  return html`<div class="top">
    <h2>${found} of ${plural(matches.size, 'person', 'people')} matched</h2>
    <p>Whom issues of this repository can be assigned to</p>
  </div>`
}

interface TableFacts {
  readonly place: URLSearchParams
  /** Whether there is a page that explains a match. */
  readonly explained: boolean
  /** Whether there is a form in which an address can be named. */
  readonly named: boolean
}

const table = (
  people: readonly AssignablePerson[],
  matches: Matches,
  { place, explained, named }: TableFacts,
): Markup =>
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
            ${explained ? html`<a class="title" href="/people/${encodeURIComponent(login)}?${place}">${login}</a>` : html`<span class="title">${login}</span>`}
            <span class="soft">${name ?? ''}</span>
          </td>
          <td>
            ${match === undefined ? '' : other(match)}
            ${match?.kind === 'unmatched' && named ? html`<a class="inline" href="/options?${place}&login=${encodeURIComponent(login)}#login">Name their address<span class="unseen"> for ${login}</span></a>` : ''}
          </td>
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
