import { printIssueRef } from '../../core/issue.ts'
import type { FieldConflict, Link } from '../../core/link.ts'
import type { Account } from '../../core/ticket.ts'
import { pairPath } from './entry-line.ts'
import { token } from './layout.ts'
import { age, html } from './markup.ts'
import type { Markup } from './markup.ts'
import { printBeside } from './remembered.ts'

interface ChoiceFacts {
  readonly csrf: string
  readonly now: Date
  /** Whether the visitor may decide it. */
  readonly mayWrite: boolean
  /** Of the ticket as it was just read. */
  readonly assignee?: Account | null
}

/** A conflict with both values, and a button for each: whichever is kept goes to the other side. */
export function conflictChoice(
  { issue, ticket }: Link,
  { field, since, ...values }: FieldConflict,
  { csrf, now, mayWrite, assignee = null }: ChoiceFacts,
): Markup {
  const action = `${pairPath(printIssueRef(issue), ticket.connection)}/resolve`
  const option = (winner: string, name: string, value: string, button: string) =>
    html`<div class="option">
      <span class="side-name">${name}</span>
      <pre class="said">${printBeside(field, value, field === 'assignee' ? assignee : null)}</pre>
      ${
        mayWrite
          ? html`<form method="post" action="${action}">
              ${token(csrf)}
              <input type="hidden" name="field" value="${field}" />
              <input type="hidden" name="winner" value="${winner}" />
              <button class="button small" type="submit">
                ${button}<span class="unseen"> for ${field} of ${printIssueRef(issue)}</span>
              </button>
            </form>`
          : ''
      }
    </div>`
  return html`<div class="choice">
    <div>
      <h3>${labelOf(field)}</h3>
      <p class="meta">${since === '' ? '' : html`since ${age(since, now)}`}</p>
    </div>
    ${option('github', 'On GitHub', values.issue, 'Keep GitHub’s')}
    ${option('tracker', `In ${ticket.connection}`, values.ticket, 'Keep the tracker’s')}
  </div>`
}

const labels: Readonly<Record<string, string>> = { body: 'Description', comment: 'Comment', parent: 'Parent' }

/** The name of a field for people. */
export function labelOf(field: string): string {
  if (field.startsWith('fields.')) return field.slice('fields.'.length)
  return labels[field] ?? field.charAt(0).toUpperCase() + field.slice(1)
}
