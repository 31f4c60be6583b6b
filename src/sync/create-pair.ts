import type { Issue } from '../core/issue.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Route } from '../core/route.ts'
import { createTicket } from './create-ticket.ts'
import type { Born } from './create-ticket.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { reconcileLink } from './linked.ts'
import { createOutcome, endFailed } from './outcome.ts'

const verbs = { created: 'Created', found: 'Found again', adopted: 'Paired with' } as const

/** Gives an issue its ticket and brings the two in step. What fails after the create leaves it incomplete, not undone. */
export async function createPair(
  deps: SyncDeps,
  { issue, route }: { readonly issue: Issue; readonly route: Route },
  options: ReconcileOptions,
): Promise<Outcome> {
  try {
    const birth = await createTicket(deps, { issue, route }, options)
    if (birth.kind === 'ended') return birth.outcome
    const { link, ticket } = birth.born
    return concludeBirth(birth.born, await reconcileLink(deps, { link, issue, ticket }, options))
  } catch (error) {
    return await endFailed(deps, { issue: issue.ref, ticket: null }, error, options)
  }
}

/** How a birth ended, together with the first reconcile of the pair. */
export function concludeBirth({ link, ticket, how, refused }: Born, followUp: Outcome): Outcome {
  const name = `${ticket.type} ${ticket.ref.key}`
  const [refusal] = refused
  const trouble =
    followUp.outcome === 'failed' || followUp.outcome === 'blocked' ? followUp : refusal && { ...refusal, until: null }
  const message = `${verbs[how]} ${name}.${trouble === undefined ? '' : ` Incomplete: ${trouble.message}`}`
  return createOutcome(link, 'created', message, {
    changes: [{ side: 'tracker', field: 'ticket', before: null, after: name }, ...followUp.changes],
    notes: [...refused.map((one) => one.message), ...followUp.notes],
    code: trouble?.code ?? null,
    remedy: trouble?.remedy ?? null,
    until: trouble?.until ?? null,
  })
}
