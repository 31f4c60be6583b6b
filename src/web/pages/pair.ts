import { Hono } from 'hono'
import { isGone, printIssueRef } from '../../core/issue.ts'
import type { IssueRef } from '../../core/issue.ts'
import type { Link } from '../../core/link.ts'
import type { Outcome } from '../../core/outcome.ts'
import { printTicketRef } from '../../core/ticket.ts'
import type { Account } from '../../core/ticket.ts'
import type { WebContext, WebEnv } from '../context.ts'
import { changeList } from './changes.ts'
import { conflictChoice } from './conflict-choice.ts'
import type { PagesDeps } from './deps.ts'
import { pairPath } from './entry-line.ts'
import { heading, token, trouble } from './layout.ts'
import type { Show } from './layout.ts'
import { html } from './markup.ts'
import type { Markup } from './markup.ts'
import { pairHistory } from './pair-history.ts'
import { readPair } from './pair-reading.ts'
import type { PairReading } from './pair-reading.ts'
import { pairSides } from './pair-sides.ts'
import { stateBadge, stateOf } from './pair-state.ts'
import { titleOf } from './pairs.ts'
import { demand, notHere, visitorOf } from './visitor.ts'

export const PAIR_PATH = '/pairs/:owner/:repo/:number{[1-9][0-9]*}/:connection'

const ENTRIES = 100

/** One pair: how it stands, both sides, what would be done, and what was. */
export function createPairPage(deps: PagesDeps, show: Show): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  app.get(PAIR_PATH, async (context) => {
    const link = await findPair(deps, context, 'read')
    const ref = printIssueRef(link.issue)
    const [reading, entries] = await Promise.all([
      readPair(deps, link),
      deps.store.events.list({ issue: ref, limit: ENTRIES }),
    ])
    const own = entries.filter(({ ticket }) => ticket === null || ticket.startsWith(`${link.ticket.connection}:`))
    const now = deps.clock.now()
    const csrf = context.get('csrf')
    const mayWrite = visitorOf(context).may('write', link.issue)
    const title = reading.kind === 'read' && !isGone(reading.issue) ? reading.issue.title : titleOf(link)
    const content = html`
      ${heading({
        title,
        trail: html`<a href="/pairs">Pairs</a> / <span class="ref">${ref}</span>`,
        lead: leads(deps, link),
        ...(mayWrite && link.state !== 'ended' ? { actions: actions(link, csrf) } : {}),
      })}
      ${conflicts(link, { csrf, now, mayWrite, assignee: assigneeOf(reading) })}
      ${
        reading.kind === 'failed'
          ? trouble('The two sides could not be read just now', reading.failure)
          : html`${plan(reading.plan)} ${pairSides({ link, ...reading, changes: reading.plan?.changes ?? [] })}`
      }
      ${pairHistory(own, ENTRIES, now)}
    `
    return await show(context, { title: `${ref}: ${title}`, content })
  })
  return app
}

const assigneeOf = (reading: PairReading): Account | null =>
  reading.kind === 'failed' || isGone(reading.ticket) ? null : reading.ticket.assignee

/** The pair that the address names, for whoever may see it. */
export async function findPair(
  { store }: Pick<PagesDeps, 'store'>,
  context: WebContext,
  right: 'read' | 'write',
): Promise<Link> {
  const { owner = '', repo = '', number, connection = '' } = context.req.param() as Readonly<Record<string, string>>
  const ref: IssueRef = { owner, repo, number: Number(number) }
  demand(visitorOf(context), ref, right)
  const link = await store.links.find(ref, connection)
  if (link === undefined) throw notHere()
  return link
}

function leads({ githubUrl, ticketUrl }: PagesDeps, link: Link): Markup {
  const { owner, repo, number } = link.issue
  const ticket = html`<span class="ref">${printTicketRef(link.ticket)}</span>`
  const url = ticketUrl(link.ticket)
  return html`<span class="refs">
    ${stateBadge(stateOf(link))}
    <a href="${githubUrl}/${owner}/${repo}/issues/${number}"><span class="ref">${printIssueRef(link.issue)}</span></a>
    <span><span aria-hidden="true">↔</span><span class="unseen">and</span></span>
    ${url === null ? ticket : html`<a href="${url}">${ticket}</a>`}
  </span>`
}

function actions({ issue, ticket }: Link, csrf: string): Markup {
  const path = pairPath(printIssueRef(issue), ticket.connection)
  return html`<form method="post" action="${path}/sync">
      ${token(csrf)}<button class="button main" type="submit">Sync now</button>
    </form>
    <details class="unfold">
      <summary class="button">Part…</summary>
      <form class="card panel" method="post" action="${path}/part">
        ${token(csrf)}
        <p>Both sides stay as they are. Nothing travels between them any more, and no new ticket is created.</p>
        <button class="button danger" type="submit">Part this pair</button>
      </form>
    </details>`
}

function conflicts(link: Link, facts: Parameters<typeof conflictChoice>[2]): Markup {
  if (link.conflicts.length === 0 || link.state === 'ended') return html``
  return html`<section class="card is-conflict" aria-labelledby="conflicts-title">
    <div class="top">
      <h2 id="conflicts-title">Changed differently on both sides</h2>
      <p>Until somebody decides, both stay as they are.</p>
    </div>
    <div class="flush">${link.conflicts.map((conflict) => conflictChoice(link, conflict, facts))}</div>
  </section>`
}

function plan(outcome: Outcome | null): Markup {
  if (outcome === null) return html``
  const { message, changes, notes, remedy } = outcome
  return html`<section class="card" aria-labelledby="plan-title">
    <div class="top">
      <h2 id="plan-title">What a sync would do now</h2>
    </div>
    <div class="inside stack">
      <p>${changes.length === 0 && outcome.outcome === 'unchanged' ? 'Nothing: both sides are in step.' : message}</p>
      ${remedy === null ? '' : html`<p class="soft">${remedy}</p>`} ${changes.length === 0 ? '' : changeList(changes)}
      ${notes.map((note) => html`<p class="meta">${note}</p>`)}
    </div>
  </section>`
}
