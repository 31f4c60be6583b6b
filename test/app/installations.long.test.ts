import { afterEach, describe, expect, it } from 'vitest'
import { issueTask } from '../../src/app/tasks.ts'
import { openAppStage, type AppStage } from './stage.ts'

let stage: AppStage
afterEach(async () => await stage.close())

const repo = { owner: 'acme', repo: 'rocket' }
const installation = () => stage.github.world.installations.find(({ app }) => app === stage.github.world.app)!
const suspend = async (method: 'PUT' | 'DELETE') =>
  await stage.app.installations.app.call(`${method} /app/installations/{id}/suspended`, { id: installation().id })

/** As a tracker's delivery would have it looked at. */
const hint = async (number: number) => {
  await stage.kept.queue.add([issueTask({ ...repo, number }, { actor: 'hook:boards' })])
  await stage.settle()
}

const delivery = (event: string, payload: object) =>
  stage.probot.receive({ id: `${event}-${Math.random()}`, name: event, payload } as never)

const writes = () =>
  [...stage.github.journal.entries, ...stage.azure.journal.entries]
    .filter(({ method, path }) => method !== 'GET' && !/access_tokens|graphql|wiql|batch|suspended/i.test(path))
    .map(({ method, path }) => `${method} ${path}`)

describe('a new installation', () => {
  it('writes nothing by itself: older issues wait for somebody to ask', async () => {
    stage = await openAppStage()
    stage.github.act.setWebhook({ url: '' })
    stage.github.act.openIssue({ as: 'ada', title: 'Older than the app' })
    stage.github.act.setWebhook({ url: stage.hookUrl })
    stage.github.journal.clear()
    stage.azure.journal.clear()
    stage.github.act.uninstallApp({ as: 'ada' })
    stage.github.act.installApp({ as: 'ada' })
    await stage.settle()
    expect(stage.logged.filter(({ message }) => message === 'installation changed')).toMatchObject([
      { facts: { account: 'acme', action: 'deleted' } },
      { facts: { account: 'acme', action: 'created' } },
    ])
    expect(writes()).toEqual([])

    await stage.app.backfill(repo)
    await stage.settle()
    expect(stage.azure.world.items.size).toBe(1)
  })

  it('is found under its new number', async () => {
    stage = await openAppStage()
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.settle()
    await hint(number)
    stage.github.act.uninstallApp({ as: 'ada' })
    stage.github.act.installApp({ as: 'ada' })
    await stage.settle()
    stage.azure.acts.edit({ id: 1, fields: { 'System.Title': 'Two' }, as: 'grace.murray@example.com' })
    await hint(number)
    expect(stage.github.act.findIssue({ number })?.title).toBe('Two')
  })
})

describe('the limit of an installation', () => {
  it('is known as GitHub said last, and no longer than it lasts', async () => {
    let ahead = 0
    stage = await openAppStage({ clock: { now: () => new Date(Date.now() + ahead) } })
    const { installations } = stage.app
    stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.settle()
    const [before, ...others] = installations.limits()
    expect(others).toEqual([])
    expect(before).toMatchObject({ owner: 'acme', fullAt: expect.stringMatching(/^20.*Z$/) })
    const client = await installations.clientOf({ ...repo, installation: null })
    await client.call('GET /repos/{owner}/{repo}', repo)
    expect(installations.limits()).toMatchObject([{ owner: 'acme', left: before!.left - 1 }])
    ahead = 3_601_000
    expect(installations.limits()).toEqual([])
  })
})

describe('an installation that is gone', () => {
  it.each([
    { how: 'deleted', leave: async () => stage.github.act.uninstallApp({ as: 'ada' }) },
    { how: 'suspended', leave: async () => void (await suspend('PUT')) },
  ])('because it was $how gets no more work, and leaves no failures', async ({ leave }) => {
    stage = await openAppStage()
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.settle()
    await leave()
    await stage.settle()
    stage.azure.acts.edit({ id: 1, fields: { 'System.Title': 'Two' }, as: 'grace.murray@example.com' })
    stage.github.journal.clear()
    stage.azure.journal.clear()
    await hint(number)
    expect(writes()).toEqual([])
    expect(stage.github.act.findIssue({ number })?.title).toBe('One')
    expect(await stage.kept.queue.failed()).toEqual([])
    expect(stage.logged.filter(({ message }) => message === 'work dropped')).toHaveLength(1)
  })

  it('goes on where it was when it is no longer suspended', async () => {
    stage = await openAppStage()
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.settle()
    // From here on a scan has to find what moved.
    await stage.app.backfill(repo)
    await stage.settle()
    await suspend('PUT')
    await stage.settle()
    stage.azure.acts.edit({ id: 1, fields: { 'System.Title': 'Two' }, as: 'grace.murray@example.com' })
    await suspend('DELETE')
    await stage.settle()
    expect(stage.worked.at(-1)).toMatchObject({ kind: 'scan', verdict: 'done' })
    expect(stage.github.act.findIssue({ number })?.title).toBe('Two')
  })

  it('is no reason to forget what GitHub refuses for another reason', async () => {
    stage = await openAppStage()
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.settle()
    stage.azure.acts.edit({ id: 1, fields: { 'System.Title': 'Two' }, as: 'grace.murray@example.com' })
    stage.github.faults.add({ method: 'PATCH', status: 403, body: { message: 'Resource not accessible' } })
    await hint(number)
    expect(await stage.kept.queue.failed()).toMatchObject([{ code: 'not-permitted' }])
  })
})

describe('a repository that was taken from the installation', () => {
  it('gets no more work, also where everybody may read it', async () => {
    stage = await openAppStage()
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.settle()
    await hint(number)
    const { id, account } = installation()
    Object.assign(installation(), { repoIds: [] })
    await delivery('installation_repositories', {
      action: 'removed',
      installation: { id, account: { login: account.login } },
      repositories_added: [],
      repositories_removed: [{ id: 1, full_name: 'acme/rocket', name: 'rocket' }],
    })
    stage.azure.acts.edit({ id: 1, fields: { 'System.Title': 'Two' }, as: 'grace.murray@example.com' })
    stage.github.journal.clear()
    stage.azure.journal.clear()
    await hint(number)
    expect(writes()).toEqual([])
    expect(stage.azure.journal.entries).toEqual([])
    expect(await stage.kept.queue.failed()).toEqual([])
  })
})
