import { LockstepError } from '../core/errors.ts'
import { isGone } from '../core/issue.ts'
import type { Match } from '../core/people.ts'
import { findMismatch } from '../core/route.ts'
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
      return `${login} in ${tracker}: ${printMatch(match)}${since === null ? '' : ` (since ${printTime(since)})`}`
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

/** Who is assigned to open issues that a route takes and has no account there, those with most issues first. */
export async function runReport(values: Values, io: CommandIO): Promise<number> {
  return withSession(values, io, async (session) => {
    const { wired } = session
    const assigned = new Set<string>()
    const unmatched = []
    for (const { connection, scope, issuesOf } of await countAssigned(session, findPlaces(session, values))) {
      for (const [login, issues] of issuesOf) {
        assigned.add(login)
        const match = await wired.people.findAccount(login, connection, scope)
        if (match.kind !== 'matched') unmatched.push({ login, tracker: connection, issues, match })
      }
    }
    unmatched.sort((a, b) => b.issues - a.issues)
    const lines = unmatched.map(
      ({ login, tracker, issues, match }) =>
        `${login} in ${tracker}: ${issues} open ${issues === 1 ? 'issue' : 'issues'}. ${printMatch(match)}`,
    )
    const people = `${assigned.size} people are assigned to open issues that a route takes`
    const last =
      assigned.size === 0
        ? 'Nobody is assigned to an open issue that a route takes.'
        : `${people}${unmatched.length === 0 ? '; everybody was found' : ''}.`
    print(io, values.json, [...lines, last].join('\n'), { assigned: assigned.size, unmatched })
  })
}

/** For each place how many open issues that go there each login has. */
async function countAssigned({ wired, repo, config }: Session, places: readonly Place[]) {
  const counted = places.map((place) => ({ ...place, issuesOf: new Map<string, number>() }))
  for await (const { items } of wired.host.changedSince(repo, null, new Date(0).toISOString())) {
    for (const { ref, issue } of items) {
      const read = issue ?? (await wired.host.readIssue(ref))
      if (isGone(read) || !read.open) continue
      for (const { connection, issuesOf } of counted) {
        const goes = config.routes.some(({ to, when }) => to === connection && findMismatch(when, read) === undefined)
        if (goes) for (const login of read.assignees) issuesOf.set(login, (issuesOf.get(login) ?? 0) + 1)
      }
    }
  }
  return counted
}

function printMatch(match: Match<Account>): string {
  if (match.kind === 'matched') {
    const { found, email, source } = match
    return `${found.name} (${found.handle})${email === null ? '' : `, by ${email}`}, known from ${source}`
  }
  if (match.kind === 'ambiguous') return `${match.reason} ${match.candidates.join(', ')}`
  return match.reason
}

const printTime = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`

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
  const about = `  ${source}${standing?.active === false ? ' (not active)' : ''}${standing?.human === false ? ' (a service)' : ''}:`
  if (addresses.length === 0 && search === null) return [`${about} knows no address`]
  const known = addresses.map(({ email, usable, why, seenAt }) => {
    const age = seenAt === undefined || seenAt === '' ? '' : `, as of ${printTime(seenAt)}`
    return `    ${email}: ${usable ? 'counts' : 'does not count'}, ${why}${age}`
  })
  if (search === null) return [about, ...known, `    ${printMatch(match)}`]
  const seconds = Math.round(search.ageMs / 1000)
  const candidates = search.candidates.map(
    ({ name, handle, usable, why }) => `      ${name} (${handle}) ${usable ? 'fits' : 'does not fit'}: ${why}`,
  )
  const answer = candidates.length === 0 ? 'nobody' : ''
  return [
    about,
    ...known,
    `    the tracker${seconds === 0 ? '' : `, asked ${seconds} s ago`}: ${answer}`.trimEnd(),
    ...candidates,
  ]
}
