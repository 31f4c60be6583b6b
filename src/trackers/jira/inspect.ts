import { LockstepError } from '../../core/errors.ts'
import type { FieldName } from '../../config/schema.ts'
import type { Move, Permission, Places, TicketField, TrackerInspector, TypeForm } from '../../core/inspection.ts'
import type { JiraClient } from './client.ts'
import type { Fields } from './fields.ts'
import { nameOf } from './fields.ts'
import { quote, runQuery } from './query.ts'
import { AccessTokenList, HookList, IssueStub, NameList, PermissionMap, TransitionList } from './schema.ts'
import type { Transition } from './schema.ts'
import type { IssueType, Types } from './types.ts'

interface InspectorDeps {
  readonly client: JiraClient
  readonly fields: () => Promise<Fields>
  readonly types: Types
}

/** What a sync needs, by Jira's key for it. */
const NEEDED: readonly (readonly [key: string, loss: string, field: FieldName | null])[] = [
  ['BROWSE_PROJECTS', 'Tickets cannot be read.', null],
  ['CREATE_ISSUES', 'Tickets cannot be created.', null],
  ['EDIT_ISSUES', 'Tickets cannot be edited.', null],
  ['TRANSITION_ISSUES', 'Tickets cannot be moved to another state.', 'status'],
  ['RESOLVE_ISSUES', 'No resolution can be set.', 'status'],
  ['ASSIGN_ISSUES', 'Nobody can be assigned.', 'assignee'],
  ['USER_PICKER', 'Nobody can be found.', 'assignee'],
  ['ADD_COMMENTS', 'Comments cannot be written.', 'comments'],
  ['EDIT_OWN_COMMENTS', 'Edited comments stay as they were.', 'comments'],
  ['DELETE_OWN_COMMENTS', 'Deleted comments stay.', 'comments'],
]

export function createInspector({ client, fields, types }: InspectorDeps): TrackerInspector {
  const read = (api: string, query: Readonly<Record<string, string>> = {}) =>
    client.request({ method: 'GET', api, query })

  async function findType(project: string, name: string): Promise<IssueType> {
    const found = await types.find(project, name)
    if (found !== undefined) return found
    throw new LockstepError('not-found', `${client.connection}: the project ${project} has no type "${name}".`)
  }

  /** The list does not say which token asked: it is the one that was used last. */
  async function readTokenEnd(): Promise<Date | null> {
    const reply = await orNull(client.request({ method: 'GET', root: 'rest/pat/latest', api: 'tokens' }))
    const tokens = reply === null ? [] : (AccessTokenList.safeParse(reply.body).data ?? [])
    const [own] = tokens.toSorted((a, b) => ((a.lastAccessedAt ?? '') < (b.lastAccessedAt ?? '') ? 1 : -1))
    return own?.expiringAt === undefined ? null : new Date(own.expiringAt)
  }

  /** A workflow shows itself only through tickets: one of each state is asked where it could go. */
  async function readSteps(project: string, type: string, state: string): Promise<readonly Move[] | null> {
    const jql = `project = ${quote(project)} AND issuetype = ${quote(type)} AND status = ${quote(state)} ORDER BY created DESC`
    const { issues } = await runQuery(client, IssueStub, { jql, fields: ['status'], maxResults: 1 })
    const [sample] = issues
    if (sample === undefined) return null
    const reply = await read(`issue/${sample.id}/transitions`, { expand: 'transitions.fields' })
    return reply.read(TransitionList).transitions.map(toMove)
  }

  return {
    walks: true,

    async readServer() {
      const { self } = await client.session()
      const reply = await read('serverInfo')
      const time = Date.parse(reply.headers.get('date') ?? '')
      return {
        account: self.name,
        time: Number.isNaN(time) ? null : new Date(time),
        signInEnds: await readTokenEnd(),
      }
    },

    async readPermissions(project): Promise<readonly Permission[]> {
      const { permissions } = (await read('mypermissions', { projectKey: project })).read(PermissionMap)
      return NEEDED.flatMap(([key, loss, field]) => {
        const found = permissions[key]
        return found === undefined ? [] : [{ name: found.name, granted: found.havePermission, loss, field }]
      })
    },

    async readForm(project, name): Promise<TypeForm> {
      const type = await findType(project, name)
      const [screen, catalog] = await Promise.all([types.readScreen(project, type.id), fields()])
      const shown = new Map(screen.map((meta) => [meta.fieldId ?? meta.name, meta]))
      return {
        fields: catalog.all.map(({ id, name: label }): TicketField => {
          const meta = shown.get(id)
          return { id, name: label, onForm: meta !== undefined, allowed: (meta?.allowedValues ?? []).map(nameOf) }
        }),
        priorities: shown.get('priority')?.allowedValues?.map(nameOf) ?? null,
        hasEstimate: catalog.storyPoints !== null && shown.has(catalog.storyPoints),
      }
    },

    async readMoves(project, name) {
      const { name: type, states } = await findType(project, name)
      const steps = await Promise.all(
        states.map(async (state) => [state.name, await readSteps(project, type, state.name)] as const),
      )
      return new Map(steps.flatMap(([from, moves]) => (moves === null ? [] : [[from, moves] as const])))
    },

    async readPlaces(project): Promise<Places> {
      const list = async (what: 'versions' | 'components') =>
        (await read(`project/${encodeURIComponent(project)}/${what}`))
          .read(NameList)
          .flatMap(({ name, archived }) => (archived ? [] : [name]))
      const [milestones, components] = await Promise.all([list('versions'), list('components')])
      return { milestones, components, areas: null }
    },

    async readHooks() {
      const { version } = await client.session()
      const [root, api] = version[0] >= 10 ? ['rest/jira-webhook/1.0', 'webhooks'] : ['rest/webhooks/1.0', 'webhook']
      const reply = await orNull(client.request({ method: 'GET', root, api }))
      if (reply === null) return null
      return reply.read(HookList).map(({ name, url, enabled, active }) => {
        return { name, url, stopped: (enabled ?? active ?? true) ? null : 'somebody disabled it' }
      })
    },
  }
}

/** What only administrators are shown, or not every version has. */
async function orNull<Reply>(asked: Promise<Reply>): Promise<Reply | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof LockstepError && ['not-permitted', 'not-found'].includes(error.code)) return null
    throw error
  }
}

function toMove({ to, fields }: Transition): Move {
  const needs = Object.values(fields).filter(
    ({ required, hasDefaultValue, allowedValues = [] }) => required && !hasDefaultValue && allowedValues.length !== 1,
  )
  return {
    to: to.name,
    needs: needs.map(({ name, allowedValues = [] }) => ({ name, allowed: allowedValues.map(nameOf) })),
  }
}
