import { parseIssueRef } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Hint, Round } from './round.ts'

const AT_ONCE = 500

/** What failed or was blocked the last time: it may not move again by itself. */
export async function* scanWaiting(round: Round): AsyncGenerator<Outcome> {
  const { deps, repo, waiting } = round
  const links = await Promise.all(
    ['failed', 'blocked'].map((outcome) => deps.store.links.list({ repo, outcome, limit: AT_ONCE })),
  )
  const numbers = new Set([
    ...waiting.issues,
    ...links
      .flat()
      .filter(({ state }) => state === 'active')
      .map(({ issue }) => issue.number),
  ])
  yield* round.work([...numbers].map((number) => hintOf(round, number)))
}

/** Children whose parent has got its counterpart since. */
export async function* scanChildren(round: Round): AsyncGenerator<Outcome> {
  const { deps, repo, waiting } = round
  const ready: number[] = []
  for (const number of waiting.children) {
    const links = await deps.store.links.ofIssue({ ...repo, number })
    const found = await Promise.all(links.map((link) => hasParent(round, link)))
    if (found.includes(true)) ready.push(number)
    else if (links.length === 0) waiting.children.delete(number)
  }
  yield* round.work(ready.map((number) => hintOf(round, number)))
}

async function hasParent({ deps }: Round, { said, ticket: { connection } }: Link): Promise<boolean> {
  for (const key of said.filter((one) => one.startsWith('parent:')).map((one) => one.slice('parent:'.length))) {
    const issue = parseIssueRef(key)
    const link =
      issue === undefined
        ? await deps.store.links.ofTicket({ connection, key })
        : await deps.store.links.find(issue, connection)
    if (link !== undefined) return true
  }
  return false
}

const hintOf = ({ repo }: Round, number: number): Hint => ({ ref: { ...repo, number }, comments: true, known: {} })
