import type { RouteRule } from '../config/schema.ts'
import { firstBase } from '../core/base.ts'
import type { FieldChange, TicketDraft } from '../core/change.ts'
import { draftTicket } from '../core/draft.ts'
import { asLockstepError } from '../core/errors.ts'
import type { Issue } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import { createLink } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import { withoutField } from '../core/patch.ts'
import type { Refusal, Tracker } from '../core/ports.ts'
import type { Route } from '../core/route.ts'
import type { Ticket } from '../core/ticket.ts'
import { findAdopted } from './adopt.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { hasImages } from './images.ts'
import { makeOnce } from './once.ts'
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

const ended = (outcome: Outcome): Birth => ({ kind: 'ended', outcome })

/** Gives an issue its ticket, and never a second one. */
export async function createTicket(
  deps: SyncDeps,
  { issue, route }: { readonly issue: Issue; readonly route: Route },
  options: ReconcileOptions,
): Promise<Birth> {
  const { rule } = route
  const connected = findTracker(deps, rule.to)
  const { tracker } = connected
  const ending = { issue: issue.ref, ticket: null }

  const adopted = await findAdopted(deps, tracker, { issue, rule })
  if (adopted !== undefined) {
    const link = createLink(issue, adopted, deps.clock.now())
    if (options.dryRun === true) {
      const message = `Would pair it with ${adopted.type} ${adopted.ref.key}.`
      return ended(createOutcome(link, 'created', message, { changes: [reportTicket(adopted.ref.key)] }))
    }
    await tracker.mark(adopted, { url: issue.url, issue: issue.ref })
    await deps.store.links.save(link)
    return { kind: 'born', born: { link, ticket: adopted, how: 'adopted', refused: [] } }
  }

  const view = await viewTracker(connected, rule)
  const draft = await draftFor(deps, view, { issue, route })
  if (options.dryRun === true) {
    const message = `Would create a ${draft.type} in ${view.project}.`
    const changes = [reportTicket(`${draft.type}: ${draft.title}`)]
    return ended(createOutcome(ending, 'created', message, { changes }))
  }

  const made = await makeOnce(deps, {
    issue: issue.ref,
    connection: rule.to,
    find: async (since) => {
      const [ticket] = await tracker.findByMark(issue.url, { project: view.project, since })
      if (ticket === undefined) return undefined
      // Whoever broke off may have done so before the mark was whole.
      await tracker.mark(ticket, draft.mark)
      return { ticket, refused: [] }
    },
    make: async () => await createLeniently(tracker, draft),
  })
  if (made.kind === 'linked') return ended(createOutcome(made.link, 'skipped', 'Another run made the pair just now.'))
  if (made.kind === 'held') {
    const message = 'Another run, or an earlier try, may be creating the ticket at this moment.'
    return ended(createOutcome(ending, 'blocked', message, { until: made.until }))
  }

  const { how } = made
  return { kind: 'born', born: await rememberBirth(deps, view, { issue, rule, draft, how, ...made.thing }, options) }
}

interface Made {
  readonly issue: Issue
  readonly rule: RouteRule
  readonly draft: TicketDraft
  readonly ticket: Ticket
  readonly how: 'created' | 'found'
  readonly refused: readonly Refusal[]
}

/** Pairs an issue with the ticket that was just made for it, which ends the claim. */
export async function rememberBirth(
  deps: SyncDeps,
  view: TrackerView,
  { issue, rule, draft, ticket, how, refused }: Made,
  options: ReconcileOptions,
): Promise<Born> {
  const pair = await viewPair(deps, view, { rule, issue, ticket, base: null })
  const base = firstBase(pair, viewText(deps, view.traits, { issue, ticket }), {
    origin: 'github',
    // The draft it was made from is lost: labels may have gone from the issue since.
    applied: how === 'found' ? null : placedByDraft(draft),
    textOpen: how === 'found' || draft.body === undefined,
  })
  const link = { ...createLink(issue, ticket, deps.clock.now()), base }
  const outcome = createOutcome(link, 'created', `Created ${ticket.type} ${ticket.ref.key}.`)
  await deps.store.links.save(link, [createEntry(deps, outcome, options)])
  return { link, ticket, how, refused }
}

const reportTicket = (after: string) => ({ side: 'tracker', field: 'ticket', before: null, after }) as const

const placedByDraft = (draft: TicketDraft): readonly FieldChange[] =>
  (['labels', 'components'] as const).flatMap((field) => {
    const set = draft[field]
    if (set === undefined) return []
    const patch = { [field]: set }
    return [{ kind: 'field', side: 'tracker', field, before: [], after: set.add, why: 'created', patch } as const]
  })

export async function draftFor(
  deps: SyncDeps,
  view: TrackerView,
  { issue, route: { rule } }: { readonly issue: Issue; readonly route: Route },
): Promise<TicketDraft> {
  const scope = { project: view.project, ticket: null }
  const logins = rule.sync.assignee === 'off' ? [] : issue.assignees
  const people = await viewPeople(deps, view.connection, scope, { logins, accounts: [] })
  const parents = await viewParents(deps, view.connection, { issue })
  const { body, ...draft } = draftTicket(issue, {
    rule,
    project: view.project,
    types: view.types,
    traits: view.traits,
    people,
    text: carryToTicket(deps, { issue, traits: view.traits, format: view.traits.text }),
    parent: issue.parent === null ? null : (parents.ticketOf(issue.parent) ?? null),
  })
  // Pictures are attached to a ticket, so a text with pictures has to wait until there is one.
  return body === undefined || hasImages(deps, rule, issue.body) ? draft : { ...draft, body }
}

const TRIES = 6

/** Creates, leaving out what the tracker refuses: a ticket without its assignee beats no ticket. */
async function createLeniently(
  tracker: Tracker,
  draft: TicketDraft,
): Promise<{ readonly ticket: Ticket; readonly refused: readonly Refusal[] }> {
  const refused: Refusal[] = []
  let attempt = draft
  for (let tries = 0; ; tries++) {
    try {
      return { ticket: await tracker.create(attempt), refused }
    } catch (thrown) {
      const { code, message, remedy, details, effectUnknown } = asLockstepError(thrown)
      const { field } = details
      const optional = typeof field === 'string' && !['title', 'type', 'project'].includes(field)
      const refusable = !effectUnknown && (code === 'not-assignable' || code === 'field-refused')
      if (!refusable || !optional || tries === TRIES) throw thrown
      const lighter = withoutField(attempt, field)
      if (JSON.stringify(lighter) === JSON.stringify(attempt)) throw thrown
      refused.push({ field, code, message, remedy })
      attempt = lighter
    }
  }
}
