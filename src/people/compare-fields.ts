import { isDeepStrictEqual } from 'node:util'
import { toSlug } from './import-organizations.ts'
import { findModelScope } from './models.ts'
import { isMoment } from './moment.ts'

export type Difference =
  | 'one-sided'
  | 'suffix'
  | 'moved-back'
  | 'reference'
  | 'address'
  | 'secret'
  /** Whatever no other rule speaks of. */
  | 'value'

export interface FieldFinding {
  readonly code: Difference
  readonly field: string
  /** Never a name, an address or a secret: findings are shown around. */
  readonly reason: string
}

/** Whether a reference of the left and one of the right lead to the same row. */
export type SameTarget = (model: string, left: number, right: number) => boolean

export type Fields = Readonly<Record<string, unknown>>

export interface RowPair {
  readonly model: string
  readonly left: Fields
  readonly right: Fields
  readonly sameTarget: SameTarget
}

/** What differs between two rows that stand for the same thing, besides what an import and an export may change. */
export function* compareFields({ model, left, right, sameTarget }: RowPair): Generator<FieldFinding> {
  for (const field of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (mayDiffer.has(`${model}.${field}`) || (field === 'password' && right['is_unclaimed'] === true)) continue
    const values = { left: left[field] ?? null, right: right[field] ?? null }
    const found = compareValues({ model, field, ...values, sameTarget })
    if (found !== null) yield { field, code: found[0], reason: found[1] }
  }
}

interface Values {
  readonly model: string
  readonly field: string
  readonly left: unknown
  readonly right: unknown
  readonly sameTarget: SameTarget
}

type Verdict = readonly [code: Difference, reason: string] | null

function compareValues({ model, field, left, right, sameTarget }: Values): Verdict {
  if (left === null && right === null) return null
  if (left === null || right === null) return ['one-sided', `stands on the ${left === null ? 'right' : 'left'} only`]

  const target = findTarget(field)
  if (target !== null && typeof left === 'number' && typeof right === 'number') {
    return sameTarget(target, left, right) ? null : ['reference', `leads to another ${target}`]
  }
  if (isDeepStrictEqual(left, right)) return null
  if (forward.has(field)) return compareMoments(left, right)
  if (isMoment(left) && isMoment(right) && Date.parse(left) === Date.parse(right)) return null
  if (suffixed.has(`${model}.${field}`)) {
    const name = String(left)
    const isSame = [name, toSlug(name)].some((name) => isSuffixed(name, String(right)))
    return isSame ? null : ['suffix', 'is neither the same nor the same with a suffix']
  }
  if (secret.test(field)) return ['secret', 'is another one']
  if (field === 'email') return ['address', `${hideAddress(left)} on the left, ${hideAddress(right)} on the right`]
  return ['value', `${printValue(left)} on the left, ${printValue(right)} on the right`]
}

function compareMoments(left: unknown, right: unknown): Verdict {
  const isLater = isMoment(left) && isMoment(right) && Date.parse(right) >= Date.parse(left)
  return isLater ? null : ['moved-back', `${printValue(left)} on the left, earlier on the right: ${printValue(right)}`]
}

/** An import makes these anew. */
const mayDiffer: ReadonlySet<string> = new Set([
  'sentry.user.is_unclaimed',
  'sentry.user.last_password_change',
  'sentry.useremail.is_verified',
  'sentry.useremail.validation_hash',
])

const forward: ReadonlySet<string> = new Set(['last_active', 'date_added', 'date_hash_added'])

const suffixed: ReadonlySet<string> = new Set(['sentry.user.username', 'sentry.organization.slug'])

const secret = /password|hash|token|secret|nonce|private/

const people: ReadonlySet<string> = new Set(['created_by', 'inviter'])

/** Columns are called like the model they point at, in newer archives with `_id` behind it. */
function findTarget(field: string): string | null {
  const name = field.replace(/_id$/, '')
  if (people.has(name)) return 'sentry.user'
  const model = `sentry.${name}`
  return findModelScope(model) === undefined ? null : model
}

const isSuffixed = (left: string, right: string): boolean =>
  right === left || (right.startsWith(`${left}-`) && /^[a-z\d]{2,24}$/.test(right.slice(left.length + 1)))

const hideAddress = (email: unknown): string => String(email).replace(/^([^@]?)[^@]*(@?).*?(\.[^.]*)?$/s, '$1…$2…$3')

function printValue(value: unknown): string {
  // A larger number may be one to call.
  const isPlain = typeof value === 'boolean' || (typeof value === 'number' && Math.abs(value) < 1000)
  if (isPlain || isMoment(value)) return String(value)
  return typeof value === 'string' ? `a text of ${value.length} characters` : 'another value'
}
