import type { RoutePart } from './parts.ts'
import type { Finding, Path, Severity } from './problem.ts'
import type { AzureConnection, Connection, JiraConnection } from './schema.ts'
import { joinWords } from './shape.ts'

type Report = (path: Path, message: string, remedy: string, more?: Partial<Finding>) => void

/** What the schema cannot say about the trackers. */
export function checkTrackers(
  trackers: ReadonlyMap<string, Connection | undefined>,
  routes: readonly (RoutePart | undefined)[],
): Finding[] {
  const findings: Finding[] = []
  const used = new Set(routes.map((route) => route?.rule.to))
  const astray = [...used].some((to) => to === undefined || !trackers.has(to))
  for (const [name, connection] of trackers) {
    const at = (...path: Path): Path => ['trackers', name, ...path]
    const report: Report = (path, message, remedy, more) =>
      findings.push({ severity: 'error', path: at(...path), message, remedy, ...more })
    if (!used.has(name) && !astray) {
      const judged: Path[] = [['routes']]
      report([], 'no route leads to this tracker', 'Add a route with "to: ' + name + '", or remove the tracker.', {
        severity: WARNING,
        at: 'key',
        judged,
      })
    }
    if (connection === undefined) continue
    checkSignIn(connection, at, report)
    checkAddress(connection, report)
    if (connection.kind === 'jira' && /[a-z]/.test(connection.project)) warnAboutKey(connection.project, report)
  }
  return findings
}

const WARNING: Severity = 'warning'

function warnAboutKey(project: string, report: Report): void {
  report(
    ['project'],
    `"${project}" does not look like the key of a Jira project`,
    `Use the key, not the name, such as ${project.slice(0, 4).toUpperCase()}.`,
    { severity: WARNING },
  )
}

function checkSignIn(connection: Connection, at: (...path: Path) => Path, report: Report): void {
  const ways = connection.kind === 'azure' ? azureWays(connection) : jiraWays(connection)
  const judged = [...ways.map(([key]) => at(key)), at('password'), at('kind')]
  const given = ways.filter(([, present]) => present).map(([key]) => key)
  const all = connection.kind === 'azure' ? 'token or entra' : 'token, username with password, oauth1 or oauth2'
  if (given.length === 0) {
    report([], 'there is no way of signing in', `Add one of these: ${all}.`, { at: 'key', judged })
  }
  if (given.length > 1) {
    report(
      [given.at(-1) ?? ''],
      `there are ${given.length} ways of signing in: ${joinWords(given, 'and')}`,
      'Keep one of them.',
      { at: 'key', judged },
    )
  }
  if (connection.kind !== 'jira') return
  if (connection.username !== undefined && connection.password === undefined) {
    report(['username'], 'username stands without a password', 'Add "password: $NAME", or sign in with a token.', {
      judged: [at('username'), at('password')],
    })
  }
  if (connection.password !== undefined && connection.username === undefined) {
    report(['password'], 'password stands without a username', 'Add "username: NAME", or sign in with a token.', {
      judged: [at('username'), at('password')],
    })
  }
}

const azureWays = ({ token, entra }: AzureConnection) =>
  [
    ['token', token !== undefined],
    ['entra', entra !== undefined],
  ] as const

const jiraWays = ({ token, username, password, oauth1, oauth2 }: JiraConnection) =>
  [
    ['token', token !== undefined],
    ['username', username !== undefined || password !== undefined],
    ['oauth1', oauth1 !== undefined],
    ['oauth2', oauth2 !== undefined],
  ] as const

function checkAddress(connection: Connection, report: Report): void {
  const url = new URL(connection.url)
  if (url.username !== '' || url.password !== '') {
    report(
      ['url'],
      'the address holds a user name or password',
      'Remove what stands before the @, and sign in with token: $NAME.',
    )
  }
  if (url.search !== '' || url.hash !== '')
    report(['url'], 'the address goes on after its path', 'Remove what follows the "?" or "#".')
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    report(['url'], 'http:// sends the credentials and every ticket unencrypted', 'Use https://.', {
      severity: WARNING,
    })
  }
  const [message, remedy] = connection.kind === 'azure' ? judgeAzure(url) : judgeJira(url)
  if (message !== '') report(['url'], message, remedy)
  if (
    connection.kind === 'azure' &&
    connection.entra !== undefined &&
    !isAzureService(url) &&
    !isLoopback(url.hostname)
  ) {
    report(['entra'], 'an Azure DevOps Server knows no sign-in through Entra', 'Use token: $NAME.', { at: 'key' })
  }
}

const FINE = ['', ''] as const

function judgeAzure(url: URL): readonly [message: string, remedy: string] {
  const parts = url.pathname.split('/').filter((part) => part !== '')
  const page = parts.findIndex((part) => part.startsWith('_'))
  if (url.hostname === 'dev.azure.com') {
    if (parts[0] === undefined || page === 0)
      return ['the organization is missing', 'Write https://dev.azure.com/ORGANIZATION.']
    return parts.length === 1
      ? FINE
      : [
          'more than the organization stands here',
          `Write https://dev.azure.com/${parts[0]}, and the project under "project".`,
        ]
  }
  if (url.hostname.endsWith('.visualstudio.com')) {
    const extra = parts.filter((part) => part.toLowerCase() !== 'defaultcollection')
    return extra.length === 0
      ? FINE
      : ['more than the organization stands here', `Write ${url.origin}, and the project under "project".`]
  }
  if (page !== -1) {
    const collection = parts.slice(0, Math.max(1, page - 1)).join('/')
    return [
      'this is the address of a page, not of the collection',
      `Write ${url.origin}/${collection}, if that is the collection, and the project under "project".`,
    ]
  }
  if (parts.length > 0) return FINE
  return ['the collection is missing', `Write ${url.origin}/COLLECTION, such as ${url.origin}/tfs/DefaultCollection.`]
}

function judgeJira(url: URL): readonly [message: string, remedy: string] {
  if (url.hostname.endsWith('.atlassian.net')) {
    return ['this is Jira Cloud', 'Lockstep speaks with Jira Server and Jira Data Center only.']
  }
  const page = /\/(?:browse|secure|projects|issues|rest|login\.jsp|plugins|servicedesk)(?:\/|$)/.exec(url.pathname)
  if (page === null) return FINE
  return [
    'this is the address of a page, not of Jira itself',
    `Write ${url.origin}${url.pathname.slice(0, page.index)}.`,
  ]
}

const isAzureService = ({ hostname }: URL): boolean =>
  hostname === 'dev.azure.com' || hostname.endsWith('.visualstudio.com')

export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(?:\.\d+){3}$/.test(hostname)
