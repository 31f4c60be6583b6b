import { isGone, printIssueRef } from '../../core/issue.ts'
import type { Gone, Issue } from '../../core/issue.ts'
import type { Base, Link } from '../../core/link.ts'
import type { ReportedChange } from '../../core/outcome.ts'
import type { Account, Ticket } from '../../core/ticket.ts'
import { labelOf } from './conflict-choice.ts'
import { html, plural, printValue, valueOrNothing } from './markup.ts'
import type { Markup } from './markup.ts'
import { printBeside } from './remembered.ts'

interface Sides {
  readonly link: Link
  readonly issue: Issue | Gone
  readonly ticket: Ticket | Gone
  readonly markdown: string
  readonly changes: readonly ReportedChange[]
}

interface Row {
  readonly field: string
  readonly issue: unknown
  readonly ticket: unknown
}

/** Both sides beside each other, with what they last agreed upon. */
export function pairSides({ link, issue, ticket, markdown, changes }: Sides): Markup {
  const rows = readRows(link.base, issue, ticket)
  const wouldChange = (field: string, side: ReportedChange['side']) =>
    changes.some((change) => change.field === field && change.side === side)
      ? html`<span class="moved">would change</span>`
      : ''
  return html`<section class="card" aria-labelledby="sides-title">
    <div class="top">
      <h2 id="sides-title">Side by side</h2>
      <p>Read just now</p>
    </div>
    <div class="wide">
      <table class="fold sided">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Issue</th>
            <th scope="col">Ticket</th>
            <th scope="col">Last agreed</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ field, ...sides }) =>
              html`<tr>
                <th scope="row">${labelOf(field)}</th>
                <td data-label="Issue">
                  ${isGone(issue) ? gone(issue) : valueOrNothing(sides.issue)} ${wouldChange(field, 'github')}
                </td>
                <td data-label="Ticket">
                  ${isGone(ticket) ? gone(ticket) : valueOrNothing(sides.ticket)} ${wouldChange(field, 'tracker')}
                </td>
                <td class="soft" data-label="Last agreed">${agreed(link.base, field, { issue, ticket })}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${texts({ link, issue, ticket, markdown })}
  </section>`
}

const gone = ({ gone, to }: Gone): Markup =>
  html`<span class="none">${gone === 'hidden' ? 'cannot be read' : gone}${to === null ? '' : `, now ${to}`}</span>`

function readRows(base: Base | null, issue: Issue | Gone, ticket: Ticket | Gone): readonly Row[] {
  const here = isGone(issue) ? null : issue
  const there = isGone(ticket) ? null : ticket
  const status = here && (here.open ? 'open' : `closed (${here.reason ?? 'completed'})`)
  const rows: readonly Row[] = [
    { field: 'title', issue: here?.title, ticket: there?.title },
    { field: 'status', issue: status, ticket: there?.status.name },
    { field: 'assignee', issue: here?.assignees, ticket: there?.assignee?.name },
    { field: 'labels', issue: here?.labels, ticket: there?.labels },
    { field: 'type', issue: here?.type, ticket: there?.type },
    { field: 'milestone', issue: here?.milestone, ticket: there?.milestone },
    { field: 'priority', issue: base?.issue['priority'], ticket: there?.priority },
    { field: 'estimate', issue: base?.issue['estimate'], ticket: there?.estimate },
    { field: 'parent', issue: here?.parent && printIssueRef(here.parent), ticket: there?.parent },
  ]
  const own = Object.keys(base?.ticket ?? {})
    .filter((field) => field.startsWith('fields.'))
    .map((field) => ({ field, issue: base?.issue[field], ticket: there?.fields[field.slice('fields.'.length)] }))
  // Once a pair has agreed, the base names what is kept in step.
  return [...rows, ...own].filter(({ field, issue, ticket }) =>
    base === null ? printValue(issue) + printValue(ticket) !== '' : base.issue[field] !== undefined,
  )
}

/** Each side remembers its own words; where they are the same they are said once. */
function agreed(base: Base | null, field: string, { issue, ticket }: Pick<Sides, 'issue' | 'ticket'>): Markup {
  const [here, there] = [base?.issue[field], base?.ticket[field]]
  if (here === undefined && there === undefined) return html`<span class="none">never</span>`
  const left = printBeside(field, here, field === 'title' && !isGone(issue) ? issue.title : null)
  const right = printBeside(field, there, isGone(ticket) ? null : nowOf(field, ticket))
  if (left === right) return left === 'nothing' ? html`<span class="none">nothing</span>` : html`${left}`
  return html`${left} <span aria-hidden="true">·</span><span class="unseen">and</span> ${right}`
}

function nowOf(field: string, { title, assignee }: Ticket): string | Account | null {
  if (field === 'title') return title
  return field === 'assignee' ? assignee : null
}

const formats = { html: 'HTML', markdown: 'Markdown', wiki: 'wiki markup' } as const

function texts({ link: { base }, issue, ticket, markdown }: Omit<Sides, 'changes'>): Markup {
  if (isGone(issue) && isGone(ticket)) return html``
  return html`<div class="sides">
      ${isGone(issue) ? '' : side('Description of the issue', issue.body)}
      ${isGone(ticket) ? '' : side('Description of the ticket', markdown, source(ticket))}
    </div>
    ${
      base === null || base.body === null
        ? ''
        : html`<p class="pager">
            Of the descriptions last agreed only fingerprints are kept:
            ${plural(base.body.issue.blocks.length, 'passage')} of the issue,
            ${plural(base.body.ticket.blocks.length, 'passage')} of the ticket.
          </p>`
    }`
}

function side(name: string, text: string, below: Markup | string = ''): Markup {
  const shown = text.trim() === '' ? html`<span class="none">empty</span>` : text
  return html`<div>
    <h3 class="side-name">${name}</h3>
    <pre class="text" tabindex="0" role="region" aria-label="${name}">${shown}</pre>
    ${below}
  </div>`
}

/** Servers keep descriptions in markups of their own; what they say is easier to compare in one. */
const source = ({ body, bodyFormat }: Ticket): Markup | string =>
  bodyFormat === 'markdown' || body === ''
    ? ''
    : html`<details class="meta source">
        <summary>Shown as Markdown; the ${formats[bodyFormat]} of the ticket</summary>
        <pre class="text" tabindex="0" role="region" aria-label="${formats[bodyFormat]} of the ticket">${body}</pre>
      </details>`
