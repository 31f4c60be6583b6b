import { isObject, notOnScreen } from './draft.ts'
import type { CommentAddition, Draft, Json, Writing } from './draft.ts'
import { fieldById } from './field-catalog.ts'
import { onScreens } from './field-meta.ts'
import { setters } from './field-setters.ts'
import type { Project } from './world.ts'

const lists: Readonly<Record<string, 'labels' | 'componentIds' | 'fixVersionIds' | 'versionIds'>> = {
  labels: 'labels',
  components: 'componentIds',
  fixVersions: 'fixVersionIds',
  versions: 'versionIds',
}

function setField(writing: Writing, id: string, value: unknown): void {
  const error = setters[id]?.(writing, value) ?? null
  if (error !== null) writing.errors[id] = error
}

function changeList(
  writing: Writing,
  id: string,
  { operation, value }: { readonly operation: 'add' | 'remove'; readonly value: unknown },
): void {
  const slot = lists[id]!
  const before = writing.draft[slot]
  // Setting the single entry resolves and checks it; what it resolved to then joins or leaves the list.
  setField(writing, id, [value])
  const touched = writing.draft[slot]
  if (writing.errors[id] !== undefined) return
  const after =
    operation === 'add' ? [...new Set([...before, ...touched])] : before.filter((entry) => !touched.includes(entry))
  writing.draft[slot] = id === 'labels' ? after.toSorted() : after
}

export function readComment(input: unknown, writing: Pick<Writing, 'errors' | 'jira'>): CommentAddition | null {
  const { body, visibility, properties } = isObject(input) ? input : {}
  if (typeof body !== 'string' || body.trim() === '') {
    writing.errors['comment'] = 'Comment body can not be empty!'
    return null
  }
  const limit = writing.jira.switches.textLimit
  if (limit !== 0 && body.length > limit) {
    writing.errors['comment'] =
      `The entered text is too long. It exceeds the allowed limit of ${limit.toLocaleString('en-US')} characters.`
    return null
  }
  const entries = Array.isArray(properties) ? properties.filter(isObject) : []
  return {
    body,
    visibility: isObject(visibility)
      ? { type: visibility['type'] === 'group' ? 'group' : 'role', value: String(visibility['value']) }
      : null,
    properties: entries.map((entry) => [String(entry['key']), entry['value']] as const),
  }
}

function operate(writing: Writing, id: string, entry: unknown): void {
  const [operation, value] = Object.entries(isObject(entry) ? entry : {})[0] ?? ['', undefined]
  const operations = id === 'issuetype' ? ['set'] : (fieldById.get(id)?.operations ?? [])
  if (!operations.some((known) => known === operation)) {
    const supported = operations.map((known) => `'${known}'`).join(', ')
    writing.errors[id] =
      `Field '${id}' does not support operation '${operation}' Supported operation(s) are: ${supported}.`
    return
  }
  if (id === 'comment') {
    const comment = readComment(value, writing)
    if (comment !== null) writing.comments.push(comment)
  } else if (operation === 'set') setField(writing, id, value)
  else changeList(writing, id, { operation: operation as 'add' | 'remove', value })
}

/** Reads `{fields, update}` into the draft. `open` says which fields this screen lets through. */
export function readFields(writing: Writing, body: Json, open: (id: string) => boolean): void {
  const fields = isObject(body['fields']) ? body['fields'] : {}
  const update = isObject(body['update']) ? body['update'] : {}
  for (const [id, value] of Object.entries(fields)) {
    if (id in update) writing.errors[id] = `Field '${id}' cannot appear in both 'fields' and 'update'`
    else if (!open(id) || setters[id] === undefined) writing.errors[id] = notOnScreen(id)
    else setField(writing, id, value)
  }
  for (const [id, entries] of Object.entries(update)) {
    if (id in fields) continue
    if (id !== 'comment' && (!open(id) || setters[id] === undefined)) writing.errors[id] = notOnScreen(id)
    else if (!Array.isArray(entries)) writing.errors[id] = 'data was not an array'
    else for (const entry of entries) operate(writing, id, entry)
  }
}

export const onEditScreen =
  (project: Project) =>
  (id: string): boolean => {
    const field = fieldById.get(id)
    return field !== undefined && onScreens(field, project)
  }

export function requireFields(writing: Writing, required: readonly string[]): void {
  for (const id of required) {
    if (writing.errors[id] === undefined && isMissing(writing.draft, id))
      writing.errors[id] = `${fieldById.get(id)!.name} is required.`
  }
}

function isMissing(draft: Draft, id: string): boolean {
  const slots: Readonly<Record<string, unknown>> = {
    description: draft.description,
    environment: draft.environment,
    resolution: draft.resolutionId,
    priority: draft.priorityId,
    assignee: draft.assigneeKey,
    reporter: draft.reporterKey,
    duedate: draft.dueDate,
    labels: draft.labels,
    components: draft.componentIds,
    fixVersions: draft.fixVersionIds,
    versions: draft.versionIds,
  }
  const value = id in slots ? slots[id] : draft.custom[id]
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0)
}
