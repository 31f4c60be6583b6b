import { createHash } from 'node:crypto'
import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import type { GitChange, GitRef } from '../core/git-ref.ts'
import type { RepoRef } from '../core/issue.ts'
import type { Client } from './client.ts'
import { readTarball } from './tarball.ts'

const Sha = z.object({ sha: z.string() })
const Ref = z.object({ object: Sha })
const Commit = z.object({ tree: Sha })
const Blob = z.object({ content: z.string(), encoding: z.literal('base64') })
const Tree = z.object({
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string(), type: z.string(), sha: z.string() })),
})

const FILES_AT_ONCE = 8
/** Characters of content in one call; GitHub gives up on a tree that takes it longer than ten seconds. */
const TREE_CONTENT = 4_000_000

// Otherwise the address of whoever the token belongs to would stand in every commit.
const author = { name: 'Lockstep', email: 'lockstep@noreply.invalid' }

export interface StateRefDeps {
  readonly client: Client
  readonly repo: RepoRef
  /** A full name outside `refs/heads` and `refs/tags`, so that nobody trips over it and no workflow runs. */
  readonly ref?: string
}

/** A ref of a repository on GitHub, through the Git database of the REST API: no clone, and few requests. */
export function createStateRef({ client, repo, ref = 'refs/lockstep/state' }: StateRefDeps): GitRef {
  const { owner, repo: name } = repo
  const place = { owner, repo: name }
  const texts = new Map<string, string>()
  const shortRef = ref.replace(/^refs\//, '')

  /** Later reads mostly find what an earlier one or a write of our own has left: then only what is new is asked for. */
  async function readTree(commit: string): Promise<ReadonlyMap<string, string>> {
    const parameters = { ...place, tree_sha: await readTreeSha(commit), recursive: '1' }
    const { tree, truncated } = await client.read(Tree, 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}', parameters)
    if (truncated) throw tooLarge()
    const blobs = tree.filter(({ type }) => type === 'blob')
    const missing = blobs.filter(({ sha }) => !texts.has(sha))
    for (let start = 0; start < missing.length; start += FILES_AT_ONCE) {
      await Promise.all(missing.slice(start, start + FILES_AT_ONCE).map(({ sha }) => readBlob(sha)))
    }
    return new Map(blobs.map(({ path, sha }) => [path, texts.get(sha) ?? '']))
  }

  async function readBlob(sha: string): Promise<void> {
    const { content } = await client.read(Blob, 'GET /repos/{owner}/{repo}/git/blobs/{sha}', { ...place, sha })
    texts.set(sha, Buffer.from(content, 'base64').toString('utf8'))
  }

  /** Archives come from another host, which a network may not let through: then the files are asked for one by one. */
  async function readArchive(commit: string): Promise<ReadonlyMap<string, string> | null> {
    try {
      const { data } = await client.call('GET /repos/{owner}/{repo}/tarball/{ref}', { ...place, ref: commit })
      if (!(data instanceof ArrayBuffer)) return null
      const files = await readTarball(Buffer.from(data))
      for (const text of files.values()) texts.set(printSha(text), text)
      return files
    } catch (error) {
      const isOurs =
        error instanceof LockstepError && !['not-found', 'not-permitted', 'unreachable'].includes(error.code)
      if (isOurs) throw error
      return null
    }
  }

  async function writeTree(parent: string | null, files: GitChange['files']): Promise<string> {
    let base = parent === null ? null : await readTreeSha(parent)
    for (const entries of inChunks(files)) {
      const body = base === null ? { tree: entries } : { tree: entries, base_tree: base }
      base = (await client.read(Sha, 'POST /repos/{owner}/{repo}/git/trees', { ...place, ...body })).sha
    }
    return base ?? ''
  }

  async function readTreeSha(commit: string): Promise<string> {
    const parameters = { ...place, commit_sha: commit }
    return (await client.read(Commit, 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', parameters)).tree.sha
  }

  async function moveRef(parent: string | null, sha: string): Promise<boolean> {
    try {
      if (parent === null) await client.call('POST /repos/{owner}/{repo}/git/refs', { ...place, ref, sha })
      else {
        const parameters = { ...place, ref: shortRef, sha, force: false }
        await client.call('PATCH /repos/{owner}/{repo}/git/refs/{ref}', parameters)
      }
      return true
    } catch (error) {
      if (isLostRace(error)) return false
      throw error
    }
  }

  return {
    async read() {
      const commit = await findHead(() =>
        client.read(Ref, 'GET /repos/{owner}/{repo}/git/ref/{ref}', { ...place, ref: shortRef }),
      )
      if (commit === null) return null
      const archive = texts.size === 0 ? await readArchive(commit) : null
      return { commit, files: archive ?? (await readTree(commit)) }
    },
    async write({ parent, files, message }) {
      for (const text of files.values()) if (text !== null) texts.set(printSha(text), text)
      try {
        const tree = await writeTree(parent, files)
        const parents = parent === null ? [] : [parent]
        const body = { ...place, tree, parents, message, author, committer: author }
        const { sha } = await client.read(Sha, 'POST /repos/{owner}/{repo}/git/commits', body)
        return (await moveRef(parent, sha)) ? sha : null
      } catch (error) {
        throw isNotPermitted(error) ? mayNotWrite(ref, error) : error
      }
    },
  }
}

/** The name that git gives to a file with this content. */
const printSha = (text: string): string =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0`)
    .update(text)
    .digest('hex')

// Without the permission GitHub answers 404 to some tokens.
const isNotPermitted = (error: unknown): error is LockstepError =>
  error instanceof LockstepError && (error.code === 'not-permitted' || error.code === 'not-found')

const mayNotWrite = (ref: string, cause: LockstepError): LockstepError =>
  new LockstepError('not-permitted', `The token may not write the state to ${ref}.`, {
    remedy: 'Give the workflow `permissions: contents: write`, or keep the state in a database: set DATABASE_URL.',
    details: cause.details,
    cause,
  })

async function findHead(read: () => Promise<z.infer<typeof Ref>>): Promise<string | null> {
  try {
    return (await read()).object.sha
  } catch (error) {
    // 409: the repository is empty.
    if (error instanceof LockstepError && (error.code === 'not-found' || error.details['status'] === 409)) return null
    throw error
  }
}

/** GitHub refuses a move that is no fast-forward, as it would a bad one: only the message tells them apart. */
function isLostRace(error: unknown): boolean {
  if (!(error instanceof LockstepError)) return false
  const { status, said } = error.details
  return status === 422 && /not a fast.forward|reference (already exists|does not exist)/i.test(String(said))
}

type Entry = { readonly path: string; readonly mode: '100644'; readonly type: 'blob' } & (
  | { readonly content: string }
  | { readonly sha: null }
)

function* inChunks(files: GitChange['files']): Generator<readonly Entry[]> {
  let entries: Entry[] = []
  let size = 0
  for (const [path, text] of files) {
    entries.push({ path, mode: '100644', type: 'blob', ...(text === null ? { sha: null } : { content: text }) })
    size += text?.length ?? 0
    if (size < TREE_CONTENT) continue
    yield entries
    entries = []
    size = 0
  }
  if (entries.length > 0) yield entries
}

const tooLarge = (): LockstepError =>
  new LockstepError('state-unreadable', 'The state in the git ref has more files than GitHub lists.', {
    remedy: 'Keep the state in a database: set DATABASE_URL.',
  })
