import { LockstepError } from '../../core/errors.ts'
import type { Hook, Move, Permission, Places, TicketField, TrackerInspector, TypeForm } from '../../core/inspection.ts'
import type { TrackerPeople } from '../../core/ports.ts'
import type { AzureClient } from './client.ts'
import { estimateField, FIELD } from './fields.ts'
import { ClassificationNode, FieldList, SubscriptionList, TypeFieldList } from './schema.ts'
import type { Subscription } from './schema.ts'
import type { Types } from './types.ts'

interface InspectorDeps {
  readonly client: AzureClient
  readonly types: Types
  readonly people: TrackerPeople
}

// Deep enough for every tree that anybody draws.
const DEPTH = 14

export function createInspector({ client, types, people }: InspectorDeps): TrackerInspector {
  const read = (api: string, project: string, query: Readonly<Record<string, string | number>> = {}) =>
    client.request({ method: 'GET', api, project, query })

  async function findType(project: string, name: string) {
    await types.load([{ project }])
    const found = types.find(project, name)
    if (found !== undefined) return found
    throw new LockstepError('not-found', `${client.connection}: the project ${project} has no type "${name}".`)
  }

  async function readPaths(project: string, group: 'areas' | 'iterations'): Promise<readonly string[]> {
    const reply = await read(`wit/classificationnodes/${group}`, project, { $depth: DEPTH })
    return listPaths(reply.read(ClassificationNode))
  }

  /** A draft that is only validated: what is wrong with it does not matter, only whether it may be written. */
  async function mayWrite(project: string): Promise<boolean> {
    const [type] = await types.readTypes(project)
    return await isAllowed(() =>
      client.request({
        method: 'POST',
        api: `wit/workitems/$${encodeURIComponent(type?.name ?? 'Task')}`,
        project,
        query: { validateOnly: true },
        headers: { 'content-type': 'application/json-patch+json' },
        body: [{ op: 'add', path: `/fields/${FIELD.title}`, value: 'Lockstep looks whether it may write' }],
        idempotent: true,
      }),
    )
  }

  const maySeePeople = (): Promise<boolean> =>
    isAllowed(async () => {
      const { hosted } = await client.session()
      if (!hosted) return await people.search('lockstep', { project: '', ticket: null })
      for await (const page of people.list()) return page
      return []
    })

  return {
    walks: false,

    async readServer() {
      const reply = await client.request({ method: 'GET', api: 'connectionData', preview: '-preview' })
      const self = await client.self()
      // A personal access token cannot ask about itself.
      return { account: self.name, time: readDate(reply.headers), signInEnds: null }
    },

    async readPermissions(project): Promise<readonly Permission[]> {
      const [writes, sees] = await Promise.all([mayWrite(project), maySeePeople()])
      return [
        { name: 'Work Items (read & write)', granted: writes, loss: 'Nothing can be written.', field: null },
        { name: 'Graph (read) and Identity (read)', granted: sees, loss: 'Nobody can be found.', field: 'assignee' },
      ]
    },

    async readForm(project, name): Promise<TypeForm> {
      const type = await findType(project, name)
      const api = `wit/workitemtypes/${encodeURIComponent(type.name)}/fields`
      const [own, all] = await Promise.all([
        read(api, project, { $expand: 'allowedValues' }).then((reply) => reply.read(TypeFieldList).value),
        read('wit/fields', project).then((reply) => reply.read(FieldList).value),
      ])
      const fields = own.map(({ referenceName: id, name: label, allowedValues }): TicketField => {
        return { id, name: label, onForm: true, allowed: allowedValues.map(String) }
      })
      const ids = new Set(fields.map(({ id }) => id))
      const others = all.filter(({ referenceName }) => !ids.has(referenceName))
      return {
        fields: [
          ...fields,
          ...others.map((field) => ({ id: field.referenceName, name: field.name, onForm: false, allowed: [] })),
        ],
        priorities: fields.find(({ id }) => id === FIELD.priority)?.allowed ?? null,
        hasEstimate: estimateField(type) !== undefined,
      }
    },

    async readMoves(project, name) {
      const { transitions } = await findType(project, name)
      const moves = Object.entries(transitions).map(([from, steps]): [string, readonly Move[]] => [
        from,
        steps.map(({ to }) => ({ to, needs: [] })),
      ])
      return new Map(moves)
    },

    async readPlaces(project): Promise<Places> {
      const [areas, milestones] = await Promise.all([readPaths(project, 'areas'), readPaths(project, 'iterations')])
      return { areas, milestones, components: null }
    },

    async readHooks() {
      const query = { publisherId: 'tfs', consumerId: 'webHooks' }
      try {
        const reply = await client.request({ method: 'GET', api: 'hooks/subscriptions', query })
        return reply.read(SubscriptionList).value.map(toHook)
      } catch (error) {
        if (isForbidden(error)) return null
        throw error
      }
    },
  }
}

const isForbidden = (error: unknown): boolean =>
  error instanceof LockstepError && (error.code === 'not-permitted' || error.code === 'not-signed-in')

async function isAllowed(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    if (isForbidden(error)) return false
    if (error instanceof LockstepError && ['tracker-refused', 'not-found'].includes(error.code)) return true
    throw error
  }
}

export function readDate(headers: Headers): Date | null {
  const time = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(time) ? null : new Date(time)
}

function listPaths({ name, children = [] }: ClassificationNode, above = ''): readonly string[] {
  const path = above === '' ? name : `${above}\\${name}`
  return [path, ...children.flatMap((child) => listPaths(child, path))]
}

// What the system or a person switched off, and what has failed so often that it is about to be.
const STOPPED: Readonly<Record<string, string>> = {
  onProbation: 'deliveries failed, and it is on probation',
  disabledByUser: 'somebody disabled it',
  disabledBySystem: 'the server disabled it after too many failures',
  disabledByInactiveIdentity: 'its owner is no longer active',
}

function toHook({ id, eventType, status, consumerInputs }: Subscription): Hook {
  return {
    name: `${eventType} (${id})`,
    url: consumerInputs['url'] ?? '',
    stopped: status === 'enabled' ? null : (STOPPED[status] ?? `its status is ${status}`),
  }
}
