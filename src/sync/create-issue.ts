import { firstBase } from '../core/base.ts'
import type { FieldChange, IssueDraft } from '../core/change.ts'
import { draftIssue } from '../core/draft.ts'
import type { Issue, RepoRef } from '../core/issue.ts'
import { isGone, parseIssueUrl, printRepo } from '../core/issue.ts'
import { createLink } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Route } from '../core/route.ts'
import type { Ticket } from '../core/ticket.ts'
import { printTicketRef } from '../core/ticket.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { makeOnce } from './once.ts'
import { createEntry, createOutcome, endFailed } from './outcome.ts'
import { reconcile } from './reconcile.ts'
import { carryToIssue, findTracker, formatOf, viewPair, viewPeople, viewText, viewTracker } from './view.ts'
import type { TrackerView } from './view.ts'

interface Wanted {
  readonly repo: RepoRef
  readonly ticket: Ticket
  readonly route: Route
}

/** Gives a ticket its issue, and never a second one. */
export async function createIssue(
  deps: SyncDeps,
  wanted: Wanted,
  options: ReconcileOptions,
): Promise<readonly Outcome[]> {
  const { ticket } = wanted
  const printed = printTicketRef(ticket.ref)
  const ending = { issue: null, ticket: ticket.ref }
  if (options.dryRun === true) {
    const changes = [{ side: 'github' as const, field: 'issue', before: null, after: ticket.title }]
    return [createOutcome(ending, 'created', `Would open an issue for ${printed}.`, { changes })]
  }
  const work = async (): Promise<readonly Outcome[]> => {
    try {
      return await createLocked(deps, wanted, options)
    } catch (error) {
      return [await endFailed(deps, ending, error, options)]
    }
  }
  return await deps.trace.run(async () => await deps.store.withLock(`ticket:${printed}`, work))
}

async function createLocked(
  deps: SyncDeps,
  { repo, ticket, route: { rule } }: Wanted,
  options: ReconcileOptions,
): Promise<readonly Outcome[]> {
  if ((await deps.store.links.ofTicket(ticket.ref)) !== undefined) return []
  const printed = printTicketRef(ticket.ref)
  const connected = findTracker(deps, ticket.ref.connection)
  const view = await viewTracker(connected, rule)
  const draft = await draftFor(deps, view, { ticket, rule })
  const [mark] = ticket.marks
  const own = mark === undefined ? undefined : await findOpened(deps, repo, ticket)
  if (mark !== undefined && own === undefined) {
    // It belongs to that issue, whether or not the link is known here.
    const message = `It belongs to ${mark} already.`
    return [createOutcome({ issue: null, ticket: ticket.ref }, 'skipped', message)]
  }
  const made = await makeOnce(deps, {
    issue: { ...repo, number: 0 },
    connection: printed,
    find: async (since) => (await deps.host.findByMark(repo, ticket.url, since))[0],
    make: async () => own ?? (await deps.host.create(repo, draft)),
  })
  if (made.kind === 'linked') return []
  if (made.kind === 'held') {
    const message = 'Another run, or an earlier try, may be opening the issue at this moment.'
    return [createOutcome({ issue: null, ticket: ticket.ref }, 'blocked', message, { until: made.until })]
  }

  const issue = made.thing
  await connected.tracker.mark(ticket, { url: issue.url, issue: issue.ref })
  const pair = await viewPair(deps, view, { rule, issue, ticket, base: null })
  const base = firstBase(pair, viewText(deps, view.traits, { issue, ticket }), {
    origin: 'tracker',
    applied: placedByDraft(draft, issue),
    textOpen: made.how === 'found' || own !== undefined,
  })
  const link = { ...createLink(issue, ticket, deps.clock.now()), base }
  const number = `#${issue.ref.number}`
  const outcome = createOutcome(link, 'created', `Opened ${number} for ${printed}.`)
  await deps.store.links.save(link, [createEntry(deps, outcome, options)])
  // Saving a link ends the claims of its issue; this one stood under the ticket.
  await deps.store.links.release(made.claim)
  const known = { issue, tickets: new Map([[ticket.ref.connection, ticket]]), links: [link] }
  const [followUp, ...others] = await reconcile(deps, issue.ref, options, known)
  const change = { side: 'github' as const, field: 'issue', before: null, after: number }
  const changes = [change, ...(followUp?.changes ?? [])]
  return [{ ...outcome, changes, notes: followUp?.notes ?? [] }, ...others]
}

/** The issue that was opened for this ticket by a run that died before it could remember that. */
async function findOpened(deps: SyncDeps, repo: RepoRef, ticket: Ticket): Promise<Issue | undefined> {
  for (const ref of ticket.marks.flatMap((mark) => parseIssueUrl(mark) ?? [])) {
    if (printRepo(ref).toLowerCase() !== printRepo(repo).toLowerCase()) continue
    if ((await deps.store.links.find(ref, ticket.ref.connection)) !== undefined) continue
    const issue = await deps.host.readIssue(ref)
    if (!isGone(issue) && issue.mark?.url === ticket.url) return issue
  }
  return undefined
}

async function draftFor(
  deps: SyncDeps,
  view: TrackerView,
  { ticket, rule }: { readonly ticket: Ticket; readonly rule: Route['rule'] },
): Promise<IssueDraft> {
  const accounts = ticket.assignee === null ? [] : [ticket.assignee]
  const scope = { project: view.project, ticket: ticket.ref.key }
  const people = await viewPeople(deps, view.connection, scope, { logins: [], accounts })
  const text = carryToIssue(deps, { ticket, format: formatOf(view.traits, ticket) })
  return draftIssue(ticket, { rule, people, text })
}

function placedByDraft({ labels }: IssueDraft, issue: Issue): readonly FieldChange[] {
  if (labels === undefined) return []
  return [
    {
      kind: 'field',
      side: 'github',
      field: 'labels',
      before: [],
      after: issue.labels,
      why: 'created',
      patch: { labels },
    },
  ]
}
