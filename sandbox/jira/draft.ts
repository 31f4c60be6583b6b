import type { Jira } from './jira.ts'
import { refuse } from './refusal.ts'
import type { Issue, Person, Project } from './world.ts'

/** The part of an issue that screens can write. */
export interface Draft {
  summary: string
  description: string | null
  environment: string | null
  typeId: string
  resolutionId: string | null
  priorityId: string | null
  assigneeKey: string | null
  reporterKey: string | null
  labels: readonly string[]
  componentIds: readonly string[]
  fixVersionIds: readonly string[]
  versionIds: readonly string[]
  dueDate: string | null
  parentId: number | null
  custom: Record<string, unknown>
}

export interface CommentAddition {
  readonly body: string
  readonly visibility: { readonly type: 'role' | 'group'; readonly value: string } | null
  readonly properties: readonly (readonly [string, unknown])[]
}

export interface Writing {
  readonly jira: Jira
  readonly actor: Person
  readonly project: Project
  readonly draft: Draft
  readonly errors: Record<string, string>
  readonly comments: CommentAddition[]
}

export const draftOf = (issue: Issue): Draft => ({
  summary: issue.summary,
  description: issue.description,
  environment: issue.environment,
  typeId: issue.typeId,
  resolutionId: issue.resolutionId,
  priorityId: issue.priorityId,
  assigneeKey: issue.assigneeKey,
  reporterKey: issue.reporterKey,
  labels: issue.labels,
  componentIds: issue.componentIds,
  fixVersionIds: issue.fixVersionIds,
  versionIds: issue.versionIds,
  dueDate: issue.dueDate,
  parentId: issue.parentId,
  custom: { ...issue.custom },
})

export type Json = Readonly<Record<string, unknown>>
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const notOnScreen = (id: string): string =>
  `Field '${id}' cannot be set. It is not on the appropriate screen, or unknown.`

export function throwErrors({ errors }: Pick<Writing, 'errors'>): void {
  if (Object.keys(errors).length > 0) throw refuse(400, errors)
}
