import type { StoredEntry } from '../../core/events.ts'
import { changeList } from './changes.ts'
import { age, html, plural } from './markup.ts'
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
            ${entries.map((entry) => historyEntry(entry, now))}
          </ol>`
    }
  </section>`

function historyEntry(
  { at, outcome, message, changes, actor, code, requestIds, details }: StoredEntry,
  now: Date,
): Markup {
  const notes = Array.isArray(details['notes']) ? details['notes'].map(String) : []
  const remedy = typeof details['remedy'] === 'string' ? details['remedy'] : null
  const said = [actor === null ? null : `by ${actor}`, code].filter((one) => one !== null).join(' · ')
  return html`<li class="entry">
    <span class="when">${age(at, now)}</span>
    <div class="what">
      <div class="line">${outcomeBadge(outcome)} <span>${message}</span></div>
      ${remedy === null ? '' : html`<p class="soft">${remedy}</p>`} ${changes.length === 0 ? '' : changeList(changes)}
      ${notes.map((note) => html`<p class="meta">${note}</p>`)} ${said === '' ? '' : html`<p class="meta">${said}</p>`}
      ${
        requestIds.length === 0
          ? ''
          : html`<details class="meta">
              <summary>${plural(requestIds.length, 'request')}</summary>
              <p class="ref">${requestIds.join(', ')}</p>
            </details>`
      }
    </div>
  </li>`
}
