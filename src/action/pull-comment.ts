import { LockstepError } from '../core/errors.ts'
import type { RepoRef } from '../core/issue.ts'
import type { IssueHost } from '../core/ports.ts'

const MARK = '<!-- lockstep:plan -->'
const LIMIT = 60_000

/** Tells the plan under a pull request: one comment, edited from then on. Answers whether the token may. */
export async function tellPlan(host: IssueHost, repo: RepoRef, number: number, plan: string): Promise<boolean> {
  const ref = { ...repo, number }
  const cut = plan.length > LIMIT ? `${plan.slice(0, LIMIT)}\n\nThe rest is in the summary of the run.` : plan
  const body = `${cut}\n\n${MARK}`
  try {
    const before = (await host.readComments(ref)).find((comment) => comment.body.includes(MARK))
    if (before === undefined) await host.addComment(ref, body)
    else if (before.body !== body) await host.editComment(ref, before.id, body)
    return true
  } catch (error) {
    if (error instanceof LockstepError && ['not-permitted', 'not-found'].includes(error.code)) return false
    throw error
  }
}
