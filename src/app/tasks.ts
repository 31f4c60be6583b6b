import { z } from 'zod'
import type { IssueRef, RepoRef } from '../core/issue.ts'
import { printIssueRef, printRepo } from '../core/issue.ts'
import type { Task } from '../core/queue.ts'
import type { Touched } from '../github/events.ts'

const repoParts = { installation: z.int(), owner: z.string(), repo: z.string() }
const issueParts = { ...repoParts, number: z.int() }

/** What there is to do, by kind; facts are read back from the database with these. */
export const Work = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('issue'), ...issueParts, actor: z.string() }),
  z.object({ kind: z.literal('command'), ...issueParts, comment: z.int() }),
  z.object({ kind: z.literal('config'), ...repoParts, sha: z.string(), pull: z.int().nullable() }),
  z.object({ kind: z.literal('renamed'), ...repoParts, field: z.enum(['labels', 'milestone']), name: z.string() }),
  z.object({ kind: z.literal('scan'), ...repoParts, since: z.string().nullable() }),
])
export type Work = z.infer<typeof Work>
export type WorkOf<Kind extends Work['kind']> = Extract<Work, { kind: Kind }>

const laneOf = (installation: number): string => `installation:${installation}`

function createTask(key: string, { kind, ...facts }: Work, comments = false): Task {
  return { key, lane: laneOf(facts.installation), kind, facts, comments }
}

export const issueKey = (ref: IssueRef): string => `issue:${printIssueRef(ref).toLowerCase()}`

/** For whoever knows that an issue has to be looked at: a webhook of either side, a person, a page. */
export const issueTask = (
  installation: number,
  { owner, repo, number }: IssueRef,
  { actor, comments = false }: { readonly actor: string; readonly comments?: boolean },
): Task => createTask(issueKey({ owner, repo, number }), { kind: 'issue', installation, owner, repo, number, actor }, comments)

/** `since` null goes on from where the last scan ended. */
export const scanTask = (installation: number, { owner, repo }: RepoRef, since: string | null): Task =>
  createTask(`scan:${printRepo({ owner, repo }).toLowerCase()}`, { kind: 'scan', installation, owner, repo, since })

export function tasksOf({ installation, sender, issues, command, config, renamed }: Touched): readonly Task[] {
  const tasks = issues.map(({ ref, comments }) => issueTask(installation, ref, { actor: sender, comments }))
  if (command !== null) {
    const { issue, comment } = command
    tasks.push(createTask(`command:${comment}`, { kind: 'command', installation, ...issue, comment }))
  }
  if (config !== null) {
    const { repo, sha, pull } = config
    tasks.push(createTask(`config:${printRepo(repo)}@${sha}`, { kind: 'config', installation, ...repo, sha, pull }))
  }
  if (renamed !== null) {
    const { repo, field, name } = renamed
    const key = `renamed:${printRepo(repo)} ${field} ${name}`.toLowerCase()
    tasks.push(createTask(key, { kind: 'renamed', installation, ...repo, field, name }))
  }
  return tasks
}
