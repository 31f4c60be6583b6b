import type { ApplicationFunction, Options } from 'probot'
import { ProbotOctokit } from 'probot'
import { readInstallationChange, type InstallationChange } from './app/installation-events.ts'
import { scanTask, tasksOf } from './app/tasks.ts'
import type { Environment } from './config/environment.ts'
import { LockstepError } from './core/errors.ts'
import type { Queue } from './core/queue.ts'
import { findTouched } from './github/events.ts'
import type { EventsContext } from './github/events.ts'

export interface AppDeps extends EventsContext {
  readonly queue: Pick<Queue, 'add'>
  /** Hears of it before the next work begins. */
  readonly onInstallation?: (change: InstallationChange) => void
}

const events = [
  'issues',
  'issue_comment',
  'sub_issues',
  'label',
  'milestone',
  'push',
  'pull_request',
  'check_run',
] as const

/** The webhook door: which issues does a delivery touch? They are on disk when it is answered; nothing else happens here. */
export const createApp =
  ({ queue, onInstallation = () => {}, ...context }: AppDeps): ApplicationFunction =>
  (probot) => {
    probot.on([...events], async ({ id, name, payload }) => {
      const touched = findTouched(name, payload, context)
      if (touched !== undefined) await queue.add(tasksOf(touched), id)
    })
    // GitHub sends these to every app. A new installation writes nothing: what is older than it is for a backfill.
    probot.on(['installation', 'installation_repositories'], async ({ id, payload }) => {
      const change = readInstallationChange(payload)
      if (change === undefined) return
      onInstallation(change)
      if (change.action !== 'unsuspend') return
      // What moved meanwhile was not told.
      await queue.add(
        change.repos.map((repo) => scanTask(repo, { installation: change.id })),
        id,
      )
    })
  }

/** How Probot is to be started for it. */
export function probotOptions({ github }: Environment, privateKey: string): Options {
  const { app, apiUrl } = github
  // Probot itself would take "development" for a missing secret, and with it everybody's deliveries.
  if (app === null || app.webhookSecret === null || app.webhookSecret === '') {
    throw new LockstepError('environment-invalid', 'The app has no webhook secret, or no app id.', {
      remedy: 'Set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET.',
    })
  }
  // Limits and retries are kept by our own client, which tells the queue about them; Probot's would take a second for each
  // write. As a function, since Probot 14 overrides plain defaults.
  const Octokit = ProbotOctokit.defaults((options: object) => ({
    ...options,
    retry: { enabled: false },
    throttle: { enabled: false },
  }))
  return { appId: app.id, privateKey, secret: app.webhookSecret, baseUrl: apiUrl, Octokit }
}
