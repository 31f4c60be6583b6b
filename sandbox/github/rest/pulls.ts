import { requireActor, requireRole } from '../auth.ts'
import type { RepoCall, RepoEndpoint } from '../call.ts'
import { numberParam } from '../call.ts'
import { editIssue, setState } from '../doings/issues.ts'
import { openPull, tellPull } from '../doings/pulls.ts'
import { replyPage } from '../paging.ts'
import { changedFiles, commitsBetween, lineCounts, renderPull } from '../render-pulls.ts'
import { created, lastModified, ok, refuseInvalid, refuseNotFound } from '../reply.ts'
import { fullName } from '../world.ts'
import type { Issue } from '../world.ts'
import { nullableTextOf, requiredTextOf, textOf } from './inputs.ts'

export const pullEndpoints: readonly RepoEndpoint[] = [
  ['GET', '/pulls', 'pull_requests:read', list],
  ['POST', '/pulls', 'pull_requests:write', create],
  ['GET', '/pulls/:number', 'pull_requests:read', read],
  ['PATCH', '/pulls/:number', 'pull_requests:write', update],
  ['GET', '/pulls/:number/files', 'pull_requests:read', listFiles],
]

const show = (call: RepoCall, issue: Issue) => renderPull(call.world, call.repo, issue, call.links)

function pullOf(call: RepoCall): Issue & { readonly pull: NonNullable<Issue['pull']> } {
  const issue = call.repo.issues.get(numberParam(call, 'number'))
  if (issue === undefined || issue.pull === null) return refuseNotFound()
  return issue as Issue & { readonly pull: NonNullable<Issue['pull']> }
}

function list(call: RepoCall) {
  const { query, repo } = call
  const state = query.get('state') ?? 'open'
  const head = query.get('head')
  const base = query.get('base')
  const found = [...repo.issues.values()].filter(
    ({ pull, state: own }) =>
      pull !== null &&
      (state === 'all' || own === state) &&
      (base === null || pull.baseRef === base) &&
      // Only `owner:branch` filters; a bare branch name is ignored.
      (head === null || !head.includes(':') || head === `${repo.owner.login}:${pull.headRef}`),
  )
  return replyPage(call, found.reverse(), (issue) => show(call, issue))
}

function create(call: RepoCall) {
  const actor = requireActor(call.who)
  requireRole(call.world, call.who, call.repo, 'write')
  const { repo, host } = call
  const { refs } = repo.git
  const body = call.body()
  const title = requiredTextOf(body, 'title')
  const head = requiredTextOf(body, 'head').replace(new RegExp(`^${repo.owner.login}:`, 'i'), '')
  const base = requiredTextOf(body, 'base')
  const headSha = refs.get(`refs/heads/${head}`)
  const baseSha = refs.get(`refs/heads/${base}`)
  if (headSha === undefined) return refuseInvalid({ resource: 'PullRequest', field: 'head', code: 'invalid' })
  if (baseSha === undefined) return refuseInvalid({ resource: 'PullRequest', field: 'base', code: 'invalid' })
  if ([...commitsBetween(repo, baseSha, headSha)].length === 0) {
    return refuseInvalid({ resource: 'PullRequest', code: 'custom', message: `No commits between ${base} and ${head}` })
  }
  const twin = [...repo.issues.values()].some(
    ({ pull, state }) => state === 'open' && pull?.headRef === head && pull.baseRef === base,
  )
  if (twin) {
    return refuseInvalid({
      resource: 'PullRequest',
      code: 'custom',
      message: `A pull request already exists for ${repo.owner.login}:${head}.`,
    })
  }
  const issue = openPull(host, repo, actor, {
    title,
    body: nullableTextOf(body, 'body'),
    head,
    base,
    draft: body['draft'] === true,
  })
  const rendered = show(call, issue)
  return created(rendered, rendered.url)
}

function read(call: RepoCall) {
  const issue = pullOf(call)
  return ok(show(call, issue), lastModified(issue.updatedAt))
}

function update(call: RepoCall) {
  const actor = requireActor(call.who)
  const issue = pullOf(call)
  if (issue.author !== actor.person) requireRole(call.world, call.who, call.repo, 'write')
  const body = call.body()
  const state = textOf(body, 'state')
  editIssue(call.host, issue, actor, { title: textOf(body, 'title'), body: nullableTextOf(body, 'body') })
  if ((state === 'open' || state === 'closed') && state !== issue.state) {
    setState(call.host, issue, actor, state, null)
    tellPull(call.host, call.repo, issue, actor, state === 'closed' ? 'closed' : 'reopened')
  }
  return ok(show(call, issue))
}

function listFiles(call: RepoCall) {
  const { repo, links } = call
  const { pull } = pullOf(call)
  const page = `${links.html}/${fullName(repo)}`
  return replyPage(call, changedFiles(repo, pull.baseSha, pull.headSha), (file) => {
    const { additions, deletions } = lineCounts(repo, file)
    return {
      sha: file.after ?? file.before,
      filename: file.path,
      status: file.status,
      additions,
      deletions,
      changes: additions + deletions,
      blob_url: `${page}/blob/${pull.headSha}/${file.path}`,
      raw_url: `${page}/raw/${pull.headSha}/${file.path}`,
      contents_url: `${links.api}/repos/${fullName(repo)}/contents/${file.path}?ref=${pull.headSha}`,
    }
  })
}
