import * as fc from 'fast-check'
import type { Fault } from '../../sandbox/kit/faults.ts'
import type { GitHubServer } from '../../sandbox/github/server.ts'
import type { Link } from '../../src/core/link.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import type { Side } from './sides.ts'

/** What people do to a ticket in the tracker's own pages. */
export interface TicketPeople {
  retitle(key: string, title: string): void
  rewrite(key: string, paragraphs: readonly string[]): void
  close(key: string): void
  reopen(key: string): void
  assign(key: string, person: Person | null): void
  tag(key: string, tag: string): void
  untag(key: string, tag: string): void
  /** Sets a value by the name it has on GitHub, or takes it away. */
  choose(key: string, field: Chosen, name: string | null): void
  comment(key: string, text: string): string
  editComment(key: string, id: string, text: string): void
  deleteComment(key: string, id: string): void
  remove(key: string): void
}

export const persons = ['ada', 'grace', 'hedy'] as const
export type Person = (typeof persons)[number]

/** Where a step happens: on the issue, or on its ticket in the first or the second tracker of the world. */
export const places = ['github', 'tracker', 'other'] as const
export type Place = (typeof places)[number]
const place = fc.constantFrom(...places)

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

/** Each side has its own, so that at the end it is known who put it there. */
export const ownLabels: Readonly<Record<Place, readonly string[]>> = {
  github: ['bug', 'ui'],
  tracker: ['later', 'tech'],
  other: ['risk', 'ops'],
}
const which = fc.nat(1)

/** Values that show on GitHub as one of some labels, or as the milestone. */
export const choices = {
  priority: ['urgent', 'someday'],
  estimate: ['small', 'large'],
  milestone: ['Alpha', 'Beta'],
} as const
export const chosenFields = ['priority', 'estimate', 'milestone'] as const
export type Chosen = keyof typeof choices

/** One thing that a person does, or that Lockstep or the network does in between. */
export const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('retitle' as const), on: place, word }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('rewrite' as const), on: place, at: fc.nat(2), word }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('close' as const),
      on: place,
      reason: fc.constantFrom('completed' as const, 'not_planned' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reopen' as const), on: place }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('assign' as const), on: place, who: fc.constantFrom(...persons, null) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('label' as const), on: place, which }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('unlabel' as const), on: place, which }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('choose' as const),
      on: place,
      field: fc.constantFrom(...chosenFields),
      name: fc.constantFrom(0, 1, null),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('comment' as const), on: place, word }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('editComment' as const), on: place, word, nth: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deleteComment' as const), on: place, nth: fc.nat(3) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('scan' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reconcile' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  {
    weight: 4,
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
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('remove' as const), on: place, how: fc.constantFrom('delete', 'transfer') }),
  },
)
export type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

export interface Half {
  readonly place: Place
  readonly side: Side
  findLink(): Promise<Link | undefined>
}

export interface World {
  readonly github: GitHubServer
  readonly number: number
  /** The trackers of this world; steps on one that is not there do nothing. */
  readonly tracker: Half
  readonly other: Half | null
  scan(): Promise<unknown>
  reconcile(): Promise<readonly Outcome[]>
  /** Another process takes over. */
  restart(): Promise<void>
}

export type ToldField = 'title' | 'body' | 'status' | 'assignee' | Chosen

/** What people wrote, kept to compare with how it ends. */
export interface Told {
  readonly first: string
  /** The last value that somebody gave to a field, on each side. */
  readonly last: Record<Place, Map<ToldField, string | null>>
  readonly paragraphs: [string, string, string]
  /** Comments by text that were neither edited nor deleted since. */
  readonly comments: Map<string, { readonly on: Place; readonly id: string }>
  /** Labels that people have put on their own side and not taken off again. */
  readonly labels: Record<Place, Set<string>>
  /** Choices that anybody ever took away: GitHub without a label says nothing about the ticket. */
  readonly emptied: Set<Chosen>
  /** Where there is nothing any more. */
  readonly gone: Set<Place>
}

export const beginTelling = (title: string, paragraphs: Told['paragraphs']): Told => ({
  first: title,
  last: { github: new Map([['title', title]]), tracker: new Map(), other: new Map() },
  paragraphs,
  comments: new Map(),
  labels: { github: new Set(), tracker: new Set(), other: new Set() },
  emptied: new Set(),
  gone: new Set(),
})

let serial = 0

const issueOf = ({ world }: GitHubServer, number: number) =>
  [...world.repos.values()].find(({ name }) => name === 'rocket')?.issues.get(number)

export async function play(steps: readonly Step[], world: World, told: Told): Promise<void> {
  for (const one of steps) await take(one, world, told)
}

async function take(one: Step, world: World, told: Told): Promise<void> {
  if (one.do === 'scan' || one.do === 'reconcile' || one.do === 'restart') {
    await world[one.do]()
    return
  }
  const half = one.on === 'github' ? null : world[one.on]
  if (one.on !== 'github' && half === null) return
  if (one.do === 'fail') {
    const { faults } = half?.side.server ?? world.github
    return faults.add({ ...one.how, nth: one.nth, times: one.nth })
  }
  if (told.gone.has(one.on)) return
  // Whether somebody reopened what was closed for good could not be told at the end.
  if (one.do === 'reopen' && told.gone.size > 0) return
  if (one.on === 'github') return takeOnIssue(one, world, told)
  if (half === null) return
  const key = (await half.findLink())?.ticket.key
  // Before the ticket exists nobody can do anything to it.
  if (key !== undefined) takeOnTicket(one, { people: half.side.people, key, on: one.on }, told)
}

type Act = Exclude<Step, { do: 'scan' | 'reconcile' | 'restart' | 'fail' }>

const fresh = (text: string): string => `${text} ${++serial}`
const plain = (text: string): string => fresh(text).replaceAll(/[*`<&]/g, '')

function chooseName({ field, name }: Extract<Act, { do: 'choose' }>, told: Told): string | null {
  if (name === null) told.emptied.add(field)
  return name === null ? null : choices[field][name]
}

const ownComment = (told: Told, on: Place, nth: number) =>
  [...told.comments].filter(([, comment]) => comment.on === on)[nth] ?? []

function takeOnIssue(one: Act, { github, number }: World, told: Told): void {
  const { act } = github
  const tell = (field: ToldField, value: string | null) => void told.last.github.set(field, value)
  switch (one.do) {
    case 'retitle': {
      const title = fresh(one.word)
      tell('title', title)
      act.editIssue({ as: 'ada', number, title })
      return
    }
    case 'rewrite': {
      const text = plain(one.word)
      told.paragraphs[one.at] = text
      tell('body', text)
      const before = (issueOf(github, number)?.body ?? '').split('\n\n')
      const body = before.with(Math.min(one.at, before.length - 1), text).join('\n\n')
      act.editIssue({ as: 'ada', number, body })
      return
    }
    case 'close':
      tell('status', 'closed')
      act.closeIssue({ as: 'grace', number, reason: one.reason })
      return
    case 'reopen':
      tell('status', 'open')
      act.reopenIssue({ as: 'grace', number })
      return
    case 'assign': {
      tell('assignee', one.who)
      const present = issueOf(github, number)?.assignees.map(({ login }) => login) ?? []
      if (present.length > 0) act.unassign({ as: 'ada', number, assignees: present })
      if (one.who !== null) act.assign({ as: 'ada', number, assignees: [one.who] })
      return
    }
    case 'label': {
      const label = ownLabels.github[one.which] ?? ''
      told.labels.github.add(label)
      act.label({ as: 'ada', number, labels: [label] })
      return
    }
    case 'unlabel': {
      const label = ownLabels.github[one.which] ?? ''
      if (told.labels.github.delete(label)) act.unlabel({ as: 'ada', number, labels: [label] })
      return
    }
    case 'choose': {
      const name = chooseName(one, told)
      tell(one.field, name)
      if (one.field === 'milestone') return void act.setMilestone({ as: 'ada', number, milestone: name })
      const present = issueOf(github, number)?.labels.map((label) => label.name) ?? []
      const others = choices[one.field].filter((label) => label !== name && present.includes(label))
      if (others.length > 0) act.unlabel({ as: 'ada', number, labels: others })
      if (name !== null) act.label({ as: 'ada', number, labels: [name] })
      return
    }
    case 'comment': {
      const text = fresh(one.word)
      told.comments.set(text, { on: 'github', id: String(act.comment({ as: 'hedy', number, body: text }).id) })
      return
    }
    case 'editComment': {
      const [text, comment] = ownComment(told, 'github', one.nth)
      if (text === undefined || comment === undefined) return
      const next = fresh(one.word)
      told.comments.delete(text)
      told.comments.set(next, comment)
      act.editComment({ as: 'hedy', id: Number(comment.id), body: next })
      return
    }
    case 'deleteComment': {
      const [text, comment] = ownComment(told, 'github', one.nth)
      if (text === undefined || comment === undefined) return
      told.comments.delete(text)
      act.deleteComment({ as: 'hedy', id: Number(comment.id) })
      return
    }
    case 'remove':
      told.gone.add('github')
      if (one.how === 'delete') act.deleteIssue({ as: 'ada', number })
      else act.transferIssue({ as: 'ada', number, to: 'acme/hangar' })
      return
  }
}

interface OnTicket {
  readonly people: TicketPeople
  readonly key: string
  readonly on: 'tracker' | 'other'
}

function takeOnTicket(one: Act, { people, key, on }: OnTicket, told: Told): void {
  const tell = (field: ToldField, value: string | null) => void told.last[on].set(field, value)
  switch (one.do) {
    case 'retitle': {
      const title = fresh(one.word)
      tell('title', title)
      return people.retitle(key, title)
    }
    case 'rewrite':
      told.paragraphs[one.at] = plain(one.word)
      tell('body', told.paragraphs[one.at] ?? null)
      return people.rewrite(key, told.paragraphs)
    case 'close':
      tell('status', 'closed')
      return people.close(key)
    case 'reopen':
      tell('status', 'open')
      return people.reopen(key)
    case 'assign':
      tell('assignee', one.who)
      return people.assign(key, one.who)
    case 'label': {
      const label = ownLabels[on][one.which] ?? ''
      if (told.labels[on].has(label)) return
      told.labels[on].add(label)
      return people.tag(key, label)
    }
    case 'unlabel': {
      const label = ownLabels[on][one.which] ?? ''
      return told.labels[on].delete(label) ? people.untag(key, label) : undefined
    }
    case 'choose': {
      const name = chooseName(one, told)
      tell(one.field, name)
      return people.choose(key, one.field, name)
    }
    case 'comment': {
      const text = fresh(one.word)
      told.comments.set(text, { on, id: people.comment(key, text) })
      return
    }
    case 'editComment': {
      const [text, comment] = ownComment(told, on, one.nth)
      if (text === undefined || comment === undefined) return
      const next = fresh(one.word)
      told.comments.delete(text)
      told.comments.set(next, comment)
      return people.editComment(key, comment.id, next)
    }
    case 'deleteComment': {
      const [text, comment] = ownComment(told, on, one.nth)
      if (text === undefined || comment === undefined) return
      told.comments.delete(text)
      return people.deleteComment(key, comment.id)
    }
    case 'remove':
      told.gone.add(on)
      return people.remove(key)
  }
}
