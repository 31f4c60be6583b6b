import type { WorkItemType } from './schema.ts'

export const FIELD = {
  title: 'System.Title',
  state: 'System.State',
  reason: 'System.Reason',
  assignee: 'System.AssignedTo',
  tags: 'System.Tags',
  type: 'System.WorkItemType',
  project: 'System.TeamProject',
  area: 'System.AreaPath',
  iteration: 'System.IterationPath',
  priority: 'Microsoft.VSTS.Common.Priority',
  description: 'System.Description',
  reproSteps: 'Microsoft.VSTS.TCM.ReproSteps',
  history: 'System.History',
  commentCount: 'System.CommentCount',
  createdBy: 'System.CreatedBy',
  createdDate: 'System.CreatedDate',
  changedDate: 'System.ChangedDate',
  deleted: 'System.IsDeleted',
} as const

const has = (type: WorkItemType | undefined, field: string): boolean =>
  type?.fields.some(({ referenceName }) => referenceName === field) ?? false

/** The text that people see first: the form of a Bug shows its repro steps, not its description. */
export const bodyField = (type: WorkItemType | undefined): string =>
  has(type, FIELD.reproSteps) ? FIELD.reproSteps : FIELD.description

const ESTIMATES = ['StoryPoints', 'Effort', 'Size', 'OriginalEstimate', 'RemainingWork'].map(
  (name) => `Microsoft.VSTS.Scheduling.${name}`,
)

/** Each process estimates in a field of its own. */
export const estimateField = (type: WorkItemType | undefined): string | undefined =>
  ESTIMATES.find((field) => has(type, field))
