import { requireActor, requireRole } from '../auth.ts'
import type { Actor } from '../auth.ts'
import type { RepoCall, RepoEndpoint } from '../call.ts'
import { commitFiles, tellPush } from '../doings/git.ts'
import { followBranch } from '../doings/pulls.ts'
import { renderGitCommit } from '../render-git.ts'
import { created, ok, refuse, refuseNotFound } from '../reply.ts'
import { fullName } from '../world.ts'
import { requiredTextOf, textOf } from './inputs.ts'

export const contentEndpoints: readonly RepoEndpoint[] = [
  ['GET', '/contents', 'contents:read', read],
  ['GET', '/contents/*path', 'contents:read', read],
  ['PUT', '/contents/*path', 'contents:write', write],
  ['DELETE', '/contents/*path', 'contents:write', remove],
]

const MEGABYTE = 1024 * 1024

/** Base64 in lines of sixty, as GitHub sends it. */
const inLines = (bytes: Buffer): string => bytes.toString('base64').replaceAll(/.{1,60}/g, '$&\n')

const pathOf = ({ params }: RepoCall): string => (params['path'] ?? '').replaceAll(/^\/+|\/+$/g, '')

function read(call: RepoCall) {
  const { repo, request } = call
  const ref = call.query.get('ref') ?? repo.defaultBranch
  const commit = repo.git.resolve(ref)
  if (commit === undefined) {
    if (repo.git.refs.size === 0) return refuse(404, 'This repository is empty.')
    return call.query.has('ref') ? refuse(404, `No commit found for the ref ${ref}`) : refuseNotFound()
  }
  const path = pathOf(call)
  const files = repo.git.files(repo.git.commit(commit)?.tree ?? '')
  const file = files.get(path)
  const raw = /application\/vnd\.github\.(v3\.)?raw/.test(request.headers['accept'] ?? '')
  if (file === undefined) {
    const entries = listFolder(call, [...files], path, ref)
    return entries.length === 0 && path !== '' ? refuseNotFound() : ok(entries)
  }
  const bytes = repo.git.blob(file.sha) ?? Buffer.alloc(0)
  if (raw)
    return { status: 200, headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' }, body: bytes }
  // Over a megabyte the content stays out; over a hundred it cannot be read here at all.
  const small = bytes.length <= MEGABYTE
  return ok({
    ...showEntry(call, { path, sha: file.sha, size: bytes.length, type: 'file', ref }),
    content: small ? inLines(bytes) : '',
    encoding: small ? 'base64' : 'none',
  })
}

interface Entry {
  readonly path: string
  readonly sha: string
  readonly size: number
  readonly type: 'file' | 'dir'
  readonly ref: string
}

function showEntry({ repo, links }: RepoCall, { path, sha, size, type, ref }: Entry) {
  const api = `${links.api}/repos/${fullName(repo)}`
  const url = `${api}/contents/${path.split('/').map(encodeURIComponent).join('/')}?ref=${encodeURIComponent(ref)}`
  const git = `${api}/git/${type === 'file' ? 'blobs' : 'trees'}/${sha}`
  const html = `${links.html}/${fullName(repo)}/${type === 'file' ? 'blob' : 'tree'}/${ref}/${path}`
  return {
    name: path.split('/').at(-1) ?? '',
    path,
    sha,
    size,
    url,
    html_url: html,
    git_url: git,
    download_url: type === 'file' ? `${links.html}/raw/${fullName(repo)}/${ref}/${path}` : null,
    type,
    _links: { self: url, git, html },
  }
}

function listFolder(
  call: RepoCall,
  files: readonly (readonly [string, { readonly sha: string }])[],
  folder: string,
  ref: string,
) {
  const { git } = call.repo
  const prefix = folder === '' ? '' : `${folder}/`
  const entries = new Map<string, Entry>()
  for (const [path, { sha }] of files) {
    if (!path.startsWith(prefix)) continue
    const [name = '', ...deeper] = path.slice(prefix.length).split('/')
    const own = prefix + name
    if (deeper.length === 0) entries.set(own, { path: own, sha, size: git.blob(sha)?.length ?? 0, type: 'file', ref })
    else if (!entries.has(own))
      entries.set(own, { path: own, sha: folderSha(call, files, own), size: 0, type: 'dir', ref })
  }
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1)).map((entry) => showEntry(call, entry))
}

function folderSha(
  { repo }: RepoCall,
  files: readonly (readonly [string, { readonly sha: string }])[],
  folder: string,
): string {
  const inside = files.flatMap(([path, { sha }]) =>
    path.startsWith(`${folder}/`) ? [[path.slice(folder.length + 1), { mode: '100644', sha }] as const] : [],
  )
  return repo.git.writeFiles(new Map(inside))
}

/** What both writing and deleting check: the branch, and that the caller knows what it replaces. */
function prepare(call: RepoCall): {
  readonly actor: Actor
  readonly branch: string
  readonly message: string
  readonly old: string | undefined
} {
  const actor = requireActor(call.who)
  requireRole(call.world, call.who, call.repo, 'write')
  const { repo } = call
  const body = call.body()
  const message = requiredTextOf(body, 'message')
  const branch = (textOf(body, 'branch') ?? repo.defaultBranch).replace(/^refs\/heads\//, '')
  const head = repo.git.refs.get(`refs/heads/${branch}`)
  if (head === undefined && repo.git.refs.size > 0) return refuse(404, `Branch ${branch} not found`)
  const tree = repo.git.commit(head ?? '')?.tree
  const old = tree === undefined ? undefined : repo.git.files(tree).get(pathOf(call))?.sha
  const sha = textOf(body, 'sha')
  if (old !== undefined && sha === undefined) return refuse(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
  if (sha !== undefined && sha !== old) return refuse(409, `${pathOf(call)} does not match ${sha}`)
  return { actor, branch, message, old }
}

function commit(call: RepoCall, bytes: Buffer | null) {
  const { host, repo, links } = call
  const { actor, branch, message, old } = prepare(call)
  const path = pathOf(call)
  const ref = `refs/heads/${branch}`
  const before = repo.git.refs.get(ref)
  const sha = commitFiles(host, repo, actor, { message, branch, files: new Map([[path, bytes]]) })
  tellPush(host, repo, actor, ref, before, sha)
  followBranch(host, repo, actor, ref)
  const blob = bytes === null ? null : repo.git.writeBlob(bytes)
  const content =
    blob === null || bytes === null
      ? null
      : showEntry(call, { path, sha: blob, size: bytes.length, type: 'file', ref: branch })
  return { isNew: old === undefined, body: { content, commit: renderGitCommit(repo, sha, links) } }
}

function write(call: RepoCall) {
  const content = requiredTextOf(call.body(), 'content')
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) return refuse(422, 'content is not valid Base64')
  const { isNew, body } = commit(call, Buffer.from(content, 'base64'))
  return isNew ? created(body) : ok(body)
}

function remove(call: RepoCall) {
  const { old } = prepare(call)
  return old === undefined ? refuseNotFound() : ok(commit(call, null).body)
}
