import { randomUUID } from 'node:crypto'
import { endpoint, flagOf, ok, queryOf } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { refuse, refuseArgument } from './errors.ts'
import { itemUrl } from './represent.ts'
import { collectionUrl } from './world.ts'

const MAX_BYTES = 60 * 1024 * 1024

function upload(call: Call) {
  const { body } = call.request
  const name = queryOf(call, 'fileName') ?? 'attachment'
  if (body.length > MAX_BYTES) {
    refuse({
      status: 400,
      typeKey: 'AttachmentSizeExceededException',
      message: `TF30033: The attachment ${name} is larger than 60 MB.`,
    })
  }
  const id = randomUUID()
  call.world.attachments.set(id, { id, name, bytes: body })
  const scope = call.project === null ? '' : `/${call.project.id}`
  const url = `${collectionUrl(call.world)}${scope}/_apis/wit/attachments/${id}?fileName=${encodeURIComponent(name)}`
  return ok(call, { id, url }, { status: 201 })
}

function download(call: Call) {
  const attachment = call.world.attachments.get(call.params['id']!.toLowerCase())
  if (attachment === undefined) {
    refuse({
      status: 404,
      typeKey: 'AttachmentNotFoundException',
      message: `TF401175: The file attachment ${call.params['id']} does not exist.`,
    })
  }
  const name = queryOf(call, 'fileName') ?? attachment.name
  const disposition = flagOf(call, 'download') ? 'attachment' : 'inline'
  return {
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'content-disposition': `${disposition}; filename="${name}"; filename*=UTF-8''${encodeURIComponent(name)}`,
    },
    body: attachment.bytes,
  }
}

function findByArtifact(call: Call) {
  const { artifactUris } = call.body()
  if (!Array.isArray(artifactUris))
    refuseArgument('Value cannot be null.\r\nParameter name: artifactUris', 'ArgumentNullException')
  const { world, project } = call
  const items = [...world.items.values()].filter(
    (item) => item.deleted === null && !item.hidden && (project === null || item.project === project),
  )
  const found = (artifactUris as unknown[]).map(String).map((uri) => {
    const linked = items.filter(({ relations }) =>
      relations.some(({ rel, url }) => rel === 'ArtifactLink' && url.toLowerCase() === uri.toLowerCase()),
    )
    return [uri, linked.map((item) => ({ id: item.id, url: itemUrl(world, item) }))] as const
  })
  return ok(call, { artifactUrisQueryResult: Object.fromEntries(found) })
}

export const attachmentEndpoints: readonly Endpoint[] = [
  endpoint('POST', 'wit/attachments', { scope: 'vso.work_write' }, upload),
  endpoint('GET', 'wit/attachments/:id', { scope: 'vso.work' }, download),
  endpoint('POST', 'wit/artifacturiquery', { scope: 'vso.work', preview: 1 }, findByArtifact),
]
