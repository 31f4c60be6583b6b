import { LockstepError } from '../core/errors.ts'
import { draftIssue } from '../core/draft.ts'
import type { RepoRef } from '../core/issue.ts'
import { nextBase } from '../core/plan.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Route } from '../core/route.ts'
import type { Ticket } from '../core/ticket.ts'
import { printTicketRef } from '../core/ticket.ts'
import { createClaim, createLink } from './create.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { createEntry, createFailure, createOutcome } from './outcome.ts'
import { reconcile } from './reconcile.ts'
import { carryToIssue, findTracker, formatOf, viewPair, viewPeople, viewText, viewTracker } from './view.ts'

/** Gives a ticket its issue, under the same precautions as the other way round. */
export async function createIssue(
  deps: SyncDeps,
  repo: RepoRef,
  { ticket, route }: { readonly ticket: Ticket; readonly route: Route },
  options: ReconcileOptions,
): Promise<readonly Outcome[]> {
  const printed = printTicketRef(ticket.ref)
  const ending = { issue: null, ticket: ticket.ref }
  if (options.dryRun === true) {
    const changes = [{ side: 'github' as const, field: 'issue', before: null, after: ticket.title }]
    return [createOutcome(ending, 'created', `Would open an issue for ${printed}.`, { changes })]
  }
  try {
    return await deps.store.withLock(`ticket:${printed}`, async () => {
      if ((await deps.store.links.ofTicket(ticket.ref)) !== undefined) return []
      const connected = findTracker(deps, ticket.ref.connection)
      const view = await viewTracker(connected, route.rule)
      const claim = createClaim(deps, { ref: { ...repo, number: 0 } }, printed)
      const [answer] = await deps.store.links.claim([claim])
      if (answer === undefined) throw new LockstepError('internal', 'The store answered no claim.')
      if (answer.kind === 'held') {
        const message = 'Another run is opening the issue at this moment.'
        return [createOutcome(ending, 'blocked', message, { until: answer.by.until })]
      }
      const before = answer.kind === 'claimed' ? answer.before : null
      try {
        const accounts = ticket.assignee === null ? [] : [ticket.assignee]
        const scope = { project: view.project, ticket: ticket.ref.key }
        const people = await viewPeople(deps, view.connection, scope, { logins: [], accounts })
        const text = carryToIssue(deps, { ticket, format: formatOf(view.traits, ticket) })
        const draft = draftIssue(ticket, { rule: route.rule, people, text })
        const [found] = before === null ? [] : await deps.host.findByMark(repo, draft.mark.url, before.claimedAt)
        const issue = found ?? (await deps.host.create(repo, draft))
        await connected.tracker.mark(ticket, { url: issue.url, issue: issue.ref })
        const pair = await viewPair(deps, view, { rule: route.rule, issue, ticket, base: null })
        const unsettled = ['status', ...(ticket.assignee !== null && issue.assignees.length === 0 ? ['assignee'] : [])]
        const base = nextBase(pair, viewText(deps, view.traits, issue, ticket), {
          unsettled,
          applied: [
            { kind: 'field', side: 'github', field: 'labels', before: [], after: [], why: 'created', patch: {} },
          ],
        })
        const link = { ...createLink(deps, issue, ticket), base: { ...base, commentCount: { issue: -1, ticket: -1 } } }
        const outcome = createOutcome(link, 'created', `Opened ${printIssue(link.issue.number)} for ${printed}.`)
        await deps.store.links.save(link, [createEntry(outcome, deps.clock.now(), options.actor)])
        await deps.store.links.release(claim)
        const [followUp] = await reconcile(deps, issue.ref, options, {
          issue,
          tickets: new Map([[ticket.ref.connection, ticket]]),
        })
        const change = { side: 'github' as const, field: 'issue', before: null, after: `#${issue.ref.number}` }
        return [{ ...outcome, changes: [change, ...(followUp?.changes ?? [])], notes: followUp?.notes ?? [] }]
      } catch (error) {
        if (error instanceof LockstepError && !error.effectUnknown) await deps.store.links.release(claim)
        throw error
      }
    })
  } catch (error) {
    const outcome = createFailure(ending, error)
    deps.log.error('issue not created', { ticket: printed, code: outcome.code, remedy: outcome.remedy })
    await deps.store.events.append([createEntry(outcome, deps.clock.now(), options.actor, error)])
    return [outcome]
  }
}

const printIssue = (number: number): string => `#${number}`
