import { loadConfig } from '../../config/load.ts'
import { printRepo } from '../../core/issue.ts'
import type { RepoRef } from '../../core/issue.ts'
import type { Option } from '../../core/options.ts'
import type { DescribedOptions } from '../../sync/options.ts'
import type { OptionsScope } from '../options.ts'
import { token } from './layout.ts'
import { html, printAge, raw } from './markup.ts'
import type { Markup } from './markup.ts'
import { optionField } from './options-form.ts'

/** The connection of a repository whose options are meant. */
export interface Place {
  readonly repo: RepoRef
  readonly connection: string
  readonly scope: OptionsScope
  readonly described: DescribedOptions
}

export const pathOf = ({ repo, connection }: Pick<Place, 'repo' | 'connection'>): string =>
  `/options?${new URLSearchParams({ repo: printRepo(repo), connection })}`

/** People whom the configuration itself names. */
async function readOverrides({ file, load }: OptionsScope): Promise<readonly (readonly [string, readonly string[]])[]> {
  const { text, path } = await file.read()
  return Object.entries(loadConfig(text, path, load).config?.people.map ?? {})
}

interface FormFacts {
  readonly csrf: string
  /** Whose address is to be named. */
  readonly login: string
}

/** What can be set stands in groups before what cannot. */
export async function optionsForm(place: Place, { csrf, login }: FormFacts): Promise<Markup> {
  const { options, values, ageMs } = place.described
  const usable = options.filter(({ disabled }) => !disabled)
  const of = (names: readonly string[]) =>
    usable.filter(({ name }) => names.includes(name)).map((option) => optionField(option, values))
  const fields = usable.filter(({ name }) => ![...ofStatus, ...ofPeople].includes(name))
  return html`<form method="post" action="/options/preview" class="stack">
    ${token(csrf)}
    <input type="hidden" name="repo" value="${printRepo(place.repo)}" />
    <input type="hidden" name="connection" value="${place.connection}" />
    ${optionCard({ title: 'Status', fields: of(ofStatus), aside: ageMs === null ? '' : readAge(place, ageMs) })}
    ${optionCard({
      title: 'Fields and comments',
      fields: fields.map((option) => optionField(option, values)),
    })}
    ${peopleCard(place, await readOverrides(place.scope), { fields: of(ofPeople), login })}
    ${unusable(options.filter(({ disabled }) => disabled))}
    <div class="actions">
      <button class="button main" type="submit" ${raw(usable.length === 0 ? 'disabled' : '')}>
        Preview the change
      </button>
      <span class="meta">Nothing is changed yet.</span>
    </div>
  </form>`
}

const ofStatus: readonly string[] = ['status_to_tracker', 'status_to_github']
const ofPeople: readonly string[] = ['assignee_to_tracker', 'assignee_to_github']

const readAge = (place: Place, ageMs: number): Markup =>
  html`<p>States read ${printAge(ageMs)} · <a href="${pathOf(place)}&fresh=1">Read again</a></p>`

interface OptionCard {
  readonly title: string
  readonly fields: readonly Markup[]
  readonly aside?: Markup | string
}

const optionCard = ({ title, fields, aside = '' }: OptionCard): Markup | string =>
  fields.length === 0
    ? ''
    : html`<section class="card">
        <div class="top">
          <h2>${title}</h2>
          ${aside}
        </div>
        <div class="inside form two">${fields}</div>
      </section>`

interface PeopleFacts {
  readonly fields: readonly Markup[]
  readonly login: string
}

const peopleCard = (
  { connection }: Place,
  overrides: Awaited<ReturnType<typeof readOverrides>>,
  { fields, login }: PeopleFacts,
): Markup =>
  html`<section class="card">
    <div class="top"><h2>People</h2></div>
    <div class="inside form two">
      ${fields}
      <div class="whole field">
        <h3>Who is whom</h3>
        <p class="help">Addresses that the configuration names come before every other source.</p>
        ${
          overrides.length === 0
            ? html`<p class="soft">It names nobody yet.</p>`
            : html`<dl class="pairs-of">
                ${overrides.map(
                  ([name, mails]) =>
                    html`<dt>${name}</dt>
                      <dd>${mails.join(', ')}</dd>`,
                )}
              </dl>`
        }
      </div>
      <div class="field">
        <label for="login">Add somebody: GitHub login</label>
        <input type="text" id="login" name="login" value="${login}" autocomplete="off" maxlength="100" />
      </div>
      <div class="field">
        <label for="email">Their address in ${connection}</label>
        <input
          type="text"
          id="email"
          name="email"
          autocomplete="off"
          maxlength="200"
          list="accounts"
          data-suggest="/people/accounts"
          data-target="accounts"
          data-part="options"
          data-with="repo connection"
        />
        <datalist id="accounts"></datalist>
        <p class="help">Type a piece of a name or address, and choose.</p>
      </div>
    </div>
  </section>`

/** What cannot be set now, with the reason: a switch that does nothing would only be in the way. */
const unusable = (options: readonly Option[]): Markup | string =>
  options.length === 0
    ? ''
    : html`<section class="card" aria-labelledby="unusable-title">
        <div class="top"><h2 id="unusable-title">Not available now</h2></div>
        <ul class="list flush">
          ${options.map(
            ({ label, help, disabledReason }) =>
              html`<li class="unusable">
                <span class="name">${label}</span>
                <div>
                  <p>${disabledReason}</p>
                  <p class="meta">${help}</p>
                </div>
              </li>`,
          )}
        </ul>
      </section>`
