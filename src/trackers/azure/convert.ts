import type { Account, Ticket } from '../../core/ticket.ts'
import { bodyField, estimateField, FIELD } from './fields.ts'
import { IdentityRef } from './schema.ts'
import type { Relation, WorkItem } from './schema.ts'
import type { Types } from './types.ts'

export const MARK_COMMENT = 'Lockstep'
export const PARENT = 'System.LinkTypes.Hierarchy-Reverse'
export const HYPERLINK = 'Hyperlink'

export interface ConvertContext {
  readonly connection: string
  readonly base: string
  readonly types: Types
  /** What is known besides about an account that was read with a ticket. */
  readonly complete: (account: Account) => Account
}

/** The types of the item's project must have been loaded. */
export function toTicket(item: WorkItem, { connection, base, types, complete }: ConvertContext): Ticket {
  const { fields, relations = [] } = item
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '')
  const number = (name: string | undefined): number | null => {
    const value = name === undefined ? undefined : fields[name]
    return typeof value === 'number' ? value : null
  }
  const project = text(FIELD.project)
  const typeName = text(FIELD.type)
  const type = types.find(project, typeName)
  const body = bodyField(type)
  const priority = fields[FIELD.priority]
  const iteration = text(FIELD.iteration)
  const assignee = toAccount(fields[FIELD.assignee])
  const author = toAccount(fields[FIELD.createdBy])
  return {
    ref: { connection, key: String(item.id) },
    id: String(item.id),
    url: `${base}/${encodeURIComponent(project)}/_workitems/edit/${item.id}`,
    revision: String(item.rev),
    project,
    title: text(FIELD.title),
    body: text(body),
    bodyFormat: item.multilineFieldsFormat?.[body]?.toLowerCase() === 'markdown' ? 'markdown' : 'html',
    status: types.status(project, typeName, text(FIELD.state)),
    resolution: null,
    assignee: assignee === null ? null : complete(assignee),
    author: { id: author?.id ?? '', name: author?.name ?? '', bot: author?.human === false },
    type: typeName,
    labels: parseTags(text(FIELD.tags)),
    components: [],
    priority: priority === undefined || priority === null ? null : String(priority),
    milestone: iteration === '' || iteration.toLowerCase() === project.toLowerCase() ? null : iteration,
    estimate: number(estimateField(type)),
    parent: findParent(relations),
    fields,
    marks: relations.filter(isMark).map(({ url }) => url),
    commentCount: number(FIELD.commentCount),
    comments: fields[FIELD.commentCount] === 0 ? [] : null,
    createdAt: text(FIELD.createdDate),
    updatedAt: text(FIELD.changedDate),
  }
}

export const isMark = ({ rel, attributes }: Relation): boolean =>
  rel === HYPERLINK && attributes?.comment === MARK_COMMENT

/** Links between work items are rewritten by the server; only the id at their end stays. */
export const linkedId = ({ url }: Relation): string | null => /\/(\d+)\/?$/.exec(url)?.[1] ?? null

function findParent(relations: readonly Relation[]): string | null {
  const parent = relations.find(({ rel }) => rel === PARENT)
  return parent === undefined ? null : linkedId(parent)
}

export const parseTags = (tags: string): string[] =>
  tags
    .split(/[;,]/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')

export const printTags = (tags: readonly string[]): string => tags.join('; ')

/** An account as a work item or comment names it: `uniqueName` is the sign-in name, which may be an address. */
export function toAccount(value: unknown): Account | null {
  const ref = IdentityRef.safeParse(value).data
  if (ref === undefined) return null
  const id = accountId(ref)
  if (id === '') return null
  const handle = ref.uniqueName ?? ref.displayName ?? ''
  return {
    id,
    handle,
    name: ref.displayName ?? handle,
    emails: isEmail(handle) ? [handle] : [],
    emailHidden: false,
    active: ref.inactive !== true,
    human: isHuman(ref.descriptor ?? ''),
  }
}

/** The graph of Services knows people by descriptor alone, a Server's list by GUID alone. */
export const accountId = ({ id, descriptor }: Pick<IdentityRef, 'id' | 'descriptor'>): string =>
  (descriptor?.startsWith('win.') === true ? id : (descriptor ?? id)) ?? ''

// Descriptors tell the kind of account first: `svc` is a build service, `s2s` a part of Azure itself,
// `aadsp` a service principal, `vssgp` and `aadgp` groups.
export const isHuman = (descriptor: string): boolean => !/^(svc|s2s|aadsp|vssgp|aadgp|imp|slp|scp)\./.test(descriptor)

export const isEmail = (text: string): boolean => /^[^\s@\\/]+@[^\s@]+\.[^\s@]+$/.test(text)
