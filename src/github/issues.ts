import { z } from 'zod'
import type { IssuePatch } from '../core/change.ts'
import { LockstepError } from '../core/errors.ts'
import { applySet } from '../core/fields/sets.ts'
import type { Comment, Gone, Issue, IssueRef, RepoRef } from '../core/issue.ts'
import { sameIssueRef } from '../core/issue.ts'
import type { Clock, IssueHost, Refusal } from '../core/ports.ts'
import { markdownFormat } from '../text/format.ts'
import type { Client } from './client.ts'
import { convertComment, convertIssue, findIssueMark, parseApiUrl, printIssueMark } from './convert.ts'
import { createFreshness } from './fresh.ts'
import { createImages } from './images.ts'
import { createHostInspector } from './inspect.ts'
import { scanIssues } from './scan.ts'
import { CommentJson, IssueJson, MilestoneJson } from './schema.ts'

const ISSUE = '/repos/{owner}/{repo}/issues/{issue_number}'
const PER_PAGE = 100

export interface HostDeps {
  readonly client: Client
  readonly clock: Clock
}

/** GitHub as the core sees it. */
export function createIssueHost({ client, clock }: HostDeps): IssueHost {
  const at = ({ owner, repo, number }: IssueRef) => ({ owner, repo, issue_number: number })
  const fresh = createFreshness(clock, readIssue)

  async function readAll<Shape extends z.ZodType>(shape: Shape, route: string, parameters: Record<string, unknown>) {
    const all: z.infer<Shape>[] = []
    for (let page = 1; ; page++) {
      const items = await client.read(z.array(shape), route, { ...parameters, per_page: PER_PAGE, page })
      all.push(...items)
      if (items.length < PER_PAGE) return all
    }
  }

  async function readIssue(ref: IssueRef): Promise<Issue | Gone> {
    try {
      const json = await client.read(IssueJson, `GET ${ISSUE}`, at(ref))
      // GitHub redirects to where a transferred issue went, and the client follows.
      const landed = parseApiUrl(`${json.repository_url ?? ''}/issues/${json.number}`)
      if (landed !== undefined && !sameIssueRef(landed, ref)) return { gone: 'moved', to: json.html_url }
      return fresh.note(convertIssue(json, ref))
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== 'not-found') throw error
      return { gone: error.details['status'] === 410 ? 'deleted' : 'hidden', to: null }
    }
  }

  async function findMilestone(repo: RepoRef, title: string): Promise<number> {
    const all = await readAll(MilestoneJson, 'GET /repos/{owner}/{repo}/milestones', { ...repo, state: 'all' })
    const found = all.find((milestone) => milestone.title.toLowerCase() === title.toLowerCase())
    if (found !== undefined) return found.number
    const created = await client.read(MilestoneJson, 'POST /repos/{owner}/{repo}/milestones', { ...repo, title })
    return created.number
  }

  async function printPatch(
    repo: RepoRef,
    labels: readonly string[],
    patch: IssuePatch,
  ): Promise<Record<string, unknown>> {
    return {
      ...(patch.title === undefined ? {} : { title: patch.title }),
      ...(patch.body === undefined ? {} : { body: patch.body }),
      ...(patch.open === undefined ? {} : { state: patch.open ? 'open' : 'closed' }),
      ...(patch.open === false && patch.reason ? { state_reason: patch.reason } : {}),
      ...(patch.open === true ? { state_reason: 'reopened' } : {}),
      ...(patch.assignees === undefined ? {} : { assignees: patch.assignees }),
      ...(patch.labels === undefined ? {} : { labels: applySet(labels, patch.labels) }),
      ...(patch.type === undefined ? {} : { type: patch.type }),
      ...(patch.milestone === undefined
        ? {}
        : { milestone: patch.milestone === null ? null : await findMilestone(repo, patch.milestone) }),
    }
  }

  async function canAssign(repo: RepoRef, login: string): Promise<boolean> {
    try {
      await client.call('GET /repos/{owner}/{repo}/assignees/{assignee}', { ...repo, assignee: login })
      return true
    } catch (error) {
      if (error instanceof LockstepError && error.code === 'not-found') return false
      throw error
    }
  }

  /** Some servers refuse the whole write for one person without access, others drop that one: here it is always dropped. */
  async function writeIssue(
    route: string,
    { owner, repo }: RepoRef,
    parameters: Record<string, unknown>,
  ): Promise<IssueJson> {
    try {
      return await client.read(IssueJson, route, parameters)
    } catch (error) {
      const wanted = parameters['assignees']
      const refused = error instanceof LockstepError && error.details['status'] === 422 && Array.isArray(wanted)
      if (!refused || !String(error.details['said']).includes('assignees')) throw error
      const able = await Promise.all(wanted.map(async (login) => await canAssign({ owner, repo }, String(login))))
      const assignees = wanted.filter((_, index) => able[index])
      if (assignees.length === wanted.length) throw error
      // Where nobody is left to take it over, whoever has it keeps it.
      const left = assignees.length === 0 ? undefined : assignees
      return await client.read(IssueJson, route, { ...parameters, assignees: left })
    }
  }

  /** A parent is a request of its own, about another issue: that it is refused stops nothing else. */
  async function moveUnder(issue: Issue, parent: IssueRef | null): Promise<readonly Refusal[]> {
    try {
      if (parent !== null) {
        const parameters = { ...at(parent), sub_issue_id: issue.id, replace_parent: true }
        await client.call(`POST ${ISSUE}/sub_issues`, parameters)
      } else if (issue.parent !== null) {
        await client.call(`DELETE ${ISSUE}/sub_issue`, { ...at(issue.parent), sub_issue_id: issue.id })
      }
      return []
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error
      const { code, message, remedy } = error
      if (code === 'github-refused') return [{ field: 'parent', code: 'field-refused', message, remedy }]
      // The parent may have been moved or deleted, or be beyond our reach: what that means shows when it is looked at.
      if (code !== 'not-found' && code !== 'not-permitted') throw error
      return [{ field: 'parent', code: 'not-permitted', message, remedy }]
    }
  }

  return {
    ...createImages(client),
    text: markdownFormat,
    inspector: createHostInspector(client),
    readIssue,
    changedSince: (repo, cursor, since) => scanIssues(client, repo, { cursor, since, now: clock.now() }),
    async findByMark(repo, url, since) {
      const sinceThen = since === null ? {} : { since }
      const all = await readAll(IssueJson, 'GET /repos/{owner}/{repo}/issues', { ...repo, ...sinceThen, state: 'all' })
      return all
        .filter((json) => json.pull_request === undefined && findIssueMark(json.body ?? '')?.url === url)
        .map((json) => convertIssue(json, { ...repo, number: json.number }))
    },
    async create(repo, { mark, ...draft }) {
      const body = `${draft.body.trimEnd()}\n\n${printIssueMark(mark)}`.trimStart()
      const parameters = await printPatch(repo, [], { ...draft, body })
      const json = await writeIssue('POST /repos/{owner}/{repo}/issues', repo, { ...repo, ...parameters })
      return fresh.note(convertIssue(json, { ...repo, number: json.number }))
    },
    async update(issue, { parent, ...patch }) {
      await fresh.assertUnmoved(issue)
      const parameters = await printPatch(issue.ref, issue.labels, patch)
      const refused = parent === undefined ? [] : await moveUnder(issue, parent)
      const moved = parent === undefined || refused.length > 0 ? {} : { parent }
      if (Object.keys(parameters).length === 0) return { issue: { ...issue, ...moved }, refused }
      const json = await writeIssue(`PATCH ${ISSUE}`, issue.ref, { ...at(issue.ref), ...parameters })
      return { issue: fresh.note({ ...convertIssue(json, issue.ref), ...moved }), refused }
    },
    canAssign,
    async readComments(ref) {
      const all = await readAll(CommentJson, `GET ${ISSUE}/comments`, at(ref))
      return all.map(convertComment)
    },
    async addComment(ref, body): Promise<Comment> {
      return convertComment(await client.read(CommentJson, `POST ${ISSUE}/comments`, { ...at(ref), body }))
    },
    async editComment({ owner, repo }, id, body) {
      const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}'
      return convertComment(await client.read(CommentJson, route, { owner, repo, comment_id: Number(id), body }))
    },
    async deleteComment({ owner, repo }, id) {
      try {
        await client.call('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', {
          owner,
          repo,
          comment_id: Number(id),
        })
      } catch (error) {
        // Gone is what was wanted.
        if (!(error instanceof LockstepError) || error.code !== 'not-found') throw error
      }
    },
  }
}
