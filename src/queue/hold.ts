import { sql } from 'kysely'
import type { Verdict } from '../core/queue.ts'
import type { StoreDatabase } from '../store/database.ts'
import { skipLocked, takenFromRow, type Taken } from './rows.ts'

/** Lanes in which something is due. Each step of the recursion is one look into an index, however long the queue is. */
export async function findLanes({ kysely }: StoreDatabase, now: Date): Promise<readonly string[]> {
  const { rows } = await sql<{ lane: string }>`
    with recursive lanes (lane) as (
      select min(lane) from queue where state <> 'dead'
      union all
      select (select min(queue.lane) from queue where queue.lane > lanes.lane and queue.state <> 'dead')
      from lanes where lanes.lane is not null
    )
    select lane from lanes
    where lane is not null and exists (
      select 1 from queue where queue.lane = lanes.lane and queue.state <> 'dead' and queue.due_at <= ${now.toISOString()}
    )`.execute(kysely)
  return rows.map(({ lane }) => lane)
}

/** When the next entry is due, or the next lease ends. */
export async function findNextDue({ kysely }: StoreDatabase): Promise<Date | undefined> {
  const alive = kysely.selectFrom('queue').where('state', '<>', 'dead')
  const row = await alive.select(({ fn }) => fn.min('due_at').as('due')).executeTakeFirst()
  return row?.due ? new Date(row.due) : undefined
}

export interface Lease {
  readonly owner: string
  readonly now: Date
  readonly until: Date
}

/** Takes the next ones of a lane. One whose lease ran out belongs to a process that died with it, which counts as a failure. */
export async function take(
  database: StoreDatabase,
  lane: string,
  { count, lease }: { readonly count: number; readonly lease: Lease },
): Promise<readonly Taken[]> {
  const rows = await database.kysely
    .with('next', (query) =>
      query
        .selectFrom('queue')
        .select('key')
        .where('lane', '=', lane)
        .where('state', '<>', 'dead')
        .where('due_at', '<=', lease.now.toISOString())
        .orderBy('due_at')
        .limit(count)
        .modifyEnd(skipLocked(database)),
    )
    .updateTable('queue')
    .set({
      state: 'running',
      taken_by: lease.owner,
      due_at: lease.until.toISOString(),
      attempts: sql`attempts + case when state = 'running' then 1 else 0 end`,
    })
    .where('key', 'in', (query) => query.selectFrom('next').select('key'))
    .returningAll()
    .execute()
  return rows.map(takenFromRow)
}

/** Tells that these are still being worked on. */
export async function renew(database: StoreDatabase, keys: readonly string[], { owner, until }: Lease): Promise<void> {
  await database.kysely
    .with('mine', (query) =>
      query
        .selectFrom('queue')
        .select('key')
        .where('key', 'in', keys)
        .where('taken_by', '=', owner)
        .modifyEnd(skipLocked(database)),
    )
    .updateTable('queue')
    .set({ due_at: until.toISOString() })
    .where('key', 'in', (query) => query.selectFrom('mine').select('key'))
    .execute()
}

/** Puts an entry where its verdict says. What joined in the meantime is looked at in any case. */
export async function settle(
  { kysely }: StoreDatabase,
  { entry: { key, attempts }, takenBy, version }: Taken,
  { verdict, now, retryAt }: { readonly verdict: Verdict; readonly now: Date; readonly retryAt: Date },
): Promise<void> {
  const mine = sql<boolean>`key = ${key} and taken_by = ${takenBy} and state = 'running'`
  const nothingJoined = sql<boolean>`version = ${version}`
  if (verdict.kind === 'done') {
    const { numDeletedRows } = await kysely.deleteFrom('queue').where(mine).where(nothingJoined).executeTakeFirst()
    if (numDeletedRows > 0n) return
  }
  const update = kysely.updateTable('queue').where(mine)
  const free = { state: 'waiting', taken_by: null, due_at: now.toISOString() } as const
  if (verdict.kind === 'done' || verdict.kind === 'again') {
    await update.set({ ...free, attempts: 0, code: null, message: null, remedy: null, failed_at: null }).execute()
    return
  }
  const why = { ...verdict.reason, failed_at: now.toISOString() }
  if (verdict.kind === 'blocked') {
    await update.set({ ...free, ...why, state: 'blocked', due_at: verdict.until }).execute()
  } else if (verdict.kind === 'retry') {
    await update.set({ ...free, ...why, attempts: attempts + 1, due_at: retryAt.toISOString() }).execute()
  } else {
    const state = sql<'dead'>`case when ${nothingJoined} then 'dead' else 'waiting' end`
    await update.set({ ...free, ...why, attempts: attempts + 1, state }).execute()
  }
}
