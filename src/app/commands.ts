import { z } from 'zod'
import { LockstepError, asLockstepError } from '../core/errors.ts'
import type { IssueRef } from '../core/issue.ts'
import { printIssueRef } from '../core/issue.ts'
import type { Log } from '../core/ports.ts'
import type { Queue } from '../core/queue.ts'
import type { TicketRef } from '../core/ticket.ts'
import { parseTicketRef, printTicketRef } from '../core/ticket.ts'
import { addLink, removeLink } from '../sync/links.ts'
import { pauseLinks, resumeLinks } from '../sync/pause.ts'
import { reconcile } from '../sync/reconcile.ts'
import type { Wired } from '../wire.ts'
import { isAnswer, printAnswer, printHelp, printOutcomeLines, printPairs } from './answer.ts'
import { parseCommand, type Command } from './command-line.ts'
import { issueKey, issueTask, type WorkOf } from './tasks.ts'

export interface CommandDeps {
  readonly wired: Wired
  readonly queue: Pick<Queue, 'add' | 'replay'>
  readonly log: Log
}

const CommentJson = z.object({ body: z.string().nullish(), user: z.object({ login: z.string() }).nullish() })
const PermissionJson = z.object({ permission: z.string() })
const ReactionJson = z.object({ id: z.number() })

interface Scene {
  readonly wired: Wired
  readonly queue: CommandDeps['queue']
  readonly issue: IssueRef
  readonly installation: number | null
  /** The login of whoever asks. */
  readonly actor: string
}

/** Does what a comment asks for, if its author may write to the repository; others are not even answered. */
export async function runCommand({ wired, queue, log }: CommandDeps, work: WorkOf<'command'>): Promise<void> {
  const { owner, repo, number, comment, installation } = work
  const issue = { owner, repo, number }
  const asked = await readComment(wired, work)
  const command = parseCommand(asked?.body ?? '')
  const actor = asked?.user?.login
  if (command === undefined || actor === undefined) return
  if (!(await mayWrite(wired, work, actor))) {
    log.debug('command refused', { issue: printIssueRef(issue), actor, command: command.name })
    return
  }
  const eyes = await react(wired, work, 'eyes')
  const { lines, done } = await answer({ wired, queue, issue, installation, actor }, command)
  await say(wired, issue, lines)
  await react(wired, work, done ? 'rocket' : 'confused')
  const place = { owner, repo, comment_id: comment, reaction_id: eyes }
  await wired.client.call('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}', place)
}

async function readComment({ client }: Wired, { owner, repo, comment }: WorkOf<'command'>) {
  try {
    const place = { owner, repo, comment_id: comment }
    return await client.read(CommentJson, 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}', place)
  } catch (error) {
    // Its author thought better of it.
    if (error instanceof LockstepError && error.code === 'not-found') return undefined
    throw error
  }
}

async function mayWrite({ client }: Wired, { owner, repo }: WorkOf<'command'>, username: string): Promise<boolean> {
  const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission'
  try {
    const { permission } = await client.read(PermissionJson, route, { owner, repo, username })
    return permission === 'admin' || permission === 'write'
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'not-found') return false
    throw error
  }
}

async function react({ client }: Wired, { owner, repo, comment }: WorkOf<'command'>, content: string): Promise<number> {
  const route = 'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions'
  return (await client.read(ReactionJson, route, { owner, repo, comment_id: comment, content })).id
}

async function say({ host }: Wired, issue: IssueRef, lines: readonly string[]): Promise<void> {
  const body = printAnswer(lines)
  const before = (await host.readComments(issue)).find((comment) => comment.own && isAnswer(comment.body))
  if (before === undefined) await host.addComment(issue, body)
  else await host.editComment(issue, before.id, body)
}

interface Answer {
  readonly lines: readonly string[]
  readonly done: boolean
}

async function answer(scene: Scene, command: Command): Promise<Answer> {
  const said = `\`/lockstep ${command.name === 'unknown' ? command.word : command.name}\` by ${scene.actor}:`
  try {
    const { lines, done } = await run(scene, command)
    return { lines: [said, '', ...lines], done }
  } catch (thrown) {
    const { code, message, remedy, retryable } = asLockstepError(thrown)
    // The queue comes again by itself; a person reads of it only when that is over.
    if (retryable) throw thrown
    const help = code === 'usage' || remedy === null ? [] : [remedy]
    return { lines: [said, '', message, ...help], done: false }
  }
}

const good = (lines: readonly string[]): Answer => ({ lines, done: true })

async function run(scene: Scene, command: Command): Promise<Answer> {
  const { wired, issue, actor } = scene
  switch (command.name) {
    case 'help':
      return good(printHelp())
    case 'unknown':
      return { lines: [command.problem, '', ...printHelp()], done: false }
    case 'sync':
    case 'plan':
      return await reconcileNow(scene, command.name === 'plan')
    case 'explain':
      return await explain(scene)
    case 'link':
      return await link(scene, command.ticket)
    case 'unlink': {
      const parted = await removeLink(wired.deps, issue, command.tracker, actor)
      if (parted.length === 0) return { lines: ['There is no such pair.'], done: false }
      return good(parted.map(({ ticket }) => `Parted from ${printTicketRef(ticket)}.`))
    }
    case 'pause': {
      const paused = await pauseLinks(wired.deps, issue, actor)
      return { lines: [paused.length === 0 ? 'There is nothing to pause.' : 'Paused.'], done: paused.length > 0 }
    }
    case 'resume': {
      const resumed = await resumeLinks(wired.deps, issue, actor)
      if (resumed.length === 0) return { lines: ['Nothing is paused here.'], done: false }
      return await reconcileNow(scene, false)
    }
    case 'retry': {
      const replayed = await scene.queue.replay({ key: issueKey(issue) })
      await scene.queue.add([issueTask(issue, { installation: scene.installation, actor, comments: true })])
      return good([
        replayed > 0 ? 'What failed is tried again.' : 'Nothing had failed; it is looked at again all the same.',
      ])
    }
  }
}

async function reconcileNow({ wired, issue, actor }: Scene, dryRun: boolean): Promise<Answer> {
  const outcomes = await reconcile(wired.deps, issue, { actor, dryRun, comments: true })
  const done = !outcomes.some(({ outcome }) => outcome === 'failed' || outcome === 'blocked')
  return { lines: outcomes.flatMap(printOutcomeLines), done }
}

const LATEST = 5

async function explain({ wired, issue }: Scene): Promise<Answer> {
  const { links, events } = wired.store
  const pairs = await links.ofIssue(issue)
  const outcomes = await reconcile(wired.deps, issue, { dryRun: true })
  const entries = await events.list({ issue: printIssueRef(issue), limit: LATEST })
  return good([
    ...printPairs(issue, pairs, ({ ticket }) => wired.ticketUrl(ticket)),
    '',
    'What a sync would do:',
    ...outcomes.flatMap(printOutcomeLines),
    ...(entries.length === 0 ? [] : ['', 'What happened last:']),
    ...entries.map(({ at, outcome, message }) => `- ${at.slice(0, 16).replace('T', ' ')} UTC, ${outcome}: ${message}`),
  ])
}

async function link({ wired, issue, actor }: Scene, text: string): Promise<Answer> {
  const ticket = findTicket(wired, text)
  const before = await wired.store.links.find(issue, ticket.connection)
  const again = before?.state !== 'ended' && before?.ticket.key === ticket.key
  if (!again) {
    const taken = await wired.store.links.ofTicket(ticket)
    // Whose issue it is may be none of this organization's business.
    if (taken !== undefined && taken.state !== 'ended' && taken.issue.owner.toLowerCase() !== issue.owner.toLowerCase())
      throw new LockstepError('usage', `${printTicketRef(ticket)} is paired already.`)
    await addLink(wired.deps, issue, ticket, actor)
  }
  const url = wired.ticketUrl(ticket)
  return good([`Paired with ${url === '' ? printTicketRef(ticket) : `[${printTicketRef(ticket)}](${url})`}.`])
}

/** `boards:12`, or a key as people write it, as long as only one tracker knows it. */
function findTicket({ trackers }: Wired, text: string): TicketRef {
  const named = parseTicketRef(text)
  if (named !== undefined && trackers.has(named.connection)) return named
  const found = [...trackers].flatMap(([connection, tracker]) =>
    tracker.findKeys(text).map((key) => ({ connection, key })),
  )
  const [only, ...more] = found
  if (only !== undefined && more.length === 0) return only
  const known = [...trackers.keys()].map((name) => `${name}:KEY`).join(' or ')
  const problem = only === undefined ? 'That names no ticket.' : 'That may be a ticket of several trackers.'
  throw new LockstepError('usage', `${problem} Write ${known}.`)
}
