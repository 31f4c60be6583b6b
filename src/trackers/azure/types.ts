import type { Project, TicketType } from '../../core/ports.ts'
import type { Status, StatusCategory } from '../../core/ticket.ts'
import type { Clock } from '../../core/ports.ts'
import type { AzureClient } from './client.ts'
import { ProjectList, StateList, TypeCategoryList, TypeFieldList, WorkItemTypeList } from './schema.ts'
import type { WorkItemType } from './schema.ts'

export interface Need {
  readonly project: string
  readonly type?: string
  readonly state?: string
}

/** The types of the projects, kept for a while: every read of a ticket needs their states. */
export interface Types {
  /** Fetches the types of these projects unless they are known, and once more when one of these states is not. */
  load(needs: readonly Need[]): Promise<void>
  find(project: string, type: string): WorkItemType | undefined
  status(project: string, type: string, state: string): Status
  readTypes(project: string, options?: { readonly fresh?: boolean }): Promise<readonly TicketType[]>
  readProjects(): Promise<readonly Project[]>
}

const KEPT_MS = 60 * 60_000
/** For a state that is not known: processes are edited seldom, old revisions may name states that are no more. */
const RENEWED_MS = 60_000
const PROJECTS_PER_PAGE = 100

const CATEGORIES: Readonly<Record<string, StatusCategory>> = {
  proposed: 'new',
  inprogress: 'active',
  resolved: 'done',
  completed: 'done',
  removed: 'removed',
}

// What the server fills in by itself, or what every draft has.
const GIVEN = /^System\.(Title|State|Reason|AreaId|IterationId|AreaPath|IterationPath|WorkItemType|TeamProject)$/

export function createTypes(client: AzureClient, clock: Clock): Types {
  const known = new Map<string, { readonly types: ReadonlyMap<string, WorkItemType>; readonly at: number }>()
  const loading = new Map<string, Promise<void>>()
  const listed = new Map<string, { readonly types: Promise<readonly TicketType[]>; readonly at: number }>()

  async function fetchTypes(project: string): Promise<void> {
    const reply = await client.request({ method: 'GET', api: 'wit/workitemtypes', project })
    const types = new Map<string, WorkItemType>()
    for (const type of reply.read(WorkItemTypeList).value) {
      types.set(
        type.name.toLowerCase(),
        type.states.length > 0 ? type : { ...type, states: await fetchStates(project, type) },
      )
    }
    known.set(project.toLowerCase(), { types, at: clock.now().getTime() })
  }

  // Old servers list types without their states.
  async function fetchStates(project: string, { name }: WorkItemType): Promise<WorkItemType['states']> {
    const api = `wit/workitemtypes/${encodeURIComponent(name)}/states`
    return (await client.request({ method: 'GET', api, project })).read(StateList).value
  }

  async function loadProject(project: string, keptMs = KEPT_MS): Promise<void> {
    const key = project.toLowerCase()
    const kept = known.get(key)
    if (kept !== undefined && clock.now().getTime() - kept.at < keptMs) return
    const pending = loading.get(key) ?? fetchTypes(project).finally(() => loading.delete(key))
    loading.set(key, pending)
    await pending
  }

  const find = (project: string, type: string): WorkItemType | undefined =>
    known.get(project.toLowerCase())?.types.get(type.toLowerCase())

  const findState = (project: string, type: string, state: string) =>
    find(project, type)?.states.find(({ name }) => name.toLowerCase() === state.toLowerCase())

  const isKnown = ({ project, type, state }: Need): boolean =>
    type === undefined || state === undefined || findState(project, type, state) !== undefined

  async function readHidden(project: string): Promise<ReadonlySet<string>> {
    const reply = await client.request({ method: 'GET', api: 'wit/workitemtypecategories', project })
    const hidden = reply
      .read(TypeCategoryList)
      .value.filter(({ referenceName }) => referenceName === 'Microsoft.HiddenCategory')
    return new Set(hidden.flatMap(({ workItemTypes }) => workItemTypes.map(({ name }) => name.toLowerCase())))
  }

  async function readRequired(project: string, type: WorkItemType): Promise<TicketType['required']> {
    const missing = type.fields.filter(isMissing)
    if (missing.length === 0) return []
    const api = `wit/workitemtypes/${encodeURIComponent(type.name)}/fields`
    const query = { $expand: 'allowedValues' }
    const fields = (await client.request({ method: 'GET', api, project, query })).read(TypeFieldList).value
    return fields.filter(isMissing).map(({ referenceName, name, allowedValues }) => ({
      field: referenceName,
      name,
      allowed: allowedValues.map(String),
    }))
  }

  async function listTypes(project: string): Promise<readonly TicketType[]> {
    const hidden = await readHidden(project)
    const types = [...(known.get(project.toLowerCase())?.types.values() ?? [])]
    const used = types.filter(({ name, isDisabled }) => !isDisabled && !hidden.has(name.toLowerCase()))
    return Promise.all(
      used.map(async (type) => ({
        name: type.name,
        states: type.states.map(toStatus),
        required: await readRequired(project, type),
      })),
    )
  }

  return {
    find,
    async load(needs) {
      await Promise.all(projectsOf(needs).map((project) => loadProject(project)))
      const outdated = projectsOf(needs.filter((need) => !isKnown(need)))
      await Promise.all(outdated.map((project) => loadProject(project, RENEWED_MS)))
    },
    status(project, type, state) {
      return toStatus(findState(project, type, state) ?? { name: state, category: '' })
    },
    async readTypes(project, { fresh = false } = {}) {
      await loadProject(project, fresh ? 0 : KEPT_MS)
      const key = project.toLowerCase()
      const at = known.get(key)?.at ?? 0
      const kept = listed.get(key)
      if (kept?.at === at) return await kept.types
      const types = listTypes(project)
      listed.set(key, { at, types })
      // What could not be read now may be readable the next time.
      types.catch(() => listed.delete(key))
      return await types
    },
    async readProjects() {
      const projects: Project[] = []
      for (;;) {
        const reply = await client.request({
          method: 'GET',
          api: 'projects',
          query: { stateFilter: 'wellFormed', $top: PROJECTS_PER_PAGE, $skip: projects.length },
        })
        const { value } = reply.read(ProjectList)
        projects.push(...value.map(({ id, name }) => ({ id, key: name, name })))
        if (value.length < PROJECTS_PER_PAGE) return projects
      }
    },
  }
}

const projectsOf = (needs: readonly Need[]): readonly string[] => [...new Set(needs.map(({ project }) => project))]

const isMissing = (field: WorkItemType['fields'][number]): boolean =>
  field.alwaysRequired &&
  !GIVEN.test(field.referenceName) &&
  (field.defaultValue === undefined || field.defaultValue === null || field.defaultValue === '')

function toStatus({ name, category }: { readonly name: string; readonly category: string }): Status {
  const kind = category.toLowerCase()
  const status = { name, category: CATEGORIES[kind] ?? 'unknown' } as const
  return kind === 'resolved' ? { ...status, resolved: true } : status
}
