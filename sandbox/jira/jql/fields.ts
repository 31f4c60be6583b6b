import {
  issueTypes,
  priorities,
  resolutions,
  sameText,
  statusById,
  statusCategories,
  statuses,
  teamOptions,
} from '../catalog.ts'
import { parseJqlDate } from '../dates.ts'
import {
  epicLinkField,
  epicNameField,
  gitHubField,
  rankField,
  rootCauseField,
  storyPointsField,
  teamField,
} from '../field-catalog.ts'
import { now } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { canBrowse } from '../permissions.ts'
import { findIssue, findPersonByName, findProject, issueNumber } from '../world.ts'
import type { Issue, Person, Project } from '../world.ts'

/** Who asks matters: for what is visible, for `currentUser()` and for the zone of dates. */
export interface Asking {
  readonly jira: Jira
  readonly person: Person | null
}

const kinds = {
  equality: ['=', '!=', 'in', 'not in', 'is', 'is not'],
  ordered: ['=', '!=', '<', '>', '<=', '>=', 'in', 'not in', 'is', 'is not'],
  text: ['~', '!~', 'is', 'is not'],
} as const

/** A field as JQL sees it. Values are compared as what `resolve` makes of them. */
export interface JqlField {
  readonly id: string
  readonly names: readonly string[]
  readonly operators: readonly string[]
  /** What the literal stands for; several when a name is used twice, none when there is no such thing, `null` for EMPTY. */
  resolve(asking: Asking, text: string): readonly (string | number | null)[]
  values(issue: Issue, jira: Jira): readonly (string | number)[]
  readonly text?: (issue: Issue) => readonly string[]
  readonly date?: (issue: Issue) => number | null
  readonly order?: (issue: Issue, jira: Jira) => string | number | null
  /** The message for a literal that stands for nothing; `null` lets it pass. */
  unknown(text: string, field: string): string | null
}

const noSuchValue = (text: string, field: string) =>
  /^\d+$/.test(text)
    ? `A value with ID '${text}' does not exist for the field '${field}'.`
    : `The value '${text}' does not exist for the field '${field}'.`

const one = (value: string | null) => (value === null ? [] : [value])

type Given = Omit<Partial<JqlField>, 'id' | 'names'>
const field = (names: readonly string[], given: Given): JqlField => ({
  id: names[0]!,
  names,
  operators: kinds.equality,
  resolve: (_, text) => [text],
  values: () => [],
  unknown: noSuchValue,
  ...given,
})

const named =
  (list: readonly { readonly id: string; readonly name: string }[]) =>
  (_: Asking, text: string): string[] =>
    list.filter((entry) => entry.id === text || sameText(entry.name, text)).map(({ id }) => id)

function person(names: readonly string[], read: (issue: Issue) => string | null): JqlField {
  return field(names, {
    resolve: ({ jira }, text) => {
      const found = findPersonByName(jira.world, text) ?? jira.world.people.get(text)
      if (found !== undefined) return [found.key]
      const people = [...jira.world.people.values()]
      return people
        .filter((one) => sameText(one.displayName, text) || sameText(one.emailAddress, text))
        .map(({ key }) => key)
    },
    values: (issue) => one(read(issue)),
    order: (issue, jira) => {
      const key = read(issue)
      return key === null ? null : (jira.world.people.get(key)?.displayName ?? key)
    },
  })
}

function date(names: readonly string[], read: (issue: Issue) => number | null): JqlField {
  return field(names, {
    operators: kinds.ordered,
    resolve: ({ jira, person }, text) => {
      const moment = parseJqlDate(text, { now: now(jira), timeZone: person?.timeZone ?? 'Etc/UTC' })
      return moment === undefined ? [] : [moment]
    },
    values: (issue) => {
      const moment = read(issue)
      return moment === null ? [] : [moment]
    },
    date: read,
    order: read,
    unknown: (text, name) =>
      `Date value '${text}' for field '${name}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.`,
  })
}

const text = (names: readonly string[], read: (issue: Issue) => readonly (string | null)[]): JqlField =>
  field(names, {
    operators: kinds.text,
    text: (issue) => read(issue).filter((part) => part !== null),
    values: (issue) => read(issue).filter((part) => part !== null),
    order: (issue) => read(issue)[0] ?? null,
  })

const visibleProjects = ({ jira, person }: Asking): Project[] =>
  [...jira.world.projects.values()].filter((project) => canBrowse(person, project))

const inProjects =
  (list: (project: Project) => readonly { readonly id: string; readonly name: string }[]) =>
  (asking: Asking, text: string): string[] =>
    visibleProjects(asking).flatMap((project) => named(list(project))(asking, text))

function visibleIssue(asking: Asking, key: string): number[] {
  const issue = findIssue(asking.jira.world, key)
  return issue !== undefined && canBrowse(asking.person, asking.jira.world.projects.get(issue.projectId)!)
    ? [issue.id]
    : []
}

const position = <T extends { readonly id: string }>(list: readonly T[], id: string | null) =>
  id === null ? null : list.findIndex((entry) => entry.id === id)

const custom = (id: string) => (issue: Issue) => (issue.custom[id] ?? null) as string | null

export const jqlFields: readonly JqlField[] = [
  field(['project'], {
    resolve: (asking, wanted) => {
      const found = findProject(asking.jira.world, wanted)
      if (found !== undefined && canBrowse(asking.person, found)) return [found.id]
      return visibleProjects(asking)
        .filter(({ name }) => sameText(name, wanted))
        .map(({ id }) => id)
    },
    values: (issue) => [issue.projectId],
    order: (issue, jira) => jira.world.projects.get(issue.projectId)!.name,
  }),
  field(['key', 'issuekey', 'issue', 'id'], {
    operators: kinds.ordered.filter((operator) => !operator.startsWith('is')),
    resolve: visibleIssue,
    values: (issue) => [issue.id],
    order: (issue) =>
      `${issue.key.slice(0, issue.key.lastIndexOf('-'))}-${String(issueNumber(issue.key)).padStart(9, '0')}`,
    unknown: (wanted, name) => `An issue with key '${wanted}' does not exist for field '${name}'.`,
  }),
  field(['parent'], {
    operators: ['=', '!=', 'in', 'not in'],
    resolve: visibleIssue,
    values: (issue) => (issue.parentId === null ? [] : [issue.parentId]),
    unknown: (wanted, name) => `An issue with key '${wanted}' does not exist for field '${name}'.`,
  }),
  field(['Epic Link', 'cf[10100]'], {
    resolve: visibleIssue,
    values: (issue) => {
      const epic = issue.custom[epicLinkField]
      return typeof epic === 'number' ? [epic] : []
    },
    unknown: (wanted, name) => `An issue with key '${wanted}' does not exist for field '${name}'.`,
  }),
  field(['status'], {
    resolve: named(statuses),
    values: (issue) => [issue.statusId],
    order: (issue) => position(statuses, issue.statusId),
  }),
  field(['statusCategory'], {
    resolve: (_, wanted) =>
      statusCategories
        .filter(({ id, key, name }) => String(id) === wanted || sameText(key, wanted) || sameText(name, wanted))
        .map(({ key }) => key),
    values: (issue) => [statusById.get(issue.statusId)!.category],
  }),
  field(['issuetype', 'type'], {
    resolve: named(issueTypes),
    values: (issue) => [issue.typeId],
    order: (issue) => position(issueTypes, issue.typeId),
  }),
  field(['priority'], {
    operators: kinds.ordered,
    // Compared by rank: the first of the list is the highest.
    resolve: (asking, wanted) => named(priorities)(asking, wanted).map((id) => -position(priorities, id)!),
    values: (issue) => (issue.priorityId === null ? [] : [-position(priorities, issue.priorityId)!]),
    order: (issue) => (issue.priorityId === null ? null : -position(priorities, issue.priorityId)!),
  }),
  field(['resolution'], {
    resolve: (asking, wanted) => (sameText(wanted, 'unresolved') ? [null] : named(resolutions)(asking, wanted)),
    values: (issue) => one(issue.resolutionId),
    order: (issue) => position(resolutions, issue.resolutionId),
  }),
  person(['assignee'], (issue) => issue.assigneeKey),
  person(['reporter'], (issue) => issue.reporterKey),
  person(['creator'], (issue) => issue.creatorKey),
  field(['watcher'], {
    resolve: ({ jira }, wanted) => one(findPersonByName(jira.world, wanted)?.key ?? null),
    values: (issue) => [...issue.watcherKeys],
  }),
  field(['labels'], {
    values: (issue) => issue.labels,
    order: (issue) => issue.labels[0] ?? null,
  }),
  field(['component'], {
    resolve: inProjects((project) => project.components),
    values: (issue) => issue.componentIds,
  }),
  field(['fixVersion'], {
    resolve: inProjects((project) => project.versions),
    values: (issue) => issue.fixVersionIds,
  }),
  field(['affectedVersion'], {
    resolve: inProjects((project) => project.versions),
    values: (issue) => issue.versionIds,
  }),
  date(['updated', 'updatedDate'], (issue) => issue.updated),
  date(['created', 'createdDate'], (issue) => issue.created),
  date(['resolved', 'resolutiondate'], (issue) => issue.resolved),
  date(['due', 'duedate'], (issue) => (issue.dueDate === null ? null : Date.parse(issue.dueDate))),
  text(['text'], (issue) => [
    issue.summary,
    issue.description,
    issue.environment,
    ...issue.comments.map(({ body }) => body),
  ]),
  text(['summary'], (issue) => [issue.summary]),
  text(['description'], (issue) => [issue.description]),
  text(['environment'], (issue) => [issue.environment]),
  text(['comment'], (issue) => issue.comments.map(({ body }) => body)),
  text(['Root Cause', 'cf[10202]'], (issue) => [custom(rootCauseField)(issue)]),
  text(['Epic Name', 'cf[10103]'], (issue) => [custom(epicNameField)(issue)]),
  field(['GitHub Issue', 'cf[10200]'], { values: (issue) => one(custom(gitHubField)(issue)) }),
  field(['Team', 'cf[10201]'], {
    resolve: (_, wanted) =>
      teamOptions.filter(({ id, value }) => id === wanted || sameText(value, wanted)).map(({ id }) => id),
    values: (issue) => one(custom(teamField)(issue)),
    unknown: (wanted, name) => `The option '${wanted}' for field '${name}' does not exist.`,
  }),
  field(['Story Points', 'cf[10106]'], {
    operators: kinds.ordered,
    resolve: (_, wanted) => (Number.isNaN(Number(wanted)) ? [] : [Number(wanted)]),
    values: (issue) => (typeof issue.custom[storyPointsField] === 'number' ? [issue.custom[storyPointsField]] : []),
    order: (issue) => (issue.custom[storyPointsField] ?? null) as number | null,
  }),
  field(['Rank', 'cf[10105]'], {
    operators: [],
    order: (issue) => (issue.custom[rankField] ?? String(issue.id).padStart(9, '0')) as string,
  }),
]

const byName = new Map(jqlFields.flatMap((known) => known.names.map((name) => [name.toLowerCase(), known] as const)))

export const findJqlField = (name: string): JqlField | undefined => byName.get(name.toLowerCase())
