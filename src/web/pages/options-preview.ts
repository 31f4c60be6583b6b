import { printIssueRef, printRepo } from '../../core/issue.ts'
import type { RepoRef } from '../../core/issue.ts'
import { changeList } from './changes.ts'
import { heading, token } from './layout.ts'
import { html, plural } from './markup.ts'
import type { Markup } from './markup.ts'
import { diffLines } from './options-change.ts'
import type { Change, DiffLine, Wanted } from './options-change.ts'
import type { Effects, PairEffect } from './options-effects.ts'

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
        effects.pairs.length === 0
          ? html`<p class="inside soft">
              To ${effects.tried === 1 ? 'this pair' : 'these pairs'}, nothing by itself. It counts from the next change
              on.
            </p>`
          : html`<ul class="list flush">
              ${effects.pairs.map(pairEffect)}
            </ul>`
      }
    </section>
    <form class="actions" method="post" action="/options/propose">
      ${token(csrf)}
      <input type="hidden" name="repo" value="${printRepo(repo)}" />
      <input type="hidden" name="connection" value="${connection}" />
      <input type="hidden" name="wanted" value="${JSON.stringify(wanted)}" />
      <button class="button main" type="submit">Open a pull request</button>
      <span class="meta">On a branch of its own; it takes effect when somebody merges it.</span>
    </form>`

const pairEffect = ({ issue, title, message, gained, lost }: PairEffect): Markup =>
  html`<li class="effect">
    <div>
      <span class="title">${title}</span>
      <span class="ref soft">${printIssueRef(issue)}</span>
    </div>
    ${gained.length === 0 && lost.length > 0 ? '' : html`<p class="message">${message}</p>`}
    ${gained.length === 0 ? '' : changeList(gained)}
    ${
      lost.length === 0
        ? ''
        : html`<p class="message">No longer:</p>
            ${changeList(lost)}`
    }
  </li>`
