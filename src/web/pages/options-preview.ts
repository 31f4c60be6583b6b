import { printRepo } from '../../core/issue.ts'
import type { RepoRef } from '../../core/issue.ts'
import { changeList } from './changes.ts'
import { heading, token } from './layout.ts'
import { html, plural } from './markup.ts'
import type { Markup } from './markup.ts'
import { diffLines } from './options-change.ts'
import type { Change, DiffLine, Effects, Wanted } from './options-change.ts'
import { outcomeBadge } from './pair-state.ts'

interface Preview {
  readonly repo: RepoRef
  readonly connection: string
  readonly change: Extract<Change, { readonly kind: 'changed' }>
  readonly effects: Effects
  readonly wanted: Wanted
  readonly csrf: string
}

const signs: Readonly<Record<DiffLine['kind'], string>> = { same: '  ', plus: '+ ', minus: '- ', gap: '  ' }

// In a pre every blank shows, so the lines are joined here and not laid out.
const lineOf = ({ kind, text }: DiffLine): Markup => html`<span class="${kind}">${signs[kind]}${text}${'\n'}</span>`

/** The change of the file and what it would do, before anybody is asked to merge it. */
export const previewPage = ({ repo, connection, change, effects, wanted, csrf }: Preview): Markup =>
  html`${heading({ title: 'Preview', trail: html`<a href="/options">Options</a> / ${printRepo(repo)}`, lead: `The change of ${change.file.path}, and what it would do.` })}
    <section class="card" aria-labelledby="file-title">
      <div class="top"><h2 id="file-title">${change.file.path}</h2></div>
      <div class="inside">
        <pre class="yaml" tabindex="0" role="region" aria-label="Change of the file">
${diffLines(change.file.text, change.edited).map(lineOf)}</pre>
      </div>
    </section>
    <section class="card" aria-labelledby="effects-title">
      <div class="top">
        <h2 id="effects-title">What it would do</h2>
        <p>Tried on ${plural(effects.tried, 'pair')}</p>
      </div>
      ${
        effects.outcomes.length === 0
          ? html`<p class="inside soft">
              To ${effects.tried === 1 ? 'this pair' : 'these pairs'}, nothing by itself. It counts from the next change
              on.
            </p>`
          : html`<ul class="list flush">
              ${effects.outcomes.map(
                ({ issue, outcome, message, changes }) =>
                  html`<li>
                    <div class="line"><span class="title ref">${issue}</span></div>
                    <p class="message">${outcomeBadge(outcome)} ${message}</p>
                    ${changeList(changes)}
                  </li>`,
              )}
            </ul>`
      }
    </section>
    <form class="actions" method="post" action="/options/propose">
      ${token(csrf)}
      <input type="hidden" name="repo" value="${printRepo(repo)}" />
      <input type="hidden" name="connection" value="${connection}" />
      <input type="hidden" name="wanted" value="${JSON.stringify(wanted)}" />
      <button class="button main" type="submit">Open a pull request</button>
    </form>`
