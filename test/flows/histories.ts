import fc from 'fast-check'
import { isGone } from '../../src/core/issue.ts'
import type { Comment, Issue } from '../../src/core/issue.ts'
import type { Tracker } from '../../src/core/ports.ts'
import type { Ticket } from '../../src/core/ticket.ts'
import type { Fault } from '../../sandbox/kit/faults.ts'
import type { GitHubServer } from '../../sandbox/github/server.ts'

/** What people do to a ticket in the tracker's own pages. */
export interface TicketPeople {
  retitle(key: string, title: string): void
  rewrite(key: string, paragraphs: readonly string[]): void
  close(key: string): void
  reopen(key: string): void
  assign(key: string, person: Person | null): void
  tag(key: string, tag: string): void
  comment(key: string, text: string): string
  editComment(key: string, id: string, text: string): void
  deleteComment(key: string, id: string): void
}

export const persons = ['ada', 'grace', 'hedy'] as const
export type Person = (typeof persons)[number]

const place = fc.constantFrom('github' as const, 'tracker' as const)
const word = fc.constantFrom(
  'engine',
  'valve',
  'fuel',
  'launch pad',
  'red *button*',
  'a < b & c',
  '`code`',
  'Ünïcode ✓',
)

/** One thing that a person does, or that Lockstep or the network does in between. */
export const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('retitle' as const), on: place, word }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rewrite' as const), on: place, at: fc.nat(2), word }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('close' as const), on: place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reopen' as const), on: place }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('assign' as const), on: place, who: fc.constantFrom(...persons, null) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('label' as const),
      on: place,
      label: fc.constantFrom('bug', 'ui', 'Later'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('comment' as const), on: place, word }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('editComment' as const), on: place, word, nth: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deleteComment' as const), on: place, nth: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('scan' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reconcile' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      on: place,
      nth: fc.integer({ min: 1, max: 6 }),
      how: fc.constantFrom<Fault>(
        { status: 500, body: { message: 'sorry' } },
        { reset: 'before' },
        { reset: 'after' },
        { malformed: true },
      ),
    }),
  },
)
export type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

export interface World {
  readonly github: GitHubServer
  readonly tracker: Tracker
  readonly people: TicketPeople
  readonly number: number
  readonly faults: { github(fault: Fault): void; tracker(fault: Fault): void }
  findKey(): Promise<string | undefined>
  scan(): Promise<unknown>
  reconcile(): Promise<unknown>
}

/** What people wrote, kept to compare with how it ends. */
export interface Told {
  readonly titles: Set<string>
  readonly paragraphs: [string, string, string]
  /** Comments by text that were neither edited nor deleted since. */
  readonly comments: Map<string, { readonly on: 'github' | 'tracker'; readonly id: string }>
}

let serial = 0

const issueOf = ({ world }: GitHubServer, number: number) =>
  [...world.repos.values()].find(({ name }) => name === 'rocket')?.issues.get(number)

export async function play(steps: readonly Step[], world: World, told: Told): Promise<void> {
  for (const one of steps) await take(one, world, told)
}

async function take(
  one: Step,
  { github, people, number, faults, findKey, scan, reconcile }: World,
  told: Told,
): Promise<void> {
  const act = github.act
  const key = 'on' in one && one.on === 'tracker' ? await findKey() : undefined
  const onTracker = 'on' in one && one.on === 'tracker'
  // Before the ticket exists nobody can do anything to it.
  if (onTracker && key === undefined && one.do !== 'fail') return
  const fresh = (text: string) => `${text} ${++serial}`
  switch (one.do) {
    case 'retitle': {
      const title = fresh(one.word)
      told.titles.add(title)
      if (key === undefined) act.editIssue({ as: 'ada', number, title })
      else people.retitle(key, title)
      return
    }
    case 'rewrite': {
      const text = fresh(one.word).replaceAll(/[*`<&]/g, '')
      told.paragraphs[one.at] = text
      const issue = issueOf(github, number)
      const before = (issue?.body ?? '').split('\n\n')
      if (key === undefined)
        act.editIssue({ as: 'ada', number, body: before.with(Math.min(one.at, before.length - 1), text).join('\n\n') })
      else people.rewrite(key, told.paragraphs)
      return
    }
    case 'close':
      if (key === undefined) act.closeIssue({ as: 'grace', number, reason: 'completed' })
      else people.close(key)
      return
    case 'reopen':
      if (key === undefined) act.reopenIssue({ as: 'grace', number })
      else people.reopen(key)
      return
    case 'assign': {
      if (key !== undefined) return people.assign(key, one.who)
      const present = issueOf(github, number)?.assignees.map(({ login }) => login) ?? []
      if (present.length > 0) act.unassign({ as: 'ada', number, assignees: present })
      if (one.who !== null) act.assign({ as: 'ada', number, assignees: [one.who] })
      return
    }
    case 'label':
      if (key === undefined) act.label({ as: 'ada', number, labels: [one.label] })
      else people.tag(key, one.label)
      return
    case 'comment': {
      const text = fresh(one.word)
      const id =
        key === undefined ? String(act.comment({ as: 'hedy', number, body: text }).id) : people.comment(key, text)
      told.comments.set(text, { on: one.on, id })
      return
    }
    case 'editComment': {
      const [text, comment] = [...told.comments].filter(([, { on }]) => on === one.on)[one.nth] ?? []
      if (text === undefined || comment === undefined) return
      const next = fresh(one.word)
      told.comments.delete(text)
      told.comments.set(next, comment)
      if (key === undefined) act.editComment({ as: 'hedy', id: Number(comment.id), body: next })
      else people.editComment(key, comment.id, next)
      return
    }
    case 'deleteComment': {
      const [text, comment] = [...told.comments].filter(([, { on }]) => on === one.on)[one.nth] ?? []
      if (text === undefined || comment === undefined) return
      told.comments.delete(text)
      if (key === undefined) act.deleteComment({ as: 'hedy', id: Number(comment.id) })
      else people.deleteComment(key, comment.id)
      return
    }
    case 'scan':
      await scan()
      return
    case 'reconcile':
      await reconcile()
      return
    case 'fail':
      faults[one.on]({ ...one.how, nth: one.nth, times: one.nth })
      return
  }
}

export interface Ended {
  readonly issue: Issue
  readonly ticket: Ticket
  readonly issueComments: readonly Comment[]
  readonly ticketComments: readonly Comment[]
}

export async function readEnd(
  { tracker }: Pick<World, 'tracker'>,
  host: {
    readIssue(ref: Issue['ref']): Promise<unknown>
    readComments(ref: Issue['ref']): Promise<readonly Comment[]>
  },
  ref: Issue['ref'],
  key: string,
): Promise<Ended> {
  const issue = (await host.readIssue(ref)) as Issue
  const ticket = (await tracker.readTickets([key])).get(key)
  if (ticket === undefined || isGone(ticket)) throw new Error(`${key} is gone`)
  return {
    issue,
    ticket,
    issueComments: await host.readComments(ref),
    ticketComments: await tracker.readComments(ticket),
  }
}
