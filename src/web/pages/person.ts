import type { Candidate, Investigation, Step } from '../../people/investigate.ts'
import { heading } from './layout.ts'
import { html } from './markup.ts'
import type { Markup } from './markup.ts'
import { stateBadge } from './pair-state.ts'

export const sourceNames: Readonly<Record<string, string>> = {
  config: 'the configuration',
  archive: 'the archive',
  github: 'GitHub',
  tracker: 'the tracker',
  unknown: 'elsewhere',
}

interface Explained {
  readonly login: string
  readonly connection: string
  /** What helps where nobody is found. */
  readonly action?: Markup
}

/** Step by step how somebody's account was looked for. */
export const explanation = ({ login, connection, action }: Explained, { steps, match }: Investigation): Markup =>
  html`${heading({
      title: login,
      trail: html`<a href="/people">People</a> / ${connection}`,
      ...(match.kind === 'unmatched' && action !== undefined ? { actions: action } : {}),
    })}
    <div class="note ${match.kind === 'matched' ? 'is-in-step' : 'is-conflict'}">
      <strong>${match.kind === 'matched' ? `${match.found.name} in ${connection}` : `Nobody in ${connection}`}</strong>
      <p>
        ${match.kind === 'matched' ? (match.email === null ? 'Found without an address.' : `Found by ${match.email}.`) : match.reason}
      </p>
    </div>
    ${steps.length === 0 ? html`<p class="soft">No source of addresses is set up.</p>` : steps.map(stepCard)}`

function stepCard({ source, standing, addresses, search, match }: Step, index: number): Markup {
  const name = sourceNames[source] ?? source
  const left = standing !== null && !standing.active ? 'They are not active any more. ' : ''
  const candidates = search?.candidates ?? []
  const ending = match.kind === 'matched' ? 'Led to the account.' : addresses.length === 0 ? '' : match.reason
  return html`<section class="card" aria-labelledby="step-${index}">
    <div class="top">
      <h2 id="step-${index}">${index + 1}. ${name.charAt(0).toUpperCase()}${name.slice(1)}</h2>
      <p>${left}${ending}</p>
    </div>
    ${addresses.length + candidates.length === 0 ? html`<p class="inside soft">It knows no address of theirs.</p>` : stepList(addresses, candidates)}
  </section>`
}

const stepList = (addresses: Step['addresses'], candidates: readonly Candidate[]): Markup =>
  html`<ul class="list flush">
    ${addresses.map(
      ({ email, usable, why }) =>
        html`<li class="health">
          <div>
            <span class="name">${email}</span>
            <p class="facts">${why}</p>
          </div>
          ${usable ? stateBadge('in-step', 'Counts') : stateBadge('ended', 'Does not count')}
        </li>`,
    )}
    ${candidates.map(
      ({ name: account, handle, usable, why }) =>
        html`<li class="health">
          <div>
            <span class="name">${account}</span>
            <p class="facts">${handle} · ${why}</p>
          </div>
          ${usable ? stateBadge('in-step', 'Found') : stateBadge('ended', 'Found, not usable')}
        </li>`,
    )}
  </ul>`
