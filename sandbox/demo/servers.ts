import { startAzure } from '../azure/server.ts'
import type { AzureServer } from '../azure/server.ts'
import { startGitHub } from '../github/server.ts'
import type { GitHubServer } from '../github/server.ts'
import { startJira } from '../jira/server.ts'
import type { JiraServer } from '../jira/server.ts'

export interface Servers {
  readonly github: GitHubServer
  readonly azure: AzureServer
  readonly jira: JiraServer
  close(): Promise<void>
}

export const repo = { owner: 'acme', repo: 'rocket' }

/** All that Lockstep is told by the repository. */
export const rules = `version: 1
routes:
  - to: boards
    when: { labels: [bug] }
    type: { default: Issue }
    status: { open: To Do, closed: Done }
  - to: jira
    when: { without: [bug] }
    type: { default: Task }
    status: { open: To Do, closed: Done }
    conflict: { title: ask }
people:
  map:
    kcole: katherine.cole@example.com
`

/** GitHub with a repository of forty issues, and two trackers that are still empty. */
export async function startServers(): Promise<Servers> {
  const [github, azure, jira] = await Promise.all([
    startGitHub({ seed: 'small' }),
    startAzure({ seed: 'empty' }),
    startJira({
      version: '10',
      switches: { rateLimit: { limit: 5_000, fillRate: 500, intervalSeconds: 60 } },
      seed: {
        people: [
          { name: 'ada', displayName: 'Ada Byron', emailAddress: 'ada.byron@example.com' },
          { name: 'grace', displayName: 'Grace Murray', emailAddress: 'grace.murray@example.com' },
          { name: 'hedy', displayName: 'Hedy Kiesler', emailAddress: 'hedy.kiesler@example.com' },
          { name: 'kcole', displayName: 'Katherine Cole', emailAddress: 'katherine.cole@example.com' },
        ],
        projects: [{ key: 'PLAT', name: 'Platform', lead: 'ada', versions: ['v1.0', 'v1.1'] }],
      },
    }),
  ])
  github.act.pushFile({ as: 'ada', path: '.github/lockstep.yml', content: rules })
  return {
    github,
    azure,
    jira,
    close: async () => void (await Promise.all([github.close(), azure.close(), jira.close()])),
  }
}
