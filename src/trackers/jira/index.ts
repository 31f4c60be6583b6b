import type { JiraConnection } from '../../config/schema.ts'
import type { Tracker, TrackerTraits } from '../../core/ports.ts'
import type { Ticket } from '../../core/ticket.ts'
import { wikiFormat } from '../../text/format.ts'
import type { TrackerDeps } from '../deps.ts'
import { createJiraClient } from './client.ts'
import type { JiraClient, Session } from './client.ts'
import { createComments } from './comments.ts'
import { createFields } from './fields.ts'
import { createFinder } from './finder.ts'
import { createInspector } from './inspect.ts'
import { createMarks } from './marks.ts'
import { createPeople } from './people.ts'
import { scanChanges } from './scan.ts'
import { AttachmentList } from './schema.ts'
import { createTickets } from './tickets.ts'
import { createTypes } from './types.ts'
import { createWalker } from './walk.ts'
import { createWriter } from './write.ts'

/** Jira Server and Data Center, 8.20 and newer, as a tracker: a ticket is an issue of Jira. */
export function createJiraTracker(connection: string, config: JiraConnection, deps: TrackerDeps): Tracker {
  const { clock, cache, log } = deps
  const client = createJiraClient(connection, config, deps)
  const fields = createFields(client, clock)
  const types = createTypes(client, clock)
  const people = createPeople({ client, types, clock, cache })
  const tickets = createTickets({ client, fields, types, clock })
  const marks = createMarks(client, log)
  const writer = createWriter({ client, fields, types, tickets, marks, walk: createWalker(client, types) })

  return {
    connection,
    people,
    finder: createFinder(client, clock),
    inspector: createInspector({ client, fields, types }),
    describe: async () => toTraits(await client.session()),
    readTickets: (keys, options) => tickets.read(keys, options),
    changedSince: (project, cursor, { since }) => scanChanges({ client, tickets }, { project, cursor, since }),
    filterTickets: (keys, filter) => tickets.filter(keys, filter),
    findByMark: (url, scope) => tickets.findByMark(url, scope),
    readMarks: (project, since) => tickets.readMarks(project, since),
    create: (draft) => writer.create(draft),
    createAll: (drafts) => writer.createAll(drafts),
    update: (ticket, patch) => writer.update(ticket, patch),
    mark: (ticket, mark) => marks.put(ticket, mark),
    unmark: (ticket, mark) => marks.remove(ticket, mark),
    ...createComments(client),
    attach: (ticket, file) => upload(client, ticket, file),
    readSelf: async () => (await client.session()).self.key,
    readProjects: () => types.readProjects(),
    readTypes: (project, options) => types.read(project, options),
    findKeys: (text) => findKeys(text, [config.project]),
  }
}

/** Keys of these projects alone: UTF-8 and ISO-8859 look like keys too. */
export function findKeys(text: string, projects: readonly string[]): readonly string[] {
  const keys = [...text.matchAll(/(?<![\w-])([A-Z][A-Z0-9_]*)-[1-9]\d*(?![\w-])/g)]
  return [...new Set(keys.flatMap(([key, project = '']) => (projects.includes(project) ? [key] : [])))]
}

async function upload(
  client: JiraClient,
  { id }: Ticket,
  { name, type, bytes }: { readonly name: string; readonly type: string; readonly bytes: Uint8Array },
): Promise<{ readonly url: string }> {
  const form = new FormData()
  form.append('file', new Blob([Uint8Array.from(bytes)], { type }), name)
  const encoded = new Response(form)
  const reply = await client.request({
    method: 'POST',
    api: `issue/${id}/attachments`,
    headers: {
      'content-type': encoded.headers.get('content-type') ?? 'multipart/form-data',
      // Without it Jira takes an upload for one that another site made a browser send.
      'x-atlassian-token': 'no-check',
    },
    body: new Uint8Array(await encoded.arrayBuffer()),
    // A picture that is there twice harms nobody.
    idempotent: true,
  })
  const [attachment] = reply.read(AttachmentList)
  return { url: attachment?.content ?? '' }
}

function toTraits({ version: [major, minor] }: Session): TrackerTraits {
  return {
    // Since 9 there is only Data Center, whatever the server says of its deployment.
    product: `${major >= 9 ? 'Jira Data Center' : 'Jira'} ${major}.${minor}`,
    text: wikiFormat,
    formats: [wikiFormat],
    editsComments: true,
    statesOrdered: false,
    conditionalWrites: false,
    titleLimit: 255,
    bodyLimit: 32_767,
    labelForbids: /\s/,
    labelsIgnoreCase: false,
    signsHooks: major >= 10,
  }
}
