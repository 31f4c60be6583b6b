import { LockstepError } from '../core/errors.ts'
import { isGone } from '../core/issue.ts'
import type { Match } from '../core/people.ts'
import type { PeopleScope } from '../core/ports.ts'
import type { Account } from '../core/ticket.ts'
import type { Investigation, Step } from '../people/investigate.ts'
import { toChoice } from '../people/search.ts'
import type { CommandIO } from './command.ts'
import { exitCodes } from './command.ts'
import { openSession } from './session.ts'
import type { Session, SessionValues } from './session.ts'

interface Values extends SessionValues {
  readonly tracker?: string
  readonly project?: string
  readonly field?: string
  readonly json?: boolean
}

interface Place {
  readonly connection: string
  readonly scope: PeopleScope
}

async function withSession(values: Values, io: CommandIO, work: (session: Session) => Promise<void>): Promise<number> {
  const session = await openSession(values, io)
  try {
    await work(session)
    return exitCodes.ok
  } finally {
    await session.close()
  }
}

/** The trackers that were meant, each with the project to look in. */
function findPlaces({ config }: Session, { tracker, project }: Values): readonly Place[] {
  const names = Object.keys(config.trackers)
  if (tracker !== undefined && !names.includes(tracker)) {
    throw new LockstepError('usage', `There is no tracker named "${tracker}".`, {
      remedy: `Name one of ${names.join(', ')}.`,
    })
  }
  return Object.entries(config.trackers)
    .filter(([name]) => tracker === undefined || name === tracker)
    .map(([connection, own]) => ({ connection, scope: { project: project ?? own.project, ticket: null } }))
}

const print = (io: CommandIO, json: boolean | undefined, text: string, value: unknown) =>
  io.stdout.write(json === true ? `${JSON.stringify(value)}\n` : `${text}\n`)

/** What a picker would offer. */
export async function runSearch(values: Values, query: string, io: CommandIO): Promise<number> {
  const { field = 'assignee' } = values
  if (field !== 'assignee' && field !== 'reporter') {
    throw new LockstepError('usage', `Nobody can be looked for by "${field}".`, { remedy: 'Use assignee or reporter.' })
  }
  return withSession(values, io, async (session) => {
    const found = []
    for (const { connection, scope } of findPlaces(session, values)) {
      const accounts = (await session.wired.trackers.get(connection)?.people.search(query, scope)) ?? []
      for (const account of accounts) found.push({ tracker: connection, ...toChoice(account) })
    }
    const lines = found.map(({ tracker, label }) => `${tracker}  ${label}`)
    print(io, values.json, lines.length === 0 ? 'Nobody was found.' : lines.join('\n'), found)
  })
}

/** Who somebody is in the trackers, as a sync would see it. */
export async function runResolve(values: Values, login: string, io: CommandIO): Promise<number> {
  return withSession(values, io, async (session) => {
    const found = []
    for (const { connection, scope } of findPlaces(session, values)) {
      const match = await session.wired.people.findAccount(login, connection, scope)
      const since = (await session.wired.people.findMatchAge(login, connection, scope)) ?? null
      found.push({ tracker: connection, project: scope.project, match, since })
    }
    const lines = found.map(({ tracker, match, since }) => {
      return `${login} in ${tracker}: ${printMatch(match)}${since === null ? '' : ` (known since ${since})`}`
    })
    print(io, values.json, lines.join('\n'), found)
  })
}

/** How somebody's account is looked for, step by step. */
export async function runExplain(values: Values, login: string, io: CommandIO): Promise<number> {
  return withSession(values, io, async (session) => {
    const found = []
    for (const { connection, scope } of findPlaces(session, values)) {
      const { steps, match } = await session.wired.people.explain(login, connection, scope)
      found.push({ tracker: connection, project: scope.project, steps, match })
    }
    const text = found.map(({ tracker, project, ...rest }) => printInvestigation({ login, tracker, project, ...rest }))
    print(io, values.json, text.join('\n'), found)
  })
}

/** Who is assigned to open issues and has no account, those with most issues first. */
export async function runReport(values: Values, io: CommandIO): Promise<number> {
  return withSession(values, io, async (session) => {
    const { wired, repo } = session
    const counts = new Map<string, number>()
    for await (const { items } of wired.host.changedSince(repo, null, new Date(0).toISOString())) {
      for (const { ref, issue } of items) {
        const read = issue ?? (await wired.host.readIssue(ref))
        if (isGone(read) || !read.open) continue
        for (const login of read.assignees) counts.set(login, (counts.get(login) ?? 0) + 1)
      }
    }
    const unmatched = []
    for (const { connection, scope } of findPlaces(session, values)) {
      for (const [login, issues] of counts) {
        const match = await wired.people.findAccount(login, connection, scope)
        if (match.kind !== 'matched') unmatched.push({ login, tracker: connection, issues, match })
      }
    }
    unmatched.sort((a, b) => b.issues - a.issues)
    const lines = unmatched.map(
      ({ login, tracker, issues, match }) =>
        `${login} in ${tracker}: ${issues} open ${issues === 1 ? 'issue' : 'issues'}. ${printMatch(match)}`,
    )
    const people = `${counts.size} people are assigned to open issues`
    const last = unmatched.length === 0 ? `${people}; everybody was found.` : `${people}.`
    print(io, values.json, [...lines, last].join('\n'), { assigned: counts.size, unmatched })
  })
}

function printMatch(match: Match<Account>): string {
  if (match.kind === 'matched') {
    const { found, email, source } = match
    return `${found.name} (${found.handle})${email === null ? '' : `, by ${email}`}, known from ${source}`
  }
  if (match.kind === 'ambiguous') return `${match.reason} ${match.candidates.join(', ')}`
  return match.reason
}

function printInvestigation({
  login,
  tracker,
  project,
  steps,
  match,
}: Investigation & { readonly login: string; readonly tracker: string; readonly project: string }): string {
  return [`${login} in ${tracker} (${project})`, ...steps.flatMap(printStep), `  so: ${printMatch(match)}`].join('\n')
}

function printStep({ source, standing, addresses, search, match }: Step): readonly string[] {
  const known = addresses.map(({ email, usable, why, seenAt }) => {
    const age = seenAt === undefined || seenAt === '' ? '' : `, as of ${seenAt}`
    return `    ${email}: ${usable ? 'counts' : 'does not count'}, ${why}${age}`
  })
  const candidates = (search?.candidates ?? []).map(
    ({ name, handle, usable, why }) => `    ${usable ? 'found' : 'not'} ${name} (${handle}): ${why}`,
  )
  const asked =
    search === null
      ? []
      : [`    asked the tracker${search.ageMs === 0 ? '' : `, answer ${Math.round(search.ageMs / 1000)} s old`}`]
  return [
    `  ${source}${standing === null ? '' : standing.active ? '' : ' (not active)'}: ${known.length === 0 ? 'knows no address' : ''}`.trimEnd(),
    ...known,
    ...asked,
    ...candidates,
    `    ${printMatch(match)}`,
  ]
}
