import { Hono } from 'hono'
import type { ImportOutcome, StoredImport } from '../../core/directory.ts'
import { importOutcomes } from '../../core/directory.ts'
import { repeatSummary } from '../../people/import-summary.ts'
import type { Visitor, WebEnv } from '../context.ts'
import type { PagesDeps } from './deps.ts'
import { empty, heading } from './layout.ts'
import type { Show } from './layout.ts'
import { age, html, plural, printActor, printCount, printMoment } from './markup.ts'
import type { Markup } from './markup.ts'
import { notHere, visitorOf } from './visitor.ts'

/** Of the rows that were skipped so many are shown; the event stream has them all. */
const SKIPPED_SHOWN = 200

/** What was imported, by whom, and what became of it. */
export function createImports(deps: PagesDeps, imports: NonNullable<PagesDeps['imports']>, show: Show): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.get('/imports', async (context) => {
    mayLook(visitorOf(context))
    const all = (await imports.listImports()).toReversed()
    const now = deps.clock.now()
    const content = html`${heading({ title: 'Imports', lead: 'People and organizations that came from archives.' })}
      <section class="card" aria-label="Imports">
        ${
          all.length === 0
            ? empty('Nothing was imported yet', html`Bring people in with <code>lockstep people import</code>.`)
            : html`<ul class="list">
                ${all.map((one) => importLine(one, now))}
              </ul>`
        }
      </section>`
    return await show(context, { title: 'Imports', content })
  })

  app.get('/imports/:id', async (context) => {
    mayLook(visitorOf(context))
    const found = await imports.findImport(context.req.param('id'))
    if (found === undefined) throw notHere()
    return await show(context, { title: `Import of ${found.archive}`, content: details(found) })
  })
  return app
}

/** An archive holds people of every organization, so its findings are for whoever runs them all. */
function mayLook(visitor: Visitor): void {
  const runsAll = visitor.organizations.length > 0 && visitor.organizations.every((one) => visitor.administers(one))
  if (!visitor.local && !runsAll) throw notHere()
}

const importLine = ({ id, archive, actor, finishedAt, chunks }: StoredImport, now: Date): Markup => {
  const rows = chunks.reduce((sum, { firstOrdinal, lastOrdinal }) => sum + lastOrdinal - firstOrdinal + 1, 0)
  return html`<li class="change">
    <div>
      <a class="title" href="/imports/${encodeURIComponent(id)}">${archive}</a>
      <p class="message">${plural(rows, 'row')}, ${printActor(actor)}</p>
    </div>
    <span class="when">${age(finishedAt, now)}</span>
  </li>`
}

const outcomeNames: Readonly<Record<ImportOutcome, string>> = {
  inserted: 'New',
  existing: 'Known before',
  merged: 'Merged',
  renamed: 'Renamed',
  skipped: 'Left out',
}

const modelNames: Readonly<Record<string, string>> = {
  user: 'Person',
  email: 'Address',
  useremail: 'Address of a person',
  useroption: 'Preference of a person',
  organization: 'Organization',
  organizationmember: 'Member of an organization',
  environment: 'Environment',
  release: 'Release',
}

function modelName(model: string): string {
  const name = model.split('.').at(-1) ?? model
  return modelNames[name] ?? name
}

function details({ archive, actor, scope, startedAt, finishedAt, summary, chunks }: StoredImport): Markup {
  const { skipped, matchable, unknown } = repeatSummary(summary)
  const models = Map.groupBy(chunks, ({ model }) => model)
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000
  const count = (model: string, outcome: ImportOutcome) =>
    (models.get(model) ?? []).reduce((sum, { outcomes }) => sum + (outcomes[outcome] ?? 0), 0)
  return html`${heading({
      title: archive,
      trail: html`<a href="/imports">Imports</a>`,
      lead: `${printMoment(startedAt)}, ${printActor(actor)}, in ${seconds < 1 ? 'less than a second' : plural(Math.round(seconds), 'second')}. Scope: ${scope}. ${plural(matchable, 'person', 'people')} can be matched by an address.`,
    })}
    ${unknown.length === 0 ? '' : html`<p class="note is-conflict">Nobody in the archive is called ${unknown.join(', ')}.</p>`}
    <section class="card">
      <div class="top"><h2>What became of the rows</h2></div>
      <div class="wide" tabindex="0" role="region" aria-label="Rows by model">
        <table>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              ${importOutcomes.map((outcome) => html`<th scope="col" class="right">${outcomeNames[outcome]}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${[...models.keys()].map(
              (model) =>
                html`<tr>
                  <th scope="row">${modelName(model)}</th>
                  ${importOutcomes.map((outcome) => html`<td class="right">${printCount(count(model, outcome))}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>
    ${
      skipped.length === 0
        ? ''
        : html`<section class="card">
            <div class="top">
              <h2>${plural(skipped.length, 'row')} left out</h2>
              ${skipped.length > SKIPPED_SHOWN ? html`<p>The first ${SKIPPED_SHOWN}</p>` : ''}
            </div>
            <ul class="list flush">
              ${skipped.slice(0, SKIPPED_SHOWN).map(
                ({ model, pk, reason }) =>
                  html`<li class="change">
                    <span>${modelName(model)} <span class="soft">row ${pk}</span></span
                    ><span class="when">${reason}</span>
                  </li>`,
              )}
            </ul>
          </section>`
    }`
}
