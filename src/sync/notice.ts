import type { FieldConflict, Link } from '../core/link.ts'
import { LockstepError } from '../core/errors.ts'
import type { SyncDeps } from './deps.ts'

const MARK = '<!-- lockstep:notice -->'

const resolved = `The two sides agree again; nothing is left to decide.\n\n${MARK}`

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
    '',
    MARK,
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
  const body = conflicts.length === 0 ? resolved : print(conflicts, ticketUrl)
  if (link.notice === null) return (await host.addComment(link.issue, body)).id
  try {
    return (await host.editComment(link.issue, link.notice, body)).id
  } catch (error) {
    // Somebody deleted the note: it is written anew as long as there is something to say.
    if (!(error instanceof LockstepError) || error.code !== 'not-found') throw error
    return conflicts.length === 0 ? null : (await host.addComment(link.issue, body)).id
  }
}
