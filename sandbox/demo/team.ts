import type { RepoRef } from '../../src/core/issue.ts'
import type { Links } from '../../src/core/ports.ts'
import type { AzureServer } from '../azure/server.ts'
import type { GitHubServer } from '../github/server.ts'
import type { JiraServer } from '../jira/server.ts'
import { createRandom } from '../kit/faults.ts'

interface Stage {
  readonly github: GitHubServer
  readonly azure: AzureServer
  readonly jira: JiraServer
  readonly links: Links
  readonly repo: RepoRef
}

/** Does something as a person would and says what, or `null` when there was nothing to do it to. */
type Act = () => Promise<string | null>

const mails: Readonly<Record<string, string>> = {
  ada: 'ada.byron@example.com',
  grace: 'grace.murray@example.com',
  hedy: 'hedy.kiesler@example.com',
}

/** A small team that works on both sides at once. */
export function createTeam({ github, azure, jira, links, repo }: Stage): {
  readonly script: readonly Act[]
  next: Act
} {
  const random = createRandom(7)
  const pick = <Thing>(things: readonly Thing[]): Thing => things[Math.floor(random() * things.length)]!
  const issues = () =>
    [...[...github.world.repos.values()].find(({ name }) => name === repo.repo)!.issues.values()].filter(
      (issue) => !('isPull' in issue),
    )
  const open = () => issues().filter(({ state }) => state === 'open')
  const people = Object.keys(mails)

  async function pairOf(connection: string) {
    const pairs = await links.list({ repo, connection, limit: 50 })
    return pairs.length === 0 ? undefined : pick(pairs.filter(({ state }) => state === 'active'))
  }

  const acts: readonly Act[] = [
    async () => {
      const { number } = pick(open())
      const who = pick(people)
      github.act.assign({ as: 'ada', number, assignees: [who] })
      return `ada assigns issue #${number} to ${who}`
    },
    async () => {
      const pair = await pairOf('boards')
      if (pair === undefined) return null
      const who = pick(people)
      azure.acts.assign({ id: Number(pair.ticket.key), to: mails[who]! })
      return `in Azure Boards somebody assigns work item ${pair.ticket.key} to ${mails[who]}`
    },
    async () => {
      const pair = await pairOf('jira')
      if (pair === undefined) return null
      jira.acts.setStatus({ issue: pair.ticket.key, status: 'Done' })
      return `in Jira somebody moves ${pair.ticket.key} to Done`
    },
    async () => {
      const { number } = pick(open())
      github.act.comment({
        as: 'hedy',
        number,
        body: 'I can **reproduce** this:\n\n```sh\nnpm run launch -- --now\n```',
      })
      return `hedy comments on issue #${number}`
    },
    async () => {
      const pair = await pairOf('boards')
      if (pair === undefined) return null
      azure.acts.comment({
        id: Number(pair.ticket.key),
        text: '<p>Customers ask for it. <b>Can we have it this week?</b></p>',
        as: mails['grace']!,
      })
      return `grace comments on work item ${pair.ticket.key}`
    },
    async () => {
      const { number } = pick(open())
      github.act.closeIssue({ as: 'grace', number, reason: 'completed' })
      return `grace closes issue #${number}`
    },
    async () => {
      const { number } = pick(open())
      github.act.label({ as: 'ada', number, labels: ['urgent'] })
      return `ada puts the label urgent on issue #${number}`
    },
    async () => {
      const { number } = github.act.openIssue({
        as: 'grace',
        title: 'The countdown skips two',
        body: 'It goes *three, one*.',
        labels: ['bug'],
        assignees: ['ada'],
      })
      return `grace opens issue #${number} for ada`
    },
    async () => {
      const pair = await pairOf('jira')
      if (pair === undefined) return null
      jira.acts.edit({ issue: pair.ticket.key, fields: { summary: `Reworded in Jira: ${pair.ticket.key}` } })
      return `in Jira somebody rewords ${pair.ticket.key}`
    },
  ]
  return { script: acts, next: async () => await pick(acts)() }
}
