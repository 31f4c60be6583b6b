import type { MapperRow, Option } from '../../core/options.ts'
import { BY_CATEGORY } from '../../core/options.ts'
import { html, plural, raw } from './markup.ts'
import type { Markup } from './markup.ts'

type Values = Readonly<Record<string, unknown>>
type Mapper = Extract<Option, { readonly type: 'mapper' }>

/** A target that differs by ticket type stands in the file alone: a form with one list for it cannot say that. */
const KEPT = '@kept'

const isRecord = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const attribute = (name: string, on: boolean) => (on ? raw(name) : '')

/** One option as a form shows it; what cannot be used now stands there with the reason. */
export function optionField(option: Option, values: Values): Markup {
  const value = values[option.name]
  const why =
    option.disabledReason === null ? '' : html`<p class="help"><strong>Not now:</strong> ${option.disabledReason}</p>`
  const label = html`<label for="${option.name}">${option.label}</label>`
  switch (option.type) {
    case 'boolean':
      return html`<div class="check">
        <input
          type="checkbox"
          id="${option.name}"
          name="${option.name}"
          value="on"
          ${attribute('checked', value === true)}
          ${attribute('disabled', option.disabled)}
        />
        ${label}
        <div class="help">
          <p>${option.help}</p>
          ${why}
        </div>
      </div>`
    case 'choice':
      return html`<div class="field">
        ${label}
        <select id="${option.name}" name="${option.name}" ${attribute('disabled', option.disabled)}>
          ${value === null ? html`<option value="" selected>Differs by route</option>` : ''}
          ${option.choices.map((choice) => html`<option value="${choice.value}" ${attribute('selected', choice.value === value)}>${choice.label}</option>`)}
        </select>
        <p class="help">${option.help}</p>
        ${why}
      </div>`
    case 'list':
      return html`<div class="field">
        ${label}
        <input
          type="text"
          id="${option.name}"
          name="${option.name}"
          value="${typeof value === 'string' ? value : ''}"
          ${attribute('disabled', option.disabled)}
        />
        <p class="help">${option.help}</p>
        ${why}
      </div>`
    case 'mapper':
      return mapper(option, isRecord(value) ? value : {}, why)
  }
}

function mapper(option: Mapper, mapping: Values, why: Markup | string): Markup {
  const target = (row: MapperRow, column: Mapper['columns'][number]) => {
    const entry = mapping[row.value]
    const now = isRecord(entry) ? entry[column.name] : undefined
    const name = `${option.name}/${row.value}/${column.name}`
    return html`<select
      name="${name}"
      aria-label="${row.label}: ${column.label}"
      ${attribute('disabled', option.disabled || row.disabled)}
    >
      <option value="">Not moved</option>
      <option value="${BY_CATEGORY}" ${attribute('selected', now === BY_CATEGORY)}>As its category says</option>
      ${isRecord(now) ? html`<option value="${KEPT}" selected>By type, as in the file</option>` : ''}
      ${row.choices.map((choice) => html`<option value="${choice.value}" ${attribute('selected', choice.value === now)}>${choice.label}</option>`)}
    </select>`
  }
  const folded = option.rows.filter(({ disabled, choices }) => disabled && choices.length > 0)
  const shown = option.rows.filter((row) => !folded.includes(row))
  return html`<div class="field whole">
    <span class="label">${option.label}</span>
    <p class="help">
      ${option.help} “As its category says” leaves the choice to the tracker’s own categories of states.
    </p>
    ${why}
    ${
      shown.length === 0
        ? ''
        : html`<div class="wide" tabindex="0" role="region" aria-label="${option.label}">
            <table class="fold mapper">
              <thead>
                <tr>
                  <th scope="col">${option.rowLabel}</th>
                  ${option.columns.map((column) => html`<th scope="col">${column.label}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${shown.map(
                  (row) =>
                    html`<tr>
                      <th scope="row">
                        ${row.label}
                        ${row.disabledReason === null ? '' : html`<p class="help">${row.disabledReason}</p>`}
                      </th>
                      ${option.columns.map((column) => html`<td data-label="${column.label}">${target(row, column)}</td>`)}
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
    ${folded.length === 0 ? '' : others(folded)}
  </div>`
}

/** An organization may have hundreds of projects of which a few are kept in step. */
const others = (rows: readonly MapperRow[]): Markup =>
  html`<details class="meta">
    <summary>${plural(rows.length, 'more project', 'more projects')}, to which no route leads</summary>
    <dl class="pairs-of">
      ${rows.map(
        ({ label, disabledReason }) =>
          html`<dt>${label}</dt>
            <dd>${disabledReason}</dd>`,
      )}
    </dl>
  </details>`

type Fields = Readonly<Record<string, unknown>>

const textOf = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  return typeof value === 'string' ? value : undefined
}

/** What the form says differently from what is set now. */
export function readChanged(options: readonly Option[], values: Values, fields: Fields): Values {
  const changed: Record<string, unknown> = {}
  for (const option of options) {
    if (option.disabled) continue
    const given = readOption(option, values[option.name], fields)
    if (given !== undefined && JSON.stringify(given) !== JSON.stringify(values[option.name]))
      changed[option.name] = given
  }
  return changed
}

function readOption(option: Option, now: unknown, fields: Fields): unknown {
  switch (option.type) {
    // A box that is not ticked is not sent at all.
    case 'boolean':
      return fields[option.name] === 'on'
    case 'choice':
      return textOf(fields, option.name) === '' ? undefined : textOf(fields, option.name)
    case 'list':
      return textOf(fields, option.name)
    case 'mapper':
      return readMapping(option, isRecord(now) ? now : {}, fields)
  }
}

function readMapping(option: Mapper, now: Values, fields: Fields): Values {
  const mapping: Record<string, unknown> = {}
  for (const row of option.rows) {
    const before = now[row.value]
    if (row.disabled) {
      if (before !== undefined) mapping[row.value] = before
      continue
    }
    const read = (name: 'closed' | 'open') => {
      const given = textOf(fields, `${option.name}/${row.value}/${name}`) ?? ''
      return given === KEPT && isRecord(before) ? before[name] : given
    }
    const [closed, open] = [read('closed'), read('open')]
    if (closed !== '' || open !== '') mapping[row.value] = { closed, open }
  }
  return mapping
}
