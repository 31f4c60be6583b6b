import type { Investigation, Step } from '../../people/investigate.ts'
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

/** Step by step how somebody's account was looked for. */
export const explanation = (login: string, connection: string, { steps, match }: Investigation): Markup =>
  html`${heading({ title: login, trail: html`<a href="/people">People</a> / ${connection}` })}
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
  return html`<section class="card" aria-labelledby="step-${index}">
    <div class="top">
      <h2 id="step-${index}">${index + 1}. ${name.charAt(0).toUpperCase()}${name.slice(1)}</h2>
      <p>${left}${match.kind === 'matched' ? 'Led to the account.' : match.reason}</p>
    </div>
    <ul class="list flush">
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
      ${(search?.candidates ?? []).map(
        ({ name: account, handle, usable, why }) =>
          html`<li class="health">
            <div>
              <span class="name">${account}</span>
              <p class="facts">${handle} · ${why}</p>
            </div>
            ${usable ? stateBadge('in-step', 'Found') : stateBadge('ended', 'Found, not usable')}
          </li>`,
      )}
      ${addresses.length === 0 ? html`<li class="soft">It knows no address of theirs.</li>` : ''}
    </ul>
  </section>`
}
