export type ProcessName = 'Basic' | 'Agile' | 'Scrum' | 'CMMI'
export type Category = 'Proposed' | 'InProgress' | 'Resolved' | 'Completed' | 'Removed'

export interface State {
  readonly name: string
  readonly color: string
  readonly category: Category
  /** What `System.Reason` becomes when nobody gives one. */
  readonly reason: string
}

export interface FieldRule {
  required: boolean
  allowedValues: readonly (string | number)[]
  defaultValue: string | number | null
}

export interface WorkItemType {
  readonly name: string
  readonly referenceName: string
  readonly description: string
  readonly color: string
  readonly icon: string
  readonly category: string
  readonly states: State[]
  /** Moves that are refused, as `from>to`. */
  readonly forbidden: Set<string>
  /** By reference name: the fields on the form and their rules. */
  readonly fields: Map<string, FieldRule>
}

export interface Process {
  readonly id: string
  readonly name: ProcessName
  readonly description: string
  readonly isDefault: boolean
}

// Identifiers and descriptions as recorded from Services.
export const PROCESSES: readonly Process[] = [
  {
    id: '6b724908-ef14-45cf-84f8-768b5384da45',
    name: 'Scrum',
    description: 'This template is for teams who follow the Scrum framework.',
    isDefault: false,
  },
  {
    id: 'b8a3a935-7e91-48b8-a94c-606d37c3e9f2',
    name: 'Basic',
    description: 'This template is flexible for any process and great for teams getting started with Azure DevOps.',
    isDefault: true,
  },
  {
    id: 'adcc42ab-9882-485e-a3ed-7678f01f66bc',
    name: 'Agile',
    description:
      'This template is flexible and will work great for most teams using Agile planning methods, including those practicing Scrum.',
    isDefault: false,
  },
  {
    id: '27450541-8e31-4150-9947-dc59f998fc01',
    name: 'CMMI',
    description:
      'This template is for more formal projects requiring a framework for process improvement and an auditable record of decisions.',
    isDefault: false,
  },
]

const COLORS: Readonly<Record<Category, string>> = {
  Proposed: 'b2b2b2',
  InProgress: '007acc',
  Resolved: 'ff9d00',
  Completed: '339933',
  Removed: 'ffffff',
}

type StateRow = readonly [name: string, category: Category, reason?: string]

const states = (...rows: readonly StateRow[]): State[] =>
  rows.map(([name, category, reason]) => ({
    name,
    category,
    color: COLORS[category],
    reason: reason ?? `Moved to state ${name}`,
  }))

const basic = () => states(['To Do', 'Proposed', 'Added to backlog'], ['Doing', 'InProgress'], ['Done', 'Completed'])

const agile = (reasons: Readonly<Record<string, string>> = {}, without: readonly string[] = []) =>
  states(
    ['New', 'Proposed', reasons['New'] ?? 'New'],
    ['Active', 'InProgress', reasons['Active'] ?? 'Implementation started'],
    ['Resolved', 'Resolved', reasons['Resolved'] ?? 'Code complete and unit tests pass'],
    ['Closed', 'Completed', reasons['Closed'] ?? 'Acceptance tests pass'],
    ['Removed', 'Removed', 'Removed from the backlog'],
  ).filter((state) => !without.includes(state.name))

const scrumItem = (first: string) =>
  states(
    ['New', 'Proposed', first],
    ['Approved', 'Proposed', 'Approved by the Product Owner'],
    ['Committed', 'InProgress', 'Commitment made by the team'],
    ['Done', 'Completed', 'Work finished'],
    ['Removed', 'Removed', 'Removed from the backlog'],
  )

const scrumPlan = (first: string) =>
  states(
    ['New', 'Proposed', first],
    ['In Progress', 'InProgress', 'Implementation started'],
    ['Done', 'Completed', 'Work finished'],
    ['Removed', 'Removed', 'Removed from the backlog'],
  )

const cmmi = (...without: readonly string[]) =>
  states(
    ['Proposed', 'Proposed', 'New'],
    ['Active', 'InProgress', 'Accepted'],
    ['Resolved', 'Resolved', 'Code complete and system test passed'],
    ['Closed', 'Completed', 'Validation test passed'],
    ['Removed', 'Removed', 'Removed from the backlog'],
  ).filter((state) => !without.includes(state.name))

const COMMON = [
  'System.Title',
  'System.AreaPath',
  'System.AreaId',
  'System.IterationPath',
  'System.IterationId',
  'System.TeamProject',
  'System.WorkItemType',
  'System.State',
  'System.Reason',
  'System.AssignedTo',
  'System.Description',
  'System.History',
  'System.Tags',
  'System.Id',
  'System.Rev',
  'System.CreatedDate',
  'System.CreatedBy',
  'System.ChangedDate',
  'System.ChangedBy',
  'System.CommentCount',
  'System.Parent',
  'Microsoft.VSTS.Common.StateChangeDate',
  'Microsoft.VSTS.Common.ActivatedDate',
  'Microsoft.VSTS.Common.ActivatedBy',
  'Microsoft.VSTS.Common.ClosedDate',
  'Microsoft.VSTS.Common.ClosedBy',
  'Microsoft.VSTS.Common.Priority',
]

const BUG = [
  'Microsoft.VSTS.TCM.ReproSteps',
  'Microsoft.VSTS.TCM.SystemInfo',
  'Microsoft.VSTS.Common.Severity',
  'Microsoft.VSTS.Common.AcceptanceCriteria',
  'Microsoft.VSTS.Build.FoundIn',
  'Microsoft.VSTS.Build.IntegrationBuild',
]
const WORK = ['OriginalEstimate', 'RemainingWork', 'CompletedWork'].map((name) => `Microsoft.VSTS.Scheduling.${name}`)
const RESOLVED = ['Date', 'By', 'Reason'].map((name) => `Microsoft.VSTS.Common.Resolved${name}`)
const PLAN = [
  'Microsoft.VSTS.Common.ValueArea',
  'Microsoft.VSTS.Common.AcceptanceCriteria',
  'Microsoft.VSTS.Common.Risk',
]

const RULES: Readonly<Record<string, Partial<FieldRule>>> = {
  'System.Title': { required: true },
  'System.State': { required: true },
  'System.AreaId': { required: true },
  'System.IterationId': { required: true },
  'Microsoft.VSTS.Common.Priority': { allowedValues: [1, 2, 3, 4], defaultValue: 2 },
  'Microsoft.VSTS.Common.Severity': {
    allowedValues: ['1 - Critical', '2 - High', '3 - Medium', '4 - Low'],
    defaultValue: '3 - Medium',
  },
  'Microsoft.VSTS.Common.ValueArea': { allowedValues: ['Architectural', 'Business'], defaultValue: 'Business' },
  'Microsoft.VSTS.Common.Risk': { allowedValues: ['1 - High', '2 - Medium', '3 - Low'] },
  'Microsoft.VSTS.Common.Activity': {
    allowedValues: ['Deployment', 'Design', 'Development', 'Documentation', 'Requirements', 'Testing'],
  },
  'Microsoft.VSTS.Common.Triage': {
    allowedValues: ['Pending', 'More Info', 'Info Received', 'Triaged'],
    defaultValue: 'Pending',
  },
  'Microsoft.VSTS.CMMI.RequirementType': {
    required: true,
    allowedValues: ['Functional', 'Scenario'],
    defaultValue: 'Functional',
  },
}

interface Look {
  readonly color: string
  readonly icon: string
  readonly category: string
}

const LOOKS: Readonly<Record<string, Look>> = {
  Epic: { color: 'FF7B00', icon: 'icon_crown', category: 'Epic' },
  Feature: { color: '773B93', icon: 'icon_trophy', category: 'Feature' },
  'User Story': { color: '009CCC', icon: 'icon_book', category: 'Requirement' },
  'Product Backlog Item': { color: '009CCC', icon: 'icon_list', category: 'Requirement' },
  Requirement: { color: '009CCC', icon: 'icon_star', category: 'Requirement' },
  Bug: { color: 'CC293D', icon: 'icon_insect', category: 'Bug' },
  Task: { color: 'F2CB1D', icon: 'icon_clipboard', category: 'Task' },
  Issue: { color: 'B4009E', icon: 'icon_response', category: 'Issue' },
  Impediment: { color: 'B4009E', icon: 'icon_traffic_cone', category: 'Impediment' },
  'Change Request': { color: 'B4009E', icon: 'icon_chat_bubble', category: 'ChangeRequest' },
  Risk: { color: 'B4009E', icon: 'icon_asterisk', category: 'Risk' },
}

function type(name: string, itsStates: State[], extra: readonly string[], category?: string): WorkItemType {
  const look = LOOKS[name]!
  const rule = (field: string): FieldRule => ({
    required: false,
    allowedValues: [],
    defaultValue: null,
    ...RULES[field],
  })
  return {
    name,
    referenceName: `Microsoft.VSTS.WorkItemTypes.${name.replaceAll(' ', '')}`,
    description: `Tracks a ${name.toLowerCase()}.`,
    color: look.color,
    icon: look.icon,
    category: `Microsoft.${category ?? look.category}Category`,
    states: itsStates,
    forbidden: new Set(),
    fields: new Map([...COMMON, ...extra].map((field) => [field, rule(field)])),
  }
}

function withoutMoves(workItemType: WorkItemType, ...moves: readonly string[]): WorkItemType {
  for (const move of moves) workItemType.forbidden.add(move)
  return workItemType
}

const POINTS = 'Microsoft.VSTS.Scheduling.StoryPoints'
const EFFORT = 'Microsoft.VSTS.Scheduling.Effort'
const SIZE = 'Microsoft.VSTS.Scheduling.Size'
const ACTIVITY = 'Microsoft.VSTS.Common.Activity'

const BUILDERS: Readonly<Record<ProcessName, () => WorkItemType[]>> = {
  Basic: () => [
    type('Epic', basic(), [EFFORT]),
    // In Basic the Issue is the backlog item.
    type('Issue', basic(), [EFFORT], 'Requirement'),
    type('Task', basic(), [ACTIVITY, ...WORK]),
  ],
  Agile: () => [
    type('Epic', agile(), [...PLAN, EFFORT, ...RESOLVED]),
    type('Feature', agile(), [...PLAN, EFFORT, ...RESOLVED]),
    type('User Story', agile(), [...PLAN, POINTS, ...RESOLVED]),
    type('Bug', agile({ Active: 'Approved', Resolved: 'Fixed', Closed: 'Fixed and verified' }, ['Removed']), [
      ...BUG,
      'Microsoft.VSTS.Common.ValueArea',
      POINTS,
      ...RESOLVED,
      ...WORK,
    ]),
    type('Task', agile({ Active: 'Work started', Closed: 'Completed' }, ['Resolved']), [ACTIVITY, ...WORK]),
    type('Issue', agile({ Active: 'New', Closed: 'Issue resolved' }, ['New', 'Resolved', 'Removed']), []),
  ],
  Scrum: () => [
    type('Epic', scrumPlan('New epic'), [...PLAN, EFFORT]),
    type('Feature', scrumPlan('New feature'), [...PLAN, EFFORT]),
    type('Product Backlog Item', scrumItem('New backlog item'), [...PLAN, EFFORT]),
    type('Bug', scrumItem('New defect reported'), [...BUG, 'Microsoft.VSTS.Common.ValueArea', EFFORT]),
    type(
      'Task',
      states(
        ['To Do', 'Proposed', 'New task'],
        ['In Progress', 'InProgress', 'Work started'],
        ['Done', 'Completed', 'Work finished'],
        ['Removed', 'Removed', 'Removed from the backlog'],
      ),
      [ACTIVITY, ...WORK],
    ),
    type(
      'Impediment',
      states(['Open', 'Proposed', 'New impediment'], ['Closed', 'Completed', 'Impediment removed']),
      [],
    ),
  ],
  CMMI: () =>
    [
      type('Epic', cmmi(), [...PLAN, EFFORT, ...RESOLVED]),
      type('Feature', cmmi(), [...PLAN, EFFORT, ...RESOLVED]),
      type('Requirement', cmmi(), [...PLAN, SIZE, 'Microsoft.VSTS.CMMI.RequirementType', ...RESOLVED]),
      type('Bug', cmmi('Removed'), [...BUG, 'Microsoft.VSTS.Common.Triage', SIZE, ...RESOLVED]),
      type('Change Request', cmmi('Removed'), RESOLVED),
      type('Issue', cmmi('Removed'), RESOLVED),
      type('Risk', cmmi('Resolved', 'Removed'), []),
      type('Task', cmmi(), [ACTIVITY, ...WORK, ...RESOLVED]),
      // The one stock process with a fixed path: what is only proposed cannot be resolved.
    ].map((each) => withoutMoves(each, 'Proposed>Resolved')),
}

export function createTypes(process: ProcessName): Map<string, WorkItemType> {
  return new Map(BUILDERS[process]().map((each) => [each.name.toLowerCase(), each]))
}

export const findState = (workItemType: WorkItemType, name: string): State | undefined =>
  workItemType.states.find((state) => state.name.toLowerCase() === name.toLowerCase())
