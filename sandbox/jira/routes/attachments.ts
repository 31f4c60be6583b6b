import type { SandboxReply } from '../../kit/router.ts'
import { noContent, ok, signedIn } from '../call.ts'
import type { Call, JiraRoute } from '../call.ts'
import { noteChange } from '../changes.ts'
import { tellHooks } from '../hooks.ts'
import { attachmentBean } from '../issue-bean.ts'
import { now } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { allowed, canBrowse, readableIssue } from '../permissions.ts'
import { refuse } from '../refusal.ts'
import { nextId, projectOf } from '../world.ts'
import type { Attachment, ChangeItem, Issue } from '../world.ts'

interface Part {
  readonly filename: string
  readonly mimeType: string
  readonly content: Buffer
}

/** The parts named `file`; all others are passed over. */
function readParts(body: Buffer, contentType: string): readonly Part[] {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1]
  if (boundary === undefined) return []
  const parts: Part[] = []
  const delimiter = Buffer.from(`--${boundary}`)
  let start = body.indexOf(delimiter)
  while (start !== -1) {
    const end = body.indexOf(delimiter, start + delimiter.length)
    if (end === -1) break
    // Each part lies between two line ends: after its delimiter and before the next.
    const part = body.subarray(start + delimiter.length + 2, end - 2)
    const blank = part.indexOf('\r\n\r\n')
    const head = part.subarray(0, blank).toString('utf8')
    const filename = /name="file"; filename="([^"]*)"/.exec(head)?.[1]
    if (filename !== undefined) {
      const mimeType = /content-type:\s*(\S+)/i.exec(head)?.[1] ?? 'application/octet-stream'
      parts.push({ filename, mimeType, content: Buffer.from(part.subarray(blank + 4)) })
    }
    start = end
  }
  return parts
}

const change = ({ id, filename }: Attachment, added: boolean): ChangeItem => ({
  field: 'Attachment',
  fieldtype: 'jira',
  from: added ? null : id,
  fromString: added ? null : filename,
  to: added ? id : null,
  toString: added ? filename : null,
})

function upload(jira: Jira, call: Call): SandboxReply {
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  const actor = signedIn(call)
  if (!allowed(actor, { permission: 'CREATE_ATTACHMENTS', project: projectOf(jira.world, issue) })) {
    throw refuse(403, `You do not have permission to create attachments for issue: ${issue.key}`)
  }
  const added = readParts(call.request.body, call.request.headers['content-type'] ?? '').map((part): Attachment => ({
    id: String(nextId(jira.world)),
    authorKey: actor.key,
    created: now(jira),
    ...part,
  }))
  issue.attachments = [...issue.attachments, ...added]
  if (added.length > 0) {
    noteChange(jira, issue, { actor, items: added.map((attachment) => change(attachment, true)) })
    tellHooks(jira, {
      event: 'jira:issue_updated',
      typeName: 'issue_updated',
      actor,
      issue,
      changes: issue.history.at(-1)!,
    })
  }
  return ok(added.map((attachment) => attachmentBean(jira, attachment, actor)))
}

function find(jira: Jira, call: Call): { readonly issue: Issue; readonly attachment: Attachment } {
  for (const issue of jira.world.issues.values()) {
    const attachment = issue.attachments.find(({ id }) => id === call.params['id'])
    if (attachment !== undefined && canBrowse(call.person, projectOf(jira.world, issue))) return { issue, attachment }
  }
  throw refuse(404, `The attachment with id '${call.params['id']}' does not exist`)
}

function remove(jira: Jira, call: Call): SandboxReply {
  const { issue, attachment } = find(jira, call)
  const actor = signedIn(call)
  issue.attachments = issue.attachments.filter((other) => other !== attachment)
  noteChange(jira, issue, { actor, items: [change(attachment, false)] })
  tellHooks(jira, {
    event: 'jira:issue_updated',
    typeName: 'issue_updated',
    actor,
    issue,
    changes: issue.history.at(-1)!,
  })
  return noContent
}

export function attachmentRoutes(jira: Jira): readonly JiraRoute[] {
  const bean = (call: Call) => {
    const { id: _id, ...rest } = attachmentBean(jira, find(jira, call).attachment, call.person)
    return rest
  }
  return [
    ['POST', '/rest/api/2/issue/:issue/attachments', (call) => upload(jira, call)],
    ['GET', '/rest/api/2/attachment/:id', (call) => ok(bean(call))],
    ['DELETE', '/rest/api/2/attachment/:id', (call) => remove(jira, call)],
    [
      'GET',
      '/secure/attachment/:id/:filename',
      (call) => {
        const { attachment } = find(jira, call)
        return { status: 200, headers: { 'Content-Type': attachment.mimeType }, body: attachment.content }
      },
    ],
  ]
}
