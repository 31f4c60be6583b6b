import { writeEnvironments, writeMembers, writeOrganizations, writeReleases } from './import-organizations.ts'
import { writeAddresses, writeOptions, writePeople, writePersonAddresses } from './import-people.ts'
import type { ArchiveRecord } from './records.ts'
import { skipped } from './row-result.ts'
import type { RowContext, RowResult, Write } from './row-result.ts'

const writers = {
  person: writePeople,
  address: writeAddresses,
  'person-address': writePersonAddresses,
  option: writeOptions,
  organization: writeOrganizations,
  member: writeMembers,
  environment: writeEnvironments,
  release: writeReleases,
} as const

/** Writes a run of rows of one model; answers in their order. */
export async function writeRows(records: readonly ArchiveRecord[], context: RowContext): Promise<readonly RowResult[]> {
  const kept = records.filter((record) => record.kind !== 'skipped')
  const [first] = kept
  if (first === undefined) return records.map((record) => toSkipped(record))
  // All rows of a model have one kind, besides those that are skipped.
  const write = writers[first.kind] as unknown as Write<(typeof kept)[number]>
  const written = await write(kept, context)
  const results = new Map<ArchiveRecord, RowResult | undefined>(kept.map((record, index) => [record, written[index]]))
  return records.map((record) => results.get(record) ?? toSkipped(record))
}

const toSkipped = (record: ArchiveRecord): RowResult =>
  skipped(record.kind === 'skipped' ? record.reason : 'reference-missing')
