import type { Actor } from '../auth.ts'
import type { Host } from '../host.ts'
import { renderIssue, repoOfIssue } from '../render-issues.ts'
import { renderRepo } from '../render.ts'
import type { Issue } from '../world.ts'
import { record, touch } from './issues.ts'

/** Both ends are told of: the parent's repository as `sub_issue_…`, the child's as `parent_issue_…`. */
function tellBoth(host: Host, parent: Issue, child: Issue, actor: Actor, what: 'added' | 'removed'): void {
  const { world } = host
  const parentRepo = repoOfIssue(world, parent)
  const childRepo = repoOfIssue(world, child)
  const pair = {
    parent_issue_id: parent.id,
    sub_issue_id: child.id,
  }
  host.emit({
    event: 'sub_issues',
    action: `sub_issue_${what}`,
    sender: actor.person,
    repo: parentRepo,
    payload: (links) => ({
      ...pair,
      sub_issue: renderIssue(world, child, links),
      sub_issue_repo: renderRepo(childRepo, links),
      parent_issue: renderIssue(world, parent, links),
    }),
  })
  host.emit({
    event: 'sub_issues',
    action: `parent_issue_${what}`,
    sender: actor.person,
    repo: childRepo,
    payload: (links) => ({
      ...pair,
      parent_issue: renderIssue(world, parent, links),
      parent_issue_repo: renderRepo(parentRepo, links),
      sub_issue: renderIssue(world, child, links),
    }),
  })
}

export function addSubIssue(host: Host, parent: Issue, child: Issue, actor: Actor): void {
  child.parentId = parent.id
  parent.subIssueIds.push(child.id)
  settle(host, parent, child, actor, 'added')
}

export function removeSubIssue(host: Host, parent: Issue, child: Issue, actor: Actor): void {
  child.parentId = null
  parent.subIssueIds.splice(parent.subIssueIds.indexOf(child.id), 1)
  settle(host, parent, child, actor, 'removed')
}

function settle(host: Host, parent: Issue, child: Issue, actor: Actor, what: 'added' | 'removed'): void {
  touch(host, parent)
  touch(host, child)
  record(host, parent, actor, `sub_issue_${what}`, { otherIssueId: child.id })
  record(host, child, actor, `parent_issue_${what}`, { otherIssueId: parent.id })
  tellBoth(host, parent, child, actor, what)
}
