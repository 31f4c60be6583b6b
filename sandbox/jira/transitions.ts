import { statusBean } from './beans.ts'
import { fieldById } from './field-catalog.ts'
import { fieldMeta } from './field-meta.ts'
import type { Jira } from './jira.ts'
import { allowed } from './permissions.ts'
import { workflows } from './workflows.ts'
import type { Transition } from './workflows.ts'
import { projectOf } from './world.ts'
import type { Issue, Person } from './world.ts'

/** What this person may do from where the issue stands now. */
export function openTransitions(jira: Jira, issue: Issue, person: Person | null): readonly Transition[] {
  const project = projectOf(jira.world, issue)
  if (!allowed(person, { permission: 'TRANSITION_ISSUES', project })) return []
  return workflows[project.workflow].transitions.filter(
    ({ from, assigneeOnly }) =>
      (from === 'any' || from.includes(issue.statusId)) &&
      (assigneeOnly !== true || !jira.switches.startProgressByAssigneeOnly || issue.assigneeKey === person?.key),
  )
}

export function transitionBean(
  jira: Jira,
  {
    transition,
    issue,
    withFields,
  }: { readonly transition: Transition; readonly issue: Issue; readonly withFields: boolean },
): Record<string, unknown> {
  const project = projectOf(jira.world, issue)
  const fields = (transition.screen ?? []).map(({ id, required }) => [
    id,
    fieldMeta(jira, fieldById.get(id)!, { project, issue, typeId: issue.typeId, required }),
  ])
  return {
    id: transition.id,
    name: transition.name,
    ...(jira.version === '8' ? {} : { description: '', opsbarSequence: Number(transition.id) }),
    to: statusBean(jira, transition.to),
    ...(withFields ? { fields: Object.fromEntries(fields) } : {}),
  }
}
