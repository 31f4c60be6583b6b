import { LockstepError } from '../../core/errors.ts'
import type { Clock, Project, TicketType } from '../../core/ports.ts'
import type { JiraClient } from './client.ts'
import { toStatus } from './convert.ts'
import { nameOf } from './fields.ts'
import { HOUR_MS, keepBy } from './kept.ts'
import { FieldMetaPage, ProjectList, TypeStatuses } from './schema.ts'
import type { FieldMeta } from './schema.ts'

/** A type as it is created and moved. */
export interface IssueType extends TicketType {
  readonly id: string
  readonly subtask: boolean
}

export interface Types {
  read(project: string, options?: { readonly fresh?: boolean }): Promise<readonly IssueType[]>
  /** The create screen of a type. */
  readScreen(project: string, typeId: string): Promise<readonly FieldMeta[]>
  find(project: string, type: string): Promise<IssueType | undefined>
  readProjects(): Promise<readonly Project[]>
}

const PROJECTS_KEPT_MS = 240_000

// What every draft has, or what the server fills in.
const GIVEN = new Set(['summary', 'project', 'issuetype', 'reporter', 'parent'])

export function createTypes(client: JiraClient, clock: Clock): Types {
  async function readScreen(project: string, typeId: string): Promise<readonly FieldMeta[]> {
    const fields: FieldMeta[] = []
    for (let last = false; !last;) {
      const reply = await client.request({
        method: 'GET',
        api: `issue/createmeta/${encodeURIComponent(project)}/issuetypes/${typeId}`,
        query: { startAt: fields.length, maxResults: 200 },
      })
      const page = reply.read(FieldMetaPage)
      fields.push(...page.values)
      last = page.isLast ?? (page.values.length === 0 || fields.length >= (page.total ?? 0))
    }
    return fields
  }

  async function readRequired(project: string, typeId: string): Promise<TicketType['required']> {
    return (await readScreen(project, typeId))
      .filter(({ fieldId, required, hasDefaultValue }) => required && !hasDefaultValue && !GIVEN.has(fieldId ?? ''))
      .map(({ fieldId, name, allowedValues = [] }) => ({
        field: fieldId ?? name,
        name,
        allowed: allowedValues.map(nameOf),
      }))
  }

  const read = keepBy(
    async (project): Promise<readonly IssueType[]> => {
      const reply = await client.request({ method: 'GET', api: `project/${encodeURIComponent(project)}/statuses` })
      return await Promise.all(
        reply.read(TypeStatuses).map(async ({ id, name, subtask, statuses }) => ({
          id,
          name,
          subtask,
          states: statuses.map(toStatus),
          required: await readRequired(project, id).catch(nothingToCreate),
        })),
      )
    },
    { clock, ms: HOUR_MS },
  )

  const projects = keepBy(
    async () => {
      const reply = await client.request({ method: 'GET', api: 'project' })
      return reply.read(ProjectList).map(({ id, key, name }) => ({ id, key, name }))
    },
    { clock, ms: PROJECTS_KEPT_MS },
  )

  return {
    readScreen,
    read: (project, { fresh = false } = {}) => read(project, fresh),
    async find(project, type) {
      return (await read(project)).find(({ name }) => name.toLowerCase() === type.toLowerCase())
    },
    readProjects: () => projects(''),
  }
}

/** Whoever may not create issues in a project is refused its create screens. */
function nothingToCreate(error: unknown): TicketType['required'] {
  const codes = ['tracker-refused', 'not-found', 'not-permitted']
  if (error instanceof LockstepError && codes.includes(error.code)) return []
  throw error
}
