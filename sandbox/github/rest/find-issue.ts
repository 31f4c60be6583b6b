import type { RepoCall } from '../call.ts'
import { numberParam } from '../call.ts'
import { refuse, refuseNotFound } from '../reply.ts'
import type { Issue } from '../world.ts'

/** The issue of the path: 410 once deleted, 301 once transferred. */
export function issueOf(call: RepoCall): Issue {
  const { repo, world, links } = call
  const issue = repo.issues.get(numberParam(call, 'number'))
  if (issue === undefined) return refuseNotFound()
  if (issue.deleted) return refuse(410, 'This issue was deleted', { docs: 'https://docs.github.com/v3/issues/' })
  if (issue.transferredTo !== null) {
    const { repoId, number } = issue.transferredTo
    if (!world.repos.has(repoId)) return refuseNotFound()
    const tail = call.request.path.replace(/^.*?\/issues\/\d+/, '')
    const url = `${links.api}/repositories/${repoId}/issues/${number}${tail}`
    return refuse(301, 'Moved Permanently', {
      url,
      headers: { location: url },
      docs: 'https://docs.github.com/v3/#http-redirects',
    })
  }
  return issue
}
