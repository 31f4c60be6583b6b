import { z } from 'zod'
import { importOutcomes } from '../core/directory.ts'
import type { ImportOutcome } from '../core/directory.ts'
import { LockstepError } from '../core/errors.ts'
import type { ArchiveRecord, SkipReason } from './records.ts'
import type { RowResult } from './row-result.ts'

export type Counts = Readonly<Record<ImportOutcome, number>>

export interface SkippedRow {
  readonly model: string
  readonly pk: number
  readonly reason: string
}

export interface ImportSummary {
  readonly id: string
  /** The same import was done before, and nothing was written now. */
  readonly repeated: boolean
  readonly models: Readonly<Record<string, Counts>>
  /** The first rows that were skipped, at most {@link SKIPPED_SHOWN}; the counts and the event stream tell of all. */
  readonly skipped: readonly SkippedRow[]
  /** People of this import who have an address that they can be matched by. */
  readonly matchable: number
  /** Names that were asked for and that nobody in the archive has. */
  readonly unknown: readonly string[]
}

export const SKIPPED_SHOWN = 10_000

export interface SummaryBuilder {
  add(records: readonly ArchiveRecord[], results: readonly RowResult[]): void
  finish(matchable: number): ImportSummary
}

export function createSummary({
  id,
  unknown,
}: {
  readonly id: string
  readonly unknown: readonly string[]
}): SummaryBuilder {
  const models = new Map<string, Record<ImportOutcome, number>>()
  const skipped: SkippedRow[] = []
  return {
    add(records, results) {
      for (const [index, { model, pk }] of records.entries()) {
        const { outcome = 'skipped', reason } = results[index] ?? {}
        const counts = models.get(model) ?? { inserted: 0, existing: 0, merged: 0, renamed: 0, skipped: 0 }
        counts[outcome]++
        models.set(model, counts)
        if (reason !== undefined && skipped.length < SKIPPED_SHOWN) {
          skipped.push({ model, pk, reason: skipReasons[reason] })
        }
      }
    },
    finish: (matchable) => ({
      id,
      repeated: false,
      models: Object.fromEntries(models),
      skipped,
      matchable,
      unknown,
    }),
  }
}

const skipReasons: Readonly<Record<SkipReason, string>> = {
  'out-of-scope': 'outside the scope of this import',
  'empty-address': 'the address is empty',
  'not-chosen': 'is not among what was chosen',
  'owner-merged': 'belongs to somebody who was merged, and keeps what they have',
  'reference-missing': 'points at something that was not imported',
  duplicate: 'is there already',
}

const Stored = z.object({
  id: z.string(),
  models: z.record(z.string(), z.record(z.enum(importOutcomes), z.number())),
  skipped: z.array(z.object({ model: z.string(), pk: z.number(), reason: z.string() })),
  matchable: z.number(),
  unknown: z.array(z.string()),
})

/** What an import says that was done before: all that it would insert is there already. */
export function repeatSummary(stored: unknown): ImportSummary {
  const parsed = Stored.safeParse(stored)
  if (!parsed.success) {
    throw new LockstepError('state-unreadable', 'What the store says of an earlier import cannot be read.', {
      remedy: 'Use the version of Lockstep that wrote it, or a newer one.',
      cause: parsed.error,
    })
  }
  const models = Object.entries(parsed.data.models).map(([model, { inserted, existing, renamed, ...counts }]) => [
    model,
    { inserted: 0, existing: inserted + existing + renamed, ...counts, renamed: 0 },
  ])
  return { ...parsed.data, repeated: true, models: Object.fromEntries(models) as ImportSummary['models'] }
}

/** All models together. */
export const countAll = (models: ImportSummary['models'], outcome: ImportOutcome): number =>
  Object.values(models).reduce((sum, counts) => sum + counts[outcome], 0)
