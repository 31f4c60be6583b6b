import type { GitChange, GitRef, GitTree } from '../../src/core/git-ref.ts'

export interface MemoryGitRef extends GitRef {
  /** As it stands; tests may put it elsewhere. */
  head: GitTree | null
  readonly messages: string[]
  /** Runs once, right before the next write is looked at. */
  beforeWrite: (() => Promise<void>) | null
}

/** A ref that behaves as the port says, without a server. */
export function createMemoryGitRef(): MemoryGitRef {
  let commits = 0
  const git: MemoryGitRef = {
    head: null,
    messages: [],
    beforeWrite: null,
    read: async () => git.head,
    async write({ parent, files, message }: GitChange) {
      const before = git.beforeWrite
      git.beforeWrite = null
      await before?.()
      if ((git.head?.commit ?? null) !== parent) return null
      const next = new Map(git.head?.files)
      for (const [path, text] of files) {
        if (text === null) next.delete(path)
        else next.set(path, text)
      }
      commits += 1
      git.head = { commit: `commit-${commits}`, files: next }
      git.messages.push(message)
      return git.head.commit
    },
  }
  return git
}
