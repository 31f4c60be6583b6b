import { startAzure } from '../../sandbox/azure/server.ts'
import { startGitHub } from '../../sandbox/github/server.ts'
import { startJira } from '../../sandbox/jira/server.ts'
import type { Environment } from '../../src/config/environment.ts'
import { loadConfig, requireConfig } from '../../src/config/load.ts'
import { createOptionsReader } from '../../src/sync/options.ts'
import type { Organization } from '../../src/sync/options.ts'
import { wire } from '../../src/wire.ts'

export const CONFIG_FILE = '.github/lockstep.yml'
const repo = { owner: 'acme', repo: 'rocket' }
const log = { debug() {}, info() {}, warn() {}, error() {} }

export const welcome: Organization = { slug: 'acme', barred: null }
export const barred: Organization = {
  slug: 'acme',
  barred: 'Your organization may not sync issues. Ask its owner to switch the feature on.',
}

export interface OptionsStageOptions {
  /** `URL` stands for the address of the tracker. */
  readonly yaml: string
  readonly kind?: 'azure' | 'jira'
  readonly gitHubToken?: string
}

/** The configuration in a repository on this machine, and its tracker. */
export async function openOptionsStage({ yaml, kind = 'azure', gitHubToken = 'ghp_sandbox' }: OptionsStageOptions) {
  const tracker = kind === 'azure' ? await startAzure({ seed: 'empty' }) : await startJira({ seed: 'empty' })
  const url = 'collectionUrl' in tracker ? tracker.collectionUrl : tracker.baseUrl
  const text = yaml.replaceAll('URL', url)
  const github = await startGitHub({ seed: { repos: [{ name: 'rocket', files: { [CONFIG_FILE]: text } }] } })
  const config = requireConfig(loadConfig(text, CONFIG_FILE), CONFIG_FILE)
  let ahead = 0
  const clock = { now: () => new Date(Date.now() + ahead) }
  const environment: Environment = {
    github: { apiUrl: github.url, serverUrl: github.url, token: gitHubToken, app: null },
    state: { kind: 'memory' },
    configFile: CONFIG_FILE,
    logLevel: 'silent',
    proxy: { https: null, http: null, except: null },
    secrets: { TOKEN: kind === 'azure' ? 'ado_sandbox_pat' : 'jira_sandbox_pat' },
  }
  const wired = await wire({ config, environment, repo, log, clock, sleep: async () => {} })
  const describe = createOptionsReader({ trackers: wired.deps.trackers, clock })
  return {
    github,
    tracker,
    text,
    config,
    describe: (organization = welcome, fresh = false) =>
      describe({ connection: 'tracker', organization, routes: config.routes, fresh }),
    reader: describe,
    file: wired.configFile,
    passTime: (ms: number) => void (ahead += ms),
    /** The file as it stands on a branch of the repository. */
    fileOn(branch: string): string {
      const [rocket] = github.world.repos.values()
      const { git } = rocket!
      const commit = git.resolve(branch)!
      return git.blob(git.files(git.commit(commit)!.tree).get(CONFIG_FILE)!.sha)!.toString('utf8')
    },
    pulls() {
      const [rocket] = github.world.repos.values()
      return [...rocket!.issues.values()].flatMap((issue) => (issue.pull === null ? [] : { ...issue, ...issue.pull }))
    },
    close: async () => void (await Promise.all([github.close(), tracker.close()])),
  }
}

export type OptionsStage = Awaited<ReturnType<typeof openOptionsStage>>

export const oneRoute = `# what we sync
version: 1
trackers:
  tracker: { kind: azure, url: "URL", project: Fabrikam, token: $TOKEN }
routes:
  - to: tracker # the shop
    when: { without: [agile] }
    status:
      open: To Do   # where it begins
      closed: Done
    sync: { title: to-tracker }
`

export const twoRoutes = `${oneRoute}
  # the other team
  - to: tracker
    project: FabrikamAgile
    when: { labels: [agile] }
    type: { default: Task }
    status: { open: New, closed: Closed, from: { Resolved: open } }
`
