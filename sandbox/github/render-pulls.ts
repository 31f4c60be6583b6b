import type { Links } from './links.ts'
import { issueNodeId, renderIssue } from './render-issues.ts'
import { renderRepo, renderUser } from './render.ts'
import { fullName } from './world.ts'
import type { Issue, Repo, World } from './world.ts'

export function renderPull(world: World, repo: Repo, issue: Issue, links: Links) {
  const { pull } = issue
  if (pull === null) throw new Error(`${fullName(repo)}#${issue.number} is no pull request`)
  const {
    pull_request: _,
    performed_via_github_app: __,
    reactions: ___,
    state_reason: ____,
    ...shared
  } = renderIssue(world, issue, links) as Record<string, unknown>
  const url = `${links.api}/repos/${fullName(repo)}/pulls/${issue.number}`
  const page = `${links.html}/${fullName(repo)}/pull/${issue.number}`
  const side = (ref: string, sha: string) => ({
    label: `${repo.owner.login}:${ref}`,
    ref,
    sha,
    user: renderUser(repo.owner, links),
    repo: renderRepo(repo, links),
  })
  const href = (address: string) => ({ href: address })
  return {
    ...shared,
    url,
    node_id: issueNodeId(issue),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: `${links.api}/repos/${fullName(repo)}/issues/${issue.number}`,
    merged_at: pull.mergedAt,
    merge_commit_sha: null,
    requested_reviewers: [],
    requested_teams: [],
    draft: pull.draft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${url.replace(/\/\d+$/, '')}/comments{/number}`,
    comments_url: `${links.api}/repos/${fullName(repo)}/issues/${issue.number}/comments`,
    statuses_url: `${links.api}/repos/${fullName(repo)}/statuses/${pull.headSha}`,
    head: side(pull.headRef, pull.headSha),
    base: side(pull.baseRef, pull.baseSha),
    _links: {
      self: href(url),
      html: href(page),
      issue: href(`${links.api}/repos/${fullName(repo)}/issues/${issue.number}`),
      comments: href(`${links.api}/repos/${fullName(repo)}/issues/${issue.number}/comments`),
      review_comments: href(`${url}/comments`),
      review_comment: href(`${url.replace(/\/\d+$/, '')}/comments{/number}`),
      commits: href(`${url}/commits`),
      statuses: href(`${links.api}/repos/${fullName(repo)}/statuses/${pull.headSha}`),
    },
    auto_merge: null,
    merged: pull.mergedAt !== null,
    mergeable: true,
    rebaseable: true,
    mergeable_state: 'clean',
    merged_by: null,
    review_comments: 0,
    maintainer_can_modify: false,
    ...changeCounts(repo, pull.baseSha, pull.headSha),
  }
}

export interface FileChange {
  readonly path: string
  readonly status: 'added' | 'removed' | 'modified'
  readonly before: string | null
  readonly after: string | null
}

/** What the head changes since it left the base, as a pull request shows it. */
export function changedFiles({ git }: Repo, baseSha: string, headSha: string): FileChange[] {
  const from = git.commit(git.mergeBase(baseSha, headSha) ?? '')
  const to = git.commit(headSha)
  const old = from === undefined ? new Map<string, { sha: string }>() : git.files(from.tree)
  const now = to === undefined ? new Map<string, { sha: string }>() : git.files(to.tree)
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort()
  return paths.flatMap((path): FileChange[] => {
    const before = old.get(path)?.sha ?? null
    const after = now.get(path)?.sha ?? null
    if (before === after) return []
    return [{ path, status: before === null ? 'added' : after === null ? 'removed' : 'modified', before, after }]
  })
}

/** Lines of both sides; a line that stands in both counts for neither. */
export function lineCounts({ git }: Repo, { before, after }: FileChange): { additions: number; deletions: number } {
  const lines = (sha: string | null) =>
    sha === null ? [] : (git.blob(sha)?.toString() ?? '').replace(/\n$/, '').split('\n')
  const old = lines(before)
  const now = lines(after)
  return {
    additions: now.filter((line) => !old.includes(line)).length,
    deletions: old.filter((line) => !now.includes(line)).length,
  }
}

function changeCounts(repo: Repo, baseSha: string, headSha: string) {
  const files = changedFiles(repo, baseSha, headSha)
  const counts = files.map((file) => lineCounts(repo, file))
  return {
    commits: [...commitsBetween(repo, baseSha, headSha)].length,
    additions: counts.reduce((sum, { additions }) => sum + additions, 0),
    deletions: counts.reduce((sum, { deletions }) => sum + deletions, 0),
    changed_files: files.length,
  }
}

export function* commitsBetween({ git }: Repo, baseSha: string, headSha: string): Generator<string> {
  for (
    let sha: string | undefined = headSha;
    sha !== undefined && !git.isAncestor(sha, baseSha);
    sha = git.commit(sha)?.parents[0]
  )
    yield sha
}
