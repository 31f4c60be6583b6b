import { z } from 'zod'

export const Failure = z.object({
  errorMessages: z.array(z.string()).catch([]),
  errors: z.record(z.string(), z.string()).catch({}),
  message: z.string().optional().catch(undefined),
})
export type Failure = z.infer<typeof Failure>

export const ServerInfo = z.object({ version: z.string(), versionNumbers: z.array(z.int()).min(2) })

/** Of somebody who was deleted only the name is left; an address may be absent or masked. */
export const User = z.object({
  name: z.string(),
  key: z.string().optional(),
  displayName: z.string().optional(),
  emailAddress: z.string().optional(),
  active: z.boolean().default(true),
})
export type User = z.infer<typeof User>

export const UserList = z.array(User.nullable().catch(null))
export const UserStream = z.object({ values: UserList, isLast: z.boolean(), nextCursor: z.string().nullish() })

export const Myself = User.extend({ timeZone: z.string() })

export const FieldSchema = z.object({
  type: z.string(),
  items: z.string().optional(),
  custom: z.string().optional(),
})
export type FieldSchema = z.infer<typeof FieldSchema>

export const FieldList = z.array(z.object({ id: z.string(), name: z.string(), schema: FieldSchema.optional() }))
export type FieldDefinition = z.infer<typeof FieldList>[number]

const listOf = <Item>(item: z.ZodType<Item>) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])

const Named = z.object({ name: z.string() })
const Keyed = z.object({ key: z.string() })

export const Status = z.object({
  name: z.string(),
  statusCategory: z.object({ key: z.string() }).optional(),
})
export type Status = z.infer<typeof Status>

export const Visibility = z.object({ type: z.string(), value: z.string() })

export const Property = z.object({ key: z.string(), value: z.unknown() })

export const CommentItem = z.object({
  id: z.string(),
  body: z.string().default(''),
  author: User.optional(),
  created: z.string(),
  updated: z.string().optional(),
  visibility: Visibility.optional(),
  /** Absent where the server does not hand them out. */
  properties: z.array(Property).optional(),
})
export type CommentItem = z.infer<typeof CommentItem>

export const CommentPage = z.object({ total: z.int(), comments: z.array(CommentItem) })

/** Those of an issue's many fields that have a meaning here; the others stay beside them. */
export const IssueFields = z.looseObject({
  summary: z.string(),
  description: z.string().nullish(),
  status: Status,
  resolution: Named.nullish(),
  assignee: User.nullish(),
  reporter: User.nullish(),
  creator: User.nullish(),
  issuetype: z.object({ name: z.string(), subtask: z.boolean().default(false) }),
  project: Keyed,
  labels: listOf(z.string()),
  components: listOf(Named),
  fixVersions: listOf(Named),
  priority: Named.nullish(),
  parent: Keyed.nullish(),
  comment: z
    .object({
      total: z.int(),
      comments: z.array(
        z.object({ body: z.string().default(''), updated: z.string().optional(), updateAuthor: User.optional() }),
      ),
    })
    .optional(),
  created: z.string(),
  updated: z.string(),
})

/** What every issue has, whatever fields were asked for. */
export const IssueStub = z.object({
  id: z.string(),
  key: z.string(),
  /** Only where they were asked for, and never in a search. */
  properties: z.record(z.string(), z.unknown()).optional(),
})
export type IssueStub = z.infer<typeof IssueStub>

export const Issue = IssueStub.extend({ fields: IssueFields })
export type Issue = z.infer<typeof Issue>

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null)

export const ChangeItem = z.object({
  fieldtype: z.string().default('jira'),
  field: z.string(),
  from: text,
  fromString: text,
  // Where it is missing, every object has a function of this name.
  toString: z.string().nullable().catch(null),
})
export type ChangeItem = z.infer<typeof ChangeItem>

export const History = z.array(z.object({ id: z.string(), items: z.array(ChangeItem) }))
export type History = z.infer<typeof History>

export const IssueWithHistory = Issue.extend({ changelog: z.object({ histories: History }).optional() })

export const IssueMoment = z.object({ fields: z.object({ updated: z.string() }) })

export const CreatedIssue = z.object({ id: z.string(), key: z.string() })

export const CreatedIssues = z.object({
  issues: z.array(CreatedIssue),
  errors: z.array(z.object({ failedElementNumber: z.int() })).default([]),
})
export type CreatedIssues = z.infer<typeof CreatedIssues>

export const Mark = z.object({ issue: z.string() })
export const CommentMark = z.object({ mark: z.string() })
/** How Jira Service Management marks what customers do not see. */
export const ServiceDeskMark = z.object({ internal: z.boolean() })

export const AllowedValue = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  value: z.string().optional(),
  key: z.string().optional(),
})
export type AllowedValue = z.infer<typeof AllowedValue>

export const FieldMeta = z.object({
  name: z.string().default(''),
  fieldId: z.string().optional(),
  required: z.boolean().default(false),
  hasDefaultValue: z.boolean().default(false),
  schema: FieldSchema.optional(),
  allowedValues: z.array(AllowedValue.catch({})).optional(),
})
export type FieldMeta = z.infer<typeof FieldMeta>

export const Transition = z.object({
  id: z.string(),
  name: z.string(),
  to: Status,
  fields: z.record(z.string(), FieldMeta).default({}),
})
export type Transition = z.infer<typeof Transition>
export const TransitionList = z.object({ transitions: z.array(Transition) })

export const ProjectList = z.array(z.object({ id: z.string(), key: z.string(), name: z.string() }))

export const TypeStatuses = z.array(
  z.object({ id: z.string(), name: z.string(), subtask: z.boolean().default(false), statuses: z.array(Status) }),
)

export const FieldMetaPage = z.object({
  total: z.int().optional(),
  isLast: z.boolean().optional(),
  values: z.array(FieldMeta),
})

/** All that the account may do, by the names of version 7 and newer and by older ones. */
export const PermissionMap = z.object({
  permissions: z.record(z.string(), z.object({ name: z.string(), havePermission: z.boolean() })),
})

export const AccessTokenList = z.array(
  z.object({ expiringAt: z.string().optional(), lastAccessedAt: z.string().optional() }),
)

export const NameList = z.array(z.object({ name: z.string(), archived: z.boolean().default(false) }))

/** Version 10 says `active` where the older ones say `enabled`. */
export const HookList = z.array(
  z.object({
    name: z.string().default(''),
    url: z.string(),
    enabled: z.boolean().optional(),
    active: z.boolean().optional(),
  }),
)

export const AttachmentList = z.array(z.object({ content: z.string() })).min(1)

export const TokenReply = z.object({
  access_token: z.string(),
  expires_in: z.number(),
  refresh_token: z.string().optional(),
})
