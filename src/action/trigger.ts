import { z } from 'zod'
import type { RepoRef } from '../core/issue.ts'
import { LockstepError } from '../core/errors.ts'
import type { commandNames, Inputs } from './inputs.ts'
import type { Runner } from './runner.ts'

const Payload = z.object({
  issue: z.object({ number: z.int(), pull_request: z.unknown().optional() }).optional(),
  pull_request: z
    .object({
      number: z.int(),
      head: z.object({ repo: z.object({ full_name: z.string() }).nullable() }),
      user: z.object({ login: z.string() }),
    })
    .optional(),
})
export type Payload = z.infer<typeof Payload>

export const parsePayload = (text: string): Payload => Payload.parse(JSON.parse(text))

export type CommandName = (typeof commandNames)[number]

/** What this run is to do, and who started it. */
export interface Job {
  readonly event: string
  readonly command: CommandName
  readonly repo: RepoRef
  /** Only this issue. */
  readonly issue: number | null
  /** Where a plan is told as a comment. */
  readonly pullRequest: number | null
  readonly failOn: 'error' | 'conflict' | 'never'
  /** Why there is nothing to do. */
  readonly nothing: string | null
  /** What people should know about the choice. */
  readonly note: string | null
  /** For the event stream. */
  readonly actor: string
}

/** Events that those who maintain the repository cause; on others an outsider would get the mail about a failed run. */
const maintained = [
  'schedule',
  'workflow_dispatch',
  'repository_dispatch',
  'workflow_run',
  'push',
  'pull_request',
  'pull_request_target',
  'merge_group',
]

const eventOf = (env: Runner['env']): string => env['GITHUB_EVENT_NAME'] ?? 'workflow_dispatch'

export const isMaintained = (env: Runner['env']): boolean => maintained.includes(eventOf(env))

export function chooseJob(
  env: Runner['env'],
  payload: Payload,
  inputs: Pick<Inputs, 'command' | 'issue' | 'dry-run' | 'fail-on'>,
): Job {
  const event = eventOf(env)
  const repo = readRepo(env)
  const chosen = chooseCommand(event, payload, { inputs, repo })
  const isPull = payload.issue?.pull_request !== undefined
  return {
    event,
    ...chosen,
    repo,
    issue: inputs.issue ?? payload.issue?.number ?? null,
    pullRequest: payload.pull_request?.number ?? null,
    failOn: inputs['fail-on'] ?? (isMaintained(env) ? 'error' : 'never'),
    nothing: isPull ? 'The comment stands under a pull request, and those are nobody’s ticket.' : null,
    actor: `${event} run ${env['GITHUB_RUN_NUMBER'] ?? '0'}`,
  }
}

function chooseCommand(
  event: string,
  payload: Payload,
  { inputs, repo }: { readonly inputs: Pick<Inputs, 'command' | 'dry-run'>; readonly repo: RepoRef },
): Pick<Job, 'command' | 'note'> {
  const { pull_request: pull } = payload
  if (pull !== undefined) {
    const own = pull.head.repo?.full_name.toLowerCase() === `${repo.owner}/${repo.repo}`.toLowerCase()
    if (!own) return { command: 'check', note: 'A pull request from a fork is only checked: it gets no secrets.' }
    // Its runs get no secrets either.
    if (pull.user.login === 'dependabot[bot]') return { command: 'check', note: null }
    if (inputs.command === 'check' || inputs.command === 'doctor') return { command: inputs.command, note: null }
    const note = inputs.command === 'sync' ? 'Nothing is written for a pull request: this is the plan.' : null
    return { command: 'plan', note }
  }
  const command = inputs.command ?? (event === 'push' ? 'check' : 'sync')
  return { command: command === 'sync' && inputs['dry-run'] ? 'plan' : command, note: null }
}

function readRepo(env: Runner['env']): RepoRef {
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(env['GITHUB_REPOSITORY'] ?? '') ?? []
  if (owner !== undefined && repo !== undefined) return { owner, repo }
  throw new LockstepError('environment-invalid', 'GITHUB_REPOSITORY names no repository.', {
    remedy: 'The runner sets it to owner/name; set it likewise.',
  })
}
