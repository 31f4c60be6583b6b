/** The products that are modelled; their highest api-version is what tells them apart. */
export type Version = 'services' | '2022' | '2019'

/** What the sources leave open, or what differs between installations. The README says which is which. */
export interface Switches {
  /** Highest api-version; a Server 2022.1 would say `7.1`, a Server 2019.1 `5.1`. */
  maxVersion: string
  /** Adding or removing a Hyperlink or ArtifactLink makes a revision. Links between work items never do. */
  resourceLinksBumpRev: boolean
  /** A comment added through the comments API makes a revision. */
  commentsBumpRev: boolean
  /** Editing or deleting a comment makes a revision too. */
  commentEditsBumpRev: boolean
  /** `wit/$batch` is in no specification. */
  batchEndpoint: boolean
  /** Services refuses a service hook that points to a loopback or private address. */
  loopbackHooks: boolean
  /** `suppressNotifications=true` also keeps service hooks quiet. */
  suppressStopsHooks: boolean
  /** A value outside the list is told in the sentence of Services instead of the TF401320 of old. */
  supportedValuesText: boolean
  /** HTML is rewritten on save (quotes, entities, void tags), not only cleaned of what is dangerous. */
  htmlNormalised: boolean
  /** A field turned to Markdown stays Markdown. */
  markdownOneWay: boolean
  /** A time of day in a WIQL literal without `timePrecision=true` is refused. */
  wiqlRefusesTimes: boolean
  /** `$expand` together with `fields` is refused. */
  expandExcludesFields: boolean
  /** A person whose access was removed can no longer be assigned. */
  removedAreUnknown: boolean
  /** What a request with bad credentials gets when it did not ask for a plain 401. */
  signIn: 'redirect' | 'page203'
  /** Every write loses its race against another writer, after its `test` operations passed: 409. */
  writesLoseRaces: boolean
  projectPageSize: number
  graphPageSize: number
  commentPageSize: number
  reportingPageSize: number
  /** A subscription is disabled by the system after so many failed deliveries in a row. */
  hookFailuresAllowed: number
  /** Units of work a caller may use in five minutes; over it replies are late, over twice as much blocked. */
  limits: { readonly units: number; readonly delayMs: number } | null
}

const MAX_VERSION: Readonly<Record<Version, string>> = { services: '7.2', '2022': '7.0', '2019': '5.0' }

export function defaultSwitches(version: Version): Switches {
  return {
    maxVersion: MAX_VERSION[version],
    resourceLinksBumpRev: true,
    commentsBumpRev: true,
    commentEditsBumpRev: true,
    batchEndpoint: true,
    loopbackHooks: true,
    suppressStopsHooks: false,
    supportedValuesText: version === 'services',
    htmlNormalised: true,
    markdownOneWay: true,
    wiqlRefusesTimes: true,
    expandExcludesFields: true,
    removedAreUnknown: true,
    signIn: 'redirect',
    writesLoseRaces: false,
    projectPageSize: 100,
    graphPageSize: 500,
    commentPageSize: 200,
    reportingPageSize: 1000,
    hookFailuresAllowed: 5,
    limits: null,
  }
}
