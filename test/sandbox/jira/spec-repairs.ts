// What the published description of Data Center 10.3.24 gets wrong or leaves out, each entry with how the truth is known.

type Json = Record<string, unknown>

const any: Json = {}
const text: Json = { type: 'string' }
const flag: Json = { type: 'boolean' }
const count: Json = { type: 'integer' }
const object: Json = { type: 'object' }
const list = (items: Json): Json => ({ type: 'array', items })
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })

/** Keys that real answers carry and the description leaves out, or describes with a wrong type. */
const properties: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  // `fields` is described as an object of objects; the values are of any kind.
  IssueBean: {
    fields: object,
    renderedFields: object,
    names: object,
    schema: object,
    editmeta: object,
    expand: text,
    properties: object,
    operations: object,
  },
  // `value` is described as a string; it is any JSON.
  EntityPropertyBean: { value: any },
  // The head of the list of transitions.
  TransitionsMetaBean: { expand: text },
  TransitionBean: { fields: object },
  FieldMetaBean: { defaultValue: any, allowedValues: list(any) },
  // Described without most of what every recorded project has.
  ProjectBean: {
    expand: text,
    projectTypeKey: text,
    lead: ref('UserJsonBean'),
    components: list(object),
    issueTypes: list(ref('IssueTypeJsonBean')),
    assigneeType: text,
    versions: list(ref('VersionBean')),
    roles: object,
    projectKeys: list(text),
    avatarUrls: object,
  },
  // `items` of the lists of groups and roles are missing.
  SimpleListWrapperGroupJsonBean: { items: list(object) },
  SimpleListWrapperApplicationRoleBean: { items: list(object) },
  UserBean: { avatarUrls: object },
  UserJsonBean: { avatarUrls: object },
  // As recorded; the description has only the assignee type that was set.
  ComponentBean: { realAssigneeType: text, isAssigneeTypeValid: flag, projectId: count },
  // Described without any property at all.
  ServerInfoBean: {
    baseUrl: text,
    version: text,
    versionNumbers: list(count),
    deploymentType: text,
    buildNumber: count,
    buildDate: text,
    databaseBuildNumber: count,
    serverTime: text,
    scmInfo: text,
    serverTitle: text,
  },
  EditMetaBean: { fields: object },
  WatchersBean: { self: text, isWatching: flag, watchCount: count, watchers: list(ref('UserJsonBean')) },
  RemoteIssueLinkBean: { id: count, self: text, globalId: text, application: object, relationship: text, object },
  UserPickerResultsBean: { users: list(object), total: count, header: text },
  AutoCompleteResultWrapper: { results: list(object) },
  CurrentUser: { self: text, name: text, loginInfo: ref('LoginInfo') },
  IssueLinkTypesBean: { issueLinkTypes: list(object) },
  AttachmentBean: {
    self: text,
    filename: text,
    author: object,
    created: text,
    size: count,
    mimeType: text,
    content: text,
    thumbnail: text,
    properties: object,
  },
  PermissionJsonBean: { havePermission: flag },
  PermissionsJsonBean: { permissions: object },
  ErrorCollection: { errors: object, errorMessages: list(text) },
  RoleActorBean: { id: count, displayName: text, type: text },
  // The change items of a history are the same as those of a webhook: texts or nothing.
  ChangeItemBean: { from: text, fromString: text, to: text, toString: text },
  // Described as lists of texts, for the server writes the objects out itself.
  AutoCompleteResponseBean: { visibleFieldNames: list(object), visibleFunctionNames: list(object) },
  SearchResultsBean: { names: object, schema: object },
}

/** Described as one item where the answer is a plain list. */
const lists: readonly (readonly [question: string])[] = [
  ['GET /api/2/project'],
  ['GET /api/2/project/type'],
  ['POST /api/2/issue/{issueIdOrKey}/attachments'],
  ['GET /api/2/project/{projectIdOrKey}/statuses'],
  ['GET /api/2/project/{projectIdOrKey}/versions'],
  ['GET /api/2/project/{projectIdOrKey}/components'],
  ['GET /api/2/field'],
  ['GET /api/2/issuetype'],
  ['GET /api/2/priority'],
  ['GET /api/2/resolution'],
  ['GET /api/2/status'],
  ['GET /api/2/statuscategory'],
  ['GET /api/2/user/search'],
  ['GET /api/2/user/assignable/search'],
  ['GET /api/2/user/assignable/multiProjectSearch'],
]

/** Described as one item where the answer is a page of them, or one or many. */
const pages: readonly (readonly [question: string, envelope: (item: Json) => Json])[] = [
  ['GET /api/2/issue/createmeta/{projectIdOrKey}/issuetypes', page],
  ['GET /api/2/issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}', page],
  ['GET /api/2/group/member', (item) => ({ ...page(item), additionalProperties: true })],
  // One link with a globalId, all of them without.
  ['GET /api/2/issue/{issueIdOrKey}/remotelink', (item) => ({ anyOf: [item, { type: 'array', items: item }] })],
]

function page(item: Json): Json {
  return {
    type: 'object',
    required: ['maxResults', 'startAt', 'total', 'isLast', 'values'],
    additionalProperties: false,
    properties: {
      maxResults: count,
      startAt: count,
      total: count,
      isLast: flag,
      values: { type: 'array', items: item },
    },
  }
}

/** Answers that happen though no status for them is described. */
const statuses: ReadonlySet<string> = new Set([
  // A new link is created, a known one changed.
  'POST /api/2/issue/{issueIdOrKey}/remotelink 201',
])

/** Resources of older versions that would pass for others. */
const undescribed = /\/issue\/createmeta$/

/** The usual error body, or the one of the layers before the resource. */
const errorBody: Json = {
  anyOf: [
    {
      type: 'object',
      required: ['errorMessages'],
      additionalProperties: false,
      properties: { errorMessages: list(text), errors: { type: 'object', additionalProperties: text } },
    },
    // A bulk answer with nothing created.
    { type: 'object', required: ['issues', 'errors'], properties: { issues: list(object), errors: list(object) } },
    {
      type: 'object',
      required: ['message'],
      additionalProperties: false,
      properties: { message: text, 'status-code': count },
    },
  ],
}

export const repairs = { properties, undescribed, lists, pages, statuses, errorBody }
