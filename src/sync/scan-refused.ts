import { errorCodes } from '../core/errors.ts'
import { parseIssueRef, printIssueRef } from '../core/issue.ts'
import { printTicketRef } from '../core/ticket.ts'
import type { IssueRef } from '../core/issue.ts'
import type { Outcome } from '../core/outcome.ts'
import type { TicketRef } from '../core/ticket.ts'
import { createOutcome } from './outcome.ts'
import { isHeld } from './refused.ts'
import type { Round } from './round.ts'
import { listUnsettled } from './scan-waiting.ts'

const STILL = 'Nothing has moved since, so it was not tried again.'

/** What was refused once is still wrong as long as it stands, though nobody asks the server again: no run is green over it. */
export async function* tellRefused(round: Round): AsyncGenerator<Outcome> {
  const { deps, waiting } = round
  for await (const link of listUnsettled(round)) {
    if (isHeld(deps, link) && !round.isDone(link.issue)) yield await recall(round, link.issue, link.ticket)
  }
  for (const printed of waiting.refused.keys()) {
    const issue = parseIssueRef(printed)
    if (issue !== undefined && !round.isDone(issue)) yield await recall(round, issue, null)
  }
}

/** As it was told when it happened; a store without a stream knows only that it did. */
async function recall({ deps }: Round, issue: IssueRef, ticket: TicketRef | null): Promise<Outcome> {
  const told = await deps.store.events.list({ issue: printIssueRef(issue), limit: 50 })
  const printed = ticket && printTicketRef(ticket)
  const last = told.find((entry) => entry.outcome === 'failed' && entry.ticket === printed)
  const remedy = last?.details['remedy']
  return createOutcome({ issue, ticket }, 'failed', `${last?.message ?? 'It was refused before.'} ${STILL}`, {
    code: errorCodes.find((one) => one === last?.code) ?? null,
    remedy: typeof remedy === 'string' ? remedy : null,
  })
}
