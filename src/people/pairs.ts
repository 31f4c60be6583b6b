import { DatabaseSync } from 'node:sqlite'
import type { Fields } from './compare-fields.ts'

export const sides = ['left', 'right'] as const
export type Side = (typeof sides)[number]

export interface HeldRow {
  readonly side: Side
  readonly model: string
  readonly pk: number
  /** What rows are ordered by before their pk; empty where that is the pk alone. */
  readonly key: string
  readonly fields: object
}

export interface Pair {
  readonly model: string
  /** Counted from 1 among the rows of the model. */
  readonly place: number
  readonly left: PairedRow
  readonly right: PairedRow
}

export interface PairedRow {
  readonly pk: number
  readonly fields: Fields
}

export interface Pairs {
  /** False where the row stands there already. */
  add(row: HeldRow): boolean
  keyOf(row: Pick<HeldRow, 'side' | 'model' | 'pk'>): string
  counts(): readonly { readonly model: string; readonly left: number; readonly right: number }[]
  /** Gives every row its place; nothing is added after that. */
  settle(): void
  all(): Iterable<Pair>
  placeOf(row: Pick<HeldRow, 'side' | 'model' | 'pk'>): number | null
  close(): void
}

/**
 * Holds the rows of two archives side by side. A database without a name is SQLite's temporary one: it lies in memory
 * while it is small, and then in a file that stands in no folder any more, so that nothing of a sealed archive is left.
 */
export function createPairs(): Pairs {
  const database = new DatabaseSync('')
  database.exec(`
    PRAGMA journal_mode = OFF;
    CREATE TABLE rows (
      side TEXT, model TEXT, pk INTEGER, key TEXT, fields TEXT, place INTEGER, PRIMARY KEY (side, model, pk)
    ) STRICT, WITHOUT ROWID;
    BEGIN`)
  const insert = database.prepare('INSERT OR IGNORE INTO rows (side, model, pk, key, fields) VALUES (?, ?, ?, ?, ?)')
  const find = database.prepare('SELECT key, place FROM rows WHERE side = ? AND model = ? AND pk = ?')
  return {
    add: ({ side, model, pk, key, fields }) => insert.run(side, model, pk, key, JSON.stringify(fields)).changes === 1,
    keyOf: ({ side, model, pk }) => String(find.get(side, model, pk)?.['key'] ?? ''),
    counts: () =>
      database
        .prepare(
          `SELECT model, sum(side = 'left') AS "left", sum(side = 'right') AS "right" FROM rows GROUP BY model ORDER BY model`,
        )
        .all()
        .map(({ model, left, right }) => ({ model: String(model), left: Number(left), right: Number(right) })),
    settle() {
      database.exec(`
        UPDATE rows SET place = placed.place
        FROM (SELECT side, model, pk, row_number() OVER (PARTITION BY side, model ORDER BY key, pk) AS place FROM rows) AS placed
        WHERE rows.side = placed.side AND rows.model = placed.model AND rows.pk = placed.pk;
        CREATE UNIQUE INDEX places ON rows (side, model, place)`)
    },
    *all() {
      const pairs = database
        .prepare(
          `SELECT a.model, a.place, a.pk AS left_pk, a.fields AS left_fields, b.pk AS right_pk, b.fields AS right_fields
           FROM rows AS a JOIN rows AS b ON b.side = 'right' AND b.model = a.model AND b.place = a.place
           WHERE a.side = 'left' ORDER BY a.model, a.place`,
        )
        .iterate()
      for (const { model, place, left_pk, left_fields, right_pk, right_fields } of pairs) {
        yield {
          model: String(model),
          place: Number(place),
          left: { pk: Number(left_pk), fields: JSON.parse(String(left_fields)) as Fields },
          right: { pk: Number(right_pk), fields: JSON.parse(String(right_fields)) as Fields },
        }
      }
    },
    placeOf({ side, model, pk }) {
      const place = find.get(side, model, pk)?.['place']
      return typeof place === 'number' ? place : null
    },
    close: () => database.close(),
  }
}
