import type { Account, Status, StatusCategory, Ticket } from '../../core/ticket.ts'
import type { Fields } from './fields.ts'
import { plain } from './fields.ts'
import { Mark } from './schema.ts'
import type { Issue, IssueStub, Status as StatusBean, User } from './schema.ts'

export const MARK_KEY = 'lockstep'

export interface ConvertContext {
  readonly connection: string
  readonly base: string
  readonly fields: Fields
  /** Names under which the route asks for fields. */
  readonly asked?: readonly string[]
}

export function toTicket(issue: Issue, { connection, base, fields: catalog, asked = [] }: ConvertContext): Ticket {
  const { id, key, fields } = issue
  const points = catalog.storyPoints === null ? undefined : fields[catalog.storyPoints]
  const epic = catalog.epicLink === null ? undefined : fields[catalog.epicLink]
  const author = fields.reporter ?? fields.creator ?? null
  return {
    ref: { connection, key },
    id,
    url: `${base}/browse/${key}`,
    revision: fields.updated,
    project: fields.project.key,
    title: fields.summary,
    body: fields.description ?? '',
    bodyFormat: 'wiki',
    status: toStatus(fields.status),
    resolution: fields.resolution?.name ?? null,
    assignee: fields.assignee === null || fields.assignee === undefined ? null : toAccount(fields.assignee),
    author: {
      id: author === null ? '' : accountId(author),
      name: author?.displayName ?? author?.name ?? '',
      bot: false,
    },
    type: fields.issuetype.name,
    labels: fields.labels,
    components: fields.components.map(({ name }) => name),
    priority: fields.priority?.name ?? null,
    milestone: fields.fixVersions[0]?.name ?? null,
    estimate: typeof points === 'number' ? points : null,
    parent: fields.parent?.key ?? (typeof epic === 'string' ? epic : null),
    fields: nameFields(fields, catalog, asked),
    marks: marksOf(issue),
    commentCount: fields.comment?.total ?? null,
    // Those that come along lack their properties, by which copies and internal comments are known.
    comments: null,
    createdAt: toIso(fields.created),
    updatedAt: toIso(fields.updated),
  }
}

/** Each field under its id, under its name, and under the name by which it was asked for. */
function nameFields(raw: Issue['fields'], catalog: Fields, asked: readonly string[]): Ticket['fields'] {
  const named: Record<string, unknown> = {}
  for (const { id, name } of catalog.all) {
    if (!(id in raw)) continue
    const value = plain(raw[id])
    named[id] = value
    named[name] ??= value
  }
  for (const name of asked) {
    const id = catalog.find(name)?.id
    if (id !== undefined && id in raw) named[name] = plain(raw[id])
  }
  return named
}

export function marksOf({ properties }: Pick<IssueStub, 'properties'>): readonly string[] {
  const mark = Mark.safeParse(properties?.[MARK_KEY]).data
  return mark === undefined ? [] : [mark.issue]
}

const CATEGORIES: Readonly<Record<string, StatusCategory>> = { new: 'new', indeterminate: 'active', done: 'done' }

export const toStatus = ({ name, statusCategory }: StatusBean): Status => ({
  name,
  category: CATEGORIES[statusCategory?.key ?? ''] ?? 'unknown',
})

/** The key stays when somebody is renamed; of deleted people only the name is told. */
export const accountId = ({ key, name }: Pick<User, 'key' | 'name'>): string => key ?? name

export function toAccount(user: User): Account {
  const { name, displayName, emailAddress, active } = user
  const shown = emailAddress !== undefined && emailAddress.includes('@')
  return {
    id: accountId(user),
    handle: name,
    name: displayName ?? name,
    emails: shown ? [emailAddress] : [],
    emailHidden: !shown,
    active,
    human: true,
  }
}

/** Whether a shown address can be this one: absent ones can be any, masked ones say "jane at example dot com". */
export function mayBe(shown: string | undefined, email: string): boolean {
  if (shown === undefined) return true
  const clear = shown.includes('@') ? shown : shown.replaceAll(' at ', '@').replaceAll(' dot ', '.')
  return clear.toLowerCase() === email.toLowerCase()
}

/** Jira prints `+0000`, without the colon of ISO 8601. */
export const toMs = (text: string): number => Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))

export const toIso = (text: string): string => new Date(toMs(text)).toISOString()
