import type { SandboxReply } from '../../kit/router.ts'
import { noContent, ok, readObject, signedIn } from '../call.ts'
import type { Call, JiraRoute } from '../call.ts'
import { linkTypes, sameText } from '../catalog.ts'
import { addComment, noteChange } from '../changes.ts'
import { isObject, throwErrors } from '../draft.ts'
import { tellHooks } from '../hooks.ts'
import { issueRef, linkTypeBean } from '../issue-bean.ts'
import { restUrl } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { allowed, readableIssue } from '../permissions.ts'
import { readComment } from '../read-fields.ts'
import { refuse } from '../refusal.ts'
import { nextId, projectOf } from '../world.ts'
import type { ChangeItem, Issue, IssueLink, Person } from '../world.ts'

function linkChange(
  jira: Jira,
  { link, issue, added }: { readonly link: IssueLink; readonly issue: Issue; readonly added: boolean },
): ChangeItem {
  const outwards = link.outwardId !== issue.id
  const other = jira.world.issues.get(outwards ? link.outwardId : link.inwardId)!
  const type = linkTypes.find(({ id }) => id === link.typeId)!
  const text = `This issue ${outwards ? type.outward : type.inward} ${other.key}`
  return {
    field: 'Link',
    fieldtype: 'jira',
    from: added ? null : other.key,
    fromString: added ? null : text,
    to: added ? other.key : null,
    toString: added ? text : null,
  }
}

export function linkIssues(
  jira: Jira,
  {
    typeId,
    outward,
    inward,
    actor,
  }: { readonly typeId: string; readonly outward: Issue; readonly inward: Issue; readonly actor: Person },
): IssueLink {
  const link: IssueLink = { id: String(nextId(jira.world)), typeId, outwardId: outward.id, inwardId: inward.id }
  jira.world.links.set(link.id, link)
  tellOfLink(jira, { link, actor, added: true })
  return link
}

function tellOfLink(
  jira: Jira,
  { link, actor, added }: { readonly link: IssueLink; readonly actor: Person; readonly added: boolean },
): void {
  const [inward, outward] = [jira.world.issues.get(link.inwardId)!, jira.world.issues.get(link.outwardId)!]
  for (const issue of [inward, outward])
    noteChange(jira, issue, { actor, items: [linkChange(jira, { link, issue, added })] })
  const type = linkTypes.find(({ id }) => id === link.typeId)!
  tellHooks(jira, {
    event: added ? 'issuelink_created' : 'issuelink_deleted',
    actor,
    issue: inward,
    extra: {
      issueLink: {
        id: Number(link.id),
        sourceIssueId: inward.id,
        destinationIssueId: outward.id,
        issueLinkType: {
          id: Number(type.id),
          name: type.name,
          outwardName: type.outward,
          inwardName: type.inward,
          isSubTaskLinkType: false,
          isSystemLinkType: false,
        },
        systemLink: false,
      },
    },
  })
}

function createLink(jira: Jira, call: Call): SandboxReply {
  const body = readObject(call)
  const actor = signedIn(call)
  const { type, inwardIssue, outwardIssue, comment } = body
  const wanted = isObject(type) ? type : {}
  const found = linkTypes.find(({ id, name }) => id === wanted['id'] || sameText(name, String(wanted['name'] ?? '')))
  if (found === undefined) throw refuse(404, `No issue link type with name '${String(wanted['name'])}' found.`)
  const side = (value: unknown) => {
    const ref = isObject(value) ? value : {}
    return readableIssue(jira, actor, String(ref['key'] ?? ref['id'] ?? ''))
  }
  // Of "A blocks B", A is the inward issue of the request: it sees the outward name.
  const [inward, outward] = [side(inwardIssue), side(outwardIssue)]
  if (!allowed(actor, { permission: 'LINK_ISSUES', project: projectOf(jira.world, inward) })) {
    throw refuse(401, `No Link Issue Permission for issue '${inward.key}'`)
  }
  linkIssues(jira, { typeId: found.id, outward, inward, actor })
  if (comment !== undefined) {
    const errors: Record<string, string> = {}
    const read = readComment(comment, { jira, errors })
    throwErrors({ errors })
    addComment(jira, { issue: inward, actor, comment: read! })
  }
  return { status: 201, body: '' }
}

function oneLink(jira: Jira, call: Call): IssueLink {
  const link = jira.world.links.get(call.params['link']!)
  if (link === undefined) throw refuse(404, `No issue link with id '${call.params['link']}' exists.`)
  readableIssue(jira, call.person, String(link.inwardId))
  return link
}

export function linkRoutes(jira: Jira): readonly JiraRoute[] {
  return [
    ['POST', '/rest/api/2/issueLink', (call) => createLink(jira, call)],
    [
      'GET',
      '/rest/api/2/issueLink/:link',
      (call) => {
        const link = oneLink(jira, call)
        const ref = (id: number) => issueRef(jira, jira.world.issues.get(id)!)
        return ok({
          id: link.id,
          self: `${restUrl(jira)}/issueLink/${link.id}`,
          type: linkTypeBean(jira, link.typeId),
          inwardIssue: ref(link.inwardId),
          outwardIssue: ref(link.outwardId),
        })
      },
    ],
    [
      'DELETE',
      '/rest/api/2/issueLink/:link',
      (call) => {
        const link = oneLink(jira, call)
        const actor = signedIn(call)
        tellOfLink(jira, { link, actor, added: false })
        jira.world.links.delete(link.id)
        return noContent
      },
    ],
    [
      'GET',
      '/rest/api/2/issueLinkType',
      () => ok({ issueLinkTypes: linkTypes.map(({ id }) => linkTypeBean(jira, id)) }),
    ],
    [
      'GET',
      '/rest/api/2/issueLinkType/:id',
      ({ params }) => {
        if (!linkTypes.some(({ id }) => id === params['id']))
          throw refuse(404, `No issue link type with id '${params['id']}' found.`)
        return ok(linkTypeBean(jira, params['id']!))
      },
    ],
  ]
}
