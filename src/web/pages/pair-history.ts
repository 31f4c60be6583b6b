import type { StoredEntry } from '../../core/events.ts'
import { changeList } from './changes.ts'
import { age, html, plural, printActor } from './markup.ts'
import type { Markup } from './markup.ts'
import { outcomeBadge } from './pair-state.ts'

/** What happened to a pair, the newest first. */
export const pairHistory = (entries: readonly StoredEntry[], limit: number, now: Date): Markup =>
  html`<section class="card" aria-labelledby="history-title">
    <div class="top">
      <h2 id="history-title">History</h2>
      ${entries.length === limit ? html`<p>The last ${limit} entries</p>` : ''}
    </div>
    ${
      entries.length === 0
        ? html`<p class="inside soft">Nothing was written down for this pair yet.</p>`
        : html`<ol class="list flush">
            ${foldRepeats(entries).map((repeat) => historyEntry(repeat, now))}
          </ol>`
    }
  </section>`

export interface Repeat {
  readonly newest: StoredEntry
  readonly oldest: StoredEntry
  readonly times: number
}

/** What was found again and again, with nothing done about it, is told once. */
export function foldRepeats(entries: readonly StoredEntry[]): readonly Repeat[] {
  const folded: Repeat[] = []
  for (const entry of entries) {
    const before = folded.at(-1)
    if (before !== undefined && saysTheSame(before.newest, entry)) {
      folded[folded.length - 1] = { ...before, oldest: entry, times: before.times + 1 }
    } else folded.push({ newest: entry, oldest: entry, times: 1 })
  }
  return folded
}

const saysTheSame = (a: StoredEntry, b: StoredEntry): boolean =>
  a.changes.length + b.changes.length === 0 &&
  a.outcome === b.outcome &&
  a.message === b.message &&
  a.actor === b.actor &&
  a.code === b.code

function historyEntry({ newest, oldest, times }: Repeat, now: Date): Markup {
  const { at, outcome, message, changes, details } = newest
  const notes = Array.isArray(details['notes']) ? details['notes'].map(String) : []
  const remedy = typeof details['remedy'] === 'string' ? details['remedy'] : null
  return html`<li class="entry">
    <span class="when">${age(at, now)}</span>
    <div class="what">
      <div class="line">${outcomeBadge(outcome)} <span>${message}</span></div>
      ${remedy === null ? '' : html`<p class="soft">${remedy}</p>`} ${changes.length === 0 ? '' : changeList(changes)}
      ${notes.map((note) => html`<p class="meta">${note}</p>`)}
      ${times === 1 ? '' : html`<p class="meta">${plural(times, 'time')}, first ${age(oldest.at, now)}</p>`}
      ${cause(newest)}
    </div>
  </li>`
}

function cause({ actor, code, requestIds }: StoredEntry): Markup | string {
  const asked = requestIds.length === 0 ? null : plural(requestIds.length, 'request')
  const said = [actor === null ? null : printActor(actor), code, asked].filter((one) => one !== null).join(' · ')
  if (said === '') return ''
  if (requestIds.length === 0) return html`<p class="meta">${said}</p>`
  return html`<details class="meta">
    <summary>${said}</summary>
    <p class="ref">${requestIds.join(', ')}</p>
  </details>`
}
