import type { Archive } from './archive.ts'
import { isMoment } from './moment.ts'
import { isTimezone, parseOptionValue } from './option-value.ts'
import { printRows } from './print-rows.ts'
import type { StreamSource } from './source.ts'
import { createStandIns } from './stand-ins.ts'
import type { StandIns } from './stand-ins.ts'

export interface Sanitized {
  /** The text of an archive of the same shape. */
  readonly json: StreamSource
  /** How many rows were read so far. */
  countRows(): number
}

/**
 * A copy without any real name, address, login, slug or secret, for whoever shall see how an archive fails. Every text is
 * replaced unless it is known to be harmless, so what a newer format adds is safe as well; rows need not be sound.
 */
export function sanitizeArchive(archive: Archive): Sanitized {
  const standIns = createStandIns()
  let rows = 0
  async function* read(): AsyncGenerator<unknown> {
    rows = 0
    for await (const value of archive.values()) {
      rows++
      yield sanitizeRow(value, standIns)
    }
  }
  return { json: { name: archive.name, read: () => printRows(read()) }, countRows: () => rows }
}

function sanitizeRow(row: unknown, standIns: StandIns): unknown {
  if (!isObject(row)) return sanitizeValue(row, standIns)
  const model = String(row['model'])
  return mapEntries(row, (name, value) => {
    if (name === 'model' && typeof value === 'string' && isModelName.test(value)) return [name, value]
    if (name === 'pk' && typeof value === 'number') return [name, value]
    if (name !== 'fields' || !isObject(value)) return [printColumn(name, standIns), sanitizeValue(value, standIns)]
    return [name, sanitizeFields(value, { model, standIns })]
  })
}

function sanitizeFields(
  fields: JsonObject,
  { model, standIns }: { readonly model: string; readonly standIns: StandIns },
): JsonObject {
  return mapEntries(fields, (name, value) => {
    if (isHarmless(value, { model, name })) return [name, value]
    const option = parseOptionValue(value)
    if (fields['key'] === 'timezone' && name === 'value' && isTimezone(option)) {
      return [name, option === value ? 'UTC' : '"UTC"']
    }
    // References are numbers; numbers that people entered stand under `value`.
    if (typeof value === 'number' && name !== 'value') return [printColumn(name, standIns), value]
    return [printColumn(name, standIns), sanitizeValue(value, standIns)]
  })
}

function sanitizeValue(value: unknown, standIns: StandIns): unknown {
  if (typeof value === 'string') return sanitizeText(value, standIns)
  if (typeof value === 'number') return Math.abs(value) < 1000 ? value : standIns.number(value)
  if (Array.isArray(value)) return value.map((one) => sanitizeValue(one, standIns))
  if (!isObject(value)) return value
  return mapEntries(value, (name, inner) => [standIns.text(name), sanitizeValue(inner, standIns)])
}

function sanitizeText(text: string, standIns: StandIns): string {
  if (!isMoment(text)) return standIns.text(text)
  const moment = new Date(text)
  const year = moment.getUTCFullYear()
  // The first and the last moments that databases know stand for none.
  return year < 1000 || year > 9000 ? text : standIns.moment(moment).toISOString()
}

const isModelName = /^[a-z_]{1,40}\.[a-z]{1,60}$/
const isColumn = /^[a-z][a-z\d_]{0,63}$/
const isOptionKey = /^[a-z][a-z\d_:.-]{0,63}$/
const isRole = /^(?:[a-z_]+_)?role$/
const isFlags = /^\d{1,20}$/

const roles: ReadonlySet<unknown> = new Set(['owner', 'manager', 'admin', 'member', 'contributor', 'billing'])

/** Words of the format itself, without which nobody could tell what a row is about. */
function isHarmless(value: unknown, { model, name }: { readonly model: string; readonly name: string }): boolean {
  if (isRole.test(name)) return roles.has(value)
  if (typeof value !== 'string') return false
  return (
    (name === 'flags' && isFlags.test(value)) || (name === 'key' && model.endsWith('option') && isOptionKey.test(value))
  )
}

const printColumn = (name: string, standIns: StandIns): string => (isColumn.test(name) ? name : standIns.text(name))

type JsonObject = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const mapEntries = (
  object: JsonObject,
  map: (name: string, value: unknown) => readonly [string, unknown],
): JsonObject => Object.fromEntries(Object.entries(object).map(([name, value]) => map(name, value)))
