import type { SandboxReply } from '../../kit/router.ts'
import { ok, readCount, readList, readObject } from '../call.ts'
import type { Call, JiraRoute } from '../call.ts'
import { priorities, statuses } from '../catalog.ts'
import { chooseFields, issueBean, namesOf, schemaOf } from '../issue-bean.ts'
import type { Jira } from '../jira.ts'
import { jqlFields } from '../jql/fields.ts'
import { searchIssues } from '../jql/search.ts'
import { reservedWords } from '../jql/tokens.ts'
import { matchesPerson, peopleByName } from '../people.ts'
import { refuse } from '../refusal.ts'

interface Asked {
  readonly jql: string
  readonly startAt: number
  readonly maxResults: number
  readonly fields: readonly string[]
  readonly expand: readonly string[]
  readonly validate: boolean
}

const EXPANDABLE = 'operations,versionedRepresentations,editmeta,changelog,renderedFields'

// `strict` and `true` insist; `warn`, `none` and `false` do not.
const insists = (value: unknown): boolean => !['warn', 'none', 'false', false].includes(value as string)

function search(jira: Jira, call: Call, asked: Asked): SandboxReply {
  if (asked.startAt < 0) throw refuse(400, `The value of the 'startAt' parameter must be 0 or greater.`)
  const { issues, warnings } = searchIssues(jira, { jql: asked.jql, person: call.person, validate: asked.validate })
  // More than the cap is not refused: the reply just says a smaller maxResults. A negative one asks for all there may be.
  const maxResults =
    asked.maxResults < 0 ? jira.switches.searchCap : Math.min(asked.maxResults, jira.switches.searchCap)
  const fields = chooseFields(asked.fields, '*navigable')
  // Names and schema stand once beside the issues, not in each.
  const perIssue = asked.expand.filter((part) => part !== 'names' && part !== 'schema')
  const page = issues.slice(asked.startAt, asked.startAt + maxResults)
  return ok({
    expand: 'schema,names',
    startAt: asked.startAt,
    maxResults,
    total: issues.length,
    issues: page.map((issue) => ({
      expand: EXPANDABLE,
      ...issueBean(jira, { issue, viewer: call.person, fields, expand: perIssue }),
    })),
    ...(warnings.length === 0 ? {} : { warningMessages: warnings }),
    ...(asked.expand.includes('names') ? { names: namesOf(fields) } : {}),
    ...(asked.expand.includes('schema') ? { schema: schemaOf(fields) } : {}),
  })
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === 'string' ? value.split(',') : []

function fromBody(call: Call): Asked {
  const { jql = '', startAt = 0, maxResults = 50, fields, expand, validateQuery } = readObject(call)
  if (typeof jql !== 'string')
    throw refuse(400, 'Can not deserialize instance of java.lang.String out of START_OBJECT token')
  return {
    jql,
    startAt: Number(startAt),
    maxResults: Number(maxResults),
    fields: texts(fields),
    expand: texts(expand),
    validate: insists(validateQuery),
  }
}

const fromQuery = (call: Call): Asked => ({
  jql: call.query.get('jql') ?? '',
  startAt: readCount(call, 'startAt', 0),
  maxResults: readCount(call, 'maxResults', 50),
  fields: readList(call, 'fields'),
  expand: readList(call, 'expand'),
  validate: insists(call.query.get('validateQuery')),
})

const bold = (text: string, typed: string) =>
  typed !== '' && text.toLowerCase().startsWith(typed.toLowerCase())
    ? `<b>${text.slice(0, typed.length)}</b>${text.slice(typed.length)}`
    : text

function suggestions(jira: Jira, call: Call): SandboxReply {
  const name = (call.query.get('fieldName') ?? '').toLowerCase()
  const typed = call.query.get('fieldValue') ?? ''
  const starts = (text: string) => text.toLowerCase().startsWith(typed.toLowerCase())
  const plain = (all: readonly string[]) =>
    all
      .filter(starts)
      .map((value) => ({ value: /[\s-]/.test(value) ? `"${value}"` : value, displayName: bold(value, typed) }))
  const results = () => {
    switch (name) {
      case 'status':
        return plain(statuses.map((status) => status.name))
      case 'priority':
        return plain(priorities.map((priority) => priority.name))
      case 'labels':
        return plain([...new Set([...jira.world.issues.values()].flatMap(({ labels }) => labels))].sort())
      case 'project':
        return [...jira.world.projects.values()]
          .filter((project) => starts(project.key) || starts(project.name))
          .map(({ key, name: title }) => ({ value: key, displayName: `${title} (${key})` }))
      case 'assignee':
      case 'reporter':
        return peopleByName(jira.world)
          .filter((person) => person.active && matchesPerson(jira, person, typed))
          .map((person) => ({
            value: person.name,
            displayName: `${bold(person.displayName, typed)} - ${person.emailAddress} (${person.name})`,
          }))
      default:
        return []
    }
  }
  return ok({ results: results().slice(0, 15) })
}

export function searchRoutes(jira: Jira): readonly JiraRoute[] {
  return [
    ['GET', '/rest/api/2/search', (call) => search(jira, call, fromQuery(call))],
    ['POST', '/rest/api/2/search', (call) => search(jira, call, fromBody(call))],
    ['GET', '/rest/api/2/jql/autocompletedata/suggestions', (call) => suggestions(jira, call)],
    [
      'GET',
      '/rest/api/2/jql/autocompletedata',
      () =>
        ok({
          visibleFieldNames: jqlFields.map(({ names, operators, order }) => ({
            value: names[0],
            displayName: names[0],
            ...(order === undefined ? {} : { orderable: 'true' }),
            searchable: 'true',
            operators,
          })),
          visibleFunctionNames: ['currentUser()', 'now()', 'startOfDay()', 'endOfDay()', 'membersOf()'].map(
            (value) => ({ value, displayName: value }),
          ),
          jqlReservedWords: [...reservedWords],
        }),
    ],
  ]
}
