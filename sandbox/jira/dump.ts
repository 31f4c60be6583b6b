import { issueTypeById, priorityById, resolutionById, statusById } from './catalog.ts'
import type { Jira } from './jira.ts'

/** The world in plain JSON, names instead of ids where a person would say the name. */
export function dumpWorld({ world }: Jira): unknown {
  const nameOf = (key: string | null) => (key === null ? null : (world.people.get(key)?.name ?? key))
  return {
    people: [...world.people.values()].map(({ password: _password, ...person }) => person),
    projects: [...world.projects.values()].map(({ denied: _denied, ...project }) => project),
    issues: [...world.issues.values()].map((issue) => ({
      id: String(issue.id),
      key: issue.key,
      type: issueTypeById.get(issue.typeId)!.name,
      status: statusById.get(issue.statusId)!.name,
      resolution: issue.resolutionId === null ? null : resolutionById.get(issue.resolutionId)!.name,
      priority: issue.priorityId === null ? null : priorityById.get(issue.priorityId)!.name,
      summary: issue.summary,
      description: issue.description,
      assignee: nameOf(issue.assigneeKey),
      reporter: nameOf(issue.reporterKey),
      labels: issue.labels,
      custom: issue.custom,
      created: new Date(issue.created).toISOString(),
      updated: new Date(issue.updated).toISOString(),
      comments: issue.comments.map((comment) => ({
        id: comment.id,
        author: nameOf(comment.authorKey),
        body: comment.body,
        visibility: comment.visibility,
        properties: Object.fromEntries(comment.properties),
      })),
      properties: Object.fromEntries(issue.properties),
      remoteLinks: issue.remoteLinks,
      attachments: issue.attachments.map(({ content, ...attachment }) => ({ ...attachment, size: content.length })),
    })),
    links: [...world.links.values()],
    hooks: [...world.hooks.values()],
  }
}
