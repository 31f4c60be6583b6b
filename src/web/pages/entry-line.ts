import type { StoredEntry } from '../../core/events.ts'
import { parseIssueRef } from '../../core/issue.ts'
import { parseTicketRef } from '../../core/ticket.ts'
import { age, html } from './markup.ts'
import type { Markup } from './markup.ts'
import { outcomeBadge } from './pair-state.ts'

/** The page of a pair; both names come from printed references. */
export function pairPath(issue: string, connection: string): string {
  const [repo, number] = issue.split('#')
  return `/pairs/${(repo ?? '').split('/').map(encodeURIComponent).join('/')}/${number}/${encodeURIComponent(connection)}`
}

/** One change, as the live list shows it. */
export function entryLine({ issue, ticket, outcome, message, at, actor }: StoredEntry, now: Date): Markup {
  const connection = ticket === null ? undefined : parseTicketRef(ticket)?.connection
  const ref = issue !== null && parseIssueRef(issue) !== undefined ? issue : undefined
  const refs = html`<span class="ref">${[issue, ticket].filter((one) => one !== null).join('  ↔  ')}</span>`
  return html`<li class="change">
    <div>
      <div class="line">
        ${outcomeBadge(outcome)}
        ${ref === undefined || connection === undefined ? refs : html`<a href="${pairPath(ref, connection)}">${refs}</a>`}
      </div>
      <p class="message">${message}${actor === null ? '' : html` <span class="soft">· ${actor}</span>`}</p>
    </div>
    <span class="when">${age(at, now)}</span>
  </li>`
}
