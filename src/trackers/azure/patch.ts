import type { TicketDraft, TicketPatch } from '../../core/change.ts'
import type { Ticket } from '../../core/ticket.ts'
import { HYPERLINK, MARK_COMMENT, PARENT, printTags } from './convert.ts'
import { bodyField, estimateField, FIELD } from './fields.ts'
import type { WorkItemType } from './schema.ts'

/** One operation of a JSON Patch. */
export interface Op {
  readonly op: 'add' | 'replace' | 'remove' | 'test'
  readonly path: string
  readonly value?: unknown
}

/** What one field of ours needs: dropped as a whole when the server refuses any of it. */
export interface Part {
  /** The field in our words, such as `assignee`, or `fields.` with the tracker's own name. */
  readonly field: string
  readonly ops: readonly Op[]
}

export const setField = (name: string, value: unknown): Op =>
  value === null || value === '' ? { op: 'remove', path: fieldPath(name) } : { op: 'add', path: fieldPath(name), value }

const fieldPath = (name: string): string => `/fields/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

export const testRevision = (revision: string): Op => ({ op: 'test', path: '/rev', value: Number(revision) })

export const addMark = (url: string): Op => ({
  op: 'add',
  path: '/relations/-',
  value: { rel: HYPERLINK, url, attributes: { comment: MARK_COMMENT } },
})

export const addParent = (base: string, key: string): Op => ({
  op: 'add',
  path: '/relations/-',
  value: { rel: PARENT, url: `${base}/_apis/wit/workItems/${key}` },
})

export interface PatchContext {
  readonly base: string
  readonly project: string
  readonly type: WorkItemType | undefined
  /** The ticket as it is; `null` for a new one. */
  readonly ticket: Ticket | null
}

/** All parts but a parent that is to be taken away, which needs the place of its relation. */
export function toParts(patch: TicketPatch & Partial<TicketDraft>, context: PatchContext): Part[] {
  const { base, project, type, ticket } = context
  const parts: Part[] = []
  const put = (field: string, ...ops: readonly Op[]) => void parts.push({ field, ops })

  if (patch.type !== undefined && ticket !== null) put('type', setField(FIELD.type, patch.type))
  if (patch.title !== undefined) put('title', setField(FIELD.title, patch.title))
  if (patch.body !== undefined) put('body', ...bodyOps(bodyField(type), patch.body))
  if (patch.status !== undefined) {
    const also = Object.entries(patch.status.fields).map(([name, value]) => setField(name, value))
    put('status', setField(FIELD.state, patch.status.name), ...also)
  }
  if (patch.assignee !== undefined) put('assignee', setField(FIELD.assignee, patch.assignee?.handle ?? null))
  if (patch.labels !== undefined) {
    // `add` would merge with the tags that are there; only `replace` says what the tags are.
    const tags = applyTags(ticket?.labels ?? [], patch.labels)
    put('labels', { op: ticket === null ? 'add' : 'replace', path: fieldPath(FIELD.tags), value: printTags(tags) })
  }
  if (patch.area !== undefined) put('area', setField(FIELD.area, toPath(project, patch.area)))
  if (patch.milestone !== undefined) put('milestone', setField(FIELD.iteration, toPath(project, patch.milestone ?? '')))
  if (patch.priority !== undefined) put('priority', setField(FIELD.priority, toNumber(patch.priority)))
  if (patch.estimate !== undefined) {
    const field = estimateField(type)
    if (field !== undefined) put('estimate', setField(field, patch.estimate))
  }
  for (const [name, value] of Object.entries(patch.fields ?? {})) put(`fields.${name}`, setField(name, value))
  if (typeof patch.parent === 'string') put('parent', addParent(base, patch.parent))
  return parts
}

// The format of a field must be said beside its value each time that it is not HTML.
function bodyOps(field: string, { raw, format }: NonNullable<TicketPatch['body']>): Op[] {
  const value = setField(field, raw)
  return format === 'markdown'
    ? [{ op: 'add', path: `/multilineFieldsFormat/${field}`, value: 'Markdown' }, value]
    : [value]
}

/** The whole list as it should be: in the old order, tags compared without letter case. */
function applyTags(tags: readonly string[], patch: NonNullable<TicketPatch['labels']>): readonly string[] {
  const gone = new Set(patch.remove.map((tag) => tag.toLowerCase()))
  const result = new Map<string, string>()
  for (const tag of tags) if (!gone.has(tag.toLowerCase())) result.set(tag.toLowerCase(), tag)
  for (const tag of patch.add) if (!result.has(tag.toLowerCase())) result.set(tag.toLowerCase(), tag)
  return [...result.values()]
}

/** Areas and iterations start with the project, whether or not it was written down. */
function toPath(project: string, path: string): string {
  const clean = path.replace(/^\\+/, '').replaceAll('/', '\\')
  if (clean === '') return project
  const inside =
    clean.toLowerCase() === project.toLowerCase() || clean.toLowerCase().startsWith(`${project.toLowerCase()}\\`)
  return inside ? clean : `${project}\\${clean}`
}

const toNumber = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text)
