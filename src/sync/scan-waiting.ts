import { parseIssueRef } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import { fingerprintRules, isHeld } from './refused.ts'
import type { Hint, Round } from './round.ts'
import { isKept } from './view.ts'

const AT_ONCE = 500

/** What failed or was blocked the last time, and may end otherwise although nothing moves. */
export async function* scanWaiting(round: Round): AsyncGenerator<Outcome> {
  const { waiting } = round
  const numbers = new Set(waiting.issues)
  for (const printed of listRefused(round)) {
    const number = parseIssueRef(printed)?.number
    if (number !== undefined) numbers.add(number)
  }
  for await (const link of listUnsettled(round)) if (!isHeld(round.deps, link)) numbers.add(link.issue.number)
  yield* round.work([...numbers].map((number) => hintOf(round, number)))
}

/** What was refused under other rules than those of now. */
export function listRefused({ deps, waiting }: Round): readonly string[] {
  const rules = fingerprintRules(deps)
  return [...waiting.refused].flatMap(([printed, then]) => (then.rules === rules ? [] : [printed]))
}

/** Pairs whose last reconcile did not end well. */
export async function* listUnsettled({ deps, repo }: Round): AsyncGenerator<Link> {
  const filter = { repo, outcomes: ['failed', 'blocked'], state: 'active', limit: AT_ONCE } as const
  for (let after: Link | undefined; ;) {
    const links: readonly Link[] = await deps.store.links.list({ ...filter, ...(after && { after }) })
    yield* links
    if (links.length < AT_ONCE) return
    after = links.at(-1)
  }
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
    if (isKept(link)) return true
  }
  return false
}

const hintOf = ({ repo }: Round, number: number): Hint => ({ ref: { ...repo, number }, comments: true, known: {} })
