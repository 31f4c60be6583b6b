import { normalizeEmail, normalizeLogin } from '../core/people.ts'
import type { Archive } from './archive.ts'
import { compareFields } from './compare-fields.ts'
import type { Difference, Fields, SameTarget } from './compare-fields.ts'
import { createPairs, sides } from './pairs.ts'
import type { HeldRow, Pairs, Side } from './pairs.ts'
import { parseEnvelope } from './records.ts'

export interface Finding {
  readonly code: 'duplicate' | 'unordered' | 'unequal-counts' | Difference
  readonly model: string
  /** Counted from 1 among the rows of the model. */
  readonly ordinal: number | null
  readonly leftPk: number | null
  readonly rightPk: number | null
  readonly field: string | null
  readonly reason: string
}

export interface Comparison {
  /** Rows that were held against each other. */
  readonly pairs: number
  /** The first findings, at most {@link FINDINGS_KEPT}. */
  readonly findings: readonly Finding[]
  readonly total: number
}

export const FINDINGS_KEPT = 10_000

/**
 * Judges whether two archives hold the same, as they do before an import and after an export: row numbers, suffixes of
 * names, and what an import makes anew may differ. Rows are paired by their order, so where that or a count is wrong
 * nothing else is said.
 */
export async function compareArchives(archives: Readonly<Record<Side, Archive>>): Promise<Comparison> {
  const pairs = createPairs()
  try {
    const found = createCollector()
    for (const side of sides) await readSide(archives[side], { side, pairs, found })
    for (const { model, left, right } of pairs.counts()) {
      if (left === right) continue
      found.add({ code: 'unequal-counts', model, reason: `${left} rows on the left, ${right} on the right` })
    }
    const count = found.isEmpty() ? comparePairs(pairs, found) : 0
    return { pairs: count, ...found.finish() }
  } finally {
    pairs.close()
  }
}

function comparePairs(pairs: Pairs, found: Collector): number {
  pairs.settle()
  const sameTarget = createSameTarget(pairs)
  let count = 0
  for (const { model, place, left, right } of pairs.all()) {
    count++
    for (const finding of compareFields({ model, left: left.fields, right: right.fields, sameTarget })) {
      found.add({ model, ordinal: place, leftPk: left.pk, rightPk: right.pk, ...finding })
    }
  }
  return count
}

/** What is in neither archive has its number alone. */
const createSameTarget =
  ({ placeOf }: Pairs): SameTarget =>
  (model, left, right) => {
    const places = [placeOf({ side: 'left', model, pk: left }), placeOf({ side: 'right', model, pk: right })]
    return places[0] === null && places[1] === null ? left === right : places[0] === places[1]
  }

interface Reading {
  readonly side: Side
  readonly pairs: Pairs
  readonly found: Collector
}

interface Order {
  pk: number
  key: string
  isByKey: boolean
  fault: (Pick<Finding, 'reason'> & Partial<Finding>) | null
}

async function readSide(archive: Archive, { side, pairs, found }: Reading): Promise<void> {
  const orders = new Map<string, Order>()
  let ordinal = 0
  for await (const value of archive.values()) {
    const { model, pk, fields } = parseEnvelope(value, ++ordinal)
    const key = findKey({ side, model, fields: fields as Fields }, pairs)
    const at = side === 'left' ? { leftPk: pk } : { rightPk: pk }
    if (!pairs.add({ side, model, pk, key, fields })) {
      found.add({ code: 'duplicate', model, ...at, reason: `stands twice on the ${side}` })
      continue
    }
    const order = orders.get(model) ?? { pk: -1, key: '', isByKey: true, fault: null }
    orders.set(model, order)
    if (pk < order.pk) order.fault ??= { ...at, reason: `comes after ${order.pk} on the ${side}` }
    if (key <= order.key) order.isByKey = false
    order.pk = pk
    order.key = key
  }
  for (const [model, { isByKey, fault }] of orders) {
    if (fault !== null && !isByKey) found.add({ code: 'unordered', model, ...fault })
  }
}

/** What is found by its name, wherever it stands: people, addresses, and the options of people. */
function findKey(
  { side, model, fields }: Pick<HeldRow, 'side' | 'model'> & { readonly fields: Fields },
  pairs: Pairs,
): string {
  if (model === 'sentry.user') return normalizeLogin(String(fields['username'] ?? ''))
  if (model === 'sentry.email') return normalizeEmail(String(fields['email'] ?? ''))
  const user = column(fields, 'user')
  const isGlobal = column(fields, 'organization') === null && column(fields, 'project') === null
  if (model !== 'sentry.useroption' || !isGlobal || typeof user !== 'number') return ''
  return `${pairs.keyOf({ side, model: 'sentry.user', pk: user })}\n${String(fields['key'])}`
}

const column = (fields: Fields, name: string): unknown => fields[name] ?? fields[`${name}_id`] ?? null

interface Collector {
  add(finding: Pick<Finding, 'code' | 'model' | 'reason'> & Partial<Finding>): void
  isEmpty(): boolean
  finish(): Pick<Comparison, 'findings' | 'total'>
}

function createCollector(): Collector {
  const findings: Finding[] = []
  let total = 0
  return {
    add(finding) {
      const whole = { ordinal: null, leftPk: null, rightPk: null, field: null, ...finding }
      if (total++ < FINDINGS_KEPT) findings.push(whole)
    },
    isEmpty: () => total === 0,
    finish: () => ({ findings, total }),
  }
}
