import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { IssueRef } from '../core/issue.ts'
import type { Claim } from '../core/link.ts'
import type { Clock } from '../core/ports.ts'
import type { ClaimAnswer, Links } from '../core/store.ts'
import { isFreeFor, keyOf } from './claim-rules.ts'
import type { Database, StoreDatabase } from './database.ts'
import { repositoryOf } from './keys.ts'
import { claimFromRow, claimToRow, linkFromRow } from './rows.ts'

/** Condition on the rows of a pair, in `links` and in `claims`. */
export const isPair = (issue: IssueRef, connection: string): RawBuilder<boolean> =>
  sql<boolean>`(repository, number, connection) = (${repositoryOf(issue)}, ${issue.number}, ${connection})`

export function createClaims(
  { kysely, transaction }: StoreDatabase,
  clock: Clock,
): Pick<Links, 'claim' | 'renew' | 'release' | 'claims'> {
  return {
    claim: (claims) =>
      transaction(async (trx) => {
        const answers = new Map<string, ClaimAnswer>()
        const now = clock.now()
        // Always in the same order: two batches that wait for each other's rows would be a deadlock.
        const sorted = claims.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
        for (const claim of sorted) answers.set(keyOf(claim), await take(trx, claim, now))
        return claims.map((claim) => answers.get(keyOf(claim)) as ClaimAnswer)
      }),
    async renew(claims) {
      const renewed: Claim[] = []
      for (const { issue, connection, owner, until } of claims) {
        const row = await kysely
          .updateTable('claims')
          .set({ until })
          .where(isPair(issue, connection))
          .where('claimed_by', '=', owner)
          .returningAll()
          .executeTakeFirst()
        if (row !== undefined) renewed.push(claimFromRow(row))
      }
      return renewed
    },
    async release({ issue, connection, owner }) {
      await kysely.deleteFrom('claims').where(isPair(issue, connection)).where('claimed_by', '=', owner).execute()
    },
    async claims(repo) {
      const query = kysely.selectFrom('claims').selectAll().where('repository', '=', repositoryOf(repo))
      return (await query.orderBy('number').orderBy('connection').execute()).map(claimFromRow)
    },
  }
}

/**
 * A claim that is there already is looked at, and replaced only if it is still the one that was looked at: so both
 * databases do the same, without locking rows.
 */
async function take(transaction: Kysely<Database>, claim: Claim, now: Date): Promise<ClaimAnswer> {
  const row = claimToRow(claim)
  const pair = isPair(claim.issue, claim.connection)
  for (;;) {
    const inserted = await transaction
      .insertInto('claims')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .returning('number')
      .executeTakeFirst()
    // Asked after the insert: saving a link ends its claim, and the claim may just have been free because of that.
    const link = await transaction.selectFrom('links').selectAll().where(pair).executeTakeFirst()
    if (link !== undefined) {
      await transaction.deleteFrom('claims').where(pair).where('claimed_by', '=', claim.owner).execute()
      return { kind: 'linked', link: linkFromRow(link) }
    }
    if (inserted !== undefined) return { kind: 'claimed', claim, before: null }

    const found = await transaction.selectFrom('claims').selectAll().where(pair).executeTakeFirst()
    if (found === undefined) continue
    const before = claimFromRow(found)
    if (!isFreeFor(claim, before, now)) return { kind: 'held', by: before }
    const replaced = await transaction
      .updateTable('claims')
      .set(row)
      .where(pair)
      .where('claimed_by', '=', found.claimed_by)
      .where('until', '=', found.until)
      .returning('number')
      .executeTakeFirst()
    if (replaced !== undefined) return { kind: 'claimed', claim, before }
  }
}
