import type { FieldChange, IssuePatch, SetPatch, TicketPatch } from './change.ts'
import { applySet } from './fields/sets.ts'
import { equalIgnoringCase } from './fields/field.ts'
import type { Issue } from './issue.ts'
import type { Status, Ticket } from './ticket.ts'

const joinSets = (a: SetPatch | undefined, b: SetPatch): SetPatch => ({
  add: applySet(a?.add ?? [], { add: b.add, remove: [] }),
  // What one field wants there stays, though another would take it away.
  remove: [...(a?.remove ?? []), ...b.remove].filter(
    (name) => !(a?.add ?? []).some((one) => equalIgnoringCase(one, name)),
  ),
})

/** All changes of the tracker's side as one patch, so that they travel in one write. */
export function joinTicketPatches(changes: readonly FieldChange[]): TicketPatch {
  let joined: TicketPatch = {}
  for (const { side, patch } of changes) {
    if (side !== 'tracker') continue
    const next = patch as TicketPatch
    joined = {
      ...joined,
      ...next,
      ...(next.labels === undefined ? {} : { labels: joinSets(joined.labels, next.labels) }),
      ...(next.components === undefined ? {} : { components: joinSets(joined.components, next.components) }),
      ...(next.fields === undefined ? {} : { fields: { ...joined.fields, ...next.fields } }),
    }
  }
  return joined
}

export function joinIssuePatches(changes: readonly FieldChange[]): IssuePatch {
  let joined: IssuePatch = {}
  for (const { side, patch } of changes) {
    if (side !== 'github') continue
    const next = patch as IssuePatch
    joined = {
      ...joined,
      ...next,
      ...(next.labels === undefined ? {} : { labels: joinSets(joined.labels, next.labels) }),
    }
  }
  return joined
}

/** The ticket as it should stand after a patch, for servers that do not answer it. */
export function patchTicket(ticket: Ticket, patch: TicketPatch, states: readonly Status[]): Ticket {
  const status = states.find(({ name }) => patch.status !== undefined && equalIgnoringCase(name, patch.status.name))
  return {
    ...ticket,
    ...(patch.title === undefined ? {} : { title: patch.title }),
    ...(patch.body === undefined ? {} : { body: patch.body.raw, bodyFormat: patch.body.format }),
    ...(status === undefined ? {} : { status }),
    ...(patch.assignee === undefined ? {} : { assignee: patch.assignee }),
    ...(patch.labels === undefined ? {} : { labels: applySet(ticket.labels, patch.labels) }),
    ...(patch.components === undefined ? {} : { components: applySet(ticket.components, patch.components) }),
    ...(patch.type === undefined ? {} : { type: patch.type }),
    ...(patch.priority === undefined ? {} : { priority: patch.priority }),
    ...(patch.milestone === undefined ? {} : { milestone: patch.milestone }),
    ...(patch.estimate === undefined ? {} : { estimate: patch.estimate }),
    ...(patch.parent === undefined ? {} : { parent: patch.parent }),
    ...(patch.fields === undefined ? {} : { fields: { ...ticket.fields, ...patch.fields } }),
  }
}

export const patchIssue = (issue: Issue, { labels, ...patch }: IssuePatch): Issue => ({
  ...issue,
  ...patch,
  ...(labels === undefined ? {} : { labels: applySet(issue.labels, labels) }),
})

/**
 * The issue as a write left it: of the answer only what was written. What others changed since the read stands in the
 * answer too, and must not pass for agreed.
 */
export function acceptIssue(read: Issue, patch: IssuePatch, answer: Issue): Issue {
  const labels = patch.labels === undefined ? null : applySet(read.labels, patch.labels)
  return {
    ...read,
    updatedAt: answer.updatedAt,
    ...(patch.title === undefined ? {} : { title: answer.title }),
    ...(patch.body === undefined ? {} : { body: answer.body }),
    ...(patch.open === undefined ? {} : { open: answer.open, reason: answer.reason }),
    ...(patch.assignees === undefined ? {} : { assignees: answer.assignees }),
    ...(labels === null
      ? {}
      : { labels: answer.labels.filter((label) => labels.some((one) => equalIgnoringCase(one, label))) }),
    ...(patch.type === undefined ? {} : { type: answer.type }),
    ...(patch.milestone === undefined ? {} : { milestone: answer.milestone }),
    ...(patch.parent === undefined ? {} : { parent: answer.parent }),
  }
}

/** The field that carries each part of a patch, to name what a tracker refused. */
export function withoutField<Patch extends TicketPatch>(patch: Patch, field: string): Patch {
  if (field.startsWith('fields.')) {
    const name = field.slice('fields.'.length)
    const fields = Object.fromEntries(Object.entries(patch.fields ?? {}).filter(([key]) => key !== name))
    return { ...patch, fields }
  }
  return Object.fromEntries(Object.entries(patch).filter(([key]) => key !== field)) as Patch
}

export const isEmptyPatch = (patch: TicketPatch | IssuePatch): boolean => Object.keys(patch).length === 0

/** GitHub drops people it cannot assign without a word: those who were asked for and are not there. */
export const findDroppedAssignees = (after: Issue, patch: IssuePatch): readonly string[] =>
  (patch.assignees ?? []).filter((login) => !after.assignees.some((one) => equalIgnoringCase(one, login)))
