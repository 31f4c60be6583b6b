import { setImmediate as letOthersRun } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { LockstepError } from '../core/errors.ts'
import type { ImportChunk, ImportedRow, ImportTarget, ImportWriter } from '../core/directory.ts'
import { insertBulk, isOneOf } from './bulk.ts'
import type { Database, StoreDatabase } from './database.ts'

type Bookkeeping = Pick<ImportWriter, 'begin' | 'findTargets' | 'remember' | 'reserveSlugs' | 'finish'>

const columns = {
  ordinal: 'integer',
  model: 'text',
  pk: 'bigint',
  id: 'bigint',
  outcome: 'text',
  organization: 'text',
  slug: 'text',
  message: 'text',
  details: 'text',
} as const

/** How many entries a statement adds to the stream: SQLite stops the whole process as long as one runs. */
const EVENTS_AT_ONCE = 5_000

/**
 * The books of one import. What became of each row is noted in a table that only this transaction sees, since an
 * archive may have more rows than memory holds.
 */
export function createBooks(
  transaction: Kysely<Database>,
  { dialect, orderEvents, isUniqueViolation }: StoreDatabase,
): Bookkeeping {
  let id = ''
  let actor = ''

  async function insertRows(rows: readonly ImportedRow[]): Promise<void> {
    try {
      await insertBulk(transaction, dialect, { table: 'import_rows', columns, rows: rows.map(toRow) })
    } catch (error) {
      throw isUniqueViolation(error) ? twice(rows, error) : error
    }
  }

  return {
    async begin({ startedAt, ...about }) {
      id = about.id
      actor = about.actor
      const before = await transaction.selectFrom('imports').select('summary').where('id', '=', id).executeTakeFirst()
      if (before !== undefined) return { summary: JSON.parse(before.summary) as unknown }
      await createRowTable(transaction)
      // Its chunks point at it, so it is there first and completed at the end.
      const unfinished = { started_at: startedAt, finished_at: startedAt, summary: 'null' }
      await transaction
        .insertInto('imports')
        .values({ ...about, ...unfinished })
        .execute()
      return undefined
    },

    async findTargets(model, pks) {
      if (pks.length === 0) return new Map()
      const rows = await transaction
        .selectFrom('import_rows')
        .select(['pk', 'id', 'outcome', 'slug'])
        .where('model', '=', model)
        .where(isOneOf(dialect, 'pk', pks))
        .where('id', 'is not', null)
        .execute()
      return new Map(
        rows.map(({ pk, id, outcome, slug }) => [
          pk,
          { id: Number(id), outcome: outcome as ImportTarget['outcome'], slug },
        ]),
      )
    },

    async remember(rows, chunk) {
      await insertRows(rows)
      await transaction.insertInto('import_chunks').values(toChunkRow(id, chunk)).execute()
    },

    async reserveSlugs() {
      await sql`
        insert into organization_slugs (slug, organization)
        select slug, id from import_rows where model = 'sentry.organization' and id is not null
      `.execute(transaction)
    },

    async finish(finishedAt, summary) {
      await transaction
        .updateTable('imports')
        .set({ finished_at: finishedAt, summary: JSON.stringify(summary) })
        .where('id', '=', id)
        .execute()
      await orderEvents(transaction)
      const { last } = await transaction
        .selectFrom('import_rows')
        .select(({ fn }) => fn.coalesce(fn.max('ordinal'), sql<number>`0`).as('last'))
        .executeTakeFirstOrThrow()
      for (let first = 0; first < last; first += EVENTS_AT_ONCE) {
        await sql`
          insert into events (at, kind, organization, actor, outcome, message, changes, request_ids, details)
          select ${sql.lit(finishedAt)}, 'import', organization, ${sql.lit(actor)}, outcome, message, '[]', '[]', details
          from import_rows where ordinal > ${first} and ordinal <= ${first + EVENTS_AT_ONCE} order by ordinal
        `.execute(transaction)
        await letOthersRun()
      }
      await transaction.schema.dropTable('import_rows').execute()
    },
  }
}

async function createRowTable({ schema }: Kysely<Database>): Promise<void> {
  await schema
    .createTable('import_rows')
    .temporary()
    .addColumn('ordinal', 'integer', (column) => column.primaryKey())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('pk', 'bigint', (column) => column.notNull())
    .addColumn('id', 'bigint')
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('organization', 'text')
    .addColumn('slug', 'text')
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .addUniqueConstraint('import_rows_pk', ['pk', 'model'])
    .execute()
}

function twice(rows: readonly ImportedRow[], cause: unknown): LockstepError {
  const seen = new Set<number>()
  const repeated = rows.find(({ pk }) => seen.size === seen.add(pk).size)
  const { model } = rows[0] ?? { model: 'A row' }
  const pks = rows.map(({ pk }) => pk)
  const which = repeated?.pk ?? `of ${Math.min(...pks)} to ${Math.max(...pks)}`
  return new LockstepError('archive-record-bad', `${model} ${which} stands twice in the archive.`, {
    remedy: 'Every row of a model has a number of its own: export again where the archive came from.',
    details: { model, pk: repeated?.pk ?? null, field: 'pk' },
    cause,
  })
}

const toRow = ({ details, ...row }: ImportedRow) => ({ ...row, details: JSON.stringify(details) })

const toChunkRow = (id: string, chunk: ImportChunk) => ({
  import: id,
  model: chunk.model,
  first_ordinal: chunk.firstOrdinal,
  last_ordinal: chunk.lastOrdinal,
  first_pk: chunk.firstPk,
  last_pk: chunk.lastPk,
  first_id: chunk.firstId,
  last_id: chunk.lastId,
  outcomes: JSON.stringify(chunk.outcomes),
})
