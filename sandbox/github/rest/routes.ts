import type { Route } from '../../kit/router.ts'
import { repoRoutesOf, routesOf } from '../call.ts'
import type { Host } from '../host.ts'
import type { Limits } from '../limits.ts'
import type { Webhooks } from '../webhooks.ts'
import { appEndpoints } from './apps.ts'
import { assigneeEndpoints } from './assignees.ts'
import { checkEndpoints } from './checks.ts'
import { commentEndpoints } from './comments.ts'
import { contentEndpoints } from './contents.ts'
import { deliveryEndpoints } from './deliveries.ts'
import { gitEndpoints } from './git.ts'
import { graphqlRoutes } from './graphql.ts'
import { hookEndpoints } from './hooks.ts'
import { eventEndpoints } from './events.ts'
import { issueEndpoints } from './issues.ts'
import { labelEndpoints } from './labels.ts'
import { milestoneEndpoints } from './milestones.ts'
import { oauthRoutes } from './oauth.ts'
import { peopleEndpoints } from './people.ts'
import { pullEndpoints } from './pulls.ts'
import { reactionEndpoints } from './reactions.ts'
import { repoEndpoints, repoListEndpoints } from './repos.ts'
import { subIssueEndpoints } from './sub-issues.ts'

/** More exact patterns first: `/issues/comments` before `/issues/:number`. */
export function allRoutes(
  host: Host,
  { limits, webhooks }: { readonly limits: Limits; readonly webhooks: Webhooks },
): Route[] {
  return [
    ...repoRoutesOf(host, [
      ...commentEndpoints,
      ...eventEndpoints,
      ...issueEndpoints,
      ...labelEndpoints,
      ...assigneeEndpoints,
      ...milestoneEndpoints,
      ...subIssueEndpoints,
      ...reactionEndpoints,
      ...contentEndpoints,
      ...checkEndpoints,
      ...gitEndpoints,
      ...pullEndpoints,
      ...hookEndpoints,
      ...repoEndpoints,
    ]),
    ...routesOf(host, [
      ...peopleEndpoints(limits),
      ...repoListEndpoints,
      ...appEndpoints,
      ...deliveryEndpoints(webhooks),
    ]),
    ...graphqlRoutes(host),
    ...oauthRoutes(host),
  ]
}
