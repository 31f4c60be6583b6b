export type EmailVisibility = 'PUBLIC' | 'LOGGED_IN' | 'HIDDEN' | 'MASKED'

export interface RateLimit {
  /** Size of the bucket. */
  readonly limit: number
  /** Tokens added every interval. */
  readonly fillRate: number
  readonly intervalSeconds: number
  /** A blocked account: limit 0, and a Retry-After of 2^63-1 seconds. */
  readonly blocked?: boolean
  /** Overrides the computed Retry-After of a 429. */
  readonly retryAfter?: string
}

/** What an administrator may have set, and what is known from memory only and so must hold either way. */
export interface Switches {
  /** `/jira` when the server lives below a path. Fixed at the start. */
  contextPath: string
  /** The configured base URL; `null` is the address the server listens on. */
  baseUrl: string | null
  /** Offset the server prints dates in, as `+0200`. */
  serverZone: string
  emailVisibility: EmailVisibility
  basicAuth: boolean
  /** Failed logins before the CAPTCHA is asked for; 0 never asks. */
  captchaAfter: number
  captchaStatus: 401 | 403
  /** What an unknown Bearer token gets: treated as nobody, or refused. */
  badToken: 'anonymous' | 'refused'
  /** `false` is an installation that insists on a login for everything. */
  anonymousAccess: boolean
  unassignedAllowed: boolean
  /** How long a search does not see what was written. */
  indexLagMs: number
  /** `jira.search.views.default.max`. */
  searchCap: number
  /** `jira.text.field.character.limit`; 0 is unlimited. */
  textLimit: number
  rateLimit: RateLimit | null
  /** Deliver hooks of version 10 in a scrambled order: it sends them from a thread pool. */
  shuffleHooks: boolean
  nodeId: string | null
  /** The status of a transition id that does not exist. */
  wrongTransition: 500 | 400
  /** How an issue that one may not see is answered to a signed-in person. */
  hiddenIssue: 404 | 403
  remoteLinkCreated: 201 | 200
  remoteLinkTouches: boolean
  propertyTouches: boolean
  /** Writing with the User-Agent of a browser, without the token header, is refused. */
  xsrfBrowserCheck: boolean
  /** Finding by mail address works also where the address is not shown. */
  searchHiddenMail: boolean
  /** `issue_assigned` or `issue_updated` for a change of the assignee alone through an edit. */
  assigneeEditEvent: 'issue_updated' | 'issue_assigned'
  /** Whether an edit that changes nothing is told to webhooks; it never touches `updated`. */
  emptyEditEvent: boolean
  /** Start Progress of the classic workflow is open to the assignee only. */
  startProgressByAssigneeOnly: boolean
}

export const defaultSwitches: Readonly<Switches> = {
  contextPath: '',
  baseUrl: null,
  serverZone: '+0000',
  emailVisibility: 'PUBLIC',
  basicAuth: true,
  captchaAfter: 3,
  captchaStatus: 403,
  badToken: 'anonymous',
  anonymousAccess: true,
  unassignedAllowed: true,
  indexLagMs: 0,
  searchCap: 1000,
  textLimit: 32_767,
  rateLimit: null,
  shuffleHooks: false,
  nodeId: 'node1',
  wrongTransition: 500,
  hiddenIssue: 404,
  remoteLinkCreated: 201,
  remoteLinkTouches: true,
  propertyTouches: false,
  xsrfBrowserCheck: true,
  searchHiddenMail: true,
  assigneeEditEvent: 'issue_updated',
  emptyEditEvent: false,
  startProgressByAssigneeOnly: false,
}
