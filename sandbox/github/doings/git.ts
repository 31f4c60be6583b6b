import type { Actor } from '../auth.ts'
import type { Commit } from '../git-store.ts'
import type { Host } from '../host.ts'
import { nowOf } from '../host.ts'
import { renderUser } from '../render.ts'
import { fullName } from '../world.ts'
import type { Repo } from '../world.ts'

export interface FileCommit {
  readonly message: string
  /** `null` deletes the file. */
  readonly files: ReadonlyMap<string, Buffer | null>
  readonly branch?: string
  readonly author?: Commit['author']
}

/** One commit on a branch, made on what stands there; returns its sha. */
export function commitFiles(
  host: Host,
  repo: Repo,
  actor: Actor,
  { message, files, branch = repo.defaultBranch, author }: FileCommit,
): string {
  const { git } = repo
  // A branch that is new starts where the default branch stands.
  const parent = git.refs.get(`refs/heads/${branch}`) ?? git.refs.get(`refs/heads/${repo.defaultBranch}`)
  const tree = parent === undefined ? undefined : git.commit(parent)?.tree
  const all = tree === undefined ? new Map<string, { mode: string; sha: string }>() : git.files(tree)
  for (const [path, bytes] of files) {
    if (bytes === null) all.delete(path)
    else all.set(path, { mode: all.get(path)?.mode ?? '100644', sha: git.writeBlob(bytes) })
  }
  const signature = author ?? signatureOf(host, actor)
  const sha = git.writeCommit({
    tree: git.writeFiles(all),
    parents: parent === undefined ? [] : [parent],
    author: signature,
    committer: signature,
    message,
  })
  git.refs.set(`refs/heads/${branch}`, sha)
  repo.pushedAt = nowOf(host)
  repo.updatedAt = repo.pushedAt
  return sha
}

export const signatureOf = (host: Host, { person }: Actor): Commit['author'] => ({
  name: person.name ?? person.login,
  email: person.commitEmail,
  date: nowOf(host),
})

const NO_COMMIT = '0'.repeat(40)

/** What hooks hear when a branch or tag moves; other refs move in silence. */
export function tellPush(
  host: Host,
  repo: Repo,
  actor: Actor,
  ref: string,
  before: string | undefined,
  after: string | undefined,
): void {
  if (!/^refs\/(heads|tags)\//.test(ref) || before === after) return
  host.emit({
    event: 'push',
    action: null,
    sender: actor.person,
    repo,
    payload: (links) => {
      const page = `${links.html}/${fullName(repo)}`
      const commits = newCommits(repo, before, after).map((sha) => renderPushed(host, repo, sha, page))
      return {
        ref,
        before: before ?? NO_COMMIT,
        after: after ?? NO_COMMIT,
        base_ref: null,
        pusher: { name: actor.person.login, email: actor.person.commitEmail },
        sender: renderUser(actor.person, links),
        created: before === undefined,
        deleted: after === undefined,
        forced: before !== undefined && after !== undefined && !repo.git.isAncestor(before, after),
        compare: `${page}/compare/${(before ?? NO_COMMIT).slice(0, 12)}...${(after ?? NO_COMMIT).slice(0, 12)}`,
        commits,
        head_commit: commits.at(-1) ?? null,
      }
    },
  })
}

function newCommits({ git }: Repo, before: string | undefined, after: string | undefined): string[] {
  const found: string[] = []
  for (let sha = after; sha !== undefined && sha !== before && found.length < 20; sha = git.commit(sha)?.parents[0])
    found.unshift(sha)
  return found
}

function renderPushed({ world }: Host, { git }: Repo, sha: string, page: string) {
  const commit = git.commit(sha)
  if (commit === undefined) throw new Error(`no commit ${sha}`)
  const now = git.files(commit.tree)
  const parent = git.commit(commit.parents[0] ?? '')
  const old = parent === undefined ? new Map<string, { sha: string }>() : git.files(parent.tree)
  const signed = ({ name, email }: Commit['author']) => {
    const person = [...world.people.values()].find(({ commitEmail }) => commitEmail === email)
    return { name, email, ...(person === undefined ? {} : { username: person.login }) }
  }
  return {
    id: sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${page}/commit/${sha}`,
    author: signed(commit.author),
    committer: signed(commit.committer),
    added: [...now.keys()].filter((path) => !old.has(path)),
    removed: [...old.keys()].filter((path) => !now.has(path)),
    modified: [...now].flatMap(([path, file]) => (old.has(path) && old.get(path)?.sha !== file.sha ? [path] : [])),
  }
}
