import { resolutions, sameText } from '../catalog.ts'
import type { Jira } from '../jira.ts'
import { namedPerson } from '../seeds.ts'
import { findIssue, findProject } from '../world.ts'
import type { Comment, Issue, Person, Project } from '../world.ts'

export interface ByWhom {
  /** The name of who does it; `ada` unless told, or the bot where there is no ada. */
  readonly as?: string
}

export interface OnIssue extends ByWhom {
  readonly issue: string
}

export function actorOf(jira: Jira, { as }: ByWhom): Person {
  return namedPerson(jira, as ?? (jira.world.people.has('ada') ? 'ada' : 'lockstep'))
}

export function issueOf(jira: Jira, key: string): Issue {
  const issue = findIssue(jira.world, key)
  if (issue === undefined) throw new Error(`no issue ${key}`)
  return issue
}

export function projectNamed(jira: Jira, key: string): Project {
  const project = findProject(jira.world, key)
  if (project === undefined) throw new Error(`no project ${key}`)
  return project
}

export function commentOf(issue: Issue, id: string): Comment {
  const comment = issue.comments.find((one) => one.id === String(id))
  if (comment === undefined) throw new Error(`no comment ${id} on ${issue.key}`)
  return comment
}

export function resolutionNamed(name: string): string {
  const found = resolutions.find((one) => sameText(one.name, name))
  if (found === undefined) throw new Error(`no resolution ${name}`)
  return found.id
}

export const refOf = (issue: Issue) => ({ id: String(issue.id), key: issue.key })
