import type { AzureServer } from '../../sandbox/azure/server.ts'
import { readField } from '../../sandbox/azure/represent.ts'
import { currentRevision, isPerson } from '../../sandbox/azure/world.ts'
import { priorities, statuses } from '../../sandbox/jira/catalog.ts'
import { epicLinkField, storyPointsField, teamField } from '../../sandbox/jira/field-catalog.ts'
import type { JiraServer } from '../../sandbox/jira/server.ts'
import { htmlFormat, wikiFormat } from '../../src/text/format.ts'
import type { TextFormat } from '../../src/core/blocks.ts'
import type { TicketPeople } from './histories.ts'
import type { Chosen, Person } from './steps.ts'

export const mails: Readonly<Record<Person, string>> = {
  ada: 'ada.byron@example.com',
  grace: 'grace.murray@example.com',
  hedy: 'hedy.kiesler@example.com',
}

export const displayNames: Readonly<Record<Person, string>> = {
  ada: 'Ada Byron',
  grace: 'Grace Murray',
  hedy: 'Hedy Kiesler',
}

/** What a choice on GitHub is in a tracker, in the form of a route's map. */
type Values = Readonly<Record<Chosen, Readonly<Record<string, string | number>>>>

export const valuesOf: Readonly<Record<'boards' | 'jira', Values>> = {
  boards: {
    priority: { urgent: 1, someday: 4 },
    estimate: { small: 1, large: 8 },
    milestone: { Alpha: String.raw`Fabrikam\Sprint 1`, Beta: String.raw`Fabrikam\Sprint 2` },
    fields: { 'crew/red': 'Development', 'crew/blue': 'Testing' },
  },
  jira: {
    priority: { urgent: 'Highest', someday: 'Low' },
    estimate: { small: 1, large: 8 },
    milestone: { Alpha: '1.0', Beta: '1.1' },
    fields: { 'crew/red': 'Platform', 'crew/blue': 'Tools' },
  },
}

/** The field of the tracker's own to which a route maps the choices of `fields`. */
export const ownField = { boards: 'Microsoft.VSTS.Common.Activity', jira: 'Team' } as const

const valueOf = (values: Values, field: Chosen, name: string | null): string | number | null =>
  name === null ? null : (values[field][name] ?? null)

/** A label that stands for a component of Jira. */
export const componentOf = (label: string): string | null => /^area\/(.*)$/.exec(label)?.[1] ?? null

/** A ticket as its server has it. */
export interface Seen {
  readonly title: string
  readonly body: string
  readonly state: string
  readonly assignee: string | null
  readonly labels: readonly string[]
  readonly type: string
  readonly priority: string | null
  readonly milestone: string | null
  readonly comments: readonly string[]
  readonly files: number
}

/** A tracker seen by its people and by whoever looks into its database. */
export interface Side {
  readonly name: string
  readonly connection: string
  readonly server: AzureServer | JiraServer
  readonly people: TicketPeople
  readonly format: TextFormat
  /** States by what they mean. */
  readonly states: { readonly first: string; readonly active: string; readonly done: string }
  readonly type: string
  /** Keys of all tickets that are there. */
  keys(): readonly string[]
  seen(key: string): Seen
  create(draft: { readonly title: string; readonly body?: string; readonly label?: string }): string
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

export function azureSide(server: AzureServer): Side {
  const { acts, world } = server
  const html = (paragraphs: readonly string[]) => paragraphs.map((text) => `<p>${escape(text)}</p>`).join('')
  const people: TicketPeople = {
    retitle: (key, title) => void acts.edit({ id: Number(key), fields: { 'System.Title': title } }),
    rewrite: (key, paragraphs) =>
      void acts.edit({ id: Number(key), fields: { 'System.Description': html(paragraphs) } }),
    close: (key) => void acts.setState({ id: Number(key), state: 'Done' }),
    reopen: (key) => void acts.setState({ id: Number(key), state: 'To Do' }),
    assign: (key, person) =>
      void (person === null ? acts.unassign({ id: Number(key) }) : acts.assign({ id: Number(key), to: mails[person] })),
    tag: (key, tag) => void acts.addTag({ id: Number(key), tag }),
    untag: (key, tag) => void acts.removeTag({ id: Number(key), tag }),
    choose(key, field, name) {
      const value = valueOf(valuesOf.boards, field, name)
      const fields = {
        priority: { 'Microsoft.VSTS.Common.Priority': value ?? 2 },
        estimate: { 'Microsoft.VSTS.Scheduling.OriginalEstimate': value },
        milestone: { 'System.IterationPath': value ?? 'Fabrikam' },
        fields: { [ownField.boards]: value },
      }
      acts.edit({ id: Number(key), fields: fields[field] })
    },
    hang: (key, parent) => void acts.setParent({ id: Number(key), parent: parent === null ? null : Number(parent) }),
    comment(key, text) {
      const said = { id: Number(key), as: mails.hedy }
      if (world.version !== '2019') return String(acts.comment({ ...said, text: html([text]) }).id)
      // There a comment is the history text of a revision, which nobody edits or deletes.
      return String(acts.edit({ ...said, fields: { 'System.History': html([text]) } }).revisions.length)
    },
    editComment: (key, id, text) =>
      void acts.editComment({ id: Number(key), commentId: Number(id), text: html([text]), as: mails.hedy }),
    deleteComment: (key, id) => void acts.deleteComment({ id: Number(key), commentId: Number(id), as: mails.hedy }),
    remove: (key) => void acts.deleteWorkItem({ id: Number(key) }),
  }
  return {
    name: 'Azure DevOps',
    connection: 'boards',
    server,
    people,
    format: htmlFormat,
    states: { first: 'To Do', active: 'Doing', done: 'Done' },
    type: 'Task',
    keys: () => [...world.items.values()].filter(({ deleted }) => deleted === null).map(({ id }) => String(id)),
    seen(key) {
      const item = world.items.get(Number(key))
      if (item === undefined) throw new Error(`there is no work item ${key}`)
      const revision = currentRevision(item)
      const text = (name: string) => {
        const value = readField(item, revision, name)
        return typeof value === 'string' || typeof value === 'number' ? String(value) : null
      }
      const assignee = readField(item, revision, 'System.AssignedTo')
      return {
        title: text('System.Title') ?? '',
        body: text('System.Description') ?? '',
        state: text('System.State') ?? '',
        assignee: isPerson(assignee) ? assignee.displayName : null,
        labels: (text('System.Tags') ?? '').split('; ').filter((tag) => tag !== ''),
        type: text('System.WorkItemType') ?? '',
        priority: text('Microsoft.VSTS.Common.Priority'),
        milestone: text('System.IterationPath'),
        comments: item.comments.flatMap(({ versions }) => {
          const last = versions.at(-1)
          return last === undefined || last.deleted ? [] : [last.text]
        }),
        files: world.attachments.size,
      }
    },
    create: ({ title, body, label }) =>
      String(
        acts.createWorkItem({
          project: 'Fabrikam',
          type: 'Task',
          title,
          fields: {
            ...(body === undefined ? {} : { 'System.Description': html([body]) }),
            ...(label === undefined ? {} : { 'System.Tags': label }),
          },
        }).id,
      ),
  }
}

export function jiraSide(server: JiraServer): Side {
  const { acts, world } = server
  const issueOf = (key: string) => {
    const issue = world.issues.get(world.issueIds.get(key) ?? -1)
    if (issue === undefined) throw new Error(`there is no ${key}`)
    return issue
  }
  const componentsOf = (key: string) => {
    const { projectId, componentIds } = issueOf(key)
    const all = world.projects.get(projectId)?.components ?? []
    return all.filter(({ id }) => componentIds.includes(id)).map(({ name }) => name)
  }
  const named = (name: string) => ({ name })
  const wiki = (text: string) => text.replaceAll(/([*{}[\]\\])/g, String.raw`\$1`)
  const people: TicketPeople = {
    retitle: (issue, summary) => void acts.edit({ issue, fields: { summary } }),
    rewrite: (issue, paragraphs) =>
      void acts.edit({ issue, fields: { description: paragraphs.map(wiki).join('\n\n') } }),
    close: (issue) => void acts.setStatus({ issue, status: 'Done' }),
    reopen: (issue) => void acts.setStatus({ issue, status: 'To Do' }),
    assign: (issue, person) => void acts.assign({ issue, to: person }),
    tag(issue, label) {
      const component = componentOf(label)
      if (component === null) acts.addLabel({ issue, label })
      else acts.edit({ issue, fields: { components: [...componentsOf(issue), component].map(named) } })
    },
    untag(issue, label) {
      const component = componentOf(label)
      if (component === null) acts.removeLabel({ issue, label })
      else
        acts.edit({
          issue,
          fields: {
            components: componentsOf(issue)
              .filter((name) => name !== component)
              .map(named),
          },
        })
    },
    choose(issue, field, name) {
      const value = valueOf(valuesOf.jira, field, name)
      const fields = {
        priority: { priority: { name: value ?? 'Medium' } },
        estimate: { [storyPointsField]: value },
        milestone: { fixVersions: value === null ? [] : [{ name: value }] },
        fields: { [teamField]: value === null ? null : { value } },
      }
      acts.edit({ issue, fields: fields[field] })
    },
    hang: (issue, parent) => void acts.edit({ issue, fields: { [epicLinkField]: parent } }),
    comment: (issue, text) => acts.comment({ issue, body: wiki(text), as: 'hedy' }).id,
    editComment: (issue, comment, text) => void acts.editComment({ issue, comment, body: wiki(text), as: 'hedy' }),
    deleteComment: (issue, comment) => void acts.deleteComment({ issue, comment, as: 'hedy' }),
    remove: (issue) => void acts.deleteIssue({ issue }),
  }
  return {
    name: 'Jira',
    connection: 'jira',
    server,
    people,
    format: wikiFormat,
    states: { first: 'To Do', active: 'In Progress', done: 'Done' },
    type: 'Task',
    keys: () => [...world.issues.values()].map(({ key }) => key),
    seen(key) {
      const issue = issueOf(key)
      const project = world.projects.get(issue.projectId)
      const version = project?.versions.find(({ id }) => issue.fixVersionIds.includes(id))
      return {
        title: issue.summary,
        body: issue.description ?? '',
        state: statuses.find(({ id }) => id === issue.statusId)?.name ?? '',
        assignee: issue.assigneeKey === null ? null : (world.people.get(issue.assigneeKey)?.displayName ?? null),
        labels: issue.labels,
        type: issue.typeId,
        priority: priorities.find(({ id }) => id === issue.priorityId)?.name ?? null,
        milestone: version?.name ?? null,
        comments: issue.comments.map(({ body }) => body),
        files: issue.attachments.length,
      }
    },
    create: ({ title, body, label }) =>
      acts.createIssue({
        project: 'PLAT',
        summary: title,
        ...(body === undefined ? {} : { description: wiki(body) }),
        ...(label === undefined ? {} : { labels: [label] }),
      }).key,
  }
}
