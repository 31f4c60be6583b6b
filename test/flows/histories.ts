import type { GitHubServer } from '../../sandbox/github/server.ts'
import { printIssueRef } from '../../src/core/issue.ts'
import type { Link } from '../../src/core/link.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import type { Side } from './sides.ts'
import { repo } from './stage.ts'
import { choices, ownLabels } from './steps.ts'
import type { Act, Chosen, Person, Place, Removal, Step } from './steps.ts'

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
  hang(key: string, parent: string | null): void
  comment(key: string, text: string): string
  editComment(key: string, id: string, text: string): void
  deleteComment(key: string, id: string): void
  remove(key: string): void
}

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
  /** What this issue may hang under; none when it is one of them. */
  readonly parents: readonly Parent[]
  scan(): Promise<unknown>
  reconcile(): Promise<readonly Outcome[]>
  /** Another process takes over. */
  restart(): Promise<void>
  /** Somebody does something on one side while Lockstep is at work with another one. */
  interrupt(on: Place, after: number, act: () => void): Promise<void>
}

export interface Parent {
  readonly number: number
  readonly told: Told
  keyOn(place: Place): Promise<string | undefined>
}

export type ToldField = 'title' | 'body' | 'status' | 'assignee' | 'parent' | Chosen

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

export const beginTelling = (title: string, paragraphs: Told['paragraphs'], labels: readonly string[]): Told => ({
  first: title,
  last: { github: new Map([['title', title]]), tracker: new Map(), other: new Map() },
  paragraphs,
  comments: new Map(),
  labels: { github: new Set(labels), tracker: new Set(), other: new Set() },
  emptied: new Set(),
  gone: new Set(),
})

let serial = 0

const repoOf = ({ world }: GitHubServer) => [...world.repos.values()].find(({ name }) => name === repo.repo)
const issueOf = (github: GitHubServer, number: number) => repoOf(github)?.issues.get(number)

export async function play(steps: readonly Step[], world: World, told: Told): Promise<void> {
  for (const one of steps) await take(one, world, told)
}

async function take(one: Step, world: World, told: Told): Promise<void> {
  switch (one.do) {
    case 'scan':
    case 'reconcile':
    case 'restart':
      await world[one.do]()
      return
    case 'fail': {
      const { faults } = (one.on === 'github' ? world.github : world[one.on]?.side.server) ?? {}
      return faults?.add({ ...one.how, nth: one.nth, times: one.nth })
    }
    case 'interrupt': {
      const act = await prepare(one.with, world, told)
      return act === null ? undefined : await world.interrupt(one.with.on, one.after, act)
    }
    default:
      ;(await prepare(one, world, told))?.()
  }
}

/** What somebody can do now or a little later; `null` where there is nothing to do it to. */
async function prepare(one: Act | Removal, world: World, told: Told): Promise<(() => void) | null> {
  const half = one.on === 'github' ? null : world[one.on]
  if (one.on !== 'github' && half === null) return null
  const parent = one.do === 'hang' ? (world.parents[one.under ?? 0] ?? null) : null
  if (one.do === 'hang' && parent === null) return null
  const key = half === null ? null : (await half.findLink())?.ticket.key
  // An epic has neither estimate nor crew.
  if (one.do === 'choose' && world.parents.length === 0 && !['priority', 'milestone'].includes(one.field)) return null
  // Before the ticket exists nobody can do anything to it.
  if (key === undefined) return null
  const parentKey = one.on === 'github' ? undefined : await parent?.keyOn(one.on)
  return () => {
    if (told.gone.has(one.on)) return
    // Whether somebody reopened what was closed for good could not be told at the end.
    if (one.do === 'reopen' && told.gone.size > 0) return
    if (parent?.told.gone.size) return
    if (half === null || key === null) takeOnIssue(one, { world, parent }, told)
    else takeOnTicket(one, { people: half.side.people, key, on: half.place, parentKey }, told)
  }
}

const fresh = (text: string): string => `${text} ${++serial}`
const plain = (text: string): string => fresh(text).replaceAll(/[*`<&]/g, '')

function chooseName({ field, name }: Extract<Act, { do: 'choose' }>, told: Told): string | null {
  if (name === null) told.emptied.add(field)
  return name === null ? null : choices[field][name]
}

const ownComment = (told: Told, on: Place, nth: number) =>
  [...told.comments].filter(([, comment]) => comment.on === on)[nth] ?? []

interface OnIssue {
  readonly world: World
  readonly parent: Parent | null
}

function takeOnIssue(one: Act | Removal, { world: { github, number }, parent }: OnIssue, told: Told): void {
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
    case 'hang': {
      const old = issueOf(github, number)?.parentId
      const present = [...(repoOf(github)?.issues.values() ?? [])].find(({ id }) => id === old)
      const next = one.under === null ? null : parent
      if (present?.number === next?.number) return
      tell('parent', next === null ? null : printIssueRef({ ...repo, number: next.number }))
      if (present !== undefined) act.removeSubIssue({ as: 'ada', number: present.number, child: number })
      if (next !== null) act.addSubIssue({ as: 'ada', number: next.number, child: number })
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
  readonly on: Place
  /** Of the parent that is meant, where it has a ticket. */
  readonly parentKey: string | undefined
}

function takeOnTicket(one: Act | Removal, { people, key, on, parentKey }: OnTicket, told: Told): void {
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
    case 'hang': {
      if (parentKey === undefined) return
      const next = one.under === null ? null : parentKey
      tell('parent', next)
      return people.hang(key, next)
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
