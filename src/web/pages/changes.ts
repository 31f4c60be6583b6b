import type { ReportedChange } from '../../core/outcome.ts'
import { labelOf } from './conflict-choice.ts'
import { html, printValue } from './markup.ts'
import type { Markup } from './markup.ts'

// A description may be a book.
const LONGEST = 600

const excerpt = (value: unknown): string => {
  const text = printValue(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST).trimEnd()} …` : text
}

const sideNames = { github: 'issue', tracker: 'ticket' } as const

/** What was changed, or would be: on which side, which field, from what to what. */
export const changeList = (changes: readonly ReportedChange[]): Markup =>
  html`<dl class="diff">
    ${changes.map(
      ({ side, field, before, after }) =>
        html`<div>
          <dt>${labelOf(field)} of the ${sideNames[side]}</dt>
          <dd>${field === 'comment' ? printValue(after) : beforeAfter(excerpt(before), excerpt(after))}</dd>
        </div>`,
    )}
  </dl>`

function beforeAfter(before: string, after: string): Markup {
  // A store that keeps no values knows only that there was a change.
  if (before === '' && after === '') return html`<span class="none">changed</span>`
  const gone = before === '' ? html`<span class="none">nothing</span>` : html`<del>${before}</del>`
  const come = after === '' ? html`<span class="none">nothing</span>` : html`<ins>${after}</ins>`
  return html`${gone} <span class="soft" aria-hidden="true">→</span><span class="unseen"> became </span> ${come}`
}
