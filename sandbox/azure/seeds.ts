import { createNode, ensureNode } from './classification.ts'
import { draftNew } from './draft.ts'
import { createPerson, findPerson, stableGuid } from './identities.ts'
import type { NewPerson } from './identities.ts'
import { applyPatch } from './patch.ts'
import { createTypes } from './processes.ts'
import type { ProcessName } from './processes.ts'
import { settleDraft } from './rules.ts'
import { saveDraft } from './save.ts'
import { now } from './world.ts'
import type { Item, Person, Project, World } from './world.ts'

export interface SeedItem {
  readonly project: string
  readonly type: string
  readonly title: string
  readonly by?: string
  /** By reference name or name, as a client would write them. */
  readonly fields?: Readonly<Record<string, unknown>>
}

export interface SeedProject {
  readonly name: string
  readonly process: ProcessName
  readonly areas?: readonly string[]
  readonly iterations?: readonly string[]
  readonly description?: string
}

export interface Seed {
  readonly org?: string
  readonly people?: readonly NewPerson[]
  readonly projects?: readonly SeedProject[]
  readonly items?: readonly SeedItem[]
  readonly tokens?: Readonly<
    Record<string, { readonly person: string; readonly scopes?: readonly string[]; readonly expires?: string }>
  >
  /** The first item gets this id. */
  readonly firstItemId?: number
}

export type SeedName = 'small' | 'empty' | 'large'

const PEOPLE: readonly NewPerson[] = [
  { displayName: 'Lockstep Sync', mail: 'lockstep@example.com' },
  { displayName: 'Ada Byron', mail: 'Ada.Byron@example.com', principalName: 'ada.byron@example.com' },
  { displayName: 'Grace Murray', mail: 'grace.murray@example.com' },
  // The address people write to is not the one she signs in with.
  { displayName: 'Hedy Kiesler', mail: 'hedy.kiesler@example.com', principalName: 'hkiesler@corp.example.com' },
  { displayName: 'Linus Holm', mail: 'linus.holm@example.com', license: 'stakeholder' },
  { displayName: 'Margaret Stein', mail: 'margaret.stein@example.com', active: false },
  { displayName: 'Katherine Cole', mail: 'katherine.cole@example.com', member: false },
  { displayName: 'Project Collection Build Service (contoso)', principalName: 'build-service', service: true },
]

const PROJECTS: readonly SeedProject[] = [
  {
    name: 'Fabrikam',
    process: 'Basic',
    description: 'The shop on the web',
    areas: ['Website', 'Website\\Checkout', 'Service'],
    iterations: ['Sprint 1', 'Sprint 2'],
  },
  { name: 'FabrikamAgile', process: 'Agile', areas: ['Web', 'Mobile'], iterations: ['Iteration 1', 'Iteration 2'] },
  { name: 'FabrikamScrum', process: 'Scrum', iterations: ['Sprint 1', 'Sprint 2'] },
  { name: 'FabrikamCMMI', process: 'CMMI', iterations: ['Iteration 1'] },
]

const ITEMS: readonly SeedItem[] = [
  {
    project: 'Fabrikam',
    type: 'Issue',
    title: 'Customers cannot sign in after a password reset',
    by: 'ada.byron@example.com',
    fields: {
      'System.Description': '<div>After a reset the sign-in page loops.</div><div>Seen since <b>Monday</b>.</div>',
      'System.AssignedTo': 'grace.murray@example.com',
      'System.Tags': 'sign-in; regression',
      'System.AreaPath': 'Fabrikam\\Website',
    },
  },
  {
    project: 'Fabrikam',
    type: 'Task',
    title: 'Add a retry to the payment call',
    by: 'grace.murray@example.com',
    fields: { 'System.State': 'Doing', 'System.AssignedTo': 'ada.byron@example.com' },
  },
  { project: 'Fabrikam', type: 'Epic', title: 'A faster checkout', by: 'ada.byron@example.com' },
  {
    project: 'FabrikamAgile',
    type: 'Bug',
    title: 'Totals are rounded twice',
    by: 'hkiesler@corp.example.com',
    fields: { 'Microsoft.VSTS.TCM.ReproSteps': '<ol><li>Add two items</li><li>Look at the total</li></ol>' },
  },
  {
    project: 'FabrikamAgile',
    type: 'User Story',
    title: 'As a customer I can save my cart',
    by: 'ada.byron@example.com',
  },
  { project: 'FabrikamScrum', type: 'Product Backlog Item', title: 'Search by colour', by: 'grace.murray@example.com' },
  { project: 'FabrikamCMMI', type: 'Requirement', title: 'Orders are kept for ten years', by: 'ada.byron@example.com' },
]

const SEEDS: Readonly<Record<SeedName, () => Seed>> = {
  small: () => ({ items: ITEMS }),
  empty: () => ({}),
  large: () => ({ items: [...ITEMS, ...manyItems(10_000)] }),
}

function manyItems(count: number): SeedItem[] {
  const states = ['To Do', 'Doing', 'Done']
  const people = ['ada.byron@example.com', 'grace.murray@example.com', '']
  return Array.from({ length: count }, (_, index) => ({
    project: 'Fabrikam',
    type: index % 3 === 0 ? 'Issue' : 'Task',
    title: `Item ${index + 1} of the large project`,
    by: people[index % 2]!,
    fields: {
      'System.State': states[index % states.length],
      'System.AssignedTo': people[index % people.length],
      'System.Description': `<div>Made for measuring, number ${index + 1}.</div>`,
    },
  }))
}

export const SANDBOX_PAT = 'ado_sandbox_pat'

/** Fills an empty world. */
export function plantSeed(world: World, seed: SeedName | Seed): void {
  const { org, people, projects, items, tokens, firstItemId }: Seed = typeof seed === 'string' ? SEEDS[seed]() : seed
  world.org = org ?? (world.version === 'services' ? 'contoso' : 'DefaultCollection')
  world.collectionId = stableGuid(`collection ${world.org}`)
  for (const person of people ?? PEOPLE) createPerson(world, person)
  world.owner = [...world.people.values()][0] ?? createPerson(world, PEOPLE[0]!)
  const token = (secret: string, scopes: readonly string[], expires: Date | null = null) =>
    world.tokens.set(secret, { person: world.owner, scopes, expires })
  token(SANDBOX_PAT, ['all'])
  token('ado_sandbox_pat_work', ['vso.work_write'])
  token('ado_sandbox_pat_readonly', ['vso.work', 'vso.graph', 'vso.identity'])
  token('ado_sandbox_pat_expired', ['all'], new Date(0))
  world.apps.set(stableGuid('app lockstep'), { secret: 'ado_sandbox_secret', person: world.owner })
  for (const [secret, { person, scopes, expires }] of Object.entries(tokens ?? {})) {
    world.tokens.set(secret, {
      person: findPerson(world, person) ?? world.owner,
      scopes: scopes ?? ['all'],
      expires: expires === undefined ? null : new Date(expires),
    })
  }
  for (const project of projects ?? PROJECTS) createProject(world, project)
  world.nextItemId = firstItemId ?? 1
  for (const item of items ?? []) plantItem(world, item)
}

export function createProject(world: World, input: SeedProject): Project {
  const id = stableGuid(`project ${world.org} ${input.name.toLowerCase()}`)
  const project: Project = {
    id,
    name: input.name,
    description: input.description ?? '',
    state: 'wellFormed',
    visibility: 'private',
    revision: 11 + world.projects.size,
    lastUpdateTime: now(world),
    process: input.process,
    teamId: stableGuid(`team ${id}`),
    types: createTypes(input.process),
    areas: createNode(world, input.name),
    iterations: createNode(world, input.name),
  }
  for (const path of input.areas ?? []) ensureNode(world, project.areas, path)
  for (const path of input.iterations ?? []) ensureNode(world, project.iterations, path)
  world.projects.set(id, project)
  return project
}

function plantItem(world: World, input: SeedItem): Item {
  const who = findPerson(world, input.by ?? '') ?? world.owner
  return writeNewItem(world, who, input)
}

/** A work item as a person would make it in the browser: same rules, same events. */
export function writeNewItem(
  world: World,
  who: Person,
  { project: name, type: typeName, title, fields = {} }: SeedItem,
): Item {
  const project = [...world.projects.values()].find((each) => each.name.toLowerCase() === name.toLowerCase())
  const type = project?.types.get(typeName.toLowerCase())
  if (project === undefined || type === undefined) throw new Error(`no type ${typeName} in a project ${name}`)
  const draft = draftNew(project, type)
  const values = Object.entries({ 'System.Title': title, ...fields })
  const operations = values.map(([field, value]) => ({
    op: 'add' as const,
    path: `/fields/${field}`,
    from: null,
    value,
  }))
  applyPatch(world, draft, operations, { bypassRules: false })
  settleDraft(world, draft, who, { bypassRules: false })
  return saveDraft(world, draft, { who })
}
