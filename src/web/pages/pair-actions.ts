import { Hono } from 'hono'
import { LockstepError } from '../../core/errors.ts'
import { printIssueRef } from '../../core/issue.ts'
import type { Link } from '../../core/link.ts'
import { removeLink } from '../../sync/links.ts'
import { resolveConflict } from '../../sync/resolve.ts'
import type { WebEnv } from '../context.ts'
import type { PagesDeps } from './deps.ts'
import { pairPath } from './entry-line.ts'
import type { Told } from './layout.ts'
import { findPair, PAIR_PATH } from './pair.ts'
import { visitorOf } from './visitor.ts'

/** What a person can do about a pair; the server has checked before that the form is ours. */
export function createPairActions(deps: PagesDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  const back = ({ issue, ticket }: Link, told: Told) =>
    `${pairPath(printIssueRef(issue), ticket.connection)}?told=${told}`

  app.post(`${PAIR_PATH}/sync`, async (context) => {
    const link = await findPair(deps, context, 'write')
    await deps.requestSync(link.issue, visitorOf(context).login)
    return context.redirect(back(link, 'asked'), 303)
  })

  app.post(`${PAIR_PATH}/part`, async (context) => {
    const link = await findPair(deps, context, 'write')
    const sync = await deps.open(link.issue)
    await removeLink(sync, link.issue, link.ticket.connection, visitorOf(context).login)
    return context.redirect(back(link, 'parted'), 303)
  })

  app.post(`${PAIR_PATH}/resolve`, async (context) => {
    const link = await findPair(deps, context, 'write')
    const { field, winner } = await context.req.parseBody()
    if (typeof field !== 'string' || (winner !== 'github' && winner !== 'tracker')) {
      throw new LockstepError('usage', 'The form does not say which side is kept.', {
        remedy: 'Choose one of the two.',
      })
    }
    const { connection } = link.ticket
    const actor = visitorOf(context).login
    await resolveConflict(await deps.open(link.issue), link.issue, { connection, field, winner, actor })
    const after = await deps.store.links.find(link.issue, connection)
    const settled = after?.outcome === 'updated' || after?.outcome === 'unchanged'
    return context.redirect(back(link, settled ? 'decided' : 'undecided'), 303)
  })
  return app
}
