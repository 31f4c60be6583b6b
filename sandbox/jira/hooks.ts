import { createHmac, randomUUID } from 'node:crypto'
import type { Delivery } from '../kit/deliveries.ts'
import { fieldDefinitions } from './field-catalog.ts'
import { commentBean, issueFields, issueSelf } from './issue-bean.ts'
import { now } from './jira.ts'
import type { Jira } from './jira.ts'
import { meetsFilter } from './jql/search.ts'
import { personRef } from './people.ts'
import { projectOf } from './world.ts'
import type { ChangeGroup, Comment, Hook, Issue, Person } from './world.ts'

export interface Happening {
  /** `jira:issue_updated`, `comment_created` and so on. */
  readonly event: string
  readonly typeName?: string
  readonly actor: Person
  readonly issue: Issue
  readonly changes?: ChangeGroup
  readonly comment?: Comment
  readonly extra?: Readonly<Record<string, unknown>>
}

const allFields = fieldDefinitions.map(({ id }) => id).filter((id) => id !== 'issuekey')

function payload(
  jira: Jira,
  { event, typeName, actor, issue, changes, comment, extra }: Happening,
): Record<string, unknown> {
  const base = { timestamp: now(jira), webhookEvent: event }
  if (extra !== undefined) return { ...base, ...extra }
  const said = comment === undefined ? {} : { comment: commentBean(jira, { issue, comment, viewer: actor }) }
  // Server tells of a comment without its issue; only the comment's `self` has the issue's id.
  if (event.startsWith('comment_')) return { ...base, ...said }
  return {
    ...base,
    ...(typeName === undefined ? {} : { issue_event_type_name: typeName }),
    user: personRef(jira, actor.key, actor),
    issue: {
      id: String(issue.id),
      self: issueSelf(jira, issue),
      key: issue.key,
      fields: issueFields(jira, { issue, viewer: actor, fields: allFields }),
    },
    ...(changes === undefined ? {} : { changelog: { id: changes.id, items: changes.items } }),
    ...said,
  }
}

function fillUrl(jira: Jira, hook: Hook, { issue, comment, actor }: Happening): string {
  const project = projectOf(jira.world, issue)
  const values: Readonly<Record<string, string>> = {
    'issue.id': String(issue.id),
    'issue.key': issue.key,
    'project.id': project.id,
    'project.key': project.key,
    'comment.id': comment?.id ?? '',
    'modifiedUser.name': actor.name,
    'modifiedUser.key': actor.key,
  }
  // Version 10 dropped the dollar sign; what it does not know stays as it is.
  const variable = jira.version === '10' ? /(?<!\$)\{([\w.]+)\}/g : /\$\{([\w.]+)\}/g
  return hook.url.replaceAll(variable, (whole, name: string) =>
    name in values ? encodeURIComponent(values[name]!) : whole,
  )
}

function deliveryOf(jira: Jira, hook: Hook, happening: Happening): Delivery {
  const body = hook.excludeBody ? '' : JSON.stringify(payload(jira, happening))
  const signature =
    jira.version === '10' && hook.secret !== null
      ? { 'X-Hub-Signature': `sha256=${createHmac('sha256', hook.secret).update(body).digest('hex')}` }
      : {}
  return {
    url: fillUrl(jira, hook, happening),
    event: happening.event,
    headers: {
      'Content-Type': 'application/json; charset=UTF-8',
      'User-Agent': 'Atlassian HttpClient 2.1.5 / JIRA',
      'X-Atlassian-Webhook-Identifier': randomUUID(),
      ...signature,
    },
    body,
  }
}

/** The thread pool of version 10: what one act sends leaves in any order. */
function scramble({ outbox, stage }: Jira, delivery: Delivery): void {
  if (outbox.waiting.push(delivery) > 1) return
  queueMicrotask(() => {
    const batch = outbox.waiting.splice(0)
    while (batch.length > 0) {
      const [picked] = batch.splice(Math.floor(outbox.random() * batch.length), 1)
      // A fragment never reaches the wire, but gives each delivery a lane of its own.
      stage.deliveries.send({ ...picked!, url: `${picked!.url}#${randomUUID()}` })
    }
  })
}

/** Tells every hook that listens to this event and whose filter the issue meets. */
export function tellHooks(jira: Jira, happening: Happening): void {
  for (const hook of jira.world.hooks.values()) {
    if (!hook.enabled || !hook.events.includes(happening.event)) continue
    if (!meetsFilter(jira, { jql: hook.jql, issue: happening.issue, person: happening.actor })) continue
    const delivery = deliveryOf(jira, hook, happening)
    if (jira.switches.shuffleHooks && jira.version === '10') scramble(jira, delivery)
    else jira.stage.deliveries.send(delivery)
  }
}
