import type { Context } from 'hono'
import type { RepoRef } from '../core/issue.ts'

/** What a person may do in a repository, each including the ones before. */
export const rights = ['read', 'write', 'admin'] as const
export type Right = (typeof rights)[number]

/** Somebody who is signed in. Names of organizations and repositories are compared without letter case. */
export interface Visitor {
  readonly login: string
  readonly name: string
  /** Came through the one-time link of a local start, and sees everything. */
  readonly local: boolean
  /** Those that this server serves and that the person may look into, sorted. */
  readonly organizations: readonly string[]
  sees(organization: string): boolean
  administers(organization: string): boolean
  /** May write in one of its repositories at least. */
  worksIn(organization: string): boolean
  /** Those to write in, as far as GitHub lists them: none for a local start, which may write everywhere. */
  readonly repositories: readonly RepoRef[]
  may(right: Right, repo: RepoRef): boolean
}

/** What every page and every route of the API finds on its context. */
export interface WebEnv {
  Variables: {
    /** `null` for somebody who is not signed in. */
    readonly visitor: Visitor | null
    /** To be sent back as `_csrf` in a form, or in the header `x-csrf-token`; empty without a session. */
    readonly csrf: string
  }
}

export type WebContext = Context<WebEnv>
