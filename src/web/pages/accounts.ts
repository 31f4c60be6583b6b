import { printRepo } from '../../core/issue.ts'
import type { RepoRef } from '../../core/issue.ts'
import type { Account } from '../../core/ticket.ts'
import { toChoice } from '../../people/search.ts'
import type { ConnectedTracker } from '../../sync/deps.ts'
import { html } from './markup.ts'
import type { Markup } from './markup.ts'

/** Twenty at most: whoever means another types more. */
export async function searchAccounts(
  { tracker, project }: ConnectedTracker,
  query: string,
): Promise<readonly Account[]> {
  return query.trim() === ''
    ? []
    : (await tracker.people.search(query.slice(0, 100), { project, ticket: null })).slice(0, 20)
}

/** For the suggestions of a field: only an address can stand in the configuration. */
export const accountOptions = (accounts: readonly Account[]): Markup =>
  html`${accounts.flatMap((account) =>
    account.emails.slice(0, 1).map((email) => html`<option value="${email}">${toChoice(account).label}</option>`),
  )}`

export function accountList(accounts: readonly Account[], query: string): Markup {
  if (query.trim() === '') return html`<p class="meta">Type a piece of a name or address.</p>`
  if (accounts.length === 0) return html`<p class="meta">Nobody is found for “${query}”.</p>`
  return html`<ul class="list">
    ${accounts.map(
      (account) =>
        html`<li>
          <span>${toChoice(account).label}</span>${account.active ? '' : html`<span class="meta">not active</span>`}
        </li>`,
    )}
  </ul>`
}

/** A search for an account, which answers as one types. */
export const finder = (repo: RepoRef, connection: string, query = '', results?: Markup): Markup =>
  html`<section class="card" aria-labelledby="finder-title">
    <div class="top"><h2 id="finder-title">Find an account</h2></div>
    <form class="inside" method="get" action="/people/accounts" role="search">
      <input type="hidden" name="repo" value="${printRepo(repo)}" />
      <input type="hidden" name="connection" value="${connection}" />
      <div class="filters few">
        <div class="search grow">
          <label for="account">Name or address in ${connection}</label>
          <input
            id="account"
            name="q"
            type="search"
            value="${query}"
            placeholder="A piece of a name or address"
            autocomplete="off"
            maxlength="100"
            data-suggest="/people/accounts"
            data-target="accounts"
            data-part="list"
            data-with="repo connection"
          />
        </div>
        <button class="button" type="submit">Search</button>
      </div>
      <div id="accounts" class="found" aria-live="polite">${results ?? ''}</div>
    </form>
  </section>`
