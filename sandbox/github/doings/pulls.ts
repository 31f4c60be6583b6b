import type { Actor } from '../auth.ts'
import type { Host } from '../host.ts'
import { renderPull } from '../render-pulls.ts'
import type { Issue, Repo } from '../world.ts'
import { placeIssue } from './issues.ts'

export interface NewPull {
  readonly title: string
  readonly body?: string | null | undefined
  readonly head: string
  readonly base: string
  readonly draft: boolean
}

export function openPull(host: Host, repo: Repo, actor: Actor, { title, body, head, base, draft }: NewPull): Issue {
  const { refs } = repo.git
  const headSha = refs.get(`refs/heads/${head}`)
  const baseSha = refs.get(`refs/heads/${base}`)
  if (headSha === undefined || baseSha === undefined)
    throw new Error(`no branch ${headSha === undefined ? head : base}`)
  const issue = placeIssue(host, repo, actor, {
    title,
    body: body ?? null,
    pull: { headRef: head, headSha, baseRef: base, baseSha, mergedAt: null, draft },
  })
  tellPull(host, repo, issue, actor, 'opened')
  return issue
}

export function tellPull(host: Host, repo: Repo, issue: Issue, actor: Actor, action: string): void {
  host.emit({
    event: 'pull_request',
    action,
    sender: actor.person,
    repo,
    payload: (links) => ({ number: issue.number, pull_request: renderPull(host.world, repo, issue, links) }),
  })
}

/** Open pull requests follow their branch. */
export function followBranch(host: Host, repo: Repo, actor: Actor, ref: string): void {
  const head = ref.replace('refs/heads/', '')
  const sha = repo.git.refs.get(ref)
  for (const issue of repo.issues.values()) {
    if (
      issue.pull === null ||
      issue.state !== 'open' ||
      issue.pull.headRef !== head ||
      sha === undefined ||
      issue.pull.headSha === sha
    )
      continue
    issue.pull.headSha = sha
    tellPull(host, repo, issue, actor, 'synchronize')
  }
}
