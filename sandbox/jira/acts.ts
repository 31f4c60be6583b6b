import { administrationActs } from './acts/administration.ts'
import { issueActs } from './acts/issues.ts'
import { peopleActs } from './acts/people.ts'
import { projectActs } from './acts/projects.ts'
import type { Jira } from './jira.ts'

export type JiraActs = ReturnType<typeof createActs>

/** What people and administrators do in Jira itself. */
export const createActs = (jira: Jira) => ({
  ...issueActs(jira),
  ...peopleActs(jira),
  ...projectActs(jira),
  ...administrationActs(jira),
})
