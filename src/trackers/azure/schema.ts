import { z } from 'zod'

export const IdentityRef = z.object({
  id: z.string().optional(),
  displayName: z.string().optional(),
  uniqueName: z.string().optional(),
  descriptor: z.string().optional(),
  inactive: z.boolean().optional(),
})
export type IdentityRef = z.infer<typeof IdentityRef>

export const Relation = z.object({
  rel: z.string(),
  url: z.string(),
  attributes: z.object({ comment: z.string().optional() }).optional(),
})
export type Relation = z.infer<typeof Relation>

export const WorkItem = z.object({
  id: z.int(),
  rev: z.int(),
  fields: z.record(z.string(), z.unknown()),
  relations: z.array(Relation).optional(),
  /** By field; a field that is not named here holds HTML. */
  multilineFieldsFormat: z.record(z.string(), z.string()).optional(),
})
export type WorkItem = z.infer<typeof WorkItem>

/** With errorPolicy omit, what is missing is `null`. */
export const WorkItemBatch = z.object({ value: z.array(WorkItem.nullable()) })

export const QueryResult = z.object({ workItems: z.array(z.object({ id: z.int() })).default([]) })

export const RevisionsBatch = z.object({
  values: z.array(
    z.object({
      id: z.int(),
      rev: z.int(),
      fields: z.record(z.string(), z.unknown()).default({}),
      commentVersionRef: z.unknown().optional(),
    }),
  ),
  continuationToken: z.string().optional(),
  nextLink: z.string().nullish(),
  isLastBatch: z.boolean(),
})

export const LinksBatch = z.object({
  values: z.array(z.object({ rel: z.string(), attributes: z.object({ sourceId: z.int(), targetId: z.int() }) })),
  continuationToken: z.string().optional(),
  nextLink: z.string().nullish(),
  isLastBatch: z.boolean(),
})

export const Project = z.object({ id: z.string(), name: z.string() })
export const ProjectList = z.object({ value: z.array(Project) })

export const State = z.object({ name: z.string(), category: z.string().default('') })
export const StateList = z.object({ value: z.array(State) })

export const TypeField = z.object({
  referenceName: z.string(),
  name: z.string().default(''),
  alwaysRequired: z.boolean().default(false),
  defaultValue: z.unknown().optional(),
  allowedValues: z.array(z.unknown()).default([]),
})
export const TypeFieldList = z.object({ value: z.array(TypeField) })

/** Every field of the server, whatever type it is on. */
export const FieldList = z.object({ value: z.array(z.object({ referenceName: z.string(), name: z.string() })) })

export interface ClassificationNode {
  readonly name: string
  readonly children?: readonly ClassificationNode[] | undefined
}
/** A node of the tree of areas or iterations. */
export const ClassificationNode: z.ZodType<ClassificationNode> = z.lazy(() =>
  z.object({ name: z.string(), children: z.array(ClassificationNode).optional() }),
)

export const Subscription = z.object({
  id: z.string(),
  eventType: z.string(),
  status: z.string(),
  consumerInputs: z.record(z.string(), z.string()).default({}),
})
export type Subscription = z.infer<typeof Subscription>
export const SubscriptionList = z.object({ value: z.array(Subscription) })

export const WorkItemType = z.object({
  name: z.string(),
  isDisabled: z.boolean().default(false),
  fields: z.array(TypeField).default([]),
  states: z.array(State).default([]),
  /** From state to the states that can follow; the key `''` is a new item. */
  transitions: z.record(z.string(), z.array(z.object({ to: z.string() }))).default({}),
})
export type WorkItemType = z.infer<typeof WorkItemType>
export const WorkItemTypeList = z.object({ value: z.array(WorkItemType) })

export const TypeCategoryList = z.object({
  value: z.array(
    z.object({ referenceName: z.string(), workItemTypes: z.array(z.object({ name: z.string() })).default([]) }),
  ),
})

export const ConnectionData = z.object({
  authenticatedUser: z.object({
    id: z.string(),
    subjectDescriptor: z.string().optional(),
    providerDisplayName: z.string().optional(),
    customDisplayName: z.string().optional(),
  }),
  deploymentType: z.string().default(''),
})

export const ResourceAreaList = z.object({ value: z.array(z.object({ name: z.string(), locationUrl: z.string() })) })

export const CommentItem = z.object({
  id: z.int().optional(),
  commentId: z.int().optional(),
  text: z.string().default(''),
  renderedText: z.string().optional(),
  format: z.string().optional(),
  createdBy: IdentityRef.optional(),
  createdDate: z.string().default(''),
  modifiedDate: z.string().optional(),
  isDeleted: z.boolean().default(false),
})
export type CommentItem = z.infer<typeof CommentItem>
export const CommentPage = z.object({ comments: z.array(CommentItem), continuationToken: z.string().nullish() })

/** The comments of a Server 2019: what was said with one revision. */
export const RevisionComment = z.object({
  revision: z.int(),
  text: z.string().default(''),
  revisedBy: IdentityRef.optional(),
  revisedDate: z.string().default(''),
})
export const RevisionCommentPage = z.object({
  comments: z.array(RevisionComment),
  totalCount: z.int(),
})

export const Attachment = z.object({ id: z.string(), url: z.string() })

export const GraphUser = z.object({
  descriptor: z.string(),
  displayName: z.string().default(''),
  principalName: z.string().default(''),
  mailAddress: z.string().nullish(),
  origin: z.string().default(''),
  metaType: z.string().nullish(),
  isDeletedInOrigin: z.boolean().nullish(),
})
export type GraphUser = z.infer<typeof GraphUser>
export const GraphUserPage = z.object({ value: z.array(GraphUser) })

const Property = z.object({ $value: z.unknown() })
export const Identity = z.object({
  id: z.string(),
  descriptor: z.string().default(''),
  subjectDescriptor: z.string().optional(),
  providerDisplayName: z.string().default(''),
  customDisplayName: z.string().nullish(),
  isActive: z.boolean().optional(),
  isContainer: z.boolean().default(false),
  properties: z.record(z.string(), Property).default({}),
})
export type Identity = z.infer<typeof Identity>
export const IdentityList = z.object({ value: z.array(Identity.nullable()) })

const BatchPart = z.object({ code: z.int(), body: z.string().default('') })
export type BatchPart = z.infer<typeof BatchPart>
export const BatchReply = z.object({ value: z.array(BatchPart) })

export const Failure = z.object({
  message: z.string().default(''),
  typeKey: z.string().default(''),
  customProperties: z
    .object({
      ReferenceName: z.string().optional(),
      RuleValidationErrors: z
        .array(z.object({ fieldReferenceName: z.string(), errorMessage: z.string().default('') }))
        .optional(),
    })
    .nullish(),
})
export type Failure = z.infer<typeof Failure>

export const TokenReply = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().default(3600) })
export const OidcReply = z.object({ value: z.string().min(1) })

export const RecycleBin = z.object({ value: z.array(z.object({ id: z.coerce.number() })) })
