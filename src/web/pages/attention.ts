import { Hono } from 'hono'
import { LockstepError } from '../../core/errors.ts'
import type { StoredEntry } from '../../core/events.ts'
import { printIssueRef } from '../../core/issue.ts'
import type { RepoRef } from '../../core/issue.ts'
import type { Link } from '../../core/link.ts'
import { printTicketRef } from '../../core/ticket.ts'
import type { FailedEntry } from '../../core/queue.ts'
import type { Visitor, WebContext, WebEnv } from '../context.ts'
import { conflictChoice } from './conflict-choice.ts'
import type { PagesDeps } from './deps.ts'
import { pairPath } from './entry-line.ts'
import { empty, heading, token } from './layout.ts'
import type { Show } from './layout.ts'
import { age, html, plural, printCount } from './markup.ts'
import type { Markup } from './markup.ts'
import { filterOf, stateBadge, stateOf } from './pair-state.ts'
import type { PairState } from './pair-state.ts'
import { titleOf } from './pairs.ts'
import { mayReadRepo } from './scope.ts'
import type { ReadScope, Scope } from './scope.ts'
import { demand, notHere, visitorOf } from './visitor.ts'

const SHOWN = 25

interface Shown {
  readonly visitor: Visitor
  readonly csrf: string
  readonly now: Date
}

/** Everything that goes no further without a person: conflicts, failures, and what the queue gave up. */
export function createAttention(deps: PagesDeps, show: Show, readScope: ReadScope): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.get('/attention', async (context) => {
    const visitor = visitorOf(context)
    const scope = await readScope(visitor)
    const list = (state: PairState) => deps.store.links.list({ repos: scope.repos, ...filterOf(state), limit: SHOWN })
    const [conflicts, failed, blocked, dead] = await Promise.all([
      list('conflict'),
      list('failed'),
      list('blocked'),
      readDead(deps, visitor),
    ])
    const reasons = await readReasons(deps, [...failed, ...blocked])
    const shown: Shown = { visitor, csrf: context.get('csrf'), now: deps.clock.now() }
    const calm = conflicts.length + failed.length + blocked.length + dead.length === 0
    const content = html`
      ${heading({
        title: 'Needs attention',
        lead: 'What goes no further by itself, why, and what helps.',
      })}
      ${
        calm
          ? html`<section class="card">
              ${empty('All is well', 'No conflict waits for a decision, and nothing has failed.')}
            </section>`
          : html`${conflictCard(conflicts, scope, shown)} ${deadCard(dead, shown)}
            ${reasonCard('failed', failed, { reasons, scope, shown })}
            ${reasonCard('blocked', blocked, { reasons, scope, shown })}`
      }
    `
    return await show(context, { title: 'Needs attention', content })
  })

  app.post('/attention/replay', async (context) => {
    const visitor = visitorOf(context)
    const key = await readKey(context)
    const entry = (await readDead(deps, visitor)).find((one) => one.key === key)
    const repo = entry === undefined ? undefined : repoOf(entry)
    if (repo === undefined) throw notHere()
    demand(visitor, repo, 'write')
    await deps.queue?.replay({ key })
    return context.redirect('/attention?told=revived', 303)
  })
  return app
}

async function readKey(context: WebContext): Promise<string> {
  const { key } = await context.req.parseBody()
  if (typeof key === 'string') return key
  throw new LockstepError('usage', 'The form does not say what to try again.')
}

async function readDead({ queue }: PagesDeps, visitor: Visitor): Promise<readonly FailedEntry[]> {
  if (queue === undefined) return []
  const lanes = visitor.organizations.map((owner) => queue.failed({ lane: owner.toLowerCase(), limit: SHOWN }))
  const entries = (await Promise.all(lanes)).flat()
  return entries.filter((entry) => {
    const repo = repoOf(entry)
    return repo !== undefined && mayReadRepo(visitor, repo)
  })
}

function repoOf({ facts: { owner, repo } }: FailedEntry): RepoRef | undefined {
  return typeof owner === 'string' && typeof repo === 'string' ? { owner, repo } : undefined
}

/** The newest entry about each pair says why it stands as it does. */
async function readReasons({ store }: PagesDeps, links: readonly Link[]): Promise<ReadonlyMap<Link, StoredEntry>> {
  const reasons = new Map<Link, StoredEntry>()
  for (const link of links) {
    const entries = await store.events.list({ ticket: printTicketRef(link.ticket), limit: 1 })
    if (entries[0] !== undefined) reasons.set(link, entries[0])
  }
  return reasons
}

const pairTitle = (link: Link): Markup =>
  html`<a class="title" href="${pairPath(printIssueRef(link.issue), link.ticket.connection)}">${titleOf(link)}</a>
    <span class="ref soft">${printIssueRef(link.issue)} ↔ ${printTicketRef(link.ticket)}</span>`

const more = (state: PairState, shown: number, all: number): Markup =>
  all <= shown
    ? html``
    : html`<div class="pager">
        <span>${printCount(shown)} of ${printCount(all)}</span><a href="/pairs?state=${state}">Show all</a>
      </div>`

function conflictCard(links: readonly Link[], { counts }: Scope, { visitor, csrf, now }: Shown): Markup {
  if (links.length === 0) return html``
  return html`<section class="card" aria-labelledby="conflicts-title">
    <div class="top">
      <h2 id="conflicts-title">${plural(Math.max(counts.conflict, links.length), 'conflict')}</h2>
      <p>Both sides changed the same field. Choose what is kept.</p>
    </div>
    <ul class="list flush">
      ${links.map((link) => {
        const mayWrite = visitor.may('write', link.issue)
        return html`<li>
          <div class="change">${pairTitle(link)}</div>
          ${link.conflicts.map((conflict) => conflictChoice(link, conflict, { csrf, now, mayWrite }))}
        </li>`
      })}
    </ul>
    ${more('conflict', links.length, counts.conflict)}
  </section>`
}

interface Reasoned {
  readonly reasons: ReadonlyMap<Link, StoredEntry>
  readonly scope: Scope
  readonly shown: Shown
}

const said = {
  failed: ['Failed pairs', 'Tried again with every sync; the cause is named beside each.'],
  blocked: ['Blocked pairs', 'They go on by themselves when the time has come.'],
} as const

function reasonCard(state: 'failed' | 'blocked', links: readonly Link[], { reasons, scope, shown }: Reasoned): Markup {
  if (links.length === 0) return html``
  const [title, text] = said[state]
  return html`<section class="card" aria-labelledby="${state}-title">
    <div class="top">
      <h2 id="${state}-title">${title}</h2>
      <p>${text}</p>
    </div>
    <ul class="list flush">
      ${links.map((link) => {
        const reason = reasons.get(link)
        const details = reason?.details ?? {}
        return html`<li class="change">
          <div>
            ${pairTitle(link)}
            <div class="line">
              ${stateBadge(stateOf(link))}
              <div>${because(reason?.message ?? 'The reason was not written down.', details['remedy'])}</div>
            </div>
          </div>
          <div class="actions">
            <span class="when">${age(link.updatedAt, shown.now)}</span>
            ${shown.visitor.may('write', link.issue) ? retry(link, shown.csrf) : ''}
          </div>
        </li>`
      })}
    </ul>
    ${more(state, links.length, scope.counts[state])}
  </section>`
}

const because = (message: string, remedy: unknown): Markup =>
  html`<p class="message">${message}</p>
    ${typeof remedy === 'string' ? html`<p class="remedy">${remedy}</p>` : ''}`

const retry = (link: Link, csrf: string): Markup =>
  html`<form method="post" action="${pairPath(printIssueRef(link.issue), link.ticket.connection)}/sync">
    ${token(csrf)}<button class="button small" type="submit">
      Try again<span class="unseen"> ${printIssueRef(link.issue)}</span>
    </button>
  </form>`

function deadCard(dead: readonly FailedEntry[], { visitor, csrf, now }: Shown): Markup {
  if (dead.length === 0) return html``
  return html`<section class="card" aria-labelledby="dead-title">
    <div class="top">
      <h2 id="dead-title">Given up</h2>
      <p>Tried several times without success; nothing more is done until somebody says so.</p>
    </div>
    <ul class="list flush">
      ${dead.map((entry) => {
        const { key, message, remedy, code, attempts, failedAt } = entry
        const name = key.replace(/^issue:/, '')
        const repo = repoOf(entry)
        return html`<li class="change">
          <div>
            <span class="title ref">${name}</span>
            <div class="line">
              ${stateBadge('failed', 'Given up')}
              <div>${because(message, remedy)}</div>
            </div>
            <p class="meta">${plural(attempts, 'attempt')} · ${code}</p>
          </div>
          <div class="actions">
            <span class="when">${age(failedAt, now)}</span>
            ${
              repo !== undefined && visitor.may('write', repo)
                ? html`<form method="post" action="/attention/replay">
                    ${token(csrf)}<input type="hidden" name="key" value="${key}" />
                    <button class="button small" type="submit">Try again<span class="unseen"> ${name}</span></button>
                  </form>`
                : ''
            }
          </div>
        </li>`
      })}
    </ul>
  </section>`
}
