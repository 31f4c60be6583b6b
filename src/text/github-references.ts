/**
 * A word joiner after `@` or `#`: the text reads and wraps the same, but names nobody and refers to nothing. An HTML comment there
 * would be dropped by e-mail and by every conversion, inline code would look like code; this sign is none a person types, so it
 * is taken out again on the way back.
 */
export const wordJoiner = '\u2060'

/** An element of the tidy tree: text that GitHub shall see as a mention or reference. */
export const gitHubReference = 'github-reference'

const login = String.raw`[a-z\d](?:[a-z\d-]{0,38}[a-z\d])?(?:_[a-z\d]+)?`

export const outgoingTokens = new RegExp(
  [
    `(?<joined>(?:@|#|\\bGH-)${wordJoiner})`,
    String.raw`(?<![\w/@.])@(?<login>${login})(?![\w@/-])`,
    String.raw`(?<![\w/&#.-])(?<repository>[\w-]+/[\w.-]+)?#(?<number>[1-9]\d{0,8})(?!\w)`,
    String.raw`(?<![\w/])(?<sha>[\da-f]{40})(?!\w)`,
    String.raw`(?<![\w:]):(?<shortcode>[\w+-]+):`,
  ].join('|'),
  'giu',
)

/** The repository and server an issue's web address speaks of. */
export function parseIssueUrl(issueUrl: string | undefined): { server: string; repository: string } | undefined {
  const match = /^(https?:\/\/[^/]+)\/([^/]+\/[^/]+)\/(?:issues|pull)\/\d+/u.exec(issueUrl ?? '')
  return match?.[1] && match[2] ? { server: match[1], repository: match[2] } : undefined
}

/** `#12`, `owner/name#12`, a commit or `@login`, if a link says no more than that GitHub would make it by itself. */
export function referenceOf(url: string, label: string, issueUrl: string | undefined): string | undefined {
  const home = parseIssueUrl(issueUrl)
  if (!home || !url.startsWith(`${home.server}/`)) return undefined
  const path = url.slice(home.server.length + 1)
  const issue = /^([\w-]+\/[\w.-]+)\/(?:issues|pull)\/(\d+)$/u.exec(path)
  if (issue) {
    const [, repository, number] = issue
    if (label === `#${number}` && repository?.toLowerCase() === home.repository.toLowerCase()) return label
    return label === `${repository}#${number}` ? label : undefined
  }
  const sha = /\/commit\/([\da-f]{40})$/u.exec(path)?.[1]
  if (sha) return path === `${home.repository}/commit/${sha}` && label === sha.slice(0, 7) ? sha : undefined
  return new RegExp(`^${login}$`, 'iu').test(path) && label === `@${path}` ? label : undefined
}

/** Text from a tracker mentions nobody on GitHub and leaves no trace on other issues. */
export const disarm = (value: string): string =>
  value
    .replaceAll(/(?<!\w)@(?=[a-z\d])/giu, `@${wordJoiner}`)
    .replaceAll(/(?<!&)#(?=\d)/gu, `#${wordJoiner}`)
    .replaceAll(/\bGH-(?=\d)/giu, (sign) => sign + wordJoiner)
