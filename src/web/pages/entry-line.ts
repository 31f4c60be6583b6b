import type { StoredEntry } from '../../core/events.ts'
import { parseIssueRef } from '../../core/issue.ts'
import type { Link } from '../../core/link.ts'
import { parseTicketRef } from '../../core/ticket.ts'
import type { PagesDeps } from './deps.ts'
import { age, html, printActor } from './markup.ts'
import type { Markup } from './markup.ts'
import { outcomeBadge } from './pair-state.ts'

/** The page of a pair; both names come from printed references. */
export function pairPath(issue: string, connection: string): string {
  const [repo, number] = issue.split('#')
  return `/pairs/${(repo ?? '').split('/').map(encodeURIComponent).join('/')}/${number}/${encodeURIComponent(connection)}`
}

/** The title as last agreed, where it is kept as text: long ones are kept as a print. */
export function findTitle({ base }: Link): string | undefined {
  const title = base?.issue['title'] ?? base?.ticket['title']
  if (typeof title !== 'string' || title.trim() === '' || /^#[0-9a-f]{16,}$/.test(title)) return undefined
  return title
}

const connectionOf = ({ ticket }: StoredEntry): string | undefined =>
  ticket === null ? undefined : parseTicketRef(ticket)?.connection

/** The stream names its pairs by their references only. */
export async function readTitles(
  { store }: Pick<PagesDeps, 'store'>,
  entries: readonly StoredEntry[],
): Promise<ReadonlyMap<StoredEntry, string>> {
  const titles = new Map<StoredEntry, string>()
  for (const entry of entries) {
    const [issue, connection] = [parseIssueRef(entry.issue ?? ''), connectionOf(entry)]
    if (issue === undefined || connection === undefined) continue
    const link = await store.links.find(issue, connection)
    const title = link && findTitle(link)
    if (title !== undefined) titles.set(entry, title)
  }
  return titles
}

/** One change, as the live list shows it. */
export function entryLine(entry: StoredEntry, title: string | undefined, now: Date): Markup {
  const { issue, ticket, outcome, message, at, actor } = entry
  const connection = connectionOf(entry)
  const refs = [issue, ticket].filter((one) => one !== null).join(' ↔ ')
  const linked = issue !== null && parseIssueRef(issue) !== undefined && connection !== undefined
  return html`<li class="change">
    <div>
      ${linked ? html`<a class="title" href="${pairPath(issue, connection)}">${title ?? refs}</a>` : refs}
      <div class="line">
        ${outcomeBadge(outcome)}
        <span class="message">${message}</span>
      </div>
    </div>
    <div class="when">
      ${age(at, now)}
      <span class="ref"
        >${[linked && title === undefined ? null : refs, actor === null ? null : printActor(actor)].filter((one) => one !== null).join(' · ')}</span
      >
    </div>
  </li>`
}
