import { nextBase, placedOn } from './base.ts'
import { isTextUnchanged } from './blocks.ts'
import type { FieldChange } from './change.ts'
import type { TextView } from './fields/body.ts'
import { same } from './fields/field.ts'
import type { Pair } from './fields/field.ts'
import type { Base, Remembered, Written } from './link.ts'
import { joinIssuePatches, joinTicketPatches, patchIssue, patchTicket } from './patch.ts'

const halves = { github: 'issue', tracker: 'ticket' } as const

/**
 * The base with what is about to be written. Saved before the write: whoever comes after a run that died in between
 * must not take for a wish of people what was Lockstep's own.
 */
export function intendBase(
  pair: Pair & { readonly base: Base },
  text: TextView,
  changes: readonly FieldChange[],
): Base {
  const { intent: _, ...base } = pair.base
  if (changes.length === 0) return base
  const issue = patchIssue(pair.issue, joinIssuePatches(changes))
  const ticket = patchTicket(pair.ticket, joinTicketPatches(changes), pair.states)
  const then = nextBase({ ...pair, issue, ticket }, text, { unsettled: [], applied: changes })
  const on = (name: string) => changes.filter(({ field }) => field === name).map(({ side }) => halves[side])
  const fields: Record<string, Written<Remembered>> = {}
  for (const { field } of changes) {
    const [onIssue, onTicket] = [then.issue[field], then.ticket[field]]
    if (onIssue !== undefined && onTicket !== undefined)
      fields[field] = { issue: onIssue, ticket: onTicket, on: on(field) }
  }
  const body = then.body === null || on('body').length === 0 ? null : { ...then.body, on: on('body') }
  const join = (side: 'issue' | 'ticket') => [...new Set([...base.placed[side], ...placedOn(side, changes, pair)])]
  return {
    ...base,
    placed: { issue: join('issue'), ticket: join('ticket') },
    intent: { fields, body, lead: then.lead },
  }
}

/** What a run intended before it broke off, and what stands there now, was agreed. */
export function recallIntent(pair: Pair, text: TextView): Base | null {
  const { base } = pair
  if (base?.intent === undefined) return base
  const { fields, body, lead } = base.intent
  const now = nextBase(pair, text, { unsettled: [], applied: [] })
  const stands = ([field, then]: readonly [string, Written<Remembered>]) =>
    then.on.every((side) => same(now[side][field], then[side]))
  const done = Object.entries(fields).filter(stands)
  const halfOf = (side: 'issue' | 'ticket') => ({
    ...base[side],
    ...Object.fromEntries(done.map(([field, then]) => [field, then[side]])),
  })
  const isThere = body?.on.every((side) => isTextUnchanged(body[side], text[side], pair[side].body)) === true
  return {
    ...base,
    issue: halfOf('issue'),
    ticket: halfOf('ticket'),
    body: isThere ? { issue: body.issue, ticket: body.ticket } : base.body,
    lead: done.some(([field]) => field === 'assignee') ? lead : base.lead,
  }
}
