import { LockstepError } from '../core/errors.ts'
import { printIssueRef } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import { printTicketRef } from '../core/ticket.ts'

export const lostRace = ({ issue, ticket }: Link, cause?: unknown): LockstepError =>
  new LockstepError(
    'state-lost-race',
    `${printIssueRef(issue)} and ${printTicketRef(ticket)} cannot be linked: one of them already belongs to another pair.`,
    { remedy: 'Read the link again; remove the other pair first if it is wrong.', retryable: true, cause },
  )
