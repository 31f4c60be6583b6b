import { findReferences } from './references.ts'
import type { Config, Connection, Direction, FieldName, RouteRule, StatusMap, When } from './schema.ts'
import { joinWords } from './shape.ts'

/** What a configuration means, in plain words: one paragraph. */
export function readBack(config: Config): string {
  const routes = config.routes.map((route, index) => {
    const number = config.routes.length === 1 ? '' : `Route ${index + 1}: `
    return number + readRoute(route, config.trackers[route.to])
  })
  return [...routes, readPeople(config), readNeeds(config)].filter((part) => part !== '').join(' ')
}

function readRoute(route: RouteRule, connection: Connection | undefined): string {
  return [
    readCreate(route, connection),
    route.adopt && route.create !== 'off'
      ? 'An issue whose body names a ticket is paired with that ticket instead.'
      : '',
    readDirections(route),
    route.sync.status === 'off' ? '' : readStatus(route.status),
    route.sync.status === 'off' || route.sync.status === 'to-github' ? '' : readAssigned(route.status),
    readConflict(route),
  ]
    .filter((part) => part !== '')
    .join(' ')
}

function readCreate(route: RouteRule, connection: Connection | undefined): string {
  const { create, from, to } = route
  const project = route.project ?? connection?.project
  const name = { azure: 'Azure DevOps', jira: 'Jira', unknown: 'a tracker of the operator' }[
    connection?.kind ?? 'unknown'
  ]
  const place = `${to} (${project === undefined ? name : `the project ${project} in ${name}`})`
  const issues = readWhen(route.when)
  const sentences = []
  if (create === 'both' || create === 'to-tracker')
    sentences.push(`${capital(issues)} get ${readType(route.type)} in ${place}.`)
  if ((create === 'both' || create === 'to-github') && from !== undefined)
    sentences.push(`${capital(readFrom(from, to))} become issues.`)
  if (sentences.length > 0) return sentences.join(' ')
  return `${capital(issues)} are kept in lockstep with their tickets in ${place}, but no new ticket or issue is made.`
}

function readWhen({ labels, without, types, milestones, assignees, authors, since, state }: When): string {
  const conditions = [
    labels === undefined ? '' : `labelled ${anyOf(labels)}`,
    without === undefined ? '' : `not labelled ${anyOf(without)}`,
    types === undefined ? '' : `of the type ${anyOf(types)}`,
    milestones === undefined ? '' : `in the milestone ${anyOf(milestones)}`,
    assignees === undefined ? '' : `assigned to ${joinWords(assignees, 'or')}`,
    authors === undefined ? '' : `opened by ${joinWords(authors, 'or')}`,
    since === undefined ? '' : `opened since ${since}`,
  ].filter((condition) => condition !== '')
  const which = state === 'open' ? 'open issues' : 'issues, whether open or closed,'
  return conditions.length === 0 ? `all ${which}` : `${which} ${joinWords(conditions, 'and')}`
}

function readFrom({ query, label }: NonNullable<RouteRule['from']>, to: string): string {
  const conditions = [
    label === undefined ? '' : `tagged "${label}"`,
    query === undefined ? '' : `that match the query ${query}`,
  ].filter((condition) => condition !== '')
  return `tickets of ${to} ${joinWords(conditions, 'and')}`
}

function readType(type: RouteRule['type']): string {
  const others = Object.entries(type).filter(([name]) => name !== 'default')
  const usual = type['default'] === undefined ? 'a ticket' : withArticle(type['default'])
  if (others.length === 0) return usual
  const list = others.map(([name, ticket]) => `${withArticle(ticket)} for ${name}`)
  return `${usual} (${joinWords(list, 'and')})`
}

const ways: Readonly<Record<Exclude<Direction, 'off'>, string>> = {
  both: 'both ways',
  'to-tracker': 'only to the tracker',
  'to-github': 'only to GitHub',
}

function readDirections(route: RouteRule): string {
  const fields = (Object.keys(route.sync) as FieldName[]).filter((field) => isAtWork(field, route))
  const parts = (['both', 'to-tracker', 'to-github'] as const).flatMap((direction) => {
    const names = fields.filter((field) => route.sync[field] === direction).map(nameOf)
    return names.length === 0 ? [] : [`${joinWords(names, 'and')} ${verb(names)} ${ways[direction]}`]
  })
  const still = fields.filter((field) => route.sync[field] === 'off').map(nameOf)
  if (still.length > 0)
    parts.push(
      `${joinWords(still, 'and')} ${still.length === 1 ? 'stays' : 'stay'} where ${still.length === 1 ? 'it is' : 'they are'}`,
    )
  return `${capital(parts.join('; '))}.`
}

const verb = (names: readonly string[]): string =>
  names.length > 1 || names[0]?.endsWith('s') === true ? 'travel' : 'travels'

/** These four do nothing without their map. */
const isAtWork = (field: FieldName, route: RouteRule): boolean =>
  !(field === 'priority' || field === 'estimate' || field === 'components' || field === 'fields') ||
  Object.keys(route[field]).length > 0

const nameOf = (field: FieldName): string => (field === 'fields' ? 'further fields' : field)

function readStatus({ open, closed, not_planned, duplicate }: StatusMap): string {
  const told = [
    ['opened', open],
    ['closed', closed],
    ['closed as not planned', not_planned],
    ['closed as a duplicate', duplicate],
  ] as const
  const parts = told.flatMap(([event, state]) =>
    state === undefined ? [] : [`${readState(state)} when its issue is ${event}`],
  )
  return parts.length === 0
    ? 'Open and closed follow the categories of the tracker’s states.'
    : `The ticket becomes ${joinWords(parts, 'and')}.`
}

const readAssigned = ({ assigned }: StatusMap): string =>
  assigned === undefined
    ? ''
    : `From the state of an open issue the ticket goes on to ${readState(assigned)} when somebody is assigned on GitHub, and back when nobody is left.`

function readState(state: NonNullable<StatusMap['open']>): string {
  if (typeof state === 'string') return `"${state}"`
  const parts = Object.entries(state).map(([type, name]) => (type === 'default' ? `"${name}"` : `"${name}" (${type})`))
  return joinWords(parts, 'or')
}

function readConflict({ conflict }: RouteRule): string {
  const rest = {
    github: 'GitHub wins',
    tracker: 'the tracker wins',
    newest: 'the later edit wins',
    ask: 'a comment asks a person',
  }
  const start = 'Where both sides changed the same field,'
  if (typeof conflict === 'string') return `${start} ${rest[conflict]}.`
  const { default: usual = 'newest', ...fields } = conflict
  const parts = Object.entries(fields).map(([field, policy]) => `${rest[policy]} for the ${field}`)
  return parts.length === 0 ? `${start} ${rest[usual]}.` : `${start} ${rest[usual]}, but ${joinWords(parts, 'and')}.`
}

function readPeople({ people }: Config): string {
  const { archive, match, unmatched } = people
  const known = Object.keys(people.map).length
  const sources = [
    known === 0 ? '' : `the map (${known} ${known === 1 ? 'person' : 'people'})`,
    archive === undefined ? '' : `the archive ${archive}`,
  ].filter((source) => source !== '')
  const by = match === 'verified' ? 'by verified e-mail address' : 'by any e-mail address'
  const first = sources.length === 0 ? '' : ` after ${joinWords(sources, 'and')}`
  const otherwise =
    typeof unmatched === 'object'
      ? `${unmatched.default} stands in`
      : {
          keep: 'the assignee stays as it is',
          clear: 'the assignee is cleared',
          error: 'the issue is reported as failed',
        }[unmatched]
  return `People are matched ${by}${first}; where that fails, ${otherwise}.`
}

function readNeeds(config: Config): string {
  const names = findReferences(config).map(({ name }) => name)
  if (names.length === 0) return ''
  return `It needs the environment variable${names.length === 1 ? '' : 's'} ${joinWords(names, 'and')}.`
}

const anyOf = (names: readonly string[]): string =>
  joinWords(
    names.map((name) => `"${name}"`),
    'or',
  )

const withArticle = (noun: string): string => `${/^[aeiou]/i.test(noun) && !/^use?r/i.test(noun) ? 'an' : 'a'} ${noun}`

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
