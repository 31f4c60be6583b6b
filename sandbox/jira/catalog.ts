export interface StatusCategory {
  readonly id: number
  readonly key: 'new' | 'indeterminate' | 'done' | 'undefined'
  readonly colorName: string
  readonly name: string
}
export interface Status {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly icon: string
  readonly category: StatusCategory['key']
}
export interface IssueType {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly subtask: boolean
  readonly avatarId: number
}
export interface Priority {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly statusColor: string
}
export interface Resolution {
  readonly id: string
  readonly name: string
  readonly description: string
}
export interface LinkType {
  readonly id: string
  readonly name: string
  readonly inward: string
  readonly outward: string
}

export const statusCategories: readonly StatusCategory[] = [
  { id: 1, key: 'undefined', colorName: 'medium-gray', name: 'No Category' },
  { id: 2, key: 'new', colorName: 'default', name: 'To Do' },
  { id: 4, key: 'indeterminate', colorName: 'inprogress', name: 'In Progress' },
  { id: 3, key: 'done', colorName: 'success', name: 'Done' },
]

export const statuses: readonly Status[] = [
  {
    id: '1',
    name: 'Open',
    description: 'The issue is open and ready for the assignee to start work on it.',
    icon: 'images/icons/statuses/open.png',
    category: 'new',
  },
  {
    id: '3',
    name: 'In Progress',
    description: 'This issue is being actively worked on at the moment by the assignee.',
    icon: 'images/icons/statuses/inprogress.png',
    category: 'indeterminate',
  },
  {
    id: '4',
    name: 'Reopened',
    description: 'This issue was once resolved, but the resolution was deemed incorrect.',
    icon: 'images/icons/statuses/reopened.png',
    category: 'new',
  },
  {
    id: '5',
    name: 'Resolved',
    description: 'A resolution has been taken, and it is awaiting verification by reporter.',
    icon: 'images/icons/statuses/resolved.png',
    category: 'done',
  },
  {
    id: '6',
    name: 'Closed',
    description: 'The issue is considered finished, the resolution is correct.',
    icon: 'images/icons/statuses/closed.png',
    category: 'done',
  },
  { id: '10000', name: 'To Do', description: '', icon: '', category: 'new' },
  { id: '10001', name: 'Done', description: '', icon: '', category: 'done' },
  { id: '10100', name: 'Backlog', description: '', icon: '', category: 'new' },
  { id: '10101', name: 'Selected', description: '', icon: '', category: 'new' },
  { id: '10102', name: 'In Development', description: '', icon: '', category: 'indeterminate' },
  { id: '10103', name: 'In Test', description: '', icon: '', category: 'indeterminate' },
  { id: '10104', name: 'Released', description: '', icon: '', category: 'done' },
]

export const issueTypes: readonly IssueType[] = [
  {
    id: '10000',
    name: 'Epic',
    description: 'A big user story that needs to be broken down.',
    subtask: false,
    avatarId: 10_307,
  },
  {
    id: '10001',
    name: 'Story',
    description: 'Functionality expressed as a user goal.',
    subtask: false,
    avatarId: 10_315,
  },
  { id: '10002', name: 'Task', description: 'A task that needs to be done.', subtask: false, avatarId: 10_318 },
  { id: '10003', name: 'Sub-task', description: 'The sub-task of the issue', subtask: true, avatarId: 10_316 },
  {
    id: '10004',
    name: 'Bug',
    description: 'A problem which impairs or prevents the functions of the product.',
    subtask: false,
    avatarId: 10_303,
  },
]

export const priorities: readonly Priority[] = [
  { id: '1', name: 'Highest', description: 'This problem will block progress.', statusColor: '#d04437' },
  { id: '2', name: 'High', description: 'Serious problem that could block progress.', statusColor: '#f15C75' },
  { id: '3', name: 'Medium', description: 'Has the potential to affect progress.', statusColor: '#f79232' },
  { id: '4', name: 'Low', description: 'Minor problem or easily worked around.', statusColor: '#707070' },
  {
    id: '5',
    name: 'Lowest',
    description: 'Trivial problem with little or no impact on progress.',
    statusColor: '#999999',
  },
]

export const resolutions: readonly Resolution[] = [
  { id: '10000', name: 'Done', description: 'Work has been completed on this issue.' },
  { id: '10001', name: "Won't Do", description: 'This issue will not be actioned.' },
  { id: '10002', name: 'Duplicate', description: 'The problem is a duplicate of an existing issue.' },
  {
    id: '10003',
    name: 'Cannot Reproduce',
    description: 'All attempts at reproducing this issue failed, or not enough information was available.',
  },
  { id: '10004', name: 'Fixed', description: 'A fix for this issue is checked into the tree and tested.' },
]

export const linkTypes: readonly LinkType[] = [
  { id: '10000', name: 'Blocks', inward: 'is blocked by', outward: 'blocks' },
  { id: '10001', name: 'Cloners', inward: 'is cloned by', outward: 'clones' },
  { id: '10002', name: 'Duplicate', inward: 'is duplicated by', outward: 'duplicates' },
  { id: '10003', name: 'Relates', inward: 'relates to', outward: 'relates to' },
]

export const teamOptions: readonly { readonly id: string; readonly value: string }[] = [
  { id: '10300', value: 'Platform' },
  { id: '10301', value: 'Tools' },
]

const byId = <T extends { readonly id: string | number }>(list: readonly T[]) =>
  new Map(list.map((entry) => [String(entry.id), entry]))

export const statusById = byId(statuses)
export const issueTypeById = byId(issueTypes)
export const priorityById = byId(priorities)
export const resolutionById = byId(resolutions)
export const linkTypeById = byId(linkTypes)
export const categoryByKey = new Map(statusCategories.map((category) => [category.key, category]))

export const sameText = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()
