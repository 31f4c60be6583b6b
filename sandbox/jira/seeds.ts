import { addToken } from './auth/sign-in.ts'
import { issueTypes, priorities, resolutions, sameText, statuses } from './catalog.ts'
import type { Jira } from './jira.ts'
import type { EmailVisibility } from './switches.ts'
import type { WorkflowName } from './workflows.ts'
import { workflows } from './workflows.ts'
import { bareIssue, clearWorld, findPersonByName, findProject, nextId } from './world.ts'
import type { Issue, Person, Project, Version } from './world.ts'

export interface PersonSeed {
  readonly name: string
  readonly key?: string
  readonly displayName?: string
  readonly emailAddress?: string
  readonly emailShown?: EmailVisibility
  readonly active?: boolean
  readonly deleted?: boolean
  readonly timeZone?: string
  readonly password?: string
  readonly groups?: readonly string[]
}

export interface ProjectSeed {
  readonly key: string
  readonly name?: string
  readonly workflow?: WorkflowName
  readonly lead?: string
  readonly public?: boolean
  readonly members?: 'everyone' | readonly string[]
  readonly assigneeType?: Project['assigneeType']
  readonly versions?: readonly string[]
  readonly components?: readonly string[]
  readonly requiredFields?: readonly string[]
}

export interface IssueSeed {
  readonly project: string
  readonly summary: string
  readonly description?: string
  readonly type?: string
  readonly status?: string
  readonly resolution?: string
  readonly priority?: string
  readonly assignee?: string | null
  readonly reporter?: string
  readonly labels?: readonly string[]
  readonly updated?: string
}

export interface SeedObject {
  readonly people?: readonly PersonSeed[]
  readonly projects?: readonly ProjectSeed[]
  readonly issues?: readonly IssueSeed[]
}

export type Seed = 'small' | 'empty' | 'large' | SeedObject

export const botToken = 'jira_sandbox_pat'

/** When the seeded issues came to be, unless they say otherwise. */
const SEEDED_AT = Date.parse('2026-01-05T09:00:00.000Z')
const MINUTE_MS = 60_000

export function addPerson(jira: Jira, seed: PersonSeed): Person {
  const person: Person = {
    key: seed.key ?? seed.name,
    name: seed.name,
    displayName: seed.displayName ?? seed.name,
    emailAddress: seed.emailAddress ?? `${seed.name}@example.com`,
    emailShown: seed.emailShown ?? null,
    active: seed.active ?? true,
    deleted: seed.deleted ?? false,
    timeZone: seed.timeZone ?? 'Etc/UTC',
    locale: 'en_US',
    password: seed.password ?? null,
    groups: [...(seed.groups ?? ['jira-software-users'])],
    failedLogins: 0,
    loginCount: 0,
    lastFailedLogin: null,
    previousLogin: null,
  }
  jira.world.people.set(person.key, person)
  for (const group of person.groups) jira.world.groups.add(group)
  return person
}

export const namedPerson = (jira: Jira, name: string): Person => {
  const person = findPersonByName(jira.world, name) ?? jira.world.people.get(name)
  if (person === undefined) throw new Error(`no person ${name}`)
  return person
}

const entry = <T extends { readonly name: string }>(list: readonly T[], name: string): T => {
  const found = list.find((one) => sameText(one.name, name))
  if (found === undefined) throw new Error(`there is no ${name}; there are: ${list.map((one) => one.name).join(', ')}`)
  return found
}

export const statusNamed = (name: string) => entry(statuses, name)
export const issueTypeNamed = (name: string) => entry(issueTypes, name)
export const priorityNamed = (name: string) => entry(priorities, name)

export function addVersion(jira: Jira, project: Project, name: string, releaseDate: string | null = null): Version {
  const fixed = { id: String(nextId(jira.world)), projectId: project.id }
  const version: Version = { ...fixed, name, description: '', released: false, archived: false, releaseDate }
  project.versions.push(version)
  return version
}

export function addComponent(jira: Jira, project: Project, name: string) {
  const component = { id: String(nextId(jira.world)), projectId: project.id, name, description: '' }
  project.components.push(component)
  return component
}

export function addProject(jira: Jira, seed: ProjectSeed): Project {
  const lead = namedPerson(jira, seed.lead ?? 'lockstep')
  const members = seed.members ?? 'everyone'
  const project: Project = {
    id: String(10_000 + jira.world.projects.size),
    key: seed.key,
    formerKeys: [],
    name: seed.name ?? seed.key,
    description: '',
    leadKey: lead.key,
    workflow: seed.workflow ?? 'simple',
    public: seed.public ?? false,
    members: members === 'everyone' ? members : members.map((name) => namedPerson(jira, name).key),
    denied: new Map(),
    assigneeType: seed.assigneeType ?? 'UNASSIGNED',
    issueTypeIds: issueTypes.map(({ id }) => id),
    versions: [],
    components: [],
    requiredFields: [...(seed.requiredFields ?? [])],
    hiddenFields: [],
    nextNumber: 1,
  }
  jira.world.projects.set(project.id, project)
  for (const name of seed.versions ?? []) addVersion(jira, project, name)
  for (const name of seed.components ?? []) addComponent(jira, project, name)
  return project
}

const none: readonly string[] = []
const bare = {}

function addIssue(jira: Jira, seed: IssueSeed, index: number): Issue {
  const { world } = jira
  const project = findProject(world, seed.project)
  if (project === undefined) throw new Error(`no project ${seed.project}`)
  const moment = seed.updated === undefined ? SEEDED_AT + index * MINUTE_MS : Date.parse(seed.updated)
  const statusId = seed.status === undefined ? workflows[project.workflow].initial : statusNamed(seed.status).id
  const category = statuses.find(({ id }) => id === statusId)!.category
  const resolution = seed.resolution ?? (category === 'done' ? 'Done' : null)
  const reporter = namedPerson(jira, seed.reporter ?? 'lockstep').key
  const issue: Issue = {
    id: nextId(world),
    key: `${project.key}-${project.nextNumber++}`,
    projectId: project.id,
    typeId: seed.type === undefined ? '10002' : issueTypeNamed(seed.type).id,
    statusId,
    summary: seed.summary,
    description: seed.description ?? null,
    environment: null,
    resolutionId: resolution === null ? null : entry(resolutions, resolution).id,
    resolved: resolution === null ? null : moment,
    priorityId: seed.priority === undefined ? '3' : priorityNamed(seed.priority).id,
    assigneeKey: seed.assignee === undefined || seed.assignee === null ? null : namedPerson(jira, seed.assignee).key,
    reporterKey: reporter,
    creatorKey: reporter,
    labels: seed.labels?.toSorted() ?? none,
    componentIds: none,
    fixVersionIds: none,
    versionIds: none,
    dueDate: null,
    parentId: null,
    custom: bare,
    created: Math.min(moment, SEEDED_AT + index * MINUTE_MS),
    updated: moment,
    ...bareIssue,
  }
  world.issues.set(issue.id, issue)
  world.issueIds.set(issue.key, issue.id)
  return issue
}

const bot: PersonSeed = {
  name: 'lockstep',
  displayName: 'Lockstep Bot',
  password: 'secret',
  groups: ['jira-administrators', 'jira-software-users'],
}

const smallPeople: readonly PersonSeed[] = [
  {
    name: 'ada',
    displayName: 'Ada Park',
    timeZone: 'Europe/Berlin',
    password: 'ada',
    groups: ['jira-software-users', 'security-team'],
  },
  { name: 'ben', displayName: 'Ben Ruiz', timeZone: 'America/New_York', password: 'ben' },
  { name: 'cleo', displayName: 'Cleo Hidden', emailShown: 'HIDDEN' },
  { name: 'dora', displayName: 'Dora Masked', emailAddress: 'dora.masked@example.com', emailShown: 'MASKED' },
  { name: 'eli', displayName: 'Eli Gone', active: false },
  { name: 'fay.new', key: 'fay.old', displayName: 'Fay Renamed', emailAddress: 'fay@example.com' },
  { name: 'gus', key: 'JIRAUSER10203', displayName: 'Gus Newer' },
  { name: 'hana', displayName: 'Hana Deleted', active: false, deleted: true },
]

const smallProjects: readonly ProjectSeed[] = [
  {
    key: 'PLAT',
    name: 'Platform',
    workflow: 'simple',
    lead: 'ada',
    versions: ['1.0', '1.1'],
    components: ['api', 'ui'],
  },
  { key: 'OPS', name: 'Operations', workflow: 'classic', lead: 'ben', versions: ['2026.1'], components: ['hosts'] },
  { key: 'LONG', name: 'Long Way', workflow: 'long', lead: 'ada' },
]

const smallIssues: readonly IssueSeed[] = [
  {
    project: 'PLAT',
    summary: 'Login page does not load',
    type: 'Bug',
    assignee: 'ada',
    reporter: 'ben',
    priority: 'High',
    labels: ['login'],
    description: 'h2. Steps\n\n# Open the page\n# Wait\n\nNothing *happens*.',
  },
  {
    project: 'PLAT',
    summary: 'Add a dark theme',
    type: 'Story',
    status: 'In Progress',
    assignee: 'ben',
    reporter: 'ada',
    labels: ['theme', 'ui'],
  },
  { project: 'PLAT', summary: 'Remove the old importer', status: 'Done', assignee: 'ada', reporter: 'hana' },
  { project: 'PLAT', summary: 'Nobody has looked at this', reporter: 'gus' },
  { project: 'OPS', summary: 'Renew the certificates', assignee: 'ben', reporter: 'ada', priority: 'Highest' },
  {
    project: 'OPS',
    summary: 'Disk full on build host',
    type: 'Bug',
    status: 'Resolved',
    resolution: 'Fixed',
    assignee: 'fay.new',
    reporter: 'ben',
  },
  { project: 'LONG', summary: 'Ship the report module', type: 'Story', assignee: 'ada', reporter: 'ada' },
]

const LARGE_PEOPLE = 1000
const LARGE_ISSUES = 10_000

function largePeople(): PersonSeed[] {
  return Array.from({ length: LARGE_PEOPLE }, (_, index) => {
    const name = `user${String(index).padStart(4, '0')}`
    return { name, displayName: `User ${String(index).padStart(4, '0')}` }
  })
}

const largeIssues = (): IssueSeed[] =>
  Array.from({ length: LARGE_ISSUES }, (_, index) => ({
    project: 'PLAT',
    summary: `Issue number ${index + 1}`,
    assignee: index % 3 === 0 ? null : `user${String(index % LARGE_PEOPLE).padStart(4, '0')}`,
  }))

/** Fills an emptied world. Whatever the seed, the bot is there with its token and password. */
export function sow(jira: Jira, seed: Seed): void {
  clearWorld(jira.world)
  jira.world.nextId = 10_300
  for (const group of ['jira-administrators', 'jira-software-users']) jira.world.groups.add(group)
  const { people = [], projects = [], issues = [] } = typeof seed === 'string' ? seedNamed(seed) : seed
  const person = addPerson(jira, bot)
  addToken(jira, { person, name: 'sandbox', secret: botToken })
  for (const one of people) addPerson(jira, one)
  for (const one of projects) addProject(jira, one)
  for (const [index, one] of issues.entries()) addIssue(jira, one, index)
}

function seedNamed(name: string): SeedObject {
  switch (name) {
    case 'small':
      return { people: smallPeople, projects: smallProjects, issues: smallIssues }
    case 'empty':
      return { people: smallPeople, projects: smallProjects }
    case 'large':
      return { people: [...smallPeople, ...largePeople()], projects: smallProjects, issues: largeIssues() }
    default:
      throw new Error(`no seed ${name}; there are: small, empty, large`)
  }
}
