import { createHash } from 'node:crypto'

export interface TreeEntry {
  readonly mode: string
  readonly name: string
  readonly sha: string
}

export interface Signature {
  readonly name: string
  readonly email: string
  readonly date: string
}

export interface Commit {
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature
  readonly committer: Signature
  readonly message: string
}

export type GitObject =
  | { readonly type: 'blob'; readonly bytes: Buffer }
  | { readonly type: 'tree'; readonly entries: readonly TreeEntry[] }
  | { readonly type: 'commit'; readonly commit: Commit }

/** Git's own object database and refs, with the shas git itself would compute. */
export interface GitStore {
  readonly refs: Map<string, string>
  readonly objects: Map<string, GitObject>
  writeBlob(bytes: Buffer): string
  writeTree(entries: readonly TreeEntry[]): string
  writeCommit(commit: Commit): string
  blob(sha: string): Buffer | undefined
  tree(sha: string): readonly TreeEntry[] | undefined
  commit(sha: string): Commit | undefined
  /** A branch, tag, full ref or sha, as a commit's sha. */
  resolve(name: string): string | undefined
  /** Every file under a tree, by path. */
  files(treeSha: string): Map<string, { readonly mode: string; readonly sha: string }>
  /** A tree with these files, folders made as needed. */
  writeFiles(files: ReadonlyMap<string, { readonly mode: string; readonly sha: string }>): string
  isAncestor(older: string, newer: string): boolean
  mergeBase(a: string, b: string): string | undefined
}

function hashObject(type: string, content: Buffer): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex')
}

// Git sorts folders as if their names ended in a slash.
const sortKey = (entry: TreeEntry): string => (entry.mode === '040000' ? `${entry.name}/` : entry.name)

const printSignature = ({ name, email, date }: Signature): string =>
  `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} +0000`

export function createGitStore(): GitStore {
  const refs = new Map<string, string>()
  const objects = new Map<string, GitObject>()

  function* ancestors(sha: string): Generator<string> {
    const seen = new Set<string>()
    const queue = [sha]
    for (const next of queue) {
      if (seen.has(next)) continue
      seen.add(next)
      yield next
      queue.push(...(store.commit(next)?.parents ?? []))
    }
  }

  const store: GitStore = {
    refs,
    objects,
    writeBlob(bytes) {
      const sha = hashObject('blob', bytes)
      objects.set(sha, { type: 'blob', bytes })
      return sha
    },
    writeTree(unsorted) {
      const entries = unsorted.toSorted((a, b) => Buffer.compare(Buffer.from(sortKey(a)), Buffer.from(sortKey(b))))
      const content = entries.flatMap(({ mode, name, sha }) => [
        Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`),
        Buffer.from(sha, 'hex'),
      ])
      const sha = hashObject('tree', Buffer.concat(content))
      objects.set(sha, { type: 'tree', entries })
      return sha
    },
    writeCommit(commit) {
      const text = [
        `tree ${commit.tree}`,
        ...commit.parents.map((parent) => `parent ${parent}`),
        `author ${printSignature(commit.author)}`,
        `committer ${printSignature(commit.committer)}`,
        '',
        commit.message,
      ].join('\n')
      const sha = hashObject('commit', Buffer.from(text))
      objects.set(sha, { type: 'commit', commit })
      return sha
    },
    blob(sha) {
      const object = objects.get(sha)
      return object?.type === 'blob' ? object.bytes : undefined
    },
    tree(sha) {
      const object = objects.get(sha)
      return object?.type === 'tree' ? object.entries : undefined
    },
    commit(sha) {
      const object = objects.get(sha)
      return object?.type === 'commit' ? object.commit : undefined
    },
    resolve(name) {
      for (const ref of [`refs/heads/${name}`, `refs/tags/${name}`, name, `refs/${name}`]) {
        const sha = refs.get(ref)
        if (sha !== undefined) return sha
      }
      return store.commit(name) === undefined ? undefined : name
    },
    files(treeSha) {
      const files = new Map<string, { mode: string; sha: string }>()
      const walk = (sha: string, prefix: string): void => {
        for (const entry of store.tree(sha) ?? []) {
          if (entry.mode === '040000') walk(entry.sha, `${prefix}${entry.name}/`)
          else files.set(prefix + entry.name, { mode: entry.mode, sha: entry.sha })
        }
      }
      walk(treeSha, '')
      return files
    },
    writeFiles(files) {
      const folders = new Map<string, Map<string, { mode: string; sha: string }>>()
      const entries: TreeEntry[] = []
      for (const [path, file] of files) {
        const slash = path.indexOf('/')
        if (slash === -1) {
          entries.push({ name: path, ...file })
          continue
        }
        const folder = folders.get(path.slice(0, slash)) ?? new Map<string, { mode: string; sha: string }>()
        folder.set(path.slice(slash + 1), file)
        folders.set(path.slice(0, slash), folder)
      }
      for (const [name, inside] of folders) entries.push({ mode: '040000', name, sha: store.writeFiles(inside) })
      return store.writeTree(entries)
    },
    isAncestor(older, newer) {
      for (const sha of ancestors(newer)) if (sha === older) return true
      return false
    },
    mergeBase(a, b) {
      const ofA = new Set(ancestors(a))
      for (const sha of ancestors(b)) if (ofA.has(sha)) return sha
      return undefined
    },
  }
  return store
}
