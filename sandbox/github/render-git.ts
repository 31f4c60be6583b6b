import { nodeId } from './ids.ts'
import type { Links } from './links.ts'
import { fullName } from './world.ts'
import type { Repo } from './world.ts'

const gitUrl = (repo: Repo, { api }: Links, kind: string, sha: string): string =>
  `${api}/repos/${fullName(repo)}/git/${kind}/${sha}`

// Git objects carry their sha where other things carry a number.
export const gitNodeId = (prefix: string, repo: Repo, sha: string): string =>
  `${nodeId(prefix, repo.id)}${Buffer.from(sha).toString('base64url')}`

export function renderGitCommit(repo: Repo, sha: string, links: Links) {
  const commit = repo.git.commit(sha)
  if (commit === undefined) throw new Error(`no commit ${sha}`)
  const page = `${links.html}/${fullName(repo)}/commit/`
  return {
    sha,
    node_id: gitNodeId('C', repo, sha),
    url: gitUrl(repo, links, 'commits', sha),
    html_url: page + sha,
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: gitUrl(repo, links, 'trees', commit.tree) },
    message: commit.message,
    parents: commit.parents.map((parent) => ({
      sha: parent,
      url: gitUrl(repo, links, 'commits', parent),
      html_url: page + parent,
    })),
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  }
}

export function renderRef(repo: Repo, ref: string, sha: string, links: Links) {
  const type = repo.git.objects.get(sha)?.type ?? 'commit'
  return {
    ref,
    node_id: gitNodeId('REF', repo, ref),
    url: `${links.api}/repos/${fullName(repo)}/git/${ref}`,
    object: { sha, type, url: gitUrl(repo, links, `${type}s`, sha) },
  }
}

export function renderBlob(repo: Repo, sha: string, bytes: Buffer, links: Links) {
  return {
    sha,
    node_id: gitNodeId('B', repo, sha),
    size: bytes.length,
    url: gitUrl(repo, links, 'blobs', sha),
    content: bytes.toString('base64').replaceAll(/.{1,60}/g, '$&\n'),
    encoding: 'base64',
  }
}

export function renderTree(repo: Repo, sha: string, links: Links, recursive: boolean) {
  const rows = (treeSha: string, prefix: string): object[] =>
    (repo.git.tree(treeSha) ?? []).flatMap((entry) => {
      const isTree = entry.mode === '040000'
      const path = prefix + entry.name
      const row = {
        path,
        mode: entry.mode,
        type: isTree ? 'tree' : 'blob',
        sha: entry.sha,
        ...(isTree ? {} : { size: repo.git.blob(entry.sha)?.length ?? 0 }),
        url: gitUrl(repo, links, isTree ? 'trees' : 'blobs', entry.sha),
      }
      return isTree && recursive ? [row, ...rows(entry.sha, `${path}/`)] : [row]
    })
  return { sha, url: gitUrl(repo, links, 'trees', sha), tree: rows(sha, ''), truncated: false }
}
