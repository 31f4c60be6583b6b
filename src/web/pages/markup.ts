import { html, raw } from 'hono/html'

/** Markup whose values were escaped as they went in. */
export type Markup = ReturnType<typeof html>

export { html, raw }

export const nothing: Markup = html``

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${printCount(count)} ${count === 1 ? one : many}`

const numbers = new Intl.NumberFormat('en-US')

export const printCount = (count: number): string => numbers.format(count)

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago, with the exact moment for whoever wants it. */
export function age(at: string, now: Date): Markup {
  return html`<time datetime="${at}" title="${printMoment(at)}">${sinceOf(at, now)}</time>`
}

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })

const printDay = (at: string): string => (Number.isNaN(Date.parse(at)) ? at : days.format(new Date(at)))

export const printMoment = (at: string): string => `${printDay(at)}, ${at.slice(11, 16)} UTC`

function sinceOf(at: string, now: Date): string {
  const ms = now.getTime() - Date.parse(at)
  return ms < 30 * DAY ? printAge(ms) : printDay(at)
}

export function printAge(ms: number): string {
  if (ms < 45_000) return 'just now'
  if (ms < 90 * MINUTE) return `${Math.max(1, Math.round(ms / MINUTE))} min ago`
  if (ms < 36 * HOUR) return `${Math.round(ms / HOUR)} h ago`
  return `${Math.round(ms / DAY)} days ago`
}

/** A value of a field as a person reads it. */
export function printValue(value: unknown): string {
  if (value === null || value === undefined || value === '') return ''
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(printValue).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const causes: Readonly<Record<string, string>> = {
  schedule: 'on schedule',
  webhook: 'after a webhook',
  'command line': 'from the command line',
}

/** Who or what caused it, as it is remembered: a login, the hook of a connection, a run of the Action, or a cause. */
export function printActor(actor: string): string {
  // No login of GitHub has a colon or a blank.
  const hook = /^hook:(.+)$/.exec(actor)?.[1]
  if (hook !== undefined) return `by a hook of ${hook}`
  const [, event, run] = /^(\w+) run (\d+)$/.exec(actor) ?? []
  if (event !== undefined && run !== undefined) return `by run ${run} of the Action (${event})`
  return causes[actor] ?? `by ${actor}`
}

export const valueOrNothing = (value: unknown): Markup => {
  const text = printValue(value)
  return text === '' ? html`<span class="none">nothing</span>` : html`${text}`
}
