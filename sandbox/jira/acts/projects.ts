import type { Jira } from '../jira.ts'
import { addComponent, addProject, addVersion, namedPerson } from '../seeds.ts'
import type { ProjectSeed } from '../seeds.ts'
import { issueNumber } from '../world.ts'
import type { Project } from '../world.ts'
import { projectNamed } from './lookups.ts'

/** What administrators of projects do, permissions included. */
export function projectActs(jira: Jira) {
  const { world } = jira

  return {
    addProject: (seed: ProjectSeed) => ({ id: addProject(jira, seed).id, key: seed.key }),
    changeProject({
      project,
      ...change
    }: { readonly project: string } & Partial<
      Pick<Project, 'name' | 'public' | 'assigneeType' | 'requiredFields' | 'hiddenFields' | 'workflow' | 'members'>
    >) {
      Object.assign(projectNamed(jira, project), change)
      return {}
    },
    /** Every issue gets a new key; the old keys go on finding them. */
    renameProject({ project: key, to }: { readonly project: string; readonly to: string }) {
      const project = projectNamed(jira, key)
      project.formerKeys.push(project.key)
      project.key = to
      for (const issue of world.issues.values()) {
        if (issue.projectId !== project.id) continue
        issue.key = `${to}-${issueNumber(issue.key)}`
        world.issueIds.set(issue.key, issue.id)
      }
      return {}
    },
    addVersion({
      project,
      name,
      releaseDate = null,
    }: {
      readonly project: string
      readonly name: string
      readonly releaseDate?: string | null
    }) {
      return { id: addVersion(jira, projectNamed(jira, project), name, releaseDate).id }
    },
    addComponent: ({ project, name }: { readonly project: string; readonly name: string }) => ({
      id: addComponent(jira, projectNamed(jira, project), name).id,
    }),
    deny({
      who,
      project,
      permission,
    }: {
      readonly who: string
      readonly project: string
      readonly permission: string
    }) {
      const { denied } = projectNamed(jira, project)
      const { key } = namedPerson(jira, who)
      denied.set(key, new Set(denied.get(key)).add(permission))
      return {}
    },
    allow({
      who,
      project,
      permission,
    }: {
      readonly who: string
      readonly project: string
      readonly permission: string
    }) {
      projectNamed(jira, project).denied.get(namedPerson(jira, who).key)?.delete(permission)
      return {}
    },
  }
}
