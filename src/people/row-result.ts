import type { ImportOutcome, ImportTarget, ImportWriter } from '../core/directory.ts'
import type { SkipReason } from './records.ts'

export interface RowContext {
  readonly writer: ImportWriter
  /** Seeds the letters of new names. */
  readonly importId: string
  /** People whose name is taken become the one who has it. */
  readonly merge: boolean
  /** Domains whose addresses stay verified if the archive says so. */
  readonly domains: ReadonlySet<string>
}

/** What became of one row. */
export interface RowResult {
  readonly outcome: ImportOutcome
  readonly id: number | null
  readonly reason?: SkipReason
  /** Of organizations, and of what belongs to them. */
  readonly slug?: string | undefined
  /** What it is called here, where that is no e-mail address. */
  readonly name?: string
}

export const skipped = (reason: SkipReason): RowResult => ({ outcome: 'skipped', id: null, reason })

export type Write<Row> = (rows: readonly Row[], context: RowContext) => Promise<readonly RowResult[]>

export type Targets = ReadonlyMap<number, ImportTarget>

/** The people and the organizations that rows point at. */
export async function findTargets(
  writer: ImportWriter,
  rows: readonly { readonly user?: number | null; readonly organization: number | null }[],
): Promise<readonly [people: Targets, organizations: Targets]> {
  return [
    await writer.findTargets(
      'sentry.user',
      rows.flatMap(({ user }) => user ?? []),
    ),
    await writer.findTargets(
      'sentry.organization',
      rows.flatMap(({ organization }) => organization ?? []),
    ),
  ]
}

/** For each key whether it stands here for the first time. */
export function areFirst(keys: readonly string[]): readonly boolean[] {
  const seen = new Set<string>()
  return keys.map((key) => seen.size < seen.add(key).size)
}
