import { createHash } from 'node:crypto'
import { setImmediate as letOthersRun } from 'node:timers/promises'
import type { ImportChunk, ImportedRow, ImportWriter, PeopleStore } from '../core/directory.ts'
import type { Clock } from '../core/ports.ts'
import type { Archive } from './archive.ts'
import { chooseBySlug, chooseByUsername, readChosen } from './filter.ts'
import type { Choice } from './filter.ts'
import { writeRows } from './import-rows.ts'
import { createSummary, repeatSummary } from './import-summary.ts'
import type { ImportSummary, SummaryBuilder } from './import-summary.ts'
import type { ImportScope } from './models.ts'
import type { ArchiveRecord } from './records.ts'
import type { RowContext, RowResult } from './row-result.ts'

export interface ImportInput {
  /** Opened, and so found authentic where it is sealed. */
  readonly archive: Archive
  readonly store: PeopleStore
  readonly clock: Clock
  readonly scope: ImportScope
  /** Only these people, as `parseNames` reads them; everybody unless given. */
  readonly usernames?: ReadonlySet<string> | undefined
  /** Only these organizations and their members, as `parseNames` reads them; for the scope of organizations. */
  readonly slugs?: ReadonlySet<string> | undefined
  /** Somebody whose login is taken becomes the one who has it; unless given, they get another login. */
  readonly merge?: boolean
  /** `people.domains`: an address there stays verified if the archive says so, and counts for matching in any case. */
  readonly domains?: readonly string[]
  /** Further domains whose addresses stay verified if the archive says so. */
  readonly trusted?: readonly string[]
  /** How people will be matched, for the count in the summary. */
  readonly match?: 'verified' | 'any'
  /** Who imports, for the event stream. */
  readonly actor: string
  /** Do everything, and keep nothing. */
  readonly dryRun?: boolean
  /** Hears how many rows have been written. */
  onRows?(rows: number): void
}

// With more rows at once little time is gained, and memory lost: their texts outlive the young generation.
const BATCH = 250

/**
 * Imports an archive: all of it in one transaction, or nothing. The same archive with the same choices is imported once,
 * however often it is asked for; whoever is killed in the middle leaves nothing behind.
 */
export async function importPeople(input: ImportInput): Promise<ImportSummary> {
  const { archive, store, clock, scope, actor, dryRun = false } = input
  const id = await identify(input)
  const before = await store.findImport(id)
  if (before !== undefined) return repeatSummary(before.summary)

  const { records, unknown } = await choose(input)
  return store.import(
    async (writer) => {
      const startedAt = clock.now().toISOString()
      const done = await writer.begin({ id, archive: archive.name, scope, actor, startedAt })
      if (done !== undefined) return repeatSummary(done.summary)
      const summary = createSummary({ id, unknown })
      await writeAll({ input, writer, records, summary, id })
      await writer.reserveSlugs()
      const matchable = await writer.countMatchable({
        verifiedOnly: input.match !== 'any',
        domains: input.domains ?? [],
      })
      const finished = summary.finish(matchable)
      await writer.finish(clock.now().toISOString(), finished)
      return finished
    },
    { dryRun },
  )
}

/**
 * The same archive with the same choices has the same id, in the form of a UUID of version 8. `people.domains` is none of
 * them: it is asked again at every match, so who changes it need not import anew.
 */
async function identify(input: ImportInput): Promise<string> {
  const { archive, scope, usernames, slugs, merge = false, trusted = [] } = input
  const choices = [
    await archive.digest(),
    scope,
    usernames === undefined ? null : [...usernames].sort(),
    merge,
    trusted.map((domain) => domain.toLowerCase()).sort(),
    // Only where it is given: what was imported before there was this choice stays known.
    ...(slugs === undefined ? [] : [[...slugs].sort()]),
  ]
  const hex = createHash('sha256').update(JSON.stringify(choices)).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

async function choose(input: ImportInput) {
  const { archive, scope } = input
  const choice = await findChoice(input)
  if (choice === null) return { records: archive.records({ scope }), unknown: [] }
  return { records: readChosen(archive, { scope, choice }), unknown: choice.unknown }
}

async function findChoice({ archive, usernames, slugs }: ImportInput): Promise<Choice | null> {
  if (slugs !== undefined) return chooseBySlug(archive, slugs)
  return usernames === undefined ? null : chooseByUsername(archive, usernames)
}

interface Writing {
  readonly input: ImportInput
  readonly writer: ImportWriter
  readonly records: AsyncIterable<ArchiveRecord>
  readonly summary: SummaryBuilder
  readonly id: string
}

async function writeAll({ input, writer, records, summary, id }: Writing): Promise<void> {
  const { merge = false, domains = [], trusted = [] } = input
  const context: RowContext = {
    writer,
    importId: id,
    merge,
    domains: new Set([...domains, ...trusted].map((domain) => domain.toLowerCase())),
  }
  const seen = new Map<string, number>()
  let written = 0
  for await (const batch of inRuns(records)) {
    const model = batch[0]?.model ?? ''
    const results = await writeRows(batch, context)
    const rows = batch.map((record, index) =>
      toRow(record, { result: results[index], ordinal: written + index + 1, id }),
    )
    const before = seen.get(model) ?? 0
    await writer.remember(rows, toChunk(model, before, rows))
    summary.add(batch, results)
    seen.set(model, before + batch.length)
    written += batch.length
    input.onRows?.(written)
    // SQLite answers at once, so that nothing else of the process would have its turn before the last row.
    await letOthersRun()
  }
}

/** Runs of rows of one model, none longer than a batch. */
async function* inRuns(records: AsyncIterable<ArchiveRecord>): AsyncGenerator<readonly ArchiveRecord[]> {
  let run: ArchiveRecord[] = []
  for await (const record of records) {
    if (run.length === BATCH || (run[0] !== undefined && run[0].model !== record.model)) {
      yield run
      run = []
    }
    run.push(record)
  }
  if (run.length > 0) yield run
}

function toRow(
  { model, pk }: ArchiveRecord,
  { result, ordinal, id }: { readonly result: RowResult | undefined; readonly ordinal: number; readonly id: string },
): ImportedRow {
  const { outcome = 'skipped', id: own = null, reason, slug = null, name } = result ?? {}
  const as = name === undefined ? '' : ` as ${slug === null || slug === name ? '' : `${slug}/`}${name}`
  const why = reason === undefined ? '' : `: ${reason}`
  return {
    ordinal,
    model,
    pk,
    id: own,
    outcome,
    organization: slug,
    slug,
    message: `${model} ${pk} ${outcome}${as}${why}`,
    details: { import: id, model, pk, id: own, ...(reason === undefined ? {} : { reason }) },
  }
}

function toChunk(model: string, before: number, rows: readonly ImportedRow[]): ImportChunk {
  const pks = rows.map(({ pk }) => pk)
  const ids = rows.flatMap(({ id }) => id ?? [])
  const outcomes: Partial<Record<ImportedRow['outcome'], number>> = {}
  for (const { outcome } of rows) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  return {
    model,
    firstOrdinal: before + 1,
    lastOrdinal: before + rows.length,
    firstPk: Math.min(...pks),
    lastPk: Math.max(...pks),
    firstId: ids.length === 0 ? null : Math.min(...ids),
    lastId: ids.length === 0 ? null : Math.max(...ids),
    outcomes,
  }
}
