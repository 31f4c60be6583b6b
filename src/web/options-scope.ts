import { LockstepError } from '../core/errors.ts'
import { parseIssueRef, type RepoRef } from '../core/issue.ts'
import type { Store } from '../core/store.ts'
import type { Visitor, WebContext } from './context.ts'
import type { OptionsScope } from './options.ts'
import { demand, visitorOf } from './pages/visitor.ts'

export interface ScopeDeps {
  readonly links: Pick<Store['links'], 'tally'>
  openOptions(repo: RepoRef): Promise<OptionsScope>
}

/**
 * The options of an organization are those of a repository: the one that `?repository=` names, or the only one that has
 * pairs. Who may see and change them is as on the page of the options.
 */
export function createScopeFinder({ links, openOptions }: ScopeDeps) {
  async function chooseRepo(visitor: Visitor, owner: string, name: string | undefined): Promise<RepoRef> {
    if (name !== undefined && name !== '') {
      const ref = parseIssueRef(`${owner}/${name}#1`)
      if (ref !== undefined) return { owner: ref.owner, repo: ref.repo }
      throw new LockstepError('usage', `"${name}" is no name of a repository.`, {
        remedy: 'Name it without its owner: ?repository=NAME.',
      })
    }
    const tally = await links.tally({ owners: [owner] })
    const names = [...new Set(tally.map(({ repo }) => repo.repo))].filter((repo) =>
      visitor.may('read', { owner, repo }),
    )
    const [only, ...others] = names
    if (only !== undefined && others.length === 0) return { owner, repo: only }
    const which = only === undefined ? '' : ` Those with pairs: ${names.sort().join(', ')}.`
    throw new LockstepError('usage', 'The options are those of a repository, and it is not clear which is meant.', {
      remedy: `Add ?repository=NAME to the address.${which}`,
    })
  }

  return async (owner: string, context: WebContext): Promise<OptionsScope> => {
    const visitor = visitorOf(context)
    const repo = await chooseRepo(visitor, owner, context.req.query('repository'))
    demand(visitor, repo, 'write')
    return await openOptions(repo)
  }
}
