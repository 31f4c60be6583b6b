import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { requireActor, requireRole } from '../auth.ts'
import type { Actor } from '../auth.ts'
import type { RepoCall, RepoEndpoint } from '../call.ts'
import { signatureOf, tellPush } from '../doings/git.ts'
import { followBranch } from '../doings/pulls.ts'
import type { Signature } from '../git-store.ts'
import { replyPage } from '../paging.ts'
import { renderBlob, renderGitCommit, renderRef, renderTree } from '../render-git.ts'
import { created, noContent, ok, refuse, refuseNotFound } from '../reply.ts'
import { fullName, stamp } from '../world.ts'
import { requiredTextOf, textOf } from './inputs.ts'

export const gitEndpoints: readonly RepoEndpoint[] = [
  ['GET', '/git/ref/*ref', 'contents:read', readRef],
  ['GET', '/git/matching-refs/*ref', 'contents:read', matchRefs],
  ['POST', '/git/refs', 'contents:write', createRef],
  ['PATCH', '/git/refs/*ref', 'contents:write', updateRef],
  ['DELETE', '/git/refs/*ref', 'contents:write', deleteRef],
  ['GET', '/git/blobs/:sha', 'contents:read', readBlob],
  ['POST', '/git/blobs', 'contents:write', createBlob],
  ['GET', '/git/trees/*sha', 'contents:read', readTree],
  ['POST', '/git/trees', 'contents:write', createTree],
  ['GET', '/git/commits/:sha', 'contents:read', readCommit],
  ['POST', '/git/commits', 'contents:write', createCommit],
  ['GET', '/tarball/*ref', 'contents:read', readArchive],
  ['GET', '/branches', 'contents:read', listBranches],
  ['GET', '/branches/*branch', 'contents:read', readBranch],
  ['GET', '/commits/*ref', 'contents:read', readRepoCommit],
]

/** The Git database of a repository without a single commit cannot be used, not even for writing. */
function notEmpty({ repo }: RepoCall): void {
  if (repo.git.refs.size === 0) refuse(409, 'Git Repository is empty.')
}

function writer(call: RepoCall): Actor {
  const actor = requireActor(call.who)
  requireRole(call.world, call.who, call.repo, 'write')
  notEmpty(call)
  return actor
}

const refOf = ({ params }: RepoCall): string => `refs/${params['ref'] ?? ''}`

function readRef(call: RepoCall) {
  notEmpty(call)
  const ref = refOf(call)
  const sha = call.repo.git.refs.get(ref) ?? refuseNotFound()
  return ok(renderRef(call.repo, ref, sha, call.links))
}

/** The real one sends callers on to another host, which packs the same. */
async function readArchive({ repo, params }: RepoCall) {
  const sha = repo.git.resolve(params['ref'] ?? '') ?? refuseNotFound()
  const archive = pack()
  const folder = `${fullName(repo).replace('/', '-')}-${sha.slice(0, 7)}`
  archive.entry({ name: `${folder}/`, type: 'directory' })
  for (const [path, file] of repo.git.files(repo.git.commit(sha)?.tree ?? '')) {
    archive.entry({ name: `${folder}/${path}` }, repo.git.blob(file.sha) ?? Buffer.alloc(0))
  }
  archive.finalize()
  return { status: 200, headers: { 'content-type': 'application/x-gzip' }, body: gzipSync(await buffer(archive)) }
}

function matchRefs(call: RepoCall) {
  notEmpty(call)
  const found = [...call.repo.git.refs]
    .filter(([ref]) => ref.startsWith(refOf(call)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return replyPage(call, found, ([ref, sha]) => renderRef(call.repo, ref, sha, call.links))
}

function createRef(call: RepoCall) {
  const actor = writer(call)
  const { repo, links, host } = call
  const body = call.body()
  const ref = requiredTextOf(body, 'ref')
  const sha = requiredTextOf(body, 'sha')
  if (!/^refs\/[^/]+\/.+/.test(ref))
    return refuse(422, "Reference name must start with 'refs/' and have at least two slashes")
  if (/\s|\.\.|[~^:?*[\\]|\/$|\.lock$|\/\//.test(ref)) return refuse(422, `${ref} is not a valid ref name.`)
  if (repo.git.refs.has(ref)) return refuse(422, 'Reference already exists')
  if (repo.git.commit(sha) === undefined) return refuse(422, 'Object does not exist')
  repo.git.refs.set(ref, sha)
  tellPush(host, repo, actor, ref, undefined, sha)
  const rendered = renderRef(repo, ref, sha, links)
  return created(rendered, rendered.url)
}

/** The compare-and-swap of refs: without `force`, only to a descendant. */
function updateRef(call: RepoCall) {
  const actor = writer(call)
  const { repo, links, host } = call
  const ref = refOf(call)
  const body = call.body()
  const sha = requiredTextOf(body, 'sha')
  const before = repo.git.refs.get(ref)
  if (before === undefined) return refuse(422, 'Reference does not exist')
  if (repo.git.commit(sha) === undefined) return refuse(422, 'Object does not exist')
  if (body['force'] !== true && !repo.git.isAncestor(before, sha)) return refuse(422, 'Update is not a fast forward')
  repo.git.refs.set(ref, sha)
  tellPush(host, repo, actor, ref, before, sha)
  followBranch(host, repo, actor, ref)
  return ok(renderRef(repo, ref, sha, links))
}

function deleteRef(call: RepoCall) {
  const actor = writer(call)
  const ref = refOf(call)
  const before = call.repo.git.refs.get(ref)
  if (before === undefined) return refuse(422, 'Reference does not exist')
  call.repo.git.refs.delete(ref)
  tellPush(call.host, call.repo, actor, ref, before, undefined)
  return noContent
}

function readBlob(call: RepoCall) {
  const sha = call.params['sha'] ?? ''
  const bytes = call.repo.git.blob(sha) ?? refuseNotFound()
  if (/application\/vnd\.github\.(v3\.)?raw/.test(call.request.headers['accept'] ?? '')) {
    return { status: 200, headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' }, body: bytes }
  }
  return ok(renderBlob(call.repo, sha, bytes, call.links))
}

function createBlob(call: RepoCall) {
  writer(call)
  const body = call.body()
  const encoding = textOf(body, 'encoding') ?? 'utf-8'
  const bytes = Buffer.from(requiredTextOf(body, 'content'), encoding === 'base64' ? 'base64' : 'utf8')
  const sha = call.repo.git.writeBlob(bytes)
  const { url } = renderBlob(call.repo, sha, bytes, call.links)
  return created({ sha, url }, url)
}

function readTree(call: RepoCall) {
  notEmpty(call)
  const { git } = call.repo
  const name = call.params['sha'] ?? ''
  const sha = git.tree(name) === undefined ? git.commit(git.resolve(name) ?? '')?.tree : name
  if (sha === undefined) return refuseNotFound()
  const { recursive } = Object.fromEntries(call.query)
  return ok(renderTree(call.repo, sha, call.links, recursive !== undefined))
}

function createTree(call: RepoCall) {
  writer(call)
  const { git } = call.repo
  const body = call.body()
  const entries = body['tree']
  if (!Array.isArray(entries)) return refuse(422, 'Invalid request.\n\n"tree" wasn\'t supplied.')
  const base = textOf(body, 'base_tree')
  const baseTree = base === undefined ? undefined : git.tree(base) === undefined ? git.commit(base)?.tree : base
  if (base !== undefined && baseTree === undefined) return refuse(404, 'Not Found')
  const files = new Map(baseTree === undefined ? [] : git.files(baseTree))
  for (const entry of entries as readonly Record<string, unknown>[]) {
    const path = requiredTextOf(entry, 'path')
    const mode = textOf(entry, 'mode') ?? '100644'
    if (entry['sha'] === null) {
      for (const known of files.keys()) if (known === path || known.startsWith(`${path}/`)) files.delete(known)
      continue
    }
    const content = textOf(entry, 'content')
    const sha = content === undefined ? requiredTextOf(entry, 'sha') : git.writeBlob(Buffer.from(content))
    if (mode === '040000') {
      const inside = git.tree(sha) === undefined ? refuse(422, `tree.sha ${sha} is not a valid tree`) : git.files(sha)
      for (const known of files.keys()) if (known.startsWith(`${path}/`)) files.delete(known)
      for (const [below, file] of inside) files.set(`${path}/${below}`, file)
      continue
    }
    if (git.blob(sha) === undefined) return refuse(422, `tree.sha ${sha} is not a valid blob`)
    files.set(path, { mode, sha })
  }
  if (files.size === 0) return refuse(422, 'Invalid tree info')
  const rendered = renderTree(call.repo, git.writeFiles(files), call.links, false)
  return created(rendered, rendered.url)
}

function readCommit(call: RepoCall) {
  const sha = call.params['sha'] ?? ''
  if (call.repo.git.commit(sha) === undefined) return refuseNotFound()
  return ok(renderGitCommit(call.repo, sha, call.links))
}

function createCommit(call: RepoCall) {
  const actor = writer(call)
  const { git } = call.repo
  const body = call.body()
  const message = requiredTextOf(body, 'message')
  const tree = requiredTextOf(body, 'tree')
  const parents = Array.isArray(body['parents']) ? body['parents'].map(String) : []
  if (git.tree(tree) === undefined) return refuse(422, 'Tree SHA does not exist')
  if (parents.some((parent) => git.commit(parent) === undefined))
    return refuse(422, 'Parent SHA does not exist or is not a commit object')
  const own = signatureOf(call.host, actor)
  const author = signedBy(body['author'], own)
  const sha = git.writeCommit({ tree, parents, author, committer: signedBy(body['committer'], author), message })
  const rendered = renderGitCommit(call.repo, sha, call.links)
  return created(rendered, rendered.url)
}

function signedBy(given: unknown, fallback: Signature): Signature {
  if (typeof given !== 'object' || given === null) return fallback
  const { name, email, date } = given as Record<string, unknown>
  return {
    name: typeof name === 'string' ? name : fallback.name,
    email: typeof email === 'string' ? email : fallback.email,
    date: typeof date === 'string' ? stamp(new Date(date)) : fallback.date,
  }
}

function showCommit(call: RepoCall, sha: string) {
  const { repo, links } = call
  const { sha: _, node_id, url: __, html_url, parents, ...commit } = renderGitCommit(repo, sha, links)
  const api = `${links.api}/repos/${fullName(repo)}`
  return {
    sha,
    node_id,
    commit: { ...commit, url: `${api}/git/commits/${sha}`, comment_count: 0 },
    url: `${api}/commits/${sha}`,
    html_url,
    comments_url: `${api}/commits/${sha}/comments`,
    author: null,
    committer: null,
    parents: parents.map((parent) => ({ ...parent, url: `${api}/commits/${parent.sha}` })),
  }
}

const branchesOf = ({ repo }: RepoCall) => [...repo.git.refs].filter(([ref]) => ref.startsWith('refs/heads/'))

function listBranches(call: RepoCall) {
  const api = `${call.links.api}/repos/${fullName(call.repo)}`
  return replyPage(call, branchesOf(call), ([ref, sha]) => ({
    name: ref.replace('refs/heads/', ''),
    commit: { sha, url: `${api}/commits/${sha}` },
    protected: false,
  }))
}

function readBranch(call: RepoCall) {
  const name = call.params['branch'] ?? ''
  const sha = call.repo.git.refs.get(`refs/heads/${name}`) ?? refuse(404, 'Branch not found')
  const api = `${call.links.api}/repos/${fullName(call.repo)}/branches/${name}`
  return ok({
    name,
    commit: showCommit(call, sha),
    _links: { self: api, html: `${call.links.html}/${fullName(call.repo)}/tree/${name}` },
    protected: false,
    protection: { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } },
    protection_url: `${api}/protection`,
  })
}

function readRepoCommit(call: RepoCall) {
  notEmpty(call)
  const name = call.params['ref'] ?? ''
  const sha = call.repo.git.resolve(name) ?? refuse(422, `No commit found for SHA: ${name}`)
  return ok(showCommit(call, sha))
}
