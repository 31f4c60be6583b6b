import type { Config } from '../../config/schema.ts'
import { isGone } from '../../core/issue.ts'
import type { IssueRef, RepoRef } from '../../core/issue.ts'
import type { Outcome, ReportedChange } from '../../core/outcome.ts'
import { normalizeEmail, normalizeLogin } from '../../core/people.ts'
import type { People } from '../../core/ports.ts'
import type { SyncDeps } from '../../sync/deps.ts'
import { reconcile } from '../../sync/reconcile.ts'
import type { Wanted } from './options-change.ts'

interface Trial {
  readonly repo: RepoRef
  readonly connection: string
  /** As the file would be. */
  readonly config: Config
  readonly override: Wanted['override']
}

const PAIRS_TRIED = 10

export interface Effects {
  readonly tried: number
  /** The pairs for which a sync would do something else by the new file. */
  readonly pairs: readonly PairEffect[]
}

export interface PairEffect {
  readonly issue: IssueRef
  readonly title: string
  readonly message: string
  readonly gained: readonly ReportedChange[]
  /** What would be done by the file as it is, and no more by the new one. */
  readonly lost: readonly ReportedChange[]
}

/** Tries the new file on a few pairs, without writing anything. */
export async function previewEffects(sync: SyncDeps, trial: Trial): Promise<Effects> {
  const { repo, connection, config, override } = trial
  const links = await sync.store.links.list({ repo, connection, state: 'active', limit: PAIRS_TRIED })
  const people = override === null ? sync.people : withAddress(sync.people, override)
  const changed: SyncDeps = { ...sync, people, routes: config.routes, peopleRule: config.people }
  const tickets = await sync.trackers.get(connection)?.tracker.readTickets(links.map(({ ticket }) => ticket.key))
  const pairs: PairEffect[] = []
  for (const link of links) {
    const { key } = link.ticket
    const [issue, ticket] = [await sync.host.readIssue(link.issue), tickets?.get(key)]
    if (isGone(issue) || ticket === undefined) continue
    const known = { issue, tickets: new Map([[connection, ticket]]) }
    const plan = async (deps: SyncDeps) => {
      const outcomes = await reconcile(deps, link.issue, { dryRun: true }, known)
      return outcomes.find((one) => one.ticket === `${connection}:${key}`)
    }
    const [before, after] = [await plan(sync), await plan(changed)]
    if (after === undefined || JSON.stringify(after) === JSON.stringify(before)) continue
    const { message } = after
    const { gained, lost } = compareChanges(before, after)
    pairs.push({ issue: link.issue, title: issue.title, message, gained, lost })
  }
  return { tried: links.length, pairs }
}

function compareChanges(before: Outcome | undefined, after: Outcome): Pick<PairEffect, 'gained' | 'lost'> {
  const [old, now] = [before?.changes ?? [], after.changes]
  const without = (changes: readonly ReportedChange[], others: readonly ReportedChange[]) => {
    const known = new Set(others.map((change) => JSON.stringify(change)))
    return changes.filter((change) => !known.has(JSON.stringify(change)))
  }
  return { gained: without(now, old), lost: without(old, now) }
}

/** People as they would be known with one more address in the configuration. */
const withAddress = (people: People, { login, email }: NonNullable<Wanted['override']>): People => ({
  ...people,
  async findAccount(wanted, connection, scope) {
    if (normalizeLogin(wanted) !== normalizeLogin(login)) return await people.findAccount(wanted, connection, scope)
    const found = await people.findAccountByEmail(email, connection, scope)
    return found.kind === 'unmatched' ? await people.findAccount(wanted, connection, scope) : found
  },
  async findLogin(account, connection) {
    const isTheirs = account.emails.some((one) => normalizeEmail(one) === normalizeEmail(email))
    if (!isTheirs) return await people.findLogin(account, connection)
    return { kind: 'matched', found: login, email, source: 'config' }
  },
})
