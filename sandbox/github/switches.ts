/** Where servers differ, or where the documentation leaves it open: both sides can be played. */
export interface Switches {
  /** `false`: no `ETag`, and `If-None-Match` is ignored, as behind some proxies. */
  etags: boolean
  /** A 304 to a signed-in caller costs nothing of the primary quota. */
  freeNotModified: boolean
  /** Requests in an hour by kind of caller; `off` is a GitHub Enterprise Server as installed: no quota, no headers. */
  primaryLimits: 'on' | 'off'
  /** `on`: 80 content-creating writes in a minute, 500 in an hour, then `secondaryStatus` with `retry-after`. */
  secondaryLimits: 'on' | 'off'
  secondaryStatus: 403 | 429
  /** Seconds of `retry-after` on a secondary limit; `null` sends none. */
  retryAfter: number | null
  /** What `assignees` of a new or patched issue does with a login that cannot be assigned; adding through `/assignees` always drops it. */
  unknownAssignees: 'refuse' | 'drop'
  /** Several added or removed labels, assignees: the delivery about the issue as opened comes first or last. */
  openedEvent: 'first' | 'last'
  /** Editing a comment moves the issue's `updated_at`, as creating one does. */
  commentEditTouchesIssue: boolean
  /** Link headers of repository lists name the repository by id, as recorded, or as the caller did. */
  linkUrls: 'by-id' | 'as-asked'
  /** URLs in webhook payloads: api.github.com's form, or a GitHub Enterprise Server's under `/api/v3`. */
  payloadUrls: 'root' | 'api-v3'
}

export const DEFAULT_SWITCHES: Readonly<Switches> = {
  etags: true,
  freeNotModified: true,
  primaryLimits: 'on',
  secondaryLimits: 'off',
  secondaryStatus: 403,
  retryAfter: 60,
  unknownAssignees: 'refuse',
  openedEvent: 'first',
  commentEditTouchesIssue: true,
  linkUrls: 'by-id',
  payloadUrls: 'root',
}
