import type { SandboxReply } from '../../kit/router.ts'
import { noContent, ok, readObject, signedIn } from '../call.ts'
import type { Call, JiraRoute } from '../call.ts'
import { noteChange } from '../changes.ts'
import { isObject, throwErrors } from '../draft.ts'
import type { Json } from '../draft.ts'
import { restUrl } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { allowed, readableIssue } from '../permissions.ts'
import { refuse } from '../refusal.ts'
import { nextId, projectOf } from '../world.ts'
import type { ChangeItem, Issue, Person, RemoteLink } from '../world.ts'

const remoteLinkBean = (jira: Jira, issue: Issue, link: RemoteLink) => ({
  id: link.id,
  self: `${restUrl(jira)}/issue/${issue.key}/remotelink/${link.id}`,
  ...(link.globalId === null ? {} : { globalId: link.globalId }),
  application: link.application,
  ...(link.relationship === null ? {} : { relationship: link.relationship }),
  object: link.object,
})

function remoteLinkItem(link: RemoteLink, added: boolean): ChangeItem {
  const text = `This issue links to "${String(link.object['title'])}"`
  const side = [String(link.id), text] as const
  const [from, to] = added ? [[null, null] as const, side] : [side, [null, null] as const]
  return { field: 'RemoteIssueLink', fieldtype: 'jira', from: from[0], fromString: from[1], to: to[0], toString: to[1] }
}

function linkable(jira: Jira, call: Call): Issue {
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  const actor = signedIn(call)
  if (allowed(actor, { permission: 'LINK_ISSUES', project: projectOf(jira.world, issue) })) return issue
  throw refuse(403, `No Link Issue Permission for issue '${issue.key}'`)
}

function readRemoteLink(body: Json): Omit<RemoteLink, 'id'> {
  const { globalId, application, relationship, object } = body
  const errors: Record<string, string> = {}
  const about = isObject(object) ? object : {}
  if (typeof about['title'] !== 'string' || about['title'] === '') errors['title'] = "'title' is required."
  if (typeof about['url'] !== 'string' || about['url'] === '') errors['url'] = "'url' is required."
  if (typeof globalId === 'string' && globalId.length > 255)
    errors['globalId'] = "'globalId' must be less than or equal to 255 characters."
  throwErrors({ errors })
  return {
    globalId: typeof globalId === 'string' && globalId !== '' ? globalId : null,
    application: isObject(application) ? { ...application } : {},
    relationship: typeof relationship === 'string' ? relationship : null,
    object: { ...about, icon: about['icon'] ?? {}, status: about['status'] ?? { icon: {} } },
  }
}

function touch(jira: Jira, issue: Issue, { actor, item }: { readonly actor: Person; readonly item: ChangeItem }): void {
  if (jira.switches.remoteLinkTouches) noteChange(jira, issue, { actor, items: [item] })
}

function replaceRemoteLink(issue: Issue, link: RemoteLink): void {
  issue.remoteLinks = issue.remoteLinks.map((other) => (other.id === link.id ? link : other))
}

function upsertRemoteLink(jira: Jira, call: Call): SandboxReply {
  const body = readObject(call)
  const issue = linkable(jira, call)
  const given = readRemoteLink(body)
  const known =
    given.globalId === null ? undefined : issue.remoteLinks.find(({ globalId }) => globalId === given.globalId)
  const link: RemoteLink = known ?? { id: nextId(jira.world), ...given }
  const added = known === undefined
  if (added) {
    touch(jira, issue, { actor: signedIn(call), item: remoteLinkItem(link, true) })
    issue.remoteLinks = [...issue.remoteLinks, link]
  } else replaceRemoteLink(issue, { id: link.id, ...given })
  const { id, self } = remoteLinkBean(jira, issue, link)
  return { status: added ? jira.switches.remoteLinkCreated : 200, body: { id, self } }
}

function listRemoteLinks(jira: Jira, call: Call): SandboxReply {
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  const globalId = call.query.get('globalId')
  if (globalId === null || globalId === '')
    return ok(issue.remoteLinks.map((link) => remoteLinkBean(jira, issue, link)))
  const link = issue.remoteLinks.find((one) => one.globalId === globalId)
  if (link === undefined) throw refuse(404, `No remote issue link with global id '${globalId}' was found on the issue.`)
  return ok(remoteLinkBean(jira, issue, link))
}

function oneRemoteLink(jira: Jira, call: Call): { readonly issue: Issue; readonly link: RemoteLink } {
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  const { link: id } = call.params
  if (!/^\d+$/.test(id!)) throw refuse(400, { linkId: 'The id must be a number.' })
  const link = issue.remoteLinks.find((one) => String(one.id) === id)
  if (link === undefined) throw refuse(404, { linkId: 'The remote issue link does not exist.' })
  return { issue, link }
}

function dropRemoteLink(
  jira: Jira,
  call: Call,
  { issue, link }: { readonly issue: Issue; readonly link: RemoteLink },
): SandboxReply {
  linkable(jira, call)
  touch(jira, issue, { actor: signedIn(call), item: remoteLinkItem(link, false) })
  issue.remoteLinks = issue.remoteLinks.filter((one) => one !== link)
  return noContent
}

function byGlobalId(jira: Jira, call: Call): { readonly issue: Issue; readonly link: RemoteLink } {
  const issue = linkable(jira, call)
  const globalId = call.query.get('globalId')
  const link = issue.remoteLinks.find((one) => one.globalId === globalId)
  if (link === undefined) throw refuse(404, `No remote issue link with global id '${globalId}' was found on the issue.`)
  return { issue, link }
}

export function remoteLinkRoutes(jira: Jira): readonly JiraRoute[] {
  return [
    ['GET', '/rest/api/2/issue/:issue/remotelink', (call) => listRemoteLinks(jira, call)],
    ['POST', '/rest/api/2/issue/:issue/remotelink', (call) => upsertRemoteLink(jira, call)],
    ['DELETE', '/rest/api/2/issue/:issue/remotelink', (call) => dropRemoteLink(jira, call, byGlobalId(jira, call))],
    [
      'GET',
      '/rest/api/2/issue/:issue/remotelink/:link',
      (call) => {
        const { issue, link } = oneRemoteLink(jira, call)
        return ok(remoteLinkBean(jira, issue, link))
      },
    ],
    [
      'PUT',
      '/rest/api/2/issue/:issue/remotelink/:link',
      (call) => {
        const given = readRemoteLink(readObject(call))
        linkable(jira, call)
        const { issue, link } = oneRemoteLink(jira, call)
        replaceRemoteLink(issue, { id: link.id, ...given })
        return noContent
      },
    ],
    [
      'DELETE',
      '/rest/api/2/issue/:issue/remotelink/:link',
      (call) => dropRemoteLink(jira, call, oneRemoteLink(jira, call)),
    ],
  ]
}
