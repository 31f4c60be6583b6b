import { LockstepError } from '../core/errors.ts'
import { isGone, printIssueRef } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import { findMismatch } from '../core/route.ts'
import { parseTicketRef, printTicketRef } from '../core/ticket.ts'
import { addLink, rebuildLinks, removeLink } from '../sync/links.ts'
import { reconcile } from '../sync/reconcile.ts'
import type { CommandIO } from './command.ts'
import { defineCommand, exitCodes } from './command.ts'
import { printOutcome } from './report.ts'
import { openSession, requireIssue, sessionOptions } from './session.ts'
import type { Session } from './session.ts'

type Action = (session: Session, args: readonly string[], output: Output) => Promise<void>

interface Output {
  readonly json: boolean
  print(text: string, value: unknown): void
}

const actions: Readonly<Record<string, Action>> = { list, add, remove, rebuild, explain }

export const links = defineCommand({
  name: 'links',
  summary: 'Show, make, part and restore the pairs of issues and tickets.',
  usage: 'list | add ISSUE TICKET | remove ISSUE [TRACKER] | rebuild | explain ISSUE',
  positionals: { min: 1, max: 3 },
  options: { ...sessionOptions, json: { type: 'boolean', help: 'Print JSON, and nothing else, on stdout.' } },
  async run({ values, positionals: [name = '', ...args] }, io) {
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined
    if (action === undefined) {
      throw new LockstepError('usage', `"lockstep links" has no "${name}".`, {
        remedy: `Use one of ${Object.keys(actions).join(', ')}.`,
      })
    }
    const session = await openSession(values, io)
    try {
      await action(session, args, createOutput(io, values.json === true))
      return exitCodes.ok
    } finally {
      await session.close()
    }
  },
})

const createOutput = ({ stdout }: CommandIO, json: boolean): Output => ({
  json,
  print: (text, value) => stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`),
})

const PAGE = 500

async function list({ wired, repo }: Session, _: readonly string[], output: Output): Promise<void> {
  const all: Link[] = []
  for (;;) {
    const after = all.at(-1)
    const page = await wired.store.links.list({ repo, limit: PAGE, ...(after === undefined ? {} : { after }) })
    all.push(...page)
    if (page.length < PAGE) break
  }
  const lines = all.map(
    ({ issue, ticket, state, outcome }) =>
      `${printIssueRef(issue)}  ${printTicketRef(ticket)}  ${state === 'active' ? (outcome ?? 'never reconciled') : state}`,
  )
  output.print(lines.length === 0 ? 'There are no pairs yet.' : lines.join('\n'), all)
}

async function add(
  { wired, repo }: Session,
  [issue = '', ticket = '']: readonly string[],
  output: Output,
): Promise<void> {
  const ref = parseTicketRef(ticket)
  if (ref === undefined) {
    const remedy = `Write TRACKER:KEY, such as ${[...wired.trackers.keys()][0] ?? 'boards'}:12.`
    throw new LockstepError('usage', `"${ticket}" names no ticket.`, { remedy })
  }
  const link = await addLink(wired.deps, requireIssue(issue, repo), ref, 'command line')
  output.print(`${printIssueRef(link.issue)} and ${printTicketRef(link.ticket)} are a pair now.`, link)
}

async function remove(
  { wired, repo }: Session,
  [issue = '', tracker]: readonly string[],
  output: Output,
): Promise<void> {
  const parted = await removeLink(wired.deps, requireIssue(issue, repo), tracker ?? null, 'command line')
  const lines = parted.map(
    ({ issue: ref, ticket }) => `${printIssueRef(ref)} and ${printTicketRef(ticket)} are no longer kept in step.`,
  )
  output.print(lines.length === 0 ? 'There was no such pair.' : lines.join('\n'), parted)
}

async function rebuild({ wired, repo }: Session, _: readonly string[], output: Output): Promise<void> {
  const { restored, known, doubtful } = await rebuildLinks(wired.deps, repo, { actor: 'command line' })
  const lines = [
    `${restored.length} pairs found again, ${known} known already.`,
    ...doubtful.map(({ ticket, issue }) => `${ticket} also names ${issue}, which has another ticket: look at it.`),
  ]
  output.print(lines.join('\n'), { restored, known, doubtful })
}

const LAST = 5

/** The pair, both sides, the base, the last outcomes, and what would happen now and why. */
async function explain(
  { wired, repo, config }: Session,
  [text = '']: readonly string[],
  output: Output,
): Promise<void> {
  const ref = requireIssue(text, repo)
  const { deps, store, host } = wired
  const pairs = await store.links.ofIssue(ref)
  const events = await store.events.list({ issue: printIssueRef(ref), limit: LAST })
  const issue = await host.readIssue(ref)
  const routes = config.routes.map((rule, index) => ({
    route: index + 1,
    to: rule.to,
    fits: isGone(issue) ? false : findMismatch(rule.when, issue) === undefined,
    why: isGone(issue)
      ? `the issue is ${issue.gone}`
      : (findMismatch(rule.when, issue) ?? 'everything under "when" holds'),
  }))
  const now = await reconcile(deps, ref, { dryRun: true, comments: true })
  const lines = [
    printIssueRef(ref),
    ...routes.map(
      ({ route, to, fits, why }) => `  route ${route} to ${to} ${fits ? 'takes it' : 'does not take it'}: ${why}`,
    ),
    ...pairs.map(
      (link) =>
        `  paired with ${printTicketRef(link.ticket)} since ${link.createdAt} (${link.state})\n${printBase(link)}`,
    ),
    ...(events.length === 0 ? [] : ['', 'Before:']),
    ...events.toReversed().map(({ at, outcome, message }) => `  ${at}  ${outcome ?? ''}  ${message}`),
    '',
    'Now a sync would say:',
    ...now.map((outcome) => printOutcome(outcome).trimEnd()),
  ]
  output.print(lines.join('\n'), { issue, links: pairs, routes, events, now })
}

function printBase({ base }: Link): string {
  if (base === null) return '    never agreed yet'
  const fields = [...new Set([...Object.keys(base.issue), ...Object.keys(base.ticket)])].sort()
  return fields
    .map(
      (field) =>
        `    ${field}: ${JSON.stringify(base.issue[field] ?? null)} | ${JSON.stringify(base.ticket[field] ?? null)}`,
    )
    .join('\n')
}
