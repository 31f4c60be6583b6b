import { LockstepError, asLockstepError } from '../core/errors.ts'
import type { FieldChange, TicketDraft } from '../core/change.ts'
import { chooseFirstState, draftTicket } from '../core/draft.ts'
import type { DraftInput } from '../core/draft.ts'
import type { Issue } from '../core/issue.ts'
import { isGone } from '../core/issue.ts'
import type { Claim, Link } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import { withoutField } from '../core/patch.ts'
import { nextBase } from '../core/plan.ts'
import type { Refusal, Tracker } from '../core/ports.ts'
import type { Route } from '../core/route.ts'
import type { Ticket } from '../core/ticket.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { createEntry, createOutcome } from './outcome.ts'
import { carryToTicket, findTracker, viewPair, viewParents, viewPeople, viewText, viewTracker } from './view.ts'
import type { TrackerView } from './view.ts'

/** How a missing ticket was come by. */
export interface Born {
  readonly link: Link
  readonly ticket: Ticket
  readonly how: 'created' | 'found' | 'adopted'
  readonly refused: readonly Refusal[]
}

export type Birth =
  | { readonly kind: 'born'; readonly born: Born }
  | { readonly kind: 'ended'; readonly outcome: Outcome }

/**
 * Gives an issue its ticket, and never a second one: the pair is claimed first, the create call carries the mark, and
 * whoever takes over a dead claim looks for the mark before creating.
 */
export async function createTicket(
  deps: SyncDeps,
  { issue, route }: { readonly issue: Issue; readonly route: Route },
  options: ReconcileOptions,
): Promise<Birth> {
  const { rule } = route
  const connected = findTracker(deps, rule.to)
  const view = await viewTracker(connected, rule)
  const { tracker } = connected
  const ending = { issue: issue.ref, ticket: null }

  if (options.dryRun === true) {
    const draft = await draftFor(deps, view, { issue, route })
    const changes = [
      { side: 'tracker' as const, field: 'ticket', before: null, after: `${draft.type}: ${draft.title}` },
    ]
    const message = `Would create a ${draft.type} in ${view.project}.`
    return { kind: 'ended', outcome: createOutcome(ending, 'created', message, { changes }) }
  }

  const adopted = rule.adopt ? await findNamedTicket(deps, tracker, issue) : undefined
  if (adopted !== undefined) {
    const link = createLink(deps, issue, adopted)
    await tracker.mark(adopted, { url: issue.url, issue: issue.ref })
    await deps.store.links.save(link)
    return { kind: 'born', born: { link, ticket: adopted, how: 'adopted', refused: [] } }
  }

  const draft = await draftFor(deps, view, { issue, route })
  const claim = createClaim(deps, issue, rule.to)
  const [answer] = await deps.store.links.claim([claim])
  if (answer === undefined) throw new LockstepError('internal', 'The store answered no claim.')
  if (answer.kind === 'linked') {
    return { kind: 'ended', outcome: createOutcome(answer.link, 'skipped', 'Another run made the pair just now.') }
  }
  if (answer.kind === 'held') {
    const message = 'Another run is creating the ticket at this moment.'
    return { kind: 'ended', outcome: createOutcome(ending, 'blocked', message, { until: answer.by.until }) }
  }

  try {
    const found = answer.before === null ? undefined : await findCreated(tracker, issue, view, answer.before.claimedAt)
    const made =
      found === undefined
        ? await createOnce(deps, tracker, view, { issue, draft, since: claim.claimedAt })
        : { ticket: found, how: 'found' as const, refused: [] }
    const link = createLink(deps, issue, made.ticket)
    const pair = await viewPair(deps, view, { rule, issue, ticket: made.ticket, base: null })
    const text = viewText(deps, view.traits, issue, made.ticket)
    const unsettled = made.refused.map(({ field }) => field)
    const placed: readonly FieldChange[] = made.how === 'created' ? placedByDraft(draft) : []
    const base =
      made.how === 'created'
        ? nextBase(pair, text, { unsettled: [...unsettled, ...openFields(pair)], applied: placed })
        : null
    const withBase = { ...link, base: base === null ? null : { ...base, commentCount: { issue: -1, ticket: -1 } } }
    const outcome = createOutcome(link, 'created', `Created ${made.ticket.type} ${made.ticket.ref.key}.`)
    await deps.store.links.save(withBase, [createEntry(outcome, deps.clock.now(), options.actor)])
    return { kind: 'born', born: { link: withBase, ...made } }
  } catch (error) {
    // Only a create that surely did not happen frees the claim at once; otherwise it stands until it lapses, and then the mark is searched.
    if (error instanceof LockstepError && !error.effectUnknown) await deps.store.links.release(claim)
    throw error
  }
}

/** Fields on which the fresh pair does not agree yet: they have no base, and the first reconcile settles them. */
function openFields(pair: Parameters<typeof nextBase>[0]): readonly string[] {
  const status = chooseFirstState(pair, pair.issue, pair.ticket)
  const fields: string[] = status === null ? [] : ['status']
  if (pair.issue.assignees.length > 0 && pair.ticket.assignee === null) fields.push('assignee')
  return fields
}

const placedByDraft = (draft: TicketDraft): readonly FieldChange[] =>
  (['labels', 'components'] as const)
    .filter((field) => draft[field] !== undefined)
    .map((field) => ({ kind: 'field', side: 'tracker', field, before: [], after: [], why: 'created', patch: {} }))

async function draftFor(
  deps: SyncDeps,
  view: TrackerView,
  { issue, route }: { readonly issue: Issue; readonly route: Route },
): Promise<TicketDraft> {
  const scope = { project: view.project, ticket: null }
  const logins = route.rule.sync.assignee === 'off' ? [] : issue.assignees
  const people = await viewPeople(deps, view.connection, scope, { logins, accounts: [] })
  const parents = await viewParents(deps, view.connection, issue, null)
  const input: DraftInput = {
    rule: route.rule,
    project: view.project,
    types: view.types,
    traits: view.traits,
    people,
    text: carryToTicket(deps, { issue, traits: view.traits, format: view.traits.text }),
    parent: issue.parent === null ? null : (parents.ticketOf(issue.parent) ?? null),
  }
  return draftTicket(issue, input)
}

async function findNamedTicket(deps: SyncDeps, tracker: Tracker, issue: Issue): Promise<Ticket | undefined> {
  for (const key of tracker.findKeys(issue.body)) {
    if ((await deps.store.links.ofTicket({ connection: tracker.connection, key })) !== undefined) continue
    const found = (await tracker.readTickets([key])).get(key)
    if (found !== undefined && !isGone(found)) return found
  }
  return undefined
}

async function findCreated(
  tracker: Tracker,
  issue: Issue,
  view: TrackerView,
  since: string,
): Promise<Ticket | undefined> {
  const [found] = await tracker.findByMark(issue.url, { project: view.project, since })
  return found
}

const TRIES = 6

/** Creates, leaving out what the tracker refuses: a ticket without its assignee beats no ticket. */
async function createOnce(
  deps: SyncDeps,
  tracker: Tracker,
  view: TrackerView,
  { issue, draft, since }: { readonly issue: Issue; readonly draft: TicketDraft; readonly since: string },
): Promise<{ ticket: Ticket; how: 'created' | 'found'; refused: readonly Refusal[] }> {
  const refused: Refusal[] = []
  let attempt = draft
  for (let tries = 0; ; tries++) {
    try {
      return { ticket: await tracker.create(attempt), how: 'created', refused }
    } catch (thrown) {
      const error = asLockstepError(thrown)
      if (error.effectUnknown) {
        deps.log.warn('create ended without a reply; looking for the ticket by its mark', { code: error.code })
        const found = await findCreated(tracker, issue, view, since)
        if (found !== undefined) return { ticket: found, how: 'found', refused }
        throw error
      }
      const field = error.details['field']
      const optional = typeof field === 'string' && !['title', 'type', 'project'].includes(field)
      const refusable = error.code === 'not-assignable' || error.code === 'field-refused'
      if (!refusable || !optional || tries === TRIES || withoutField(attempt, field) === attempt) throw error
      refused.push({
        field,
        code: error.code === 'not-assignable' ? 'not-assignable' : 'field-refused',
        message: error.message,
        remedy: error.remedy,
      })
      attempt = withoutField(attempt, field)
    }
  }
}

export function createClaim(deps: SyncDeps, issue: Pick<Issue, 'ref'>, connection: string): Claim {
  const now = deps.clock.now()
  return {
    issue: issue.ref,
    connection,
    owner: deps.owner,
    claimedAt: now.toISOString(),
    until: new Date(now.getTime() + deps.claimMs).toISOString(),
  }
}

export function createLink(deps: SyncDeps, issue: Pick<Issue, 'ref'>, ticket: Ticket): Link {
  const at = deps.clock.now().toISOString()
  return {
    issue: issue.ref,
    ticket: ticket.ref,
    ticketId: ticket.id,
    base: null,
    comments: [],
    conflicts: [],
    said: [],
    notice: null,
    state: 'active',
    outcome: null,
    createdAt: at,
    updatedAt: at,
  }
}
