import type { AzureConnection } from '../../config/schema.ts'
import type { Tracker, TrackerTraits } from '../../core/ports.ts'
import { htmlFormat, markdownFormat } from '../../text/format.ts'
import type { TrackerDeps } from '../deps.ts'
import { createAzureClient } from './client.ts'
import type { AzureClient, Session } from './client.ts'
import { createComments, hasCommentApi } from './comments.ts'
import { accountId } from './convert.ts'
import { createInspector } from './inspect.ts'
import { createFinder } from './finder.ts'
import { createPeople } from './people.ts'
import { scanChanges } from './scan.ts'
import { Attachment } from './schema.ts'
import { createTickets } from './tickets.ts'
import { createTypes } from './types.ts'
import { createWriter } from './write.ts'

/** Azure DevOps Services and Server as a tracker: a ticket is a work item, a label is a tag. */
export function createAzureTracker(connection: string, config: AzureConnection, deps: TrackerDeps): Tracker {
  const client = createAzureClient(connection, config, deps)
  const types = createTypes(client, deps.clock)
  const people = createPeople(client, deps)
  const tickets = createTickets(client, { connection, base: client.base, types, complete: people.complete })
  const writer = createWriter({ client, types, tickets })

  return {
    connection,
    people,
    finder: createFinder(client, tickets),
    inspector: createInspector({ client, types, people }),
    describe: async () => toTraits(await client.session()),
    readTickets: (keys) => tickets.read(keys),
    changedSince: (project, cursor, start) => scanChanges(client, deps.clock, { project, cursor, ...start }),
    filterTickets: (keys, filter) => tickets.filter(keys, filter),
    findByMark: (url, scope) => tickets.findByMark(url, scope),
    readMarks: (project, since) => tickets.readMarks(project, since),
    create: (draft) => writer.create(draft),
    createAll: (drafts) => writer.createAll(drafts),
    update: (ticket, patch) => writer.update(ticket, patch),
    mark: (ticket, { url }) => writer.mark(ticket, url),
    unmark: (ticket, { url }) => writer.unmark(ticket, url),
    ...createComments(client),
    attach: (ticket, file) => upload(client, { ...file, project: ticket.project }),
    async readSelf() {
      const { id, descriptor } = await client.self()
      return accountId({ id, descriptor: descriptor ?? undefined })
    },
    readProjects: () => types.readProjects(),
    readTypes: (project, options) => types.readTypes(project, options),
    findKeys,
  }
}

/** `AB#12`, as GitHub itself knows it when Azure Boards is connected. */
export const findKeys = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/(?<![\w/#])AB#([1-9]\d{0,9})\b/gi)].flatMap(([, id]) => id ?? [])),
]

// The picture stands in the text by its address; a relation besides would only be a second revision.
async function upload(
  client: AzureClient,
  { name, bytes, project }: { readonly name: string; readonly bytes: Uint8Array; readonly project: string },
): Promise<{ readonly url: string }> {
  const reply = await client.request({
    method: 'POST',
    api: 'wit/attachments',
    project,
    query: { fileName: name },
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
    // A picture that is there twice harms nobody.
    idempotent: true,
  })
  return { url: reply.read(Attachment).url }
}

function toTraits(session: Session): TrackerTraits {
  return {
    product: productName(session),
    text: htmlFormat,
    // Services keeps a field in Markdown once somebody has turned it to that.
    formats: session.hosted ? [htmlFormat, markdownFormat] : [htmlFormat],
    editsComments: hasCommentApi(session),
    statesOrdered: true,
    conditionalWrites: true,
    titleLimit: 255,
    bodyLimit: 1_000_000,
    labelForbids: /[,;]/,
    labelsIgnoreCase: true,
    signsHooks: false,
  }
}

function productName({ hosted, version }: Session): string {
  if (hosted) return 'Azure DevOps Services'
  if (version >= 7) return 'Azure DevOps Server 2022'
  return version >= 6 ? 'Azure DevOps Server 2020' : 'Azure DevOps Server 2019'
}
