import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startAzure } from '../../sandbox/azure/server.ts'
import type { AzureServer } from '../../sandbox/azure/server.ts'
import { startGitHub } from '../../sandbox/github/server.ts'
import type { GitHubServer } from '../../sandbox/github/server.ts'
import { runCli } from '../../src/cli.ts'

let folder: string
let github: GitHubServer
let azure: AzureServer

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-'))
  github = await startGitHub({ seed: 'empty' })
  azure = await startAzure({ seed: 'empty' })
  configure()
})
afterEach(async () => {
  await Promise.all([github.close(), azure.close()])
  rmSync(folder, { recursive: true })
})

const configure = (route = 'type: { default: Task }') =>
  writeFileSync(
    join(folder, 'lockstep.yml'),
    `version: 1
trackers:
  boards: { kind: azure, url: "${azure.collectionUrl}", project: Fabrikam, token: $ADO_TOKEN }
routes:
  - to: boards
    ${route}
people:
  map: { ada: ada.byron@example.com }
`,
  )

async function lockstep(...args: string[]) {
  let stdout = ''
  let stderr = ''
  const code = await runCli([...args, '--repo', 'acme/rocket', '--config', 'lockstep.yml'], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: {
      GITHUB_TOKEN: 'ghs_sandbox_actions',
      GITHUB_API_URL: github.url,
      GITHUB_SERVER_URL: github.url,
      ADO_TOKEN: 'ado_sandbox_pat',
      DATABASE_URL: `sqlite:${join(folder, 'state.db')}`,
    },
    cwd: folder,
    isTTY: false,
  })
  return { code, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> }
}

describe('lockstep sync', () => {
  it('prints the outcomes, the tally and what it asked for, and nothing else, as JSON', async () => {
    github.act.openIssue({ as: 'ada', title: 'One', assignees: ['ada'] })
    const { code, json } = await lockstep('sync', '--json')
    expect(code).toBe(0)
    expect(json()).toMatchObject({
      outcomes: [
        {
          issue: 'acme/rocket#1',
          ticket: 'boards:1',
          outcome: 'created',
          message: 'Created Task 1.',
          code: null,
          changes: [{ side: 'tracker', field: 'ticket', before: null, after: 'Task 1' }],
        },
      ],
      tally: { created: 1, updated: 0, failed: 0 },
      requests: { github: github.journal.count().total, boards: azure.journal.count().total },
    })
    expect((await lockstep('sync', '--json')).json()).toMatchObject({ outcomes: [] })
  })

  it('tells people in lines, and what to do about a failure, with exit code 1', async () => {
    configure('type: { default: Nothing }')
    github.act.openIssue({ as: 'ada', title: 'One' })
    const { code, stdout } = await lockstep('sync')
    expect(code).toBe(1)
    expect(stdout).toContain('✗ acme/rocket#1  The tracker has no ticket type "Nothing".')
    expect(stdout).toContain('Use one of ')
    expect(stdout).toContain('1 failed.')
  })

  it('looks at one issue only when asked', async () => {
    for (const title of ['One', 'Two']) github.act.openIssue({ as: 'ada', title })
    const { stdout } = await lockstep('sync', '--issue', '2')
    expect(stdout).toContain('+ acme/rocket#2 ↔ boards:1  Created Task 1.')
    expect(azure.world.items.size).toBe(1)
  })

  it('ends with 3 when the configuration is wrong', async () => {
    writeFileSync(join(folder, 'lockstep.yml'), 'version: 1\nroutes: []\n')
    expect((await lockstep('sync')).code).toBe(3)
  })
})

describe('lockstep plan', () => {
  it('shows what would change, changes nothing, and tells so by its exit code when asked', async () => {
    github.act.openIssue({ as: 'ada', title: 'One' })
    const { code, stdout } = await lockstep('plan')
    expect(code).toBe(0)
    expect(stdout).toContain('Would create a Task in Fabrikam.')
    expect((await lockstep('plan', '--detailed-exitcode')).code).toBe(2)
    expect(github.journal.count().writes + azure.journal.count().writes).toBe(0)

    await lockstep('sync')
    github.act.editIssue({ as: 'ada', number: 1, title: 'Two' })
    const again = await lockstep('plan')
    expect(again.stdout).toContain('Would update title of the ticket.')
    expect(again.stdout).toContain('ticket title: One → Two')
    await lockstep('sync')
    expect((await lockstep('plan', '--detailed-exitcode')).code).toBe(0)
  })
})

describe('lockstep links', () => {
  it('complaint 43: pairs, lists, explains and parts', async () => {
    github.act.openIssue({ as: 'ada', title: 'One' })
    azure.acts.createWorkItem({ project: 'Fabrikam', type: 'Task', title: 'One over there' })
    expect((await lockstep('links', 'add', '#1', 'boards:1')).stdout).toBe(
      'acme/rocket#1 and boards:1 are a pair now.\n',
    )
    await lockstep('sync')
    expect((await lockstep('links', 'list')).stdout).toMatch(/^acme\/rocket#1 {2}boards:1 {2}\w+\n$/)
    const { stdout } = await lockstep('links', 'explain', '1')
    expect(stdout).toContain('route 1 to boards takes it: everything under "when" holds')
    expect(stdout).toContain('paired with boards:1')
    expect(stdout).toContain('Both sides are in step.')
    expect((await lockstep('links', 'add', '1', 'boards:1')).code).toBe(2)
    await lockstep('links', 'remove', '1')
    expect((await lockstep('links', 'list')).stdout).toContain('ended')
  })

  it('finds the pairs again after the state is lost', async () => {
    for (const title of ['One', 'Two']) github.act.openIssue({ as: 'ada', title })
    await lockstep('sync')
    rmSync(join(folder, 'state.db'))
    expect((await lockstep('links', 'rebuild')).stdout).toBe('2 pairs found again, 0 known already.\n')
    await lockstep('sync')
    expect(azure.world.items.size).toBe(2)
  })
})
