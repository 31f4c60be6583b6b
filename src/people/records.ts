import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import { printFault } from './data-fault.ts'
import { findModelScope, type ImportScope } from './models.ts'
import * as rows from './rows.ts'

/** One row of an archive, checked and in Lockstep's words; references are the archive's own row numbers (`pk`). */
export type ArchiveRecord =
  | PersonRecord
  | AddressRecord
  | PersonAddressRecord
  | OptionRecord
  | OrganizationRecord
  | MemberRecord
  | EnvironmentRecord
  | ReleaseRecord
  | SkippedRecord

interface Row {
  readonly model: string
  readonly pk: number
}

export type PersonRecord = Row & Readonly<z.output<typeof rows.Person>>

/** An address known to the archive, whoever has it. */
export type AddressRecord = Row & Readonly<z.output<typeof rows.Address>>

/** That a person has an address. `verified` is what the archive claims; whoever reads it decides how much that is worth. */
export type PersonAddressRecord = Row & Readonly<z.output<typeof rows.PersonAddress>>

export type OptionRecord = Row & Readonly<z.output<typeof rows.Option>>

export type OrganizationRecord = Row & Readonly<z.output<typeof rows.Organization>>

/** Without a person it is an invitation to `email`. */
export type MemberRecord = Row & Readonly<z.output<typeof rows.Member>>

export type EnvironmentRecord = Row & Readonly<z.output<typeof rows.Environment>>

export type ReleaseRecord = Row & Readonly<z.output<typeof rows.Release>>

/** A row that is sound but not imported; the report says so. */
export interface SkippedRecord extends Row {
  readonly kind: 'skipped'
  readonly reason: SkipReason
}

export type SkipReason =
  | 'out-of-scope'
  | 'empty-address'
  | 'not-chosen'
  /** Its person was merged into somebody who keeps what they have. */
  | 'owner-merged'
  /** What it points at was not imported. */
  | 'reference-missing'
  | 'duplicate'

interface KeptModel {
  readonly scope: ImportScope
  readonly fields: (typeof rows)[keyof typeof rows]
}

const keptModels: ReadonlyMap<string, KeptModel> = new Map<string, KeptModel>([
  ['sentry.user', { scope: 'user', fields: rows.Person }],
  ['sentry.email', { scope: 'user', fields: rows.Address }],
  ['sentry.useremail', { scope: 'user', fields: rows.PersonAddress }],
  ['sentry.useroption', { scope: 'user', fields: rows.Option }],
  ['sentry.organization', { scope: 'organization', fields: rows.Organization }],
  ['sentry.organizationmember', { scope: 'organization', fields: rows.Member }],
  ['sentry.environment', { scope: 'organization', fields: rows.Environment }],
  ['sentry.release', { scope: 'organization', fields: rows.Release }],
])

const Envelope = z.object({
  model: z.string().min(1),
  pk: z.int().nonnegative(),
  fields: z.custom<object>(isObject, 'Invalid input: expected object'),
})

export interface RecordPlace {
  /** Counted from 1. */
  readonly ordinal: number
  readonly scope: ImportScope
}

/** A row of whatever model, its fields as they are. */
export function parseEnvelope(value: unknown, ordinal: number): Readonly<z.output<typeof Envelope>> {
  const envelope = Envelope.safeParse(value)
  if (envelope.success) return envelope.data
  throw badRecord(`Row ${ordinal} of the archive`, envelope.error, { ordinal })
}

/** Checks one row. Only what {@link ArchiveRecord} names passes: passwords and hashes end here. */
export function parseRecord(value: unknown, { ordinal, scope }: RecordPlace): ArchiveRecord {
  const { model, pk, fields } = parseEnvelope(value, ordinal)
  const row = { model, pk }

  const kept = keptModels.get(model)
  if (kept === undefined && findModelScope(model) === undefined) throw unknownModel(row)
  if (kept === undefined || (kept.scope === 'organization' && scope === 'user')) {
    return { kind: 'skipped', ...row, reason: 'out-of-scope' }
  }

  const parsed = kept.fields.safeParse(fields)
  if (!parsed.success) throw badRecord(`${model} ${pk}`, parsed.error, row)
  const record = { ...parsed.data, ...row }
  if ((record.kind === 'address' || record.kind === 'person-address') && record.email === '') {
    return { kind: 'skipped', ...row, reason: 'empty-address' }
  }
  return record
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unknownModel({ model, pk }: Row): LockstepError {
  const shown = model.length > 100 ? `${model.slice(0, 100)}…` : model
  return new LockstepError(
    'archive-model-unknown',
    `The archive holds a ${shown} (row ${pk}), which Lockstep does not know.`,
    {
      remedy:
        'Check that the archive was written whole and unchanged; if its writer is newer than this Lockstep, update Lockstep.',
      details: { model: shown, pk },
    },
  )
}

function badRecord(what: string, error: z.ZodError, row: Readonly<Record<string, unknown>>): LockstepError {
  const { field, text } = printFault(error)
  return new LockstepError('archive-record-bad', `${what} is not usable: ${text}.`, {
    remedy: 'Correct the row where the archive came from and export again; nothing of this archive is kept.',
    details: { ...row, field },
  })
}
