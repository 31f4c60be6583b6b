export interface FieldSchema {
  readonly type: string
  readonly items?: string
  readonly system?: string
  readonly custom?: string
  readonly customId?: number
}

export interface FieldDefinition {
  readonly id: string
  readonly name: string
  readonly clauseNames: readonly string[]
  readonly schema: FieldSchema | null
  readonly orderable: boolean
  readonly navigable: boolean
  readonly searchable: boolean
  /** What `update` may do; none means it is never set through an edit. */
  readonly operations: readonly ('set' | 'add' | 'remove' | 'edit')[]
  /** Stands on the screens for creating and editing. */
  readonly onScreen: boolean
}

type Extra = Partial<Omit<FieldDefinition, 'id' | 'name' | 'schema'>>

const system = (
  id: string,
  name: string,
  type: string | null,
  extra: Extra & { items?: string } = {},
): FieldDefinition => {
  const { items, ...rest } = extra
  return {
    id,
    name,
    clauseNames: [id],
    schema: type === null ? null : { type, ...(items === undefined ? {} : { items }), system: id },
    orderable: false,
    navigable: true,
    searchable: true,
    operations: [],
    onScreen: false,
    ...rest,
  }
}

const custom = (
  customId: number,
  name: string,
  schema: { readonly type: string; readonly items?: string; readonly custom: string },
  extra: Extra = {},
): FieldDefinition => ({
  id: `customfield_${customId}`,
  name,
  clauseNames: [`cf[${customId}]`, name],
  schema: { ...schema, customId },
  orderable: true,
  navigable: true,
  searchable: true,
  operations: ['set'],
  onScreen: true,
  ...extra,
})

const onScreen = { orderable: true, onScreen: true } as const
const set = { ...onScreen, operations: ['set'] } as const
const list = { ...onScreen, operations: ['add', 'set', 'remove'] } as const
const GREENHOPPER = 'com.pyxis.greenhopper.jira'
const CUSTOM_TYPES = 'com.atlassian.jira.plugin.system.customfieldtypes'

export const epicLinkField = 'customfield_10100'
export const epicNameField = 'customfield_10103'
export const rankField = 'customfield_10105'
export const storyPointsField = 'customfield_10106'
export const gitHubField = 'customfield_10200'
export const teamField = 'customfield_10201'
export const rootCauseField = 'customfield_10202'

export const fieldDefinitions: readonly FieldDefinition[] = [
  system('issuekey', 'Key', null, { clauseNames: ['id', 'issue', 'issuekey', 'key'], searchable: false }),
  system('project', 'Project', 'project', { operations: ['set'] }),
  system('issuetype', 'Issue Type', 'issuetype', { ...set, operations: [], clauseNames: ['issuetype', 'type'] }),
  system('summary', 'Summary', 'string', set),
  system('description', 'Description', 'string', set),
  system('environment', 'Environment', 'string', set),
  system('status', 'Status', 'status'),
  system('resolution', 'Resolution', 'resolution', { operations: ['set'], orderable: true }),
  system('priority', 'Priority', 'priority', set),
  system('assignee', 'Assignee', 'user', set),
  system('reporter', 'Reporter', 'user', set),
  system('creator', 'Creator', 'user'),
  system('labels', 'Labels', 'array', { ...list, items: 'string' }),
  system('components', 'Component/s', 'array', { ...list, items: 'component', clauseNames: ['component'] }),
  system('fixVersions', 'Fix Version/s', 'array', { ...list, items: 'version', clauseNames: ['fixVersion'] }),
  system('versions', 'Affects Version/s', 'array', { ...list, items: 'version', clauseNames: ['affectedVersion'] }),
  system('duedate', 'Due Date', 'date', { ...set, clauseNames: ['due', 'duedate'] }),
  system('created', 'Created', 'datetime', { clauseNames: ['created', 'createdDate'] }),
  system('updated', 'Updated', 'datetime', { clauseNames: ['updated', 'updatedDate'] }),
  system('resolutiondate', 'Resolved', 'datetime', { clauseNames: ['resolutiondate', 'resolved'] }),
  system('lastViewed', 'Last Viewed', 'datetime'),
  system('issuelinks', 'Linked Issues', 'array', { ...onScreen, items: 'issuelinks', operations: ['add'] }),
  system('attachment', 'Attachment', 'array', {
    ...onScreen,
    items: 'attachment',
    navigable: false,
    clauseNames: ['attachments'],
  }),
  system('subtasks', 'Sub-Tasks', 'array', { items: 'issuelinks', searchable: false }),
  system('parent', 'Parent', 'issuelink', { navigable: false, operations: ['set'] }),
  system('comment', 'Comment', 'comments-page', {
    orderable: true,
    navigable: false,
    operations: ['add', 'edit', 'remove'],
  }),
  system('worklog', 'Log Work', 'array', { items: 'worklog', navigable: false, clauseNames: [] }),
  system('watches', 'Watchers', 'watches', { clauseNames: ['watchers'] }),
  system('votes', 'Votes', 'votes'),
  system('progress', 'Progress', 'progress'),
  system('aggregateprogress', 'Σ Progress', 'progress', { clauseNames: [], searchable: false }),
  system('timetracking', 'Time Tracking', 'timetracking', { navigable: false, clauseNames: [] }),
  system('timespent', 'Time Spent', 'number', { searchable: false }),
  system('timeestimate', 'Remaining Estimate', 'number', { searchable: false }),
  system('timeoriginalestimate', 'Original Estimate', 'number', { searchable: false }),
  system('aggregatetimespent', 'Σ Time Spent', 'number', { clauseNames: [], searchable: false }),
  system('aggregatetimeestimate', 'Σ Remaining Estimate', 'number', { clauseNames: [], searchable: false }),
  system('aggregatetimeoriginalestimate', 'Σ Original Estimate', 'number', { clauseNames: [], searchable: false }),
  system('workratio', 'Work Ratio', 'number'),
  custom(10_100, 'Epic Link', { type: 'any', custom: `${GREENHOPPER}:gh-epic-link` }),
  custom(10_103, 'Epic Name', { type: 'string', custom: `${GREENHOPPER}:gh-epic-label` }),
  custom(10_105, 'Rank', { type: 'any', custom: `${GREENHOPPER}:gh-lexo-rank` }, { onScreen: false }),
  custom(10_106, 'Story Points', { type: 'number', custom: `${CUSTOM_TYPES}:float` }),
  custom(10_200, 'GitHub Issue', { type: 'string', custom: `${CUSTOM_TYPES}:url` }),
  custom(10_201, 'Team', { type: 'option', custom: `${CUSTOM_TYPES}:select` }),
  custom(10_202, 'Root Cause', { type: 'string', custom: `${CUSTOM_TYPES}:textarea` }, { onScreen: false }),
]

export const fieldById = new Map(fieldDefinitions.map((field) => [field.id, field]))
