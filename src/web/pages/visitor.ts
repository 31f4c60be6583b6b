import type { RepoRef } from '../../core/issue.ts'
import { LockstepError } from '../../core/errors.ts'
import type { Visitor, WebContext } from '../context.ts'
import { mayReadRepo } from './scope.ts'

/** Who looks at the page; every page but the first asks for a sign-in before. */
export function visitorOf(context: WebContext): Visitor {
  const visitor = context.get('visitor')
  if (visitor !== null) return visitor
  throw new LockstepError('not-signed-in', 'You are not signed in.', { remedy: 'Sign in with GitHub.' })
}

/** Something in a repository, that is read only by those who may read there, and changed by those who may write. */
export function demand(visitor: Visitor, repo: RepoRef, right: 'read' | 'write'): void {
  if (!mayReadRepo(visitor, repo)) throw notHere()
  if (right === 'read' || visitor.may(right, repo)) return
  throw new LockstepError('not-permitted', `You may not write in ${repo.owner}/${repo.repo}.`, {
    remedy: 'Whoever may change its issues can do this.',
  })
}

export const notHere = (): LockstepError => new LockstepError('not-found', 'There is nothing here, or not for you.')
