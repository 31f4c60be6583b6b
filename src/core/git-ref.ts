/** One ref of a git repository, whose tree holds small text files. */
export interface GitRef {
  /** `null` when the ref does not exist. */
  read(): Promise<GitTree | null>
  /**
   * Puts a commit with these files (`null` removes one) on top of `parent`.
   * Answers the commit, or `null` when the ref no longer stands at `parent`.
   */
  write(change: GitChange): Promise<string | null>
}

export interface GitTree {
  readonly commit: string
  /** Path to text. */
  readonly files: ReadonlyMap<string, string>
}

export interface GitChange {
  /** `null` creates the ref. */
  readonly parent: string | null
  readonly files: ReadonlyMap<string, string | null>
  readonly message: string
}
