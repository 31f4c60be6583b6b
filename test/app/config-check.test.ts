import { afterEach, describe, expect, it } from 'vitest'
import { boardsConfig, configFile, openAppStage, type AppStage } from './stage.ts'

let stage: AppStage
afterEach(async () => await stage.close())

const runs = () =>
  [...stage.github.world.repo.checkRuns.values()].map(({ headSha, fields }) => ({ headSha, ...fields }))

async function propose(content: string): Promise<string> {
  const { act } = stage.github
  const base = stage.github.world.repo.git.refs.get('refs/heads/main')
  stage.github.world.repo.git.refs.set('refs/heads/change', base!)
  const sha = act.pushFile({ as: 'ada', path: configFile, content, branch: 'change' })
  act.openPullRequest({ as: 'ada', title: 'Change the configuration', head: 'change' })
  await stage.settle()
  return sha
}

describe('a pull request that changes the configuration', () => {
  it('gets a check run that points at each mistake', async () => {
    stage = await openAppStage()
    await stage.settle()
    const sha = await propose('version: 1\nroutes:\n  - to: bords\n    sync: { titel: off }\ntrackers: {}\n')
    expect(runs()).toMatchObject([
      {
        headSha: sha,
        conclusion: 'failure',
        output: {
          title: '3 mistakes',
          annotations: [
            { path: configFile, start_line: 5, annotation_level: 'failure', title: 'trackers' },
            { path: configFile, start_line: 3, annotation_level: 'failure', title: 'routes[0].to' },
            { path: configFile, start_line: 4, message: 'there is no such key\nDid you mean "title"?' },
          ],
        },
      },
    ])
  })

  it('hears also that the file is too large for GitHub to show it', async () => {
    stage = await openAppStage()
    await stage.settle()
    await propose(`version: 1\n# ${'x'.repeat(2 ** 20)}\n`)
    const annotations = [{ path: configFile, start_line: 1, message: expect.stringContaining('larger than 1 MiB') }]
    expect(runs()).toMatchObject([{ conclusion: 'failure', output: { title: '1 mistake', annotations } }])
  })

  it('that is right tells what it means and which issues it would touch, and touches none', async () => {
    stage = await openAppStage({ config: null })
    stage.github.act.openIssue({ as: 'ada', title: 'Waits for a route' })
    await stage.settle()
    const sha = await propose(boardsConfig)
    const [run] = runs()
    expect(run).toMatchObject({ headSha: sha, conclusion: 'success' })
    expect(JSON.stringify(run)).toContain('- acme/rocket#1: created')
    expect(stage.azure.world.items.size).toBe(0)
  })

  it('is looked at once per commit, and a change of other files not at all', async () => {
    stage = await openAppStage()
    await stage.settle()
    await propose(boardsConfig.replace('Task', 'Bug'))
    await stage.github.deliveries.settle()
    expect(runs()).toHaveLength(1)
    stage.github.act.pushFile({ as: 'ada', path: 'README.md', content: 'Hello' })
    await stage.settle()
    expect(runs()).toHaveLength(1)
  })
})
