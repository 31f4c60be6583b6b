import { z } from 'zod'

export const Direction = z
  .enum(['both', 'to-tracker', 'to-github', 'off'])
  .describe('Which way a field travels: both ways, only to the tracker, only to GitHub, or not at all.')
export type Direction = z.infer<typeof Direction>

export const ConflictPolicy = z
  .enum(['github', 'tracker', 'newest', 'ask'])
  .describe(
    'What happens when both sides changed the same field: GitHub wins, the tracker wins, the later edit wins, or both stay as they are and one comment asks a person.',
  )
export type ConflictPolicy = z.infer<typeof ConflictPolicy>

/** A reference to an environment variable; the file itself never holds a secret. */
export const Secret = z
  .string()
  .regex(/^\$[A-Z_][A-Z0-9_]*$/, {
    error: 'a secret is named, never written down: use $NAME, and set the environment variable NAME',
  })
  .describe('The name of an environment variable that holds the secret, written as $NAME.')

const HttpUrl = z.url({ protocol: /^https?$/, error: 'an address that starts with https:// (or http://)' })

const connectionParts = {
  url: HttpUrl,
  project: z.string().min(1).describe('The project whose tickets are kept in lockstep; a route may name another one.'),
  ca: z.string().optional().describe('A PEM file with the certificate authorities of an on-premises server.'),
  concurrency: z
    .int()
    .min(1)
    .max(32)
    .default(4)
    .describe('How many requests may be under way to this tracker at once.'),
}

export const AzureConnection = z
  .strictObject({
    kind: z.literal('azure').describe('Azure DevOps Services, or an Azure DevOps Server.'),
    ...connectionParts,
    url: HttpUrl.describe(
      'The organization (https://dev.azure.com/contoso) or, on a Server, the collection (https://tfs.example.com/tfs/DefaultCollection).',
    ),
    token: Secret.optional().describe(
      'A personal access token with the scopes Work Items (read & write) and Identity (read).',
    ),
    entra: z
      .strictObject({
        tenant: z.string().min(1).describe('The directory (tenant) id.'),
        client: z.string().min(1).describe('The application (client) id, added to the organization as a user.'),
        secret: Secret.optional().describe(
          'The client secret. Left out, the GitHub OIDC token of the workflow is exchanged.',
        ),
        authority: HttpUrl.optional().describe(
          'The sign-in host; https://login.microsoftonline.com unless your cloud has another.',
        ),
      })
      .optional()
      .describe('Sign in through Microsoft Entra instead of a token.'),
  })
  .describe('An Azure DevOps connection.')
export type AzureConnection = z.infer<typeof AzureConnection>

export const JiraConnection = z
  .strictObject({
    kind: z.literal('jira').describe('Jira Server or Jira Data Center, 8.20 or newer.'),
    ...connectionParts,
    url: HttpUrl.describe('The base address, with the context path if there is one (https://example.com/jira).'),
    token: Secret.optional().describe('A personal access token.'),
    username: z.string().min(1).optional().describe('The user name for Basic authentication, together with password.'),
    password: Secret.optional().describe('The password that belongs to username.'),
    oauth1: z
      .strictObject({
        consumer: z.string().min(1).max(200).describe('The consumer key of the application link.'),
        token: Secret.describe('The access token.'),
        key: Secret.describe('The private RSA key in PEM form.'),
      })
      .optional()
      .describe('OAuth 1.0a with RSA-SHA1, through an application link.'),
    oauth2: z
      .strictObject({
        client: z.string().min(1).describe('The client id of the incoming link.'),
        secret: Secret.describe('The client secret.'),
        refresh: Secret.describe('The refresh token.'),
      })
      .optional()
      .describe('OAuth 2, Jira 8.22 and newer.'),
  })
  .describe('A Jira Server or Data Center connection.')
export type JiraConnection = z.infer<typeof JiraConnection>

export const Connection = z.discriminatedUnion('kind', [AzureConnection, JiraConnection])
export type Connection = z.infer<typeof Connection>

const sync = (fallback: Direction, what: string) => Direction.default(fallback).describe(what)

export const FieldDirections = z
  .strictObject({
    title: sync('both', 'The title.'),
    body: sync(
      'both',
      'The description. Only what a person edited travels; the rest of the text keeps its exact form.',
    ),
    status: sync('both', 'Open and closed against the states of the tracker.'),
    assignee: sync('both', 'Who works on it, matched by e-mail.'),
    labels: sync('both', 'Labels against tags (Azure) or labels (Jira).'),
    comments: sync('both', 'Comments, with their author and a link back.'),
    type: sync('to-tracker', 'The kind of ticket, chosen by the route.'),
    priority: sync('both', 'The priority; needs the priority map of the route.'),
    milestone: sync('off', 'The milestone against the iteration (Azure) or fix version (Jira).'),
    estimate: sync('both', 'The estimate; needs the estimate map of the route.'),
    fields: sync('both', 'The fields of the route’s own map.'),
    components: sync('both', 'Jira components; needs the components map of the route.'),
    parent: sync('off', 'Sub-issues against parent links; to hear of them from Azure, each scan asks once more.'),
  })
  .describe('Per field, which way it travels.')
export type FieldDirections = z.infer<typeof FieldDirections>
export type FieldName = keyof FieldDirections

/** Fields that hold one value on each side; comments go their own way. */
export const fieldNames = [
  'title',
  'body',
  'status',
  'assignee',
  'labels',
  'type',
  'priority',
  'milestone',
  'estimate',
  'fields',
  'components',
  'parent',
] as const satisfies readonly Exclude<FieldName, 'comments'>[]

const Names = z
  .union([z.string(), z.array(z.string())])
  .transform((names) => (typeof names === 'string' ? [names] : names))

export const When = z
  .strictObject({
    labels: Names.optional().describe('Only issues that carry one of these labels.'),
    without: Names.optional().describe('Never issues that carry one of these labels.'),
    types: Names.optional().describe('Only issues of one of these issue types.'),
    milestones: Names.optional().describe('Only issues in one of these milestones.'),
    assignees: Names.optional().describe('Only issues assigned to one of these people.'),
    authors: Names.optional().describe('Only issues opened by one of these people.'),
    since: z.iso.date().optional().describe('Only issues opened on this day or later.'),
    state: z
      .enum(['open', 'any'])
      .default('open')
      .describe('Whether an issue that is closed already still gets a ticket.'),
  })
  .describe('Which issues get a ticket by this route. Everything named here must hold.')
export type When = z.infer<typeof When>

export const From = z
  .strictObject({
    query: z.string().optional().describe('A condition in WIQL (Azure) or JQL (Jira), without ORDER BY.'),
    label: z.string().optional().describe('A tag or label that a person puts on the ticket.'),
    labels: Names.optional().describe('Labels that the new issue gets.'),
  })
  .refine((from) => from.query !== undefined || from.label !== undefined, { error: 'name a query or a label' })
  .describe('Which tickets get an issue by this route.')
export type From = z.infer<typeof From>

const StateByType = z
  .union([z.string(), z.record(z.string(), z.string())])
  .describe('A state, or one per ticket type with an optional default.')

export const StatusMap = z
  .strictObject({
    open: StateByType.optional().describe('The state of a ticket whose issue is opened or reopened.'),
    assigned: StateByType.optional().describe(
      'The state to which a ticket goes from that of open when somebody is assigned on GitHub, and from which it goes back when nobody is left. A ticket in any other state stays where it is.',
    ),
    closed: StateByType.optional().describe('The state of a ticket whose issue is closed as completed.'),
    not_planned: StateByType.optional().describe(
      'The state when the issue is closed as not planned; like closed unless given.',
    ),
    duplicate: StateByType.optional().describe(
      'The state when the issue is closed as a duplicate; like not_planned unless given.',
    ),
    from: z
      .record(z.string(), z.enum(['open', 'closed', 'completed', 'not_planned', 'duplicate', 'ignore']))
      .default({})
      .describe('What a state of the tracker means for the issue, where its category says too little.'),
  })
  .describe(
    'How open and closed correspond to the states of the tracker. What is not named follows the category of the state.',
  )
export type StatusMap = z.infer<typeof StatusMap>

const Scalar = z.union([z.string(), z.number(), z.boolean()])
const ValueByLabel = z.record(z.string(), Scalar)

export const FieldRule = z
  .union([
    Scalar,
    z.strictObject({ default: z.unknown().describe('The value of a new ticket; later edits of people stand.') }),
    z.strictObject({ always: z.unknown().describe('The value that every ticket of this route is given and kept at.') }),
    z.strictObject({ labels: ValueByLabel.describe('A label of the issue for each value of the field.') }),
  ])
  .describe('A field of the tracker: a value for new tickets, a value for all, or one value per label.')
export type FieldRule = z.infer<typeof FieldRule>

export const LabelRule = z
  .strictObject({
    include: Names.default(['*']).describe('Labels that travel, all of them unless given; * stands for any text.'),
    exclude: Names.default([]).describe('Labels that do not travel.'),
    map: z
      .record(z.string(), z.string())
      .default({})
      .describe('GitHub label: tag or label of the tracker, where the names differ.'),
  })
  .describe('Which labels travel, and under which names.')
export type LabelRule = z.infer<typeof LabelRule>

const Gone = z.enum(['unlink', 'close']).default('unlink')

export const RouteRule = z
  .strictObject({
    to: z.string().min(1).describe('The name of the tracker.'),
    project: z.string().min(1).optional().describe('Another project of that tracker.'),
    when: When.prefault({}),
    from: From.optional(),
    create: z
      .enum(['both', 'to-tracker', 'to-github', 'off'])
      .default('both')
      .describe('Where missing counterparts are created. Tickets only become issues when "from" says which.'),
    adopt: z
      .boolean()
      .default(true)
      .describe(
        'Whether AB#12 or a ticket key in the body of a new issue pairs it with that ticket instead of creating one.',
      ),
    type: z
      .record(z.string(), z.string())
      .default({})
      .describe('Issue type or label: ticket type. The key "default" stands for every other issue.'),
    status: StatusMap.prefault({}),
    sync: FieldDirections.prefault({}),
    conflict: z
      .union([ConflictPolicy, z.partialRecord(z.enum([...fieldNames, 'default']), ConflictPolicy)])
      .default('newest')
      .describe('What to do when both sides changed a field: one policy, or one per field with an optional default.'),
    labels: LabelRule.prefault({}),
    components: z.record(z.string(), z.string()).default({}).describe('GitHub label: Jira component.'),
    priority: ValueByLabel.default({}).describe('GitHub label: priority of the tracker.'),
    estimate: z.record(z.string(), z.number()).default({}).describe('GitHub label: estimate of the tracker.'),
    milestone: z
      .record(z.string(), z.string())
      .default({})
      .describe('Milestone: iteration path or fix version, where the names differ.'),
    fields: z
      .record(z.string(), FieldRule)
      .default({})
      .describe('Further fields of the tracker, by its own field name.'),
    area: z.string().optional().describe('The area path of new work items.'),
    transition: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('Values for fields that a Jira workflow asks for on the way, such as resolution: Done.'),
    images: z
      .enum(['link', 'upload'])
      .default('link')
      .describe('Whether images stay links, or are copied as attachments (needed for private repositories).'),
    gone: z
      .strictObject({
        issue: Gone.describe('When the issue is deleted or transferred: forget the pair, or also close the ticket.'),
        ticket: Gone.describe(
          'When the ticket is deleted or moved out of reach: forget the pair, or also close the issue.',
        ),
      })
      .prefault({})
      .describe('What happens when one side is gone. Nothing is ever deleted.'),
  })
  .describe('A rule that says which issues and tickets belong together, and how they are kept in lockstep.')
export type RouteRule = z.infer<typeof RouteRule>

export const UnmatchedPolicy = z
  .union([
    z.enum(['keep', 'clear', 'error']),
    z.strictObject({ default: z.email().describe('The e-mail address of the person who stands in.') }),
  ])
  .describe(
    'What happens to the assignee when the person is not found on the other side: keep what is there, clear it, fail, or assign a stand-in.',
  )
export type UnmatchedPolicy = z.infer<typeof UnmatchedPolicy>

export const PeopleRule = z
  .strictObject({
    archive: z.string().optional().describe('An encrypted archive of people, as made by `lockstep people seal`.'),
    key: Secret.optional().describe('The private key that opens the archive, in PEM form.'),
    map: z
      .record(
        z.string(),
        z.union([z.email(), z.array(z.email())]).transform((mails) => (typeof mails === 'string' ? [mails] : mails)),
      )
      .default({})
      .describe('GitHub login: e-mail address or addresses. It comes before every other source.'),
    match: z
      .enum(['verified', 'any'])
      .default('verified')
      .describe('Whether only verified addresses count when people are matched.'),
    unmatched: UnmatchedPolicy.default('keep'),
    domains: Names.default([]).describe('Domains whose addresses are trusted as verified.'),
    hidden: z
      .enum(['refuse', 'accept-single'])
      .default('refuse')
      .describe(
        'Jira may hide addresses. Accept the only hit of a search although its address is hidden, or refuse it.',
      ),
  })
  .describe('How people of both sides are recognised.')
export type PeopleRule = z.infer<typeof PeopleRule>

const Name = z.string().regex(/^[a-z][a-z0-9-]{0,38}$/, {
  error: 'a name of lower-case letters, digits and dashes that starts with a letter',
})

export const Config = z
  .strictObject({
    version: z.literal(1).describe('The version of this language.'),
    trackers: z.record(Name, Connection).default({}).describe('The connections, by a name of your choice.'),
    routes: z.array(RouteRule).min(1).describe('The rules, tried in this order; the first that matches an issue wins.'),
    people: PeopleRule.prefault({}),
  })
  .describe('Lockstep: what is kept in lockstep, and how.')
export type Config = z.infer<typeof Config>
