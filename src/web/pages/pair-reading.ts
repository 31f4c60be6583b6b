import { asLockstepError, LockstepError } from '../../core/errors.ts'
import { isGone } from '../../core/issue.ts'
import type { Gone, Issue } from '../../core/issue.ts'
import type { Link } from '../../core/link.ts'
import type { Outcome } from '../../core/outcome.ts'
import type { Tracker } from '../../core/ports.ts'
import { printTicketRef } from '../../core/ticket.ts'
import type { Ticket } from '../../core/ticket.ts'
import type { SyncDeps } from '../../sync/deps.ts'
import { reconcile } from '../../sync/reconcile.ts'
import { carryToIssue, formatOf } from '../../sync/view.ts'
import type { PagesDeps } from './deps.ts'

/** Both sides as they stand now, and what a sync would do; or why that cannot be told. */
export type PairReading =
  | {
      readonly kind: 'read'
      readonly issue: Issue | Gone
      readonly ticket: Ticket | Gone
      /** The description of the ticket as GitHub would write it. */
      readonly markdown: string
      readonly plan: Outcome | null
    }
  | { readonly kind: 'failed'; readonly failure: LockstepError }

/** Nobody looks at a page that does not come. */
const PATIENCE_MS = 8_000

export async function readPair(deps: Pick<PagesDeps, 'open'>, link: Link): Promise<PairReading> {
  try {
    return await inTime(read(await deps.open(link.issue), link))
  } catch (thrown) {
    return { kind: 'failed', failure: asLockstepError(thrown) }
  }
}

async function read(sync: SyncDeps, { issue: ref, ticket: { connection, key }, state }: Link): Promise<PairReading> {
  const tracker = sync.trackers.get(connection)?.tracker
  if (tracker === undefined) {
    throw new LockstepError('config-invalid', `The configuration has no connection "${connection}" any more.`, {
      remedy: 'Name it again, or part the pair.',
    })
  }
  const fields = [
    ...new Set(sync.routes.filter(({ to }) => to === connection).flatMap((rule) => Object.keys(rule.fields))),
  ]
  const [issue, tickets] = await Promise.all([sync.host.readIssue(ref), tracker.readTickets([key], { fields })])
  const ticket = tickets.get(key) ?? ({ gone: 'hidden', to: null } as const)
  const markdown = isGone(ticket) ? '' : await readAsMarkdown(sync, tracker, ticket)
  if (state === 'ended') return { kind: 'read', issue, ticket, markdown, plan: null }
  const known = isGone(issue) ? {} : { issue, tickets: new Map([[connection, ticket]]) }
  const outcomes = await reconcile(sync, ref, { dryRun: true, comments: true }, known)
  const plan = outcomes.find((one) => one.ticket?.startsWith(printTicketRef({ connection, key: '' }))) ?? outcomes[0]
  return { kind: 'read', issue, ticket, markdown, plan: plan ?? null }
}

async function readAsMarkdown(sync: SyncDeps, tracker: Tracker, ticket: Ticket): Promise<string> {
  const format = formatOf(await tracker.describe(), ticket)
  return carryToIssue(sync, { ticket, format }).convert(ticket.body, ticket.body)
}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const message = `The servers took longer than ${PATIENCE_MS / 1000} seconds to answer.`
    reject(new LockstepError('unreachable', message, { remedy: 'Try again in a moment.', retryable: true }))
  }, PATIENCE_MS)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
