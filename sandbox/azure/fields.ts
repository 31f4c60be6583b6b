/** How a field behaves; the words of the REST API. */
export type FieldType =
  | 'string'
  | 'integer'
  | 'double'
  | 'dateTime'
  | 'html'
  | 'plainText'
  | 'history'
  | 'treePath'
  | 'boolean'
  | 'identity'

export interface FieldDefinition {
  readonly referenceName: string
  readonly name: string
  readonly type: FieldType
  /** Writes are refused; the server keeps it. */
  readonly readOnly: boolean
  /** In every work item, only with `$expand=all|fields`, or only when asked for by name. */
  readonly shown: 'always' | 'expanded' | 'asked'
  /** Only with bypassRules may a client write it. */
  readonly ruled: boolean
}

type Mark = 'readOnly' | 'expanded' | 'asked' | 'ruled'
type Row = readonly [referenceName: string, name: string, type: FieldType, ...marks: Mark[]]

// In the order in which Services lists the fields of a work item (recorded for the System ones).
const ROWS: readonly Row[] = [
  ['System.Id', 'ID', 'integer', 'readOnly', 'expanded'],
  ['System.AreaId', 'Area ID', 'integer', 'expanded'],
  ['System.AreaPath', 'Area Path', 'treePath'],
  ['System.TeamProject', 'Team Project', 'string'],
  ['System.NodeName', 'Node Name', 'string', 'readOnly', 'expanded'],
  ['System.AreaLevel1', 'Area Level 1', 'string', 'readOnly', 'expanded'],
  ['System.AreaLevel2', 'Area Level 2', 'string', 'readOnly', 'expanded'],
  ['System.AreaLevel3', 'Area Level 3', 'string', 'readOnly', 'expanded'],
  ['System.Rev', 'Rev', 'integer', 'readOnly', 'expanded'],
  ['System.AuthorizedDate', 'Authorized Date', 'dateTime', 'readOnly', 'expanded'],
  ['System.RevisedDate', 'Revised Date', 'dateTime', 'readOnly', 'expanded'],
  ['System.IterationId', 'Iteration ID', 'integer', 'expanded'],
  ['System.IterationPath', 'Iteration Path', 'treePath'],
  ['System.IterationLevel1', 'Iteration Level 1', 'string', 'readOnly', 'expanded'],
  ['System.IterationLevel2', 'Iteration Level 2', 'string', 'readOnly', 'expanded'],
  ['System.IterationLevel3', 'Iteration Level 3', 'string', 'readOnly', 'expanded'],
  ['System.WorkItemType', 'Work Item Type', 'string'],
  ['System.State', 'State', 'string'],
  ['System.Reason', 'Reason', 'string'],
  ['System.AssignedTo', 'Assigned To', 'identity'],
  ['System.CreatedDate', 'Created Date', 'dateTime', 'ruled'],
  ['System.CreatedBy', 'Created By', 'identity', 'ruled'],
  ['System.ChangedDate', 'Changed Date', 'dateTime', 'ruled'],
  ['System.ChangedBy', 'Changed By', 'identity', 'ruled'],
  ['System.AuthorizedAs', 'Authorized As', 'identity', 'readOnly', 'expanded'],
  ['System.PersonId', 'Person ID', 'integer', 'readOnly', 'expanded'],
  ['System.Watermark', 'Watermark', 'integer', 'readOnly', 'expanded'],
  ['System.IsDeleted', 'Is Deleted', 'boolean', 'readOnly', 'expanded'],
  ['System.CommentCount', 'Comment Count', 'integer', 'readOnly'],
  ['System.Title', 'Title', 'string'],
  ['System.BoardColumn', 'Board Column', 'string', 'readOnly'],
  ['System.BoardColumnDone', 'Board Column Done', 'boolean', 'readOnly'],
  ['Microsoft.VSTS.Common.StateChangeDate', 'State Change Date', 'dateTime', 'ruled'],
  ['Microsoft.VSTS.Common.ActivatedDate', 'Activated Date', 'dateTime', 'ruled'],
  ['Microsoft.VSTS.Common.ActivatedBy', 'Activated By', 'identity', 'ruled'],
  ['Microsoft.VSTS.Common.ResolvedDate', 'Resolved Date', 'dateTime', 'ruled'],
  ['Microsoft.VSTS.Common.ResolvedBy', 'Resolved By', 'identity', 'ruled'],
  ['Microsoft.VSTS.Common.ResolvedReason', 'Resolved Reason', 'string', 'ruled'],
  ['Microsoft.VSTS.Common.ClosedDate', 'Closed Date', 'dateTime', 'ruled'],
  ['Microsoft.VSTS.Common.ClosedBy', 'Closed By', 'identity', 'ruled'],
  ['Microsoft.VSTS.Common.Priority', 'Priority', 'integer'],
  ['Microsoft.VSTS.Common.StackRank', 'Stack Rank', 'double'],
  ['Microsoft.VSTS.Common.BacklogPriority', 'Backlog Priority', 'double'],
  ['Microsoft.VSTS.Common.Severity', 'Severity', 'string'],
  ['Microsoft.VSTS.Common.ValueArea', 'Value Area', 'string'],
  ['Microsoft.VSTS.Common.Risk', 'Risk', 'string'],
  ['Microsoft.VSTS.Common.Activity', 'Activity', 'string'],
  ['Microsoft.VSTS.Common.Triage', 'Triage', 'string'],
  ['Microsoft.VSTS.CMMI.RequirementType', 'Requirement Type', 'string'],
  ['Microsoft.VSTS.Scheduling.StoryPoints', 'Story Points', 'double'],
  ['Microsoft.VSTS.Scheduling.Effort', 'Effort', 'double'],
  ['Microsoft.VSTS.Scheduling.Size', 'Size', 'double'],
  ['Microsoft.VSTS.Scheduling.OriginalEstimate', 'Original Estimate', 'double'],
  ['Microsoft.VSTS.Scheduling.RemainingWork', 'Remaining Work', 'double'],
  ['Microsoft.VSTS.Scheduling.CompletedWork', 'Completed Work', 'double'],
  ['Microsoft.VSTS.Scheduling.StartDate', 'Start Date', 'dateTime'],
  ['Microsoft.VSTS.Scheduling.DueDate', 'Due Date', 'dateTime'],
  ['Microsoft.VSTS.Scheduling.TargetDate', 'Target Date', 'dateTime'],
  ['Microsoft.VSTS.Build.FoundIn', 'Found In', 'string'],
  ['Microsoft.VSTS.Build.IntegrationBuild', 'Integration Build', 'string'],
  ['System.Description', 'Description', 'html'],
  ['Microsoft.VSTS.TCM.ReproSteps', 'Repro Steps', 'html'],
  ['Microsoft.VSTS.TCM.SystemInfo', 'System Info', 'html'],
  ['Microsoft.VSTS.Common.AcceptanceCriteria', 'Acceptance Criteria', 'html'],
  ['System.History', 'History', 'history'],
  ['System.Tags', 'Tags', 'plainText'],
  ['System.RelatedLinkCount', 'Related Link Count', 'integer', 'readOnly', 'asked'],
  ['System.HyperLinkCount', 'Hyperlink Count', 'integer', 'readOnly', 'asked'],
  ['System.ExternalLinkCount', 'External Link Count', 'integer', 'readOnly', 'asked'],
  ['System.AttachedFileCount', 'Attached File Count', 'integer', 'readOnly', 'asked'],
  ['System.Parent', 'Parent', 'integer', 'readOnly'],
]

/** The fields of one organization: those of the stock processes and whatever is added to them. */
export interface FieldSet {
  readonly all: FieldDefinition[]
  /** By reference name or, as clients may also write it, by name. Case does not count. */
  find(name: string): FieldDefinition | undefined
  add(field: Pick<FieldDefinition, 'referenceName' | 'name' | 'type'>): FieldDefinition
}

function define([referenceName, name, type, ...marks]: Row): FieldDefinition {
  return {
    referenceName,
    name,
    type,
    readOnly: marks.includes('readOnly'),
    shown: marks.includes('expanded') ? 'expanded' : marks.includes('asked') ? 'asked' : 'always',
    ruled: marks.includes('ruled'),
  }
}

export function createFieldSet(): FieldSet {
  const all = ROWS.map(define)
  const index = new Map<string, FieldDefinition>()
  const remember = (field: FieldDefinition) => {
    index.set(field.name.toLowerCase(), field)
    index.set(field.referenceName.toLowerCase(), field)
  }
  all.forEach(remember)
  return {
    all,
    find: (name) => index.get(name.toLowerCase()),
    add(field) {
      const added: FieldDefinition = { ...field, readOnly: false, shown: 'always', ruled: false }
      all.push(added)
      remember(added)
      return added
    },
  }
}
