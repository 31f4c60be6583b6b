import type { FieldConflict, Link } from '../core/link.ts'
import { LockstepError } from '../core/errors.ts'
import type { SyncDeps } from './deps.ts'

/** Each pair of an issue has its own notice; as for every mark, it stands in the last line. */
const markOf = ({ ticket }: Link): string =>
  `<!-- lockstep:notice ${encodeURIComponent(ticket.connection).replaceAll('--', '%2D%2D')} -->`

const RESOLVED = 'The two sides agree again; nothing is left to decide.'

function print(conflicts: readonly FieldConflict[], ticketUrl: string): string {
  const cell = (text: string) =>
    text
      .replaceAll('|', String.raw`\|`)
      .replaceAll(/\s+/g, ' ')
      .replaceAll('@', '@\u2060')
  const rows = conflicts.map(({ field, issue, ticket }) => `| ${field} | ${cell(issue)} | ${cell(ticket)} |`)
  return [
    `This issue and [its ticket](${ticketUrl}) were changed differently, and both stay as they are until somebody decides.`,
    '',
    '| field | here | in the tracker |',
    '| --- | --- | --- |',
    ...rows,
    '',
    'Make both sides say the same, on either side, and this note will be settled.',
  ].join('\n')
}

/** One comment about what waits for a person: written once, edited from then on. Answers its id. */
export async function tellConflicts(
  { host }: SyncDeps,
  link: Link,
  conflicts: readonly FieldConflict[],
  ticketUrl: string,
): Promise<string | null> {
  const before = link.conflicts.map(({ field, issue, ticket }) => [field, issue, ticket])
  const now = conflicts.map(({ field, issue, ticket }) => [field, issue, ticket])
  if (JSON.stringify(before) === JSON.stringify(now)) return link.notice
  if (conflicts.length === 0 && link.notice === null) return null
  const body = `${conflicts.length === 0 ? RESOLVED : print(conflicts, ticketUrl)}\n\n${markOf(link)}`
  const known = link.notice ?? (await findNotice(host, link))
  if (known === null) return (await host.addComment(link.issue, body)).id
  try {
    return (await host.editComment(link.issue, known, body)).id
  } catch (error) {
    // Somebody deleted the note: it is written anew as long as there is something to say.
    if (!(error instanceof LockstepError) || error.code !== 'not-found') throw error
    return conflicts.length === 0 ? null : (await host.addComment(link.issue, body)).id
  }
}

/** One that was written by a run that died before it could remember it. */
async function findNotice(host: SyncDeps['host'], link: Link): Promise<string | null> {
  const comments = await host.readComments(link.issue)
  return comments.find(({ own, body }) => own && body.trimEnd().endsWith(markOf(link)))?.id ?? null
}
