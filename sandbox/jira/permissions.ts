import type { Jira } from './jira.ts'
import { refuse } from './refusal.ts'
import { findIssue } from './world.ts'
import type { Issue, Person, Project } from './world.ts'

export interface Permission {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly type: 'GLOBAL' | 'PROJECT'
  readonly description: string
}

const project = (id: string, key: string, name: string, description: string): Permission => ({
  id,
  key,
  name,
  type: 'PROJECT',
  description,
})
const global = (id: string, key: string, name: string, description: string): Permission => ({
  id,
  key,
  name,
  type: 'GLOBAL',
  description,
})

export const permissions: readonly Permission[] = [
  global('0', 'ADMINISTER', 'Jira Administrators', 'Ability to perform most administration functions.'),
  global('44', 'SYSTEM_ADMIN', 'Jira System Administrators', 'Ability to perform all administration functions.'),
  global('27', 'USER_PICKER', 'Browse Users', 'Ability to select a user or group from a popup window.'),
  global('33', 'BULK_CHANGE', 'Bulk Change', 'Ability to modify a collection of issues at once.'),
  global('22', 'CREATE_SHARED_OBJECTS', 'Create Shared Objects', 'Ability to share dashboards and filters.'),
  project('23', 'ADMINISTER_PROJECTS', 'Administer Projects', 'Ability to administer a project in Jira.'),
  project('10', 'BROWSE_PROJECTS', 'Browse Projects', 'Ability to browse projects and the issues within them.'),
  project('11', 'CREATE_ISSUES', 'Create Issues', 'Ability to create issues.'),
  project('12', 'EDIT_ISSUES', 'Edit Issues', 'Ability to edit issues.'),
  project('13', 'ASSIGN_ISSUES', 'Assign Issues', 'Ability to assign issues to other people.'),
  project('14', 'RESOLVE_ISSUES', 'Resolve Issues', 'Ability to resolve and reopen issues.'),
  project('15', 'ADD_COMMENTS', 'Add Comments', 'Ability to comment on issues.'),
  project('16', 'DELETE_ISSUES', 'Delete Issues', 'Ability to delete issues.'),
  project('17', 'ASSIGNABLE_USER', 'Assignable User', 'Users with this permission may be assigned to issues.'),
  project('18', 'CLOSE_ISSUES', 'Close Issues', 'Ability to close issues.'),
  project('19', 'CREATE_ATTACHMENTS', 'Create Attachments', 'Users with this permission may create attachments.'),
  project('21', 'LINK_ISSUES', 'Link Issues', 'Ability to link issues together and create linked issues.'),
  project('25', 'MOVE_ISSUES', 'Move Issues', 'Ability to move issues between projects or between workflows.'),
  project('28', 'SCHEDULE_ISSUES', 'Schedule Issues', "Ability to view or edit an issue's due date."),
  project('30', 'MODIFY_REPORTER', 'Modify Reporter', 'Ability to modify the reporter of an issue.'),
  project('32', 'MANAGE_WATCHERS', 'Manage Watchers', 'Ability to manage the watchers of an issue.'),
  project('34', 'EDIT_ALL_COMMENTS', 'Edit All Comments', 'Ability to edit all comments made on issues.'),
  project('35', 'EDIT_OWN_COMMENTS', 'Edit Own Comments', 'Ability to edit own comments made on issues.'),
  project('36', 'DELETE_ALL_COMMENTS', 'Delete All Comments', 'Ability to delete all comments made on issues.'),
  project('37', 'DELETE_OWN_COMMENTS', 'Delete Own Comments', 'Ability to delete own comments made on issues.'),
  project('46', 'TRANSITION_ISSUES', 'Transition Issues', 'Ability to transition issues.'),
]

/** The keys of before version 7, which `mypermissions` still answers beside the new ones. */
export const deprecatedKeys: Readonly<Record<string, string>> = {
  ADMINISTER_PROJECTS: 'PROJECT_ADMIN',
  BROWSE_PROJECTS: 'BROWSE',
  CREATE_ISSUES: 'CREATE_ISSUE',
  EDIT_ISSUES: 'EDIT_ISSUE',
  ASSIGN_ISSUES: 'ASSIGN_ISSUE',
  RESOLVE_ISSUES: 'RESOLVE_ISSUE',
  ADD_COMMENTS: 'COMMENT_ISSUE',
  DELETE_ISSUES: 'DELETE_ISSUE',
  CLOSE_ISSUES: 'CLOSE_ISSUE',
  CREATE_ATTACHMENTS: 'CREATE_ATTACHMENT',
  LINK_ISSUES: 'LINK_ISSUE',
  MOVE_ISSUES: 'MOVE_ISSUE',
  SCHEDULE_ISSUES: 'SCHEDULE_ISSUE',
  MANAGE_WATCHERS: 'MANAGE_WATCHER_LIST',
  EDIT_ALL_COMMENTS: 'COMMENT_EDIT_ALL',
  EDIT_OWN_COMMENTS: 'COMMENT_EDIT_OWN',
  DELETE_ALL_COMMENTS: 'COMMENT_DELETE_ALL',
  DELETE_OWN_COMMENTS: 'COMMENT_DELETE_OWN',
  TRANSITION_ISSUES: 'TRANSITION_ISSUE',
}

const forAdministrators = new Set(['ADMINISTER_PROJECTS', 'EDIT_ALL_COMMENTS', 'DELETE_ALL_COMMENTS'])

export const isAdmin = (person: Person | null): boolean => person?.groups.includes('jira-administrators') ?? false

export function allowed(
  person: Person | null,
  { permission, project }: { readonly permission: string; readonly project: Project | null },
): boolean {
  const known = permissions.find(({ key }) => key === permission)
  if (known?.type === 'GLOBAL') {
    return permission === 'ADMINISTER' || permission === 'SYSTEM_ADMIN' ? isAdmin(person) : person !== null
  }
  if (project === null) return false
  if (person === null) return permission === 'BROWSE_PROJECTS' && project.public
  if (!person.active || person.deleted) return false
  if (project.denied.get(person.key)?.has(permission) === true) return false
  if (permission === 'BROWSE_PROJECTS' && project.public) return true
  if (project.members !== 'everyone' && !project.members.includes(person.key)) return false
  return !forAdministrators.has(permission) || isAdmin(person) || project.leadKey === person.key
}

export const canBrowse = (person: Person | null, project: Project): boolean =>
  allowed(person, { permission: 'BROWSE_PROJECTS', project })

export const isAssignable = (person: Person, project: Project): boolean =>
  person.active && allowed(person, { permission: 'ASSIGNABLE_USER', project })

/** The issue if this person may see it; the refusal Jira gives otherwise. */
export function readableIssue(jira: Jira, person: Person | null, idOrKey: string): Issue {
  const issue = findIssue(jira.world, idOrKey)
  if (issue === undefined) throw refuse(404, 'Issue Does Not Exist')
  if (canBrowse(person, jira.world.projects.get(issue.projectId)!)) return issue
  const hidden = 'You do not have the permission to see the specified issue.'
  if (person === null) throw refuse(401, [hidden, 'Login Required'])
  throw jira.switches.hiddenIssue === 404 ? refuse(404, 'Issue Does Not Exist') : refuse(403, hidden)
}
