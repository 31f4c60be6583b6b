import type { Link } from '../../core/link.ts'
import type { LinkFilter, LinkTally } from '../../core/store.ts'
import { html } from './markup.ts'
import type { Markup } from './markup.ts'

/** How a pair stands, in the words of the pages. */
export const pairStates = ['in-step', 'pending', 'conflict', 'blocked', 'failed', 'paused', 'ended'] as const
export type PairState = (typeof pairStates)[number]

export const stateLabels: Readonly<Record<PairState, string>> = {
  'in-step': 'In step',
  pending: 'Pending',
  conflict: 'Conflict',
  blocked: 'Blocked',
  failed: 'Failed',
  paused: 'Paused',
  ended: 'Ended',
}

export const stateMeanings: Readonly<Record<PairState, string>> = {
  'in-step': 'Both sides say the same',
  pending: 'Not looked at yet',
  conflict: 'Waits for a person',
  blocked: 'Goes on by itself',
  failed: 'Needs a look',
  paused: 'Kept apart for now',
  ended: 'No longer kept',
}

const stateOfOutcome: Readonly<Record<string, PairState>> = {
  conflicted: 'conflict',
  blocked: 'blocked',
  failed: 'failed',
}

export function stateOf({ state, outcome }: Pick<Link, 'state' | 'outcome'>): PairState {
  if (state !== 'active') return state
  if (outcome === null) return 'pending'
  return stateOfOutcome[outcome] ?? 'in-step'
}

export function filterOf(state: PairState): Pick<LinkFilter, 'state' | 'outcomes'> {
  switch (state) {
    case 'ended':
    case 'paused':
      return { state }
    case 'pending':
      return { state: 'active', outcomes: [null] }
    case 'in-step':
      return { state: 'active', outcomes: ['created', 'updated', 'unchanged', 'skipped'] }
    case 'conflict':
      return { state: 'active', outcomes: ['conflicted'] }
    default:
      return { state: 'active', outcomes: [state] }
  }
}

export function countStates(tally: readonly LinkTally[]): Readonly<Record<PairState, number>> {
  const counts = Object.fromEntries(pairStates.map((state) => [state, 0])) as Record<PairState, number>
  for (const kind of tally) counts[stateOf(kind)] += kind.count
  return counts
}

// Each state has a shape of its own, so that nobody has to tell them apart by colour.
const shapes: Readonly<Record<PairState, Markup>> = {
  'in-step': html`<circle cx="8" cy="8" r="6.5" /><path class="cut" d="m5 8.2 2.1 2.1L11 6.2" />`,
  pending: html`<circle class="ring" cx="8" cy="8" r="5.75" /><path class="stroke" d="M8 5v3.2l2 1.3" />`,
  conflict: html`<path d="M8 1 15 8 8 15 1 8z" /><path class="cut" d="M8 4.8v3.8M8 10.7v.4" />`,
  blocked: html`<rect x="1.5" y="1.5" width="13" height="13" rx="3" /><path
      class="cut"
      d="M6.2 5.2v5.6M9.8 5.2v5.6"
    />`,
  failed: html`<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" /><path class="cut" d="m5.6 5.6 4.8 4.8M10.4 5.6l-4.8 4.8" />`,
  paused: html`<path class="stroke" d="M5.5 4v8M10.5 4v8" />`,
  ended: html`<path class="stroke" d="M3.5 8h9" />`,
}

export const stateIcon = (state: PairState): Markup =>
  html`<svg class="state-icon is-${state}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    ${shapes[state]}
  </svg>`

export const stateBadge = (state: PairState, label: string = stateLabels[state]): Markup =>
  html`<span class="badge is-${state}">${stateIcon(state)}${label}</span>`

/** The badge of one entry of the history, whose outcome is a word of its own. */
export function outcomeBadge(outcome: string | null): Markup {
  if (outcome === null) return html``
  const state = outcome === 'skipped' ? 'ended' : (stateOfOutcome[outcome] ?? 'in-step')
  return stateBadge(state, outcome.charAt(0).toUpperCase() + outcome.slice(1))
}
