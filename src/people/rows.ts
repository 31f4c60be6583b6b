import { z } from 'zod'
import { isTimezone, parseOptionValue } from './option-value.ts'

/** What is read of each model's fields; a field not named here is ignored and goes no further. */

const text = (max: number) =>
  z
    .string()
    .refine((value) => countCharacters(value) <= max, `longer than ${max} characters`)
    .refine((value) => isStorable(value), 'holds characters no database keeps')
    .trim()

const required = (max: number) => text(max).min(1, 'is empty')

const address = text(75)

const optionalAddress = address.nullish().transform((value) => value || null)

const reference = z.int().nonnegative()

const optionalReference = reference.nullish().transform((value) => value ?? null)

const moment = z.iso.datetime({ offset: true }).transform((value) => new Date(value).toISOString())

const optionalMoment = moment.nullish().transform((value) => value ?? null)

const renamed = ['user', 'organization', 'project'] as const

/** Older archives say `organization`, newer ones `organization_id`, and so for each of these in some models. */
function fields<T extends z.ZodRawShape>(shape: T) {
  return z.preprocess((value) => {
    if (typeof value !== 'object' || value === null) return value
    const names = renamed.filter((name) => `${name}_id` in value)
    if (names.length === 0) return value
    const row: Record<string, unknown> = { ...value }
    for (const name of names) row[name] ??= row[`${name}_id`]
    return row
  }, z.object(shape))
}

export const Person = fields({
  username: required(128),
  name: text(200).default(''),
  email: optionalAddress,
  is_active: z.boolean().default(true),
  is_sentry_app: z.boolean().nullish(),
  date_joined: optionalMoment,
}).transform(({ is_active, is_sentry_app, date_joined, ...person }) => ({
  kind: 'person' as const,
  ...person,
  active: is_active,
  human: is_sentry_app !== true,
  createdAt: date_joined,
}))

export const Address = fields({ email: address }).transform((row) => ({ kind: 'address' as const, ...row }))

export const PersonAddress = fields({
  user: reference,
  email: address,
  is_verified: z.boolean().nullish(),
}).transform(({ is_verified, ...row }) => ({
  kind: 'person-address' as const,
  ...row,
  verified: is_verified === true,
}))

export const Option = fields({
  user: reference,
  organization: optionalReference,
  project: optionalReference,
  key: required(64),
  value: z.unknown().transform(parseOptionValue),
})
  .refine(({ key, value }) => key !== 'timezone' || isTimezone(value), {
    path: ['value'],
    error: 'is no known time zone',
  })
  .transform((row) => ({ kind: 'option' as const, ...row }))

export const Organization = fields({
  name: required(64),
  slug: required(50),
  date_added: optionalMoment,
}).transform(({ date_added, ...organization }) => ({
  kind: 'organization' as const,
  ...organization,
  createdAt: date_added,
}))

export const Member = fields({
  organization: reference,
  user: optionalReference,
  email: optionalAddress,
  role: required(32),
}).transform((row) => ({ kind: 'member' as const, ...row }))

export const Environment = fields({ organization: reference, name: text(64) }).transform((row) => ({
  kind: 'environment' as const,
  ...row,
}))

export const Release = fields({
  organization: reference,
  version: required(250),
  date_added: optionalMoment,
  date_released: optionalMoment,
}).transform(({ date_added, date_released, ...release }) => ({
  kind: 'release' as const,
  ...release,
  createdAt: date_added,
  releasedAt: date_released,
}))

const isStorable = (value: string): boolean => value.isWellFormed() && !value.includes('\0')

/** Limits count characters, as the archive's database does, not UTF-16 units. */
function countCharacters(value: string): number {
  let count = value.length
  for (let index = 0; index < value.length; index++) {
    const unit = value.charCodeAt(index)
    if (unit >= 0xdc00 && unit <= 0xdfff) count--
  }
  return count
}
